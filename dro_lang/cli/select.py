"""`drolang select`: the scenario of every record of a portfolio."""

import re
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path

import click

from dro_lang.cli.inputs import files_told
from dro_lang.cli.one_record import day, days_of
from dro_lang.cli.output import Exit, Misuse, color_option, plural, say
from dro_lang.cli.report.progress import Progress
from dro_lang.cli.report.selected import selected_lines
from dro_lang.cli.sources import SOURCE_PATH, known_of, plan_of
from dro_lang.cli.targets import guard, rejects_beside
from dro_lang.program.model import Plan, Policy
from dro_lang.recall import Known
from dro_lang.records.load import Inputs
from dro_lang.records.rejects import RejectsFile
from dro_lang.records.tables.address import Table, source_of
from dro_lang.runtime.batch.deliver import (
    FORMATS,
    Output,
    as_file,
    as_text,
    parts_beside,
)
from dro_lang.runtime.batch.job import DEFAULT_MEMORY, PART_ROWS, Job, Limits, Selected
from dro_lang.runtime.batch.parts import small
from dro_lang.runtime.batch.select import prepared, select_all
from dro_lang.runtime.batch.workspace import Workspace, unwritable

EVALUATORS = ("auto", "rules", "compiled", "columnar")
BYTES_A_RECORD = 256
"""By which a part of a text file is measured."""


def _memory(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """The callback of an option for an amount of memory."""
    if re.fullmatch(r"[0-9]+(\.[0-9]+)? ?([KMGT]i?B)", value, re.ASCII):
        return value
    raise click.BadParameter(f"`{value}` is no amount of memory: write it as 400MB or 2GiB")


def _output(ctx: click.Context, param: click.Parameter, value: str | None) -> Output | None:
    """The callback of an option for a file or a table that is written."""
    out = None if value is None else source_of(value)
    if out is None or isinstance(out, Table):
        return out
    return click.Path(dir_okay=False, path_type=Path).convert(out, param, ctx)


@click.command("select", short_help="Choose the scenario of every record, also of millions.")
@click.argument("file", metavar="PLAN", type=SOURCE_PATH)
@click.option(
    "--records",
    required=True,
    multiple=True,
    metavar="FILE",
    help="Parquet, CSV, NDJSON or JSON, a folder or a pattern of files, or a table: sqlite:FILE?table=NAME, "
    "duckdb:..., postgresql://...; - is standard input. May be given several times.",
)
@click.option("--items", metavar="FILE", help="Items, where the mapping takes them from another object.")
@click.option("--plan", "name", metavar="NAME", help="Which plan of the file, if it has several.")
@click.option("--today", callback=day, metavar="DATE", help="The day of the run.  [default: today in the plan's zone]")
@click.option(
    "--out", callback=_output, metavar="FILE", help="Write to a file, or to a table: sqlite:FILE?table=NAME, ..."
)
@click.option("--replace", is_flag=True, help="With a table as --out: in the place of one that is there.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["parquet", "csv", "ndjson"]),
    help="The form of the output.  [default: by the name of --out; ndjson]",
)
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Where to put rejected records.")
@click.option(
    "--evaluator",
    type=click.Choice(EVALUATORS),
    default="auto",
    show_default=True,
    help="What decides conditions: whole columns (DuckDB), or one record at a time. All decide alike.",
)
@click.option(
    "--memory",
    default=DEFAULT_MEMORY,
    show_default=True,
    callback=_memory,
    metavar="SIZE",
    help="How much DuckDB may hold before it spills to the disk.",
)
@click.option(
    "--part",
    type=click.IntRange(min=1),
    default=PART_ROWS,
    metavar="RECORDS",
    help=f"How many records are written at a time, and kept if the run is stopped.  [default: {PART_ROWS}]",
)
@color_option
def command(
    file: Path,
    records: tuple[str, ...],
    items: str | None,
    name: str | None,
    today: date | None,
    out: Output | None,
    replace: bool,
    format_: str | None,
    rejects: Path | None,
    evaluator: str,
    memory: str,
    part: int,
    color: str,
) -> Exit:
    """Write for each record its id and its scenario, or the code of the reason why it has none.

    Large inputs are decided by whole columns, in constant memory; the answers are those that single records get. With
    --out, a run that is stopped goes on where it was when the same command is given again.

    Exit code 1 says that a record was rejected, or got no scenario.

    \b
    Examples:
      drolang select plan.dro --records records.ndjson
      drolang select plan.dro --records records.ndjson --out scenarios.csv
      drolang select plan.dro --records records.ndjson --today 2026-12-01 --out scenarios.ndjson
      drolang select plan.dro --records "sqlite:crm.db?table=accounts" --out scenarios.parquet
      drolang select plan.dro --records records.ndjson --out "duckdb:sales.duckdb?table=scenarios" --replace
    """
    known = known_of(file, color)
    program = known.program
    if program is None:
        return Exit.PROBLEMS
    plan = plan_of(program, name)
    today, _ = days_of(plan, today, None)
    if isinstance(out, Table) and format_ is not None:
        raise Misuse("--format is for files, and --out is a table")
    if not isinstance(out, Table) and replace:
        raise Misuse("--replace is for a table as --out: a file is replaced in any case")
    format_ = format_ or (FORMATS.get(out.suffix.lower(), "ndjson") if isinstance(out, Path) else "ndjson")
    if out is None and format_ == "parquet":
        raise Misuse("Parquet does not go to standard output: name a file with --out")
    inputs = Inputs(records, items)
    rejects_path = rejects or rejects_beside(inputs.records[0], out)
    limits = Limits(memory, part, part * BYTES_A_RECORD)
    with files_told():
        job = prepared(Job(program, plan, inputs, today, _exclusive(plan, known), limits))
        guard(job.inputs, file, out, rejects_path)
        if isinstance(out, Table):
            from dro_lang.records.tables.written import check_target

            check_target(out, replace)
        begun = time.monotonic()
        with ExitStack() as stack:
            reject = stack.enter_context(RejectsFile(rejects_path, job.inputs))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="drolang-select-")))
            bar = Progress(sys.stderr.isatty(), None, rate=True)
            # What is no ordinary file (a pipe, `/dev/stdout`) is written to as it is, and nothing put in its place.
            place = None if isinstance(out, Path) and out.exists() and not out.is_file() else out
            if isinstance(place, Path) and place.is_symlink():
                place = place.resolve()
            stack.callback(bar.clear)
            by_rows = evaluator in ("rules", "compiled") or (evaluator == "auto" and small(job.inputs))
            if by_rows:
                target = place if isinstance(place, Path) else folder / "result"
                selected = _by_rows(job, evaluator, place, replace, target, format_, reject, bar)
            else:
                selected = _by_columns(job, place, replace, folder, format_, reject, bar)
                target = folder / f"scratch-result.{format_}"
            bar.clear()
            if place is None:
                _hand_on(target, out)
    for line in selected_lines(plan, selected, time.monotonic() - begun):
        say(line)
    if selected.rejected + selected.items:
        say(f"{plural(selected.rejected + selected.items, 'reject')}: the reasons are in {rejects_path}")
    if out is not None:
        say(f"wrote {out}")
    return Exit.OK if selected.clean else Exit.PROBLEMS


def _exclusive(plan: Plan, known: Known) -> bool:
    """Whether it is proved that no two scenarios match one record: the promise was examined when the plan was checked,
    and what is not proved is a finding."""
    return plan.policy is Policy.EXACTLY_ONE and not any(each.code == "E0704" for each in known.diagnostics)


def _hand_on(target: Path, out: Output | None) -> None:
    """Copy what was written to standard output, or to what is no ordinary file."""
    with target.open("rb") as written:
        if not isinstance(out, Path):
            shutil.copyfileobj(written, sys.stdout.buffer)
            sys.stdout.buffer.flush()
            return
        try:
            with out.open("wb", buffering=0) as stream:
                shutil.copyfileobj(written, stream)
        except OSError as error:
            raise unwritable(out, error) from None


# What only some runs need is imported by these: whole columns of a file do without.


def _by_rows(
    job: Job,
    evaluator: str,
    out: Output | None,
    replace: bool,
    target: Path,
    format_: str,
    reject: RejectsFile,
    bar: Progress,
) -> Selected:
    from dro_lang.runtime.batch.by_rows import select_by_rows

    selected = select_by_rows(job, evaluator, target, format_, reject.write, bar.at)
    if isinstance(out, Table):
        from dro_lang.runtime.batch.deliver_table import lines_as_table

        lines_as_table(target, out, job.plan.policy is Policy.EVERY_MATCHING, replace)
    return selected


def _by_columns(
    job: Job, out: Output | None, replace: bool, folder: Path, format_: str, reject: RejectsFile, bar: Progress
) -> Selected:
    workspace = Workspace.beside(folder if out is None else parts_beside(out), job)
    if workspace.resumed:
        say(f"goes on after {plural(len(workspace.done), 'part')} that an earlier run has written")
    copied = partial(bar.at, counted="rows copied")
    try:
        with select_all(job, workspace, reject.write, bar.at, copied) as outcome:
            if out is None:
                as_text(outcome, workspace, format_)
            elif isinstance(out, Table):
                from dro_lang.runtime.batch.deliver_table import as_table

                as_table(outcome, out, replace)
            else:
                as_file(outcome, workspace, out, format_)
    except BaseException:
        if not workspace.done:  # there is nothing to go on after
            workspace.remove()
        raise
    if out is not None:
        workspace.remove()
    return outcome.selected
