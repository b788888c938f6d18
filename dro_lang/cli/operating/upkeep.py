"""What the commands that look after a store share: how far they have come, and what they found."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from dro_lang.cli.output import Misuse, emit, emit_objects, whole_file
from dro_lang.cli.report.cells import BAD, Cell, Painter
from dro_lang.cli.report.lines import WholeLines
from dro_lang.cli.report.progress import Progress
from dro_lang.runtime.embedded.clock import SystemClock
from dro_lang.runtime.embedded.lock import Lock
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.upkeep.checking import Damage, check_store

STANDARD = "-"


def damages(store: SqliteStore, deep: bool) -> Iterator[Damage]:
    """What is wrong in a store, with a bar that shows how many plans were looked at."""
    bar = Progress(sys.stderr.isatty(), sum(store.tally_plans().values()), "plans")
    try:
        for found in check_store(store, deep):
            if isinstance(found, Damage):
                yield found
            else:
                bar.at(found.plans)
    finally:
        bar.clear()


def tell_damages(found: list[Damage], format_: str, painter: Painter) -> None:
    """What is wrong, as a table or as objects."""
    if format_ != "table":
        emit_objects([{"where": each.where, "what": each.what} for each in found], format_)
    else:
        rows = [[Cell(each.where, BAD), Cell(each.what)] for each in found]
        for line in painter.table(rows, 0) if rows else ():
            emit(line + "\n")


@contextmanager
def held(path: Path, command: str, create: bool = False) -> Iterator[SqliteStore]:
    """A store that nobody else writes to meanwhile. Raises StoreError, also where a worker holds it."""
    store = SqliteStore.open(path, create)
    try:
        lock = Lock.take(store, command, SystemClock())
        try:
            yield store
        finally:
            lock.release()
    finally:
        store.close()


@contextmanager
def output(out: Path | None) -> Iterator[WholeLines]:
    """Standard output, or a file that appears when it is whole."""
    if out is None:
        with WholeLines(sys.stdout, "standard output") as lines:
            yield lines
        return
    with whole_file(out) as stream, WholeLines(stream, str(out)) as lines:
        yield lines


@contextmanager
def input_of(path: str) -> Iterator[TextIO]:
    """A file, or standard input. Raises Misuse for one that is not there or is no text."""
    if path == STANDARD:
        yield sys.stdin
        return
    try:
        with open(path, encoding="utf-8") as stream:
            yield stream
    except FileNotFoundError:
        raise Misuse(f"there is no file `{path}`") from None
    except UnicodeDecodeError as error:
        raise Misuse(f"`{path}` is not UTF-8: byte {error.start + 1}") from None
