"""`drolang simulate`: what a plan does with records in a world of chance, day by day."""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TextIO

import click
from attrs import frozen

from dro_lang.cli.many_records import Passage, loaded, output_options, passage, records_options
from dro_lang.cli.one_record import day, days_of
from dro_lang.cli.output import Exit, Misuse, colored, say
from dro_lang.cli.report.cells import Painter, terminal_columns
from dro_lang.cli.report.lines import WholeLines
from dro_lang.cli.report.results import Tally, refused
from dro_lang.cli.report.simulation.outcome import Asked, Outlook, result_of
from dro_lang.cli.report.simulation.writers import Events, Writer, as_json, as_svg, as_table, as_timeline
from dro_lang.cli.report.table import summary
from dro_lang.cli.sources import plan_of, program_of
from dro_lang.cli.what_if import Said, what_if_options
from dro_lang.kernel.machine import Kernel
from dro_lang.records.load import Accepted, Inputs, Rejected
from dro_lang.runtime.simulation.assumptions import Assumptions
from dro_lang.runtime.simulation.days import Days
from dro_lang.runtime.simulation.simulate import simulate
from dro_lang.runtime.simulation.totals import Totals

_SUFFIXES = {"": "table", ".txt": "table", ".svg": "svg", ".json": "json", ".ndjson": "ndjson"}
_MOST_DAYS = 36_525
"""What comes out has a place for each day."""


@frozen
class Job:
    """What is to be simulated: a plan over records, from a day to another, under assumptions."""

    kernel: Kernel
    inputs: Inputs
    today: date
    until: date
    assumptions: Assumptions
    only: str | None


@click.command("simulate", short_help="Simulate plans day by day, with slow people and failing calls.")
@records_options
@click.option("--until", required=True, callback=day, metavar="DATE", help="Go on to the beginning of this day.")
@what_if_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "timeline", "svg", "json", "ndjson"]),
    help="A table of days, the course of each plan in the terminal or as a picture, or objects for programs; by "
    "default as the name of --out says, else a table.",
)
@click.option("--only", metavar="ID", help="Only the record with this id.")
@output_options
def command(
    file: Path,
    records: tuple[str, ...],
    items: str | None,
    name: str | None,
    today: date | None,
    until: date,
    said: Said,
    format_: str | None,
    only: str | None,
    rejects: Path | None,
    out: Path | None,
    color: str,
) -> Exit:
    """Simulate the plans of records from --today to --until, in a world of chance: people take their time, calls fail,
    systems are offline.

    Unless said otherwise, people take about a day for a task (half of them less), asynchronous callouts are answered
    after about an hour, automations succeed at once, and nobody looks after what is fatally failed. Nothing outside is
    touched. The same command gives the same course again, to the byte; another --seed another one. What happens to a
    record does not depend on the other records, and stays as it was where an assumption changes that does not touch it.

    Exit code 1 says that a record was rejected, or got no plan.

    \b
    Examples:
      drolang simulate plan.dro --records records.ndjson --today 2026-12-01 --until 2027-02-01
      drolang simulate plan.dro --records records.ndjson --until 2030-01-01 --takes people=1d..5d
      drolang simulate plan.dro --records records.ndjson --until 2030-01-01 --fail-rate 20% --takes operators=4h
      drolang simulate plan.dro --records records.ndjson --until 2030-01-01 --outcome call_customer=open
      drolang simulate plan.dro --records records.ndjson --until 2030-01-01 --format timeline --seed 7
      drolang simulate plan.dro --records records.ndjson --until 2030-01-01 --out events.ndjson
    """
    format_ = format_ or _format_of(out)
    program = program_of(file, color)
    if isinstance(program, Exit):
        return program
    plan = plan_of(program, name)
    today, _ = days_of(plan, today, until)
    if (until - today).days > _MOST_DAYS:
        raise Misuse(f"--until {until} is more than a hundred years after the day of the run, {today}")
    script = said.lines(file, plan, color)
    if isinstance(script, Exit):
        return script
    kernel = Kernel(program, plan.name)
    job = Job(kernel, Inputs(records, items), today, until, said.assumptions(kernel.blueprint, script), only)
    asked = Asked(plan, today, until, said.seed, tuple(said.told(kernel.blueprint)))
    outlook = Outlook(asked, Days(today, until), Totals(), Tally())
    found = loaded(program, plan, job.inputs, only)
    with passage(file, job.inputs, found, only, out, rejects) as way:
        writer = _writer(format_, way.lines, way.stream, color)
        _carry_out(job, way, writer, outlook, progress=format_ != "ndjson" or not way.stream.isatty())
    if format_ not in ("table", "timeline"):  # which end with it
        say(summary(plan, outlook.tally))
    way.announce_rejects(outlook.tally)
    return Exit.OK if outlook.tally.clean else Exit.PROBLEMS


def _format_of(out: Path | None) -> str:
    """The format that the name of a file says; a table where it says none. Raises Misuse for another extension."""
    suffix = "" if out is None else out.suffix.lower()
    if suffix not in _SUFFIXES:
        known = ", ".join(suffix for suffix in _SUFFIXES if suffix)
        raise Misuse(f"`{out}` is not the name of a file that can be made ({known}): say what it is with --format")
    return _SUFFIXES[suffix]


def _writer(format_: str, lines: WholeLines, stream: TextIO, color: str) -> Writer:
    painter = Painter(terminal_columns(), colored(stream, color))
    match format_:
        case "ndjson":
            return Events(lines)
        case "json":
            return as_json(lines)
        case "svg":
            return as_svg(lines)
        case "timeline":
            return as_timeline(lines, painter)
        case _:
            return as_table(lines, painter)


def _carry_out(job: Job, way: Passage[Accepted], writer: Writer, outlook: Outlook, progress: bool) -> None:
    """Simulate every record, and hand it to the writer."""
    with closing(way.each(outlook.tally, progress)) as records:
        for record in records:
            if isinstance(record, Rejected):
                result, simulated = refused(record), None
            else:
                simulated = simulate(job.kernel, record.row, job.today, job.until, job.assumptions)
                result = result_of(record, simulated)
            outlook.add(result, simulated)
            writer.add(result, simulated)
    writer.finish(outlook)
