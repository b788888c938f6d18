"""Records that are looked at one by one: those that no column's test vouches for, and those that share an id."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from dro_lang.records.load import Loader
from dro_lang.records.parquet_records import scan
from dro_lang.runtime.batch.parts import Part, Rows
from dro_lang.runtime.batch.shared_ids import shared_ids


@frozen
class Look:
    """The records of a part to look at: the rows of its result, and the bytes where a row stands that has none."""

    number: int
    part: Part
    rows: tuple[int, ...]
    dropped: tuple[int, ...]


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
        ids = self._ids(self._looks(rows), loader) | shared
        if ids:
            self._connection.execute("CREATE OR REPLACE TEMP TABLE looked_at_ids (id VARCHAR)")
            self._connection.executemany("INSERT INTO looked_at_ids VALUES (?)", [[id] for id in ids])
            for number in self._files:
                rows[number] |= set(self._where(number, "id IN (SELECT id FROM looked_at_ids)"))
        return tuple(self._looks(rows))

    def _ids(self, looks: Iterable[Look], loader: Loader) -> set[str]:
        ids: set[str] = set()
        for look in looks:
            # Of most files, nothing is read again.
            from dro_lang.runtime.batch.read_again import ids_of

            ids.update(ids_of(look, loader, self._connection))
        return ids

    def _looks(self, rows: Mapping[int, Iterable[int]]) -> Iterator[Look]:
        for number, part in enumerate(self._parts):
            look = Look(number, part, tuple(sorted(rows.get(number, ()))), tuple(self._dropped.get(number, ())))
            if look.rows or look.dropped or isinstance(part, Rows):
                yield look

    def _where(self, number: int, test: str) -> Iterator[int]:
        query = f"SELECT file_row_number FROM {scan(self._files[number])} WHERE {test}"
        return (row for (row,) in self._connection.execute(query).fetchall())
