"""`drolang run`: what a plan does with records, on a virtual clock; with a store, for real (`submitting.py`)."""

from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from typing import TextIO

import click
from attrs import frozen

from dro_lang.cli.configuration import configuration_of, configuration_options, configuration_path
from dro_lang.cli.inputs import files_told
from dro_lang.cli.many_records import Passage, jobs_option, output_options, passage, records_options, worked
from dro_lang.cli.one_record import day, days_of
from dro_lang.cli.output import Exit, Misuse, colored, say
from dro_lang.cli.report.cells import Painter, terminal_columns
from dro_lang.cli.report.lines import WholeLines
from dro_lang.cli.report.objects import objects
from dro_lang.cli.report.results import Result, Tally, in_a_line, planned, refused
from dro_lang.cli.report.table import Run, summary
from dro_lang.cli.report.writers import Table, Told, Writer
from dro_lang.cli.sources import plan_of, program_of
from dro_lang.conditions.evaluators import COMPILED, EVALUATORS, Evaluator
from dro_lang.program.model import Plan, Program
from dro_lang.records.load import Accepted, Inputs, Rejected
from dro_lang.records.streams import STANDARD_INPUT
from dro_lang.runtime.abreast import processors
from dro_lang.runtime.run import run_record

COLUMNAR = "columnar"


@frozen
class Job:
    """What is to be run: a plan, from a day and, if at all, to another. With `lines`, only those are wanted."""

    program: Program
    plan: Plan
    today: date
    until: date | None
    why: bool
    lines: bool
    evaluator: Evaluator

    def __call__(self, accepted: Accepted) -> Result:
        outcome = run_record(self.program, self.plan.name, accepted.row, self.today, self.until, self.evaluator)
        result = planned(accepted, outcome, self.why)
        return in_a_line(result, self.why) if self.lines else result


@click.command("run", short_help="Run a plan with records: for real, or on a virtual clock.")
@records_options
@click.option("--until", callback=day, metavar="DATE", help="Move the clock on to the beginning of this day.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json", "ndjson"]),
    default="table",
    show_default=True,
    help="A table for people, or an object for each record.",
)
@click.option("--only", metavar="ID", help="Only the record with this id.")
@click.option("--why", is_flag=True, help="With --only: every condition, and the values that made it true or false.")
@click.option(
    "--evaluator",
    type=click.Choice([*EVALUATORS, COLUMNAR]),
    default="auto",
    show_default=True,
    help="What decides conditions. All decide alike; `rules` is the business-rules library, `columnar` chooses the "
    "scenarios of all records beforehand (DuckDB).",
)
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Submit the records to this store, and carry their plans out.",
)
@click.option("--anew", is_flag=True, help="With --store: a new plan also for records that have one.")
@jobs_option
@click.option("--follow", is_flag=True, help="With --store: stay, and carry plans out, as a worker does.")
@configuration_options
@output_options
def command(
    file: Path,
    records: tuple[str, ...],
    items: str | None,
    name: str | None,
    today: date | None,
    until: date | None,
    format_: str,
    only: str | None,
    why: bool,
    evaluator: str,
    store: Path | None,
    anew: bool,
    follow: bool,
    jobs: int | None,
    config: Path | None,
    env: str | None,
    rejects: Path | None,
    out: Path | None,
    color: str,
) -> Exit:
    """Show for each record which scenario it gets, and its steps with state, date and reason.

    The plan is checked first. Time starts at 00:00 of --today in the plan's time zone and, with --until, goes on to
    that day. Nothing outside is touched: automations succeed, people and outside systems do not answer. A record that
    does not fit goes to the rejects file, with the reason; the rest go on.

    With --store it is for real: every record gets a plan that is kept in the store, unless it has one, and what is due
    is done, as the configuration says. What is due later a worker does, or this command with --follow.

    Exit code 1 says that a record was rejected, or got no plan.

    \b
    Examples:
      drolang run plan.dro --records records.ndjson
      drolang run plan.dro --records records.ndjson --today 2026-12-01 --until 2026-12-31
      drolang run plan.dro --records records.ndjson --only A-1 --why
      drolang run plan.dro --records records.ndjson --format ndjson --out plans.ndjson
      drolang run plan.dro --records "sqlite:crm.db?table=accounts" --format ndjson
      drolang run plan.dro --records records.ndjson --store plans.db
    """
    program = program_of(file, color)
    if isinstance(program, Exit):
        return program
    plan = plan_of(program, name)
    if store is not None:
        _refuse({"--today": today, "--until": until, "--why": why}, "shows what would be; with --store it is for real")
        _refuse({"--jobs": jobs}, "is for a virtual clock; with --store one process carries all plans out")
        configuration = configuration_of(configuration_path(config, file.parent), env, color)
        if isinstance(configuration, Exit):
            return configuration
        # What it needs of the engine is loaded where it is wanted.
        from dro_lang.cli.submitting import Submitting, submit

        inputs = Inputs(records, items)
        return submit(
            Submitting(
                file, program, plan, inputs, only, store, anew, follow, configuration, format_, out, rejects, color
            )
        )
    _refuse({"--anew": anew, "--follow": follow, "--config": config}, "is for plans in a store: name it with --store")
    today, until = days_of(plan, today, until)
    if why and only is None:
        raise Misuse("--why tells about one record: name it with --only ID")
    inputs = Inputs(records, items)
    # Of one record alone the columns of all others say nothing.
    by_columns = evaluator == COLUMNAR and only is None
    if by_columns and STANDARD_INPUT in inputs.paths:
        raise Misuse("with --evaluator columnar records are read twice: standard input cannot be")
    with files_told(), ExitStack() as stack:
        decides = COMPILED if evaluator == COLUMNAR else EVALUATORS[evaluator]
        if by_columns:
            # What it needs of the columns is loaded where it is wanted.
            from dro_lang.runtime.batch.beforehand import chosen_beforehand
            from dro_lang.runtime.batch.job import Job as Selecting

            decides = stack.enter_context(chosen_beforehand(Selecting(program, plan, inputs, today)))
        job = Job(program, plan, today, until, why, format_ != "table", decides)
        # By columns they come in one order, once.
        results = worked(program, plan, inputs, only, job, 1 if by_columns else jobs or processors())
        way = stack.enter_context(passage(file, inputs, results, only, out, rejects))
        writer = _writer(job, format_, way.lines, way.stream, color)
        tally = _carry_out(way, writer, progress=format_ == "table" or not way.stream.isatty())
    if format_ != "table":
        say(summary(plan, tally))
    way.announce_rejects(tally)
    return Exit.OK if tally.clean else Exit.PROBLEMS


def _refuse(options: Mapping[str, object], why: str) -> None:
    """Raise Misuse for the first of some options that was given."""
    for name, value in options.items():
        if value:
            raise Misuse(f"{name} {why}")


def _writer(job: Job, format_: str, lines: WholeLines, stream: TextIO, color: str) -> Writer:
    if format_ != "table":
        return Told(objects(format_, lines), job.why)
    run = Run(job.plan, str(job.today), str(job.until) if job.until else None)
    return Table(lines, job.why, run, Painter(terminal_columns(), colored(stream, color)))


def _carry_out(way: Passage[Result], writer: Writer, progress: bool) -> Tally:
    """Take what came of every record to the writer, and every reject to its file."""
    tally = Tally()
    try:
        with closing(way.each(tally, progress)) as records:
            for record in records:
                result = refused(record) if isinstance(record, Rejected) else record
                tally.add(result)
                writer.add(result)
    except BaseException:
        writer.abandon()
        raise
    writer.finish(tally)
    return tally
