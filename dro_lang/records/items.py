"""Items in a file of their own: rows of another object, joined to the records by a foreign key."""

from collections.abc import Collection, Container, Iterable, Iterator

from dro_lang.records.problems import Found, Problem, Rejected
from dro_lang.records.validate import Element, id_at


class JoinedRows:
    """The rows of an items file by the id of their record. All of them are held in memory, or those of some records."""

    def __init__(self, key: str, id_source: str, only: Collection[str] | None = None) -> None:
        """`key` is the field that names the record, `id_source` the one with the row's own id; `only` are the ids of
        the records that matter."""
        self._key = key
        self._only = only
        self._id_source = id_source
        self._rows: dict[str, list[Found]] = {}

    def read(self, records: Iterable[Found | Rejected]) -> Iterator[Rejected]:
        """Take in all rows; yields those that cannot be read, or name no record."""
        for found in records:
            if isinstance(found, Rejected):
                yield found
                continue
            id = id_at(found.data, self._key)
            if isinstance(id, str):
                if self._only is not None and id not in self._only:
                    continue
                self._rows.setdefault(id, []).append(found)
            else:
                why = f": {id.reason}" if id is not None else ""
                yield self._orphan(found, f"`{self._key}` names no record{why}")

    def of(self, id: str) -> list[Element]:
        """The rows of a record, each with its place."""
        return [(found.data, str(found.position)) for found in self._rows.get(id, ())]

    def orphans(self, ids: Container[str]) -> Iterator[Rejected]:
        """The rows whose record is not among `ids`, in the order of the file."""
        lost = [(id, found) for id, rows in self._rows.items() if id not in ids for found in rows]
        lost.sort(key=lambda row: (row[1].position.line or 0, row[1].position.index or 0))
        for id, found in lost:
            yield self._orphan(found, f"no record has the id `{id}`, which stands at `{self._key}`")

    def _orphan(self, found: Found, reason: str) -> Rejected:
        id = id_at(found.data, self._id_source)
        return Rejected(found.position, id if isinstance(id, str) else None, (Problem(None, "R0109", reason),))
