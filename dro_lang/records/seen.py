"""Which ids have been read, and where: in memory while they are few, in a temporary database when they are many."""

from typing import TYPE_CHECKING

from dro_lang.records.problems import Position

if TYPE_CHECKING:
    from sqlite3 import Connection

IN_MEMORY = 100_000
"""So many ids are held in memory. A million would take two hundred megabytes."""


class SeenIds:
    """The ids that were read, each with the place of the record that was taken under it, if one was."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._limit = in_memory
        self._few: dict[str, Position | None] = {}
        self._many: Connection | None = None

    def __contains__(self, id: object) -> bool:
        if self._many is None:
            return id in self._few
        return self._many.execute("SELECT 1 FROM ids WHERE id = ?", (id,)).fetchone() is not None

    def read(self, id: str) -> Position | None:
        """Note that an id was read. Gives the place of the record that was taken under it before."""
        if self._many is None:
            earlier = self._few.setdefault(id, None)
            if len(self._few) > self._limit:
                self._many = _database(self._few)
                self._few = {}
            return earlier
        self._many.execute("INSERT OR IGNORE INTO ids (id) VALUES (?)", (id,))
        file, line, index = self._many.execute("SELECT file, line, place FROM ids WHERE id = ?", (id,)).fetchone()
        return None if file is None else Position(file, line, index)

    def take(self, id: str, position: Position) -> None:
        """Note that a record was taken under an id that was read."""
        if self._many is None:
            self._few[id] = position
        else:
            row = (position.file, position.line, position.index, id)
            self._many.execute("UPDATE ids SET file = ?, line = ?, place = ? WHERE id = ?", row)


def _database(ids: dict[str, Position | None]) -> "Connection":
    """A database that is gone with the process, on disk as far as it does not fit into two megabytes."""
    from sqlite3 import connect

    made = connect("", isolation_level=None)
    made.execute("PRAGMA journal_mode = OFF")
    made.execute("PRAGMA synchronous = OFF")
    made.execute("CREATE TABLE ids (id TEXT PRIMARY KEY, file TEXT, line INTEGER, place INTEGER) WITHOUT ROWID")
    made.execute("BEGIN")
    rows = ((id, at and at.file, at and at.line, at and at.index) for id, at in ids.items())
    made.executemany("INSERT INTO ids VALUES (?, ?, ?, ?)", rows)
    return made
