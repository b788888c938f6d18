"""READ FIRST. Selection for a whole portfolio: the scenarios of millions of records, by columns.

    inputs ──► parts ──► tables ──► a file a part ──► looked_at ──► the output
               files,     one query    workspace:       what columns    in the order
               pieces     (DuckDB)     done, resumed    do not vouch for  of the input

What a query vouches for is what the row readers and the reference evaluator would say. All other records go through
those, one by one: rejects have the same codes and reasons as anywhere.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from dro_lang.conditions.columnar.terms import text_literal
from dro_lang.records.load import Inputs, Loader
from dro_lang.records.parquet_records import WRITTEN, database, scan
from dro_lang.records.problems import Rejected
from dro_lang.records.streams import check_readable
from dro_lang.records.tables.address import Table
from dro_lang.runtime.batch.job import Job, Selected
from dro_lang.runtime.batch.looked_at import Results
from dro_lang.runtime.batch.parts import Part, Rows, Text, about_rows, expanded, of_parquet, parts
from dro_lang.runtime.batch.reading import run, run_over_text
from dro_lang.runtime.batch.tables import Selector
from dro_lang.runtime.batch.together import Tally, combined, counted, orphaned
from dro_lang.runtime.batch.workspace import Workspace, unwritable

Report = Callable[[int, int], None]
"""Called now and then with how many records are done, and with how many there are, about."""

Copied = Callable[[int], None]
"""Called now and then with how many rows of a table have been copied, before records are done."""


def prepared(job: Job) -> Job:
    """The job with every file of its inputs named. Raises InputError where there is none."""
    if job.inputs.items is not None:
        check_readable(job.inputs.items)
    return evolve(job, inputs=Inputs(expanded(job.inputs.records), job.inputs.items))


@contextmanager
def select_all(
    job: Job,
    workspace: Workspace,
    reject: Callable[[Rejected], None],
    report: Report,
    copied: Copied = lambda rows: None,
) -> Iterator["Outcome"]:
    """Select for every record of a job, going on where a run before this one was stopped.

    Raises FileError where an input is of no use, or the disk is full.
    """
    # Closed also where it is interrupted: threads of DuckDB that outlive the interpreter would abort the process.
    with database(job.limits.memory, workspace.scratch("spill")) as connection, _interruptible():
        yield _select(job, workspace, connection, reject, report, copied)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Raise KeyboardInterrupt for what DuckDB makes of an interrupt that comes while it works in this thread."""
    try:
        yield
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from None
        raise


def _select(
    job: Job,
    workspace: Workspace,
    connection: Any,
    reject: Callable[[Rejected], None],
    report: Report,
    copied: Copied,
) -> "Outcome":
    loader = Loader.of(job.program, job.plan, job.inputs)
    work = tuple(_parts(job, loader, workspace, connection, copied))
    items = None
    if job.inputs.items is not None:
        from dro_lang.runtime.batch.items import stage_items

        items = stage_items(job, loader, workspace, connection)
        if items is None:
            work = tuple(Rows(path) for path in job.inputs.records)
    selector = Selector.of(job, items)
    selector.register(connection)
    # Without this, DuckDB does not keep count of how far it has come.
    connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    sizes = [0 if isinstance(part, Rows) else about_rows(part) for part in work]
    total, done = sum(sizes), 0
    for number, part in enumerate(work):
        if not isinstance(part, Rows):
            if number not in workspace.done:
                told = partial(_told, report, done, sizes[number], total)
                _write(selector, number, part, workspace, connection, told)
            done += connection.execute(f"SELECT count(*) FROM {scan(workspace.part(number))}").fetchall()[0][0]
            report(done, total)
    looked_at = partial(_looked_at, report, done, total)
    return _finish(selector, work, workspace, connection, reject, looked_at)


def _parts(job: Job, loader: Loader, workspace: Workspace, connection: Any, copied: Copied) -> Iterator[Part]:
    """The parts of all inputs; tables are copied first."""
    for number, source in enumerate(job.inputs.records):
        if isinstance(source, Table):
            from dro_lang.records.tables.copied import copy_table

            copy = workspace.scratch(f"table-{number}.parquet")
            copy_table(source, loader.reader.columns(), connection, copy, copied=copied)
            yield from of_parquet(copy, str(source), connection, job.limits)
        else:
            yield from parts(source, connection, job.limits)


def _told(report: Report, before: int, size: int, total: int, share: float) -> None:
    report(before + int(size * share), total)


def _looked_at(report: Report, before: int, total: int, more: int) -> None:
    report(before + more, max(total, before + more))


@frozen
class Outcome:
    """What came of a job, and the query that gives its result, row by row, in the order of the input."""

    selected: Selected
    query: str
    connection: Any
    """To the database that the query is for."""
    file: Path | None
    """The file in which the result stands as it is, where it is one."""
    many: bool


def _write(
    selector: Selector, number: int, part: Part, workspace: Workspace, connection: Any, report: Callable[[float], None]
) -> None:
    """Carry out the query of a part, and keep what it gives."""
    assert not isinstance(part, Rows)
    file = part.path
    if isinstance(part, Text) and not part.whole:
        file = workspace.scratch(f"piece{part.path.suffix}")
        _copy(part, file)
    written = workspace.scratch("part.parquet")
    name = str(part.path) if isinstance(part, Text) else part.name
    query = f"COPY ({selector.query(part, file, connection)}) TO {text_literal(str(written))} ({WRITTEN})"

    def work() -> list[int]:
        if isinstance(part, Text):
            return run_over_text(connection, query, name)
        run(connection, query, name)
        return []

    dropped = _watched(connection, work, report)
    before = part.start if isinstance(part, Text) and part.whole else 0
    workspace.keep(number, written, [at - before for at in dropped])


def _copy(part: Text, file: Path) -> None:
    try:
        with open(part.path, "rb") as source, open(file, "wb") as piece:
            source.seek(part.start)
            left = part.end - part.start
            while left and (block := source.read(min(left, 2**22))):
                piece.write(block)
                left -= len(block)
    except OSError as error:
        raise unwritable(file, error) from None


def _watched(connection: Any, work: Callable[[], list[int]], report: Callable[[float], None]) -> list[int]:
    """Do work of the database in a thread of its own, telling which share of it is done; an interrupt reaches it."""
    done: list[list[int]] = []
    failed: list[BaseException] = []

    def carry_out() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    share = 0.0
    worker = threading.Thread(target=carry_out)
    try:
        worker.start()
        while worker.is_alive():
            worker.join(0.1)
            # Between its statements, DuckDB says that nothing is done.
            share = max(share, connection.query_progress() / 100)
            report(share)
    except BaseException:
        # Again and again: an interrupt ends the statement that runs, and there may be others after it; and whoever is
        # impatient interrupts twice. A thread is among these also while it starts.
        while worker in threading.enumerate():
            with suppress(KeyboardInterrupt):
                connection.interrupt()
                time.sleep(0.05)
        raise
    if failed:
        raise failed[0]
    return done[0]


def _finish(
    selector: Selector,
    work: Sequence[Part],
    workspace: Workspace,
    connection: Any,
    reject: Callable[[Rejected], None],
    report: Callable[[int], None],
) -> Outcome:
    """Look at the records that are left, and put everything together."""
    job, many = selector.job, selector.chosen.many
    files = {number: workspace.part(number) for number in workspace.done}
    results = Results(work, files, workspace.done, connection, workspace.folder)
    loader = Loader.of(job.program, job.plan, job.inputs)
    looks = results.to_look_at(loader)
    decided = workspace.scratch("looked-at.ndjson")
    orphans = orphaned(selector, files, connection)
    tally = Tally()
    if looks or orphans:
        # It brings what decides single records, which mostly there are none of.
        from dro_lang.runtime.batch.one_by_one import look_at

        look_at(job, loader, looks, orphans, decided, connection, tally, reject, report)
    query = combined(files, looks, decided, tally, many)
    alone = files[0] if len(work) == 1 and not looks else None
    return Outcome(counted(query, many, tally, connection), query, connection, alone, many)
