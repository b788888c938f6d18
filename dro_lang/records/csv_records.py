"""Records as CSV (RFC 4180): a line of column names, then a record a row."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from attrs import frozen

from dro_lang.records.problems import Found, InputError, Position, Problem, Rejected, shown
from dro_lang.records.streams import LONGEST_RECORD, Line, lines


@frozen
class Columns:
    """The columns that may say something, and those of them without which no row can fit."""

    wanted: tuple[str, ...]
    required: tuple[str, ...]


def read_csv(
    stream: BinaryIO, name: str, columns: Columns, delimiter: str | None = None, first: int = 1
) -> Iterator[Found | Rejected]:
    """A record a row; each has all wanted columns, with None for a cell that is empty or not there. `first` is the
    number of the stream's first line.

    The delimiter is a comma; without any in the first line, a semicolon or else a tab that stands there. Raises
    InputError for a header that is missing, cannot be read, or lacks a required column.
    """
    rows = _rows(stream, delimiter, first)
    header = next(rows, None)
    if header is None:
        raise InputError(f"`{name}` is empty", "a CSV file begins with a line of column names")
    if header.problem is not None:
        why = f"its first line cannot be read: {header.problem.reason}"
        raise InputError(
            f"`{name}` is no CSV with column names: {why}", "save it as CSV in UTF-8, with a first line of names"
        )
    places = _places(header.cells, columns, name)
    for row in rows:
        position = Position(name, line=row.line)
        if row.problem is not None:
            yield Rejected(position, None, (row.problem,))
        elif len(row.cells) != len(header.cells):
            reason = f"{len(row.cells)} cells where the header has {len(header.cells)} columns"
            yield Rejected(position, None, (Problem(None, "R0111", reason + row.extent),))
        else:
            cells = row.cells
            yield Found(position, {column: None if at is None else cells[at] or None for column, at in places})


@frozen
class Header:
    """The column names of a file, what delimits them, and how many lines stand before the first record."""

    names: tuple[str, ...]
    delimiter: str
    lines: int


def header_of(stream: BinaryIO, delimiter: str | None = None) -> Header | None:
    """The header of a file; None where `read_csv` would refuse it."""
    source = _Lines(lines(stream))
    mark = delimiter or source.delimiter()
    row = next(_rows_of(source, mark), None)
    return None if row is None or row.problem else Header(tuple(row.cells), mark, source.taken[-1].number)


def check_columns(header: Sequence[str], columns: Columns, name: str) -> None:
    """Raises InputError where a required column is not there, or a wanted one stands twice."""
    for column in columns.wanted:
        if header.count(column) > 1:
            raise InputError(
                f"`{name}` has {header.count(column)} columns {shown(column)}", "keep the one that is meant"
            )
    missing = [column for column in columns.required if column not in header]
    if missing:
        names = {column.casefold() for column in missing}
        near = [column for column in header if column.strip().casefold() in names]
        help = f"its columns are {', '.join(shown(column) for column in header[:40])}"
        if near:
            help += f"; is {shown(near[0])} meant? Names must be the same in every letter"
        raise InputError(f"`{name}` has no column {', '.join(shown(column) for column in missing)}", help)


def _places(header: list[str], columns: Columns, name: str) -> list[tuple[str, int | None]]:
    """Each wanted column with its place in a row."""
    check_columns(header, columns, name)
    return [(column, header.index(column) if column in header else None) for column in columns.wanted]


class _TooLong(Exception):
    pass


@frozen
class _Row:
    line: int
    cells: list[str]
    problem: Problem | None
    extent: str
    """Where the row ends, if that is a later line."""


def _rows(stream: BinaryIO, delimiter: str | None, first: int) -> Iterator[_Row]:
    """The rows that are not blank. One whose quotes are wrong is given up after its first line."""
    source = _Lines(lines(stream, first))
    return _rows_of(source, delimiter or source.delimiter())


def _rows_of(source: "_Lines", delimiter: str) -> Iterator[_Row]:
    # A limit of the csv module's own, for the whole process, would refuse cells of more than 128 KiB.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        source.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLong) as error:
            broken = Problem(None, "R0101", _why(error, source.taken))
            yield _Row(source.taken[0].number, [], source.taken[0].problem or broken, "")
            source.give_up()
            continue
        problem = next((line.problem for line in source.taken if line.problem), None)
        if cells or problem:
            first, last = source.taken[0].number, source.taken[-1].number
            yield _Row(first, cells, problem, f", up to line {last}" if last > first else "")


def _why(error: csv.Error | _TooLong, taken: list[Line]) -> str:
    if isinstance(error, _TooLong):
        return f"a quote that opens a cell and is not closed within {LONGEST_RECORD // 2**20} MiB"
    if "new-line" in str(error):
        return "a carriage return in a cell without quotes"
    if len(taken) > 1:
        return "a quote that opens a cell and is not closed before another cell begins, or before the end of the file"
    return "a quoted cell that goes on after its closing quote, or has none: a quote in a text is doubled"


class _Lines:
    """Lines for the csv module. Those of the current record are remembered, so that it can be given up."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._pending: deque[Line] = deque()
        self._size = 0
        self.taken: list[Line] = []

    def delimiter(self) -> str:
        """The delimiter, by the first line that is not blank."""
        line = next((line for line in self._source if line.problem or not line.text.isspace()), None)
        if line is None:
            return ","
        self._pending.append(line)
        return next((mark for mark in (",", ";", "\t") if mark in line.text), ",")

    def begin(self) -> None:
        """A new record begins with the next line."""
        self.taken = []
        self._size = 0

    def give_up(self) -> None:
        """The current record was its first line only; what follows is read again."""
        self._pending.extendleft(reversed(self.taken[1:]))

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._pending.popleft() if self._pending else next(self._source)
        self.taken.append(line)
        self._size += len(line.text)
        if self._size > LONGEST_RECORD:
            raise _TooLong
        return line.text
