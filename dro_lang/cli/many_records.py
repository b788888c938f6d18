"""What commands over many records share: every record in turn, where rejects go, and what may be written."""

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Generic, TextIO, TypeVar

import click
from attrs import frozen

from dro_lang.cli.inputs import files_told
from dro_lang.cli.one_record import day, record_of
from dro_lang.cli.output import Problem, color_option, plural, say
from dro_lang.cli.report.lines import WholeLines
from dro_lang.cli.report.progress import Progress, lines_in
from dro_lang.cli.report.results import Tally
from dro_lang.cli.sources import SOURCE_PATH
from dro_lang.cli.targets import guard, rejects_beside
from dro_lang.program.model import Plan, Program
from dro_lang.records.load import Accepted, Inputs, Rejected, load
from dro_lang.records.rejects import RejectsFile
from dro_lang.records.streams import name_of
from dro_lang.runtime.abreast import do_with_each

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


def records_options(command: F) -> F:
    """The argument and the options that say which records go into which plan, and on which day."""
    for option in (
        click.option(
            "--today", callback=day, metavar="DATE", help="The day of the run.  [default: today in the plan's zone]"
        ),
        click.option("--plan", "name", metavar="NAME", help="Which plan of the file, if it has several."),
        click.option("--items", metavar="FILE", help="Items, where the mapping takes them from another object."),
        click.option(
            "--records",
            required=True,
            multiple=True,
            metavar="FILE",
            help="Records in NDJSON, JSON, CSV or Parquet, or a table: sqlite:FILE?table=NAME; - is standard input. "
            "May be given several times.",
        ),
        click.argument("file", metavar="PLAN", type=SOURCE_PATH),
    ):
        command = option(command)
    return command


jobs_option = click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="How many processes take the records, where that takes long.  [default: one for each processor]",
)


def output_options(command: F) -> F:
    """The options that say where the output goes, and what does not fit."""
    for option in (
        color_option,
        click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file."),
        click.option(
            "--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Where to put rejected records."
        ),
    ):
        command = option(command)
    return command


@frozen
class Passage(Generic[T]):
    """Records on their way in, or what came of them, and where what is told of them goes: lines to a stream, rejects to
    a file. `reject` is None where one record alone is looked at: that leaves the rejects of a whole run as they are."""

    records: Iterator[T | Rejected]
    inputs: Inputs
    stream: TextIO
    lines: WholeLines
    reject: RejectsFile | None
    rejects_path: Path

    def each(self, tally: Tally, progress: bool) -> Generator[T | Rejected, None, None]:
        """Every one in turn, with a bar that shows how many are done where `progress` is wanted. What was rejected goes
        to its file; rows of an items file are counted, and are no records. To be closed, so that the bar goes whatever
        happens."""
        shown = progress and sys.stderr.isatty()
        bar = Progress(shown, lines_in(self.inputs.records) if shown else None)
        items = None if self.inputs.items is None else name_of(self.inputs.items)
        try:
            for record in self.records:
                if isinstance(record, Rejected) and self.reject is not None:
                    self.reject.write(record)
                if isinstance(record, Rejected) and record.position.file == items:
                    tally.items += 1
                    continue
                yield record
                bar.at(tally.records)
        finally:
            bar.clear()

    def announce_rejects(self, tally: Tally) -> None:
        """Say where the reasons are, if anything was rejected."""
        if self.reject is not None and tally.rejected + tally.items:
            say(f"{plural(tally.rejected + tally.items, 'reject')}: the reasons are in {self.rejects_path}")


def loaded(program: Program, plan: Plan, inputs: Inputs, only: str | None) -> Iterator[Accepted | Rejected]:
    """The records, or `only` one of them. Raises Misuse for an input that is of no use, and Problem later."""
    with files_told():
        found = load(program, plan, inputs)
    return found if only is None else record_of(only, found)


def worked(
    program: Program, plan: Plan, inputs: Inputs, only: str | None, work: Callable[[Accepted], T], jobs: int
) -> Iterator[T | Rejected]:
    """What some work makes of the records, or of `only` one of them, by so many processes. Raises as `loaded`."""
    if only is not None:
        found = loaded(program, plan, inputs, only)
        return (record if isinstance(record, Rejected) else work(record) for record in found)
    with files_told():
        return do_with_each(program, plan, inputs, work, jobs)


@contextmanager
def passage(
    file: Path,
    inputs: Inputs,
    records: Iterator[T | Rejected],
    only: str | None,
    out: Path | None,
    rejects: Path | None,
) -> Iterator[Passage[T]]:
    """Open all files of a command that takes records, or `only` one of them, through the plan of a file. Raises Misuse
    for one that is of no use, also later, and Problem."""
    path = rejects or rejects_beside(inputs.records[0], out)
    guard(inputs, file, out, path)
    with files_told(), _processes_told(), ExitStack() as stack:
        wanted = only is None or rejects is not None
        reject = stack.enter_context(RejectsFile(path, inputs)) if wanted else None
        stream = sys.stdout if out is None else stack.enter_context(opened(out))
        lines = stack.enter_context(WholeLines(stream, "standard output" if out is None else str(out)))
        yield Passage(records, inputs, stream, lines, reject, path)


@contextmanager
def _processes_told() -> Iterator[None]:
    """Tell that other processes cannot take records."""
    try:
        yield
    except ChildProcessError as error:
        raise Problem(f"{error}: try again with --jobs 1") from None


@contextmanager
def opened(out: Path) -> Iterator[TextIO]:
    """A file for lines that are written as they come. Raises Problem where it cannot be written to."""
    try:
        stream = out.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise Problem(f"cannot write to {out}: {error.strerror or error}") from None
    try:
        yield stream
    finally:
        # All that is worth writing has been flushed: what cannot be written now was told then.
        with suppress(OSError):
            stream.close()
