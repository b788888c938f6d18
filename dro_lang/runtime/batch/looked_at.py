"""Records that are looked at one by one: those that no column's test vouches for, and those that share an id."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from dro_lang.records.columnar.places import Span, numbers_at, places
from dro_lang.records.csv_records import Columns, read_csv
from dro_lang.records.formats import read_records
from dro_lang.records.json_records import read_ndjson
from dro_lang.records.load import Loader
from dro_lang.records.parquet_records import read_rows, scan
from dro_lang.records.problems import Found, Rejected
from dro_lang.records.validate import id_at
from dro_lang.runtime.batch.parts import Parquet, Part, Rows, Text
from dro_lang.runtime.batch.shared_ids import shared_ids


@frozen
class Look:
    """The records of a part to look at: the rows of its result, and the bytes where a row stands that has none."""

    number: int
    part: Part
    rows: tuple[int, ...]
    dropped: tuple[int, ...]

    def records(self, columns: Columns, connection: Any) -> Iterator[tuple[int, Found | Rejected | None]]:
        """Each record with its slot, in the order of the input: twice the row of the result in whose place it stands,
        or one less than that of the row that follows, where it has none. None for a line that turns out to be blank."""
        match self.part:
            case Rows(path):
                yield from enumerate(read_records(path, columns))
            case Parquet():
                numbers = [self.part.start + row for row in self.rows]
                slots = (2 * row for row in self.rows)
                yield from zip(
                    slots, read_rows(connection, self.part.path, columns, self.part.name, numbers), strict=True
                )
            case Text():
                yield from self._of_text(self.part, columns)

    def ids(self, loader: Loader, connection: Any) -> Iterator[str]:
        """The ids of the records that have one."""
        for _, found in self.records(loader.reader.columns(), connection):
            if isinstance(found, Found):
                id = id_at(found.data, loader.reader.id_field)
                if isinstance(id, str):
                    yield id

    def _of_text(self, part: Text, columns: Columns) -> Iterator[tuple[int, Found | Rejected | None]]:
        span = Span(part.path, part.start, part.end, part.line, part.layout.quotes)
        header = _header(part)
        slots = self._slots_by_record(span)
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

    def _slots_by_record(self, span: Span) -> Mapping[int, int]:
        """The slots by the number of their record in the file: a record that was dropped has no row."""
        dropped = sorted(set(numbers_at(span, self.dropped)))
        slots = {number: 2 * (number - before) - 1 for before, number in enumerate(dropped)}
        before = 0
        for row in self.rows:
            while before < len(dropped) and dropped[before] <= row + before:
                before += 1
            slots[row + before] = 2 * row
        return slots


def _header(part: Text) -> bytes:
    cells = ('"' + column.replace('"', '""') + '"' for column in part.layout.columns)
    return (part.layout.delimiter.join(cells) + ("\r\n" if part.layout.returns else "\n")).encode()


class Results:
    """The rows of the parts that are written, and which of them are to be looked at."""

    def __init__(
        self,
        parts: Sequence[Part],
        files: Mapping[int, Path],
        dropped: Mapping[int, Sequence[int]],
        connection: Any,
        scratch: Path,
    ) -> None:
        self._parts = parts
        self._files = files
        self._dropped = dropped
        self._connection = connection
        self._scratch = scratch

    def to_look_at(self, loader: Loader) -> tuple[Look, ...]:
        """All records to look at: what is unread, and every record with the id of another.

        What is unread has no id yet, so it is read twice: for its id, and then for good.
        """
        rows = {number: set(self._where(number, "error = '?'")) for number in self._files}
        shared = shared_ids(list(self._files.values()), self._connection, self._scratch)
        ids = {id for look in self._looks(rows) for id in look.ids(loader, self._connection)} | shared
        if ids:
            self._connection.execute("CREATE OR REPLACE TEMP TABLE looked_at_ids (id VARCHAR)")
            self._connection.executemany("INSERT INTO looked_at_ids VALUES (?)", [[id] for id in ids])
            for number in self._files:
                rows[number] |= set(self._where(number, "id IN (SELECT id FROM looked_at_ids)"))
        return tuple(self._looks(rows))

    def _looks(self, rows: Mapping[int, Iterable[int]]) -> Iterator[Look]:
        for number, part in enumerate(self._parts):
            look = Look(number, part, tuple(sorted(rows.get(number, ()))), tuple(self._dropped.get(number, ())))
            if look.rows or look.dropped or isinstance(part, Rows):
                yield look

    def _where(self, number: int, test: str) -> Iterator[int]:
        query = f"SELECT file_row_number FROM {scan(self._files[number])} WHERE {test}"
        return (row for (row,) in self._connection.execute(query).fetchall())
