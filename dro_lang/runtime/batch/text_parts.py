"""CSV and NDJSON files cut into parts, between two of their records."""

import mmap
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve

from dro_lang.records.columnar.json_lines import Lines, lines_of
from dro_lang.records.columnar.lexical import Layout, csv_layout, returns_in
from dro_lang.records.columnar.ndjson import Form, first_lines, form_of
from dro_lang.records.formats import Format, format_by_name
from dro_lang.runtime.batch.job import Limits
from dro_lang.runtime.batch.parts import Part, Rows, Text


def of_csv(path: Path, limits: Limits) -> Iterator[Part]:
    layout = csv_layout(path, "\t" if format_by_name(path) is Format.TSV else None)
    yield from _of_text(path, layout, None, limits) if layout else [Rows(path)]


def of_ndjson(path: Path, limits: Limits) -> Iterator[Part]:
    lines = first_lines(path)
    form = form_of(lines) or lines_of(lines)
    returns = returns_in(path) if form else None
    if form is None or returns is None:
        yield Rows(path)
    else:
        yield from _of_text(path, evolve(form.layout, returns=returns), form, limits)


def _of_text(path: Path, layout: Layout, form: Form | Lines | None, limits: Limits) -> Iterator[Text]:
    size = path.stat().st_size
    if size - layout.start <= limits.part_bytes:
        yield Text(path, layout, form, layout.start, size, layout.line, whole=True)
        return
    start, line = layout.start, layout.line
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
        while start < size:
            end = _cut(data, start, min(start + limits.part_bytes, size), layout.quotes)
            yield Text(path, layout, form, start, end, line, whole=False)
            line += _count(data, b"\n", start, end)
            start = end


def _cut(data: mmap.mmap, start: int, wanted: int, quotes: bool) -> int:
    """The end of the record in which a byte stands: the first end of a line that is in no quotes."""
    inside = quotes and _count(data, b'"', start, wanted) % 2 == 1
    at = wanted
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        inside ^= quotes and _count(data, b'"', at, end) % 2 == 1
        if not inside:
            return end
        at = end
    return len(data)


def _count(data: mmap.mmap, byte: bytes, start: int, end: int) -> int:
    block = 2**24
    return sum(data[at : min(at + block, end)].count(byte) for at in range(start, end, block))
