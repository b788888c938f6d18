"""Where in a text file a record stands, found without reading the others: by the ends of lines, quotes minded."""

import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

_BLOCK = 2**24
_NEWLINE, _RETURN, _QUOTE = b"\n\r" + b'"'


@frozen
class Place:
    """A record of a file: its number from 0, the line that it begins at (from 1), and its bytes, line end included."""

    number: int
    line: int
    data: bytes


@frozen
class Span:
    """Bytes of a file in which whole records stand, from one to before another, and the line at which they begin.
    With `quotes`, a newline between quotes ends no record."""

    path: Path
    start: int
    end: int
    line: int
    quotes: bool


def places(span: Span, numbers: Sequence[int]) -> Iterator[Place]:
    """The records of these numbers, which ascend. A line that is empty is no record."""
    at, line = span.start, span.line
    wanted = iter(numbers)
    number = next(wanted, None)
    with open(span.path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
        seen = 0
        for begin, end in _records(span, data):
            while number is not None and number < seen + len(begin):
                first, last = int(begin[number - seen]), int(end[number - seen])
                line += _lines(data, at, first)
                at = first
                yield Place(number, line, data[first:last])
                number = next(wanted, None)
            if number is None:
                return
            seen += len(begin)


def numbers_at(span: Span, offsets: Sequence[int]) -> list[int]:
    """The numbers of the records in which these bytes stand, or before which, where that is the end of a line. The
    offsets ascend, from the start of the span."""
    import numpy

    found: list[int] = []
    seen = 0
    with open(span.path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
        wanted = [_past_newlines(data, span.start + offset, span.end) for offset in offsets]
        for begin, end in _records(span, data):
            here = [offset for offset in wanted[len(found) :] if len(end) and offset < end[-1]]
            found += (int(n) + seen for n in numpy.searchsorted(end, here, side="right"))
            seen += len(begin)
            if len(found) == len(offsets):
                break
    return found


def _past_newlines(data: mmap.mmap, at: int, end: int) -> int:
    while at < end and data[at] in (_NEWLINE, _RETURN):
        at += 1
    return at


def _records(span: Span, data: mmap.mmap) -> Iterator[tuple[Any, Any]]:
    """The first bytes of records, and the bytes after their last ones, by blocks of the file."""
    import numpy

    begins = span.start
    inside = 0
    for at in range(span.start, span.end, _BLOCK):
        block: Any = numpy.frombuffer(data[at : min(at + _BLOCK, span.end)], dtype=numpy.uint8)
        closing = numpy.flatnonzero(block == _NEWLINE)
        if span.quotes:
            marks = numpy.flatnonzero(block == _QUOTE)
            closing = closing[(numpy.searchsorted(marks, closing) + inside) % 2 == 0]
            inside = (inside + len(marks)) % 2
        end = closing + at + 1
        unended = at + _BLOCK >= span.end and (end[-1] if len(end) else begins) < span.end
        if unended:
            end = numpy.append(end, span.end)
        if not len(end):
            continue
        begin = numpy.concatenate(([begins], end[:-1]))
        begins = int(end[-1])
        empty = end - begin == 1
        for short in numpy.flatnonzero(end - begin == 2):
            empty[short] = data[int(begin[short])] == _RETURN
        if unended:
            empty[-1] = False
        yield begin[~empty], end[~empty]


def _lines(data: mmap.mmap, start: int, end: int) -> int:
    """How many lines end between two bytes."""
    return sum(data[at : min(at + _BLOCK, end)].count(b"\n") for at in range(start, end, _BLOCK))
