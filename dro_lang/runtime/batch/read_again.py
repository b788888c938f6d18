"""The records to look at, read by the readers of single records."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from dro_lang.records.columnar.places import Span, numbers_at, places
from dro_lang.records.csv_records import Columns, read_csv
from dro_lang.records.formats import read_records
from dro_lang.records.json_records import read_ndjson
from dro_lang.records.load import Loader
from dro_lang.records.parquet_records import read_rows
from dro_lang.records.problems import Found, Rejected
from dro_lang.records.validate import id_at
from dro_lang.runtime.batch.looked_at import Look
from dro_lang.runtime.batch.parts import Parquet, Rows, Text


def records_of(look: Look, columns: Columns, connection: Any) -> Iterator[tuple[int, Found | Rejected | None]]:
    """Each record with its slot, in the order of the input: twice the row of the result in whose place it stands,
    or one less than that of the row that follows, where it has none. None for a line that turns out to be blank."""
    match look.part:
        case Rows(path):
            yield from enumerate(read_records(path, columns))
        case Parquet() as part:
            numbers = [part.start + row for row in look.rows]
            slots = (2 * row for row in look.rows)
            yield from zip(slots, read_rows(connection, part.path, columns, part.name, numbers), strict=True)
        case Text() as part:
            yield from _of_text(look, part, columns)


def ids_of(look: Look, loader: Loader, connection: Any) -> Iterator[str]:
    """The ids of the records that have one."""
    for _, found in records_of(look, loader.reader.columns(), connection):
        if isinstance(found, Found):
            id = id_at(found.data, loader.reader.id_field)
            if isinstance(id, str):
                yield id


def _of_text(look: Look, part: Text, columns: Columns) -> Iterator[tuple[int, Found | Rejected | None]]:
    span = Span(part.path, part.start, part.end, part.line, part.layout.quotes)
    header = _header(part)
    slots = _slots_by_record(look, span)
    for place in places(span, sorted(slots)):
        name = str(part.path)
        if part.form is not None:
            found = read_ndjson(io.BytesIO(place.data), name, place.line)
        else:
            text = io.BytesIO(header + place.data)
            found = read_csv(text, name, columns, part.layout.delimiter, place.line - 1)
        slot, blank = slots[place.number], True
        for record in found:
            yield slot, record
            blank = False
        if blank:
            yield slot, None


def _slots_by_record(look: Look, span: Span) -> Mapping[int, int]:
    """The slots by the number of their record in the file: a record that was dropped has no row."""
    dropped = sorted(set(numbers_at(span, look.dropped)))
    slots = {number: 2 * (number - before) - 1 for before, number in enumerate(dropped)}
    before = 0
    for row in look.rows:
        while before < len(dropped) and dropped[before] <= row + before:
            before += 1
        slots[row + before] = 2 * row
    return slots


def _header(part: Text) -> bytes:
    cells = ('"' + column.replace('"', '""') + '"' for column in part.layout.columns)
    return (part.layout.delimiter.join(cells) + ("\r\n" if part.layout.returns else "\n")).encode()
