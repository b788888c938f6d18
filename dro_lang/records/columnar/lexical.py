"""Text files as tables of texts: which CSV DuckDB reads exactly as the row readers do, and how it is told to.

That is CSV whose quotes stand as RFC 4180 has them, and whose lines all end alike: then all readers agree.
"""

import csv
import mmap
from codecs import getincrementaldecoder
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from dro_lang.conditions.columnar.terms import name, text_literal
from dro_lang.records.columnar.shortest import places_of
from dro_lang.records.csv_records import header_of
from dro_lang.records.streams import opened

_BLOCK = 2**24
_SCANNED = 2**20
_SAMPLE = 2**16
_MOST_LINES = 100
_NEWLINE, _RETURN, _QUOTE = b"\n\r" + b'"'


@frozen
class Layout:
    """How the records of a text file are told apart: where the first one begins, what its columns are called, what
    stands between them, and whether cells may be quoted."""

    start: int
    line: int
    columns: tuple[str, ...]
    delimiter: str
    quotes: bool
    returns: bool
    """Whether lines end with a carriage return and a newline."""
    utf8: bool
    """Whether all of the file is UTF-8: DuckDB says so only of the columns that it is asked for."""
    places: Mapping[str, int] = field(factory=dict)
    """How many digits after the point most of the first numbers of a column have."""

    def scan(self, path: Path, skip: int) -> str:
        """The text that reads the file, or a piece of it, as a table of texts; what has not as many cells as there are
        columns is left out, and told in `reject_errors`."""
        mark = "'\"'" if self.quotes else "''"
        columns = ", ".join(f"{text_literal(column)}: 'VARCHAR'" for column in self.columns)
        options = {
            "header": "FALSE",
            "auto_detect": "FALSE",
            "skip": str(skip),
            "delim": text_literal(self.delimiter),
            "quote": mark,
            "escape": mark,
            "columns": f"{{{columns}}}",
            "new_line": r"'\r\n'" if self.returns else r"'\n'",
            "store_rejects": "TRUE",
            "rejects_limit": "0",
            "compression": "'none'",
        }
        return f"read_csv({text_literal(str(path))}, {', '.join(f'{key}={value}' for key, value in options.items())})"


def csv_layout(path: Path, delimiter: str | None) -> Layout | None:
    """The layout of a CSV file; None where only the row readers do it justice."""
    with opened(path) as (_, stream):
        header = header_of(stream, delimiter)
    if header is None or len(header.names) < 2 or len(set(header.names)) < len(header.names):
        return None
    there, utf8 = _bytes_in(path, b'"\r\0\n')
    returns, quotes = there[b"\r"], there[b'"']
    if there[b"\0"] or not there[b"\n"]:
        return None
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
        start = _after_lines(data, header.lines)
        if (returns or quotes) and not _well_formed(data, header.delimiter, returns, quotes):
            return None
        places = _places(data[start : start + _SAMPLE], header.names, header.delimiter)
    return Layout(start, header.lines + 1, header.names, header.delimiter, quotes, returns, utf8, places)


def _places(sample: bytes, columns: tuple[str, ...], delimiter: str) -> dict[str, int]:
    lines = sample.decode("utf-8", "replace").splitlines()[:_MOST_LINES]
    rows = [row for row in csv.reader(lines, delimiter=delimiter) if len(row) == len(columns)]
    found = {column: places_of(row[number] for row in rows) for number, column in enumerate(columns)}
    return {column: places for column, places in found.items() if places is not None}


def returns_in(path: Path) -> bool | None:
    """Whether all lines of a file end with a carriage return and a newline; None where only some do, or returns stand
    elsewhere."""
    if not any(b"\r" in block for block in _blocks(path)):
        return False
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
        return True if _well_formed(data, ",", returns=True, quotes=False) else None


def well_formed(layout: Layout, columns: tuple[str, ...]) -> list[str]:
    """Tests that make DuckDB look at these columns, of which nothing is read, for bytes that are not UTF-8."""
    return [] if layout.utf8 else [f"NOT coalesce(contains({name(column)}, chr(0)), FALSE)" for column in columns]


def _bytes_in(path: Path, looked_for: bytes) -> tuple[dict[bytes, bool], bool]:
    """Which of some bytes a file holds, and whether all of it is UTF-8."""
    found = dict.fromkeys((bytes([byte]) for byte in looked_for), False)
    decoder = getincrementaldecoder("utf-8")()
    utf8 = True
    for block in _blocks(path):
        for byte, there in found.items():
            found[byte] = there or byte in block
        try:
            if utf8 and not (block.isascii() and decoder.getstate() == (b"", 0)):
                decoder.decode(block)
        except UnicodeDecodeError:
            utf8 = False
    return found, utf8


def _blocks(path: Path) -> Iterator[bytes]:
    with open(path, "rb", buffering=0) as file:
        while block := file.read(_SCANNED):
            yield block


def _after_lines(data: mmap.mmap, lines: int) -> int:
    at = 0
    for _ in range(lines):
        at = data.find(b"\n", at) + 1
        if at == 0:
            return len(data)
    return at


def _well_formed(data: mmap.mmap, delimiter: str, returns: bool, quotes: bool) -> bool:
    """Whether every line ends alike, and quotes open a cell, close it, or stand doubled in it."""
    import numpy

    beside = numpy.array([ord(delimiter), _NEWLINE, _RETURN, _QUOTE], dtype=numpy.uint8)
    inside = 0
    for at in range(0, len(data), _BLOCK):
        # With a byte before and one behind, so that every quote and every return has its neighbours.
        before = data[at - 1 : at] if at else b"\n"
        behind = data[at + _BLOCK : at + _BLOCK + 1] or b"\n"
        block: Any = numpy.frombuffer(before + data[at : at + _BLOCK] + behind, dtype=numpy.uint8)
        own = block[1:-1]
        if quotes:
            marks = numpy.flatnonzero(own == _QUOTE) + 1
            opening, closing = marks[inside::2], marks[1 - inside :: 2]
            if not (numpy.isin(block[opening - 1], beside).all() and numpy.isin(block[closing + 1], beside).all()):
                return False
            inside = (inside + len(marks)) % 2
        if returns and (
            (block[numpy.flatnonzero(own == _NEWLINE)] != _RETURN).any()
            or (block[numpy.flatnonzero(own == _RETURN) + 2] != _NEWLINE).any()
        ):
            return False
    return not inside
