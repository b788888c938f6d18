"""Records in a table of a SQLite database."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from attrs import frozen

from dro_lang.runtime.outside.actions.records.store import RECORD_BUSY, RECORD_FAILED, Cell, missing, not_one
from dro_lang.runtime.outside.failures import Failure

_PATIENCE = 30.0
"""Seconds to wait for whoever else writes."""


@frozen
class SqliteTable:
    path: Path
    table: str
    key: str

    def columns(self) -> tuple[str, ...] | Failure:
        try:
            with closing(self._connected()) as connection:
                return self._columns(connection)
        except sqlite3.Error as error:
            return self._failed(error)

    def update(self, id: str, values: Mapping[str, Cell]) -> Failure | None:
        try:
            with closing(self._connected()) as connection:
                # SQLite takes a quoted name that it does not know for a text, so names are looked up first.
                unfit = missing(self._columns(connection), values, self.key)
                if unfit is not None:
                    return unfit
                settings = ", ".join(f"{_quoted(name)} = ?" for name in values)
                statement = f"UPDATE {_quoted(self.table)} SET {settings} WHERE {_quoted(self.key)} = ?"
                changed = connection.execute(statement, (*values.values(), id)).rowcount
                unfit = not_one(changed)
                if unfit is None:
                    connection.commit()
                return unfit
        except sqlite3.Error as error:
            return self._failed(error)

    def _connected(self) -> sqlite3.Connection:
        # `mode=rw`: a database that is not there is not made.
        return sqlite3.connect(f"{self.path.as_uri()}?mode=rw", uri=True, timeout=_PATIENCE)

    def _columns(self, connection: sqlite3.Connection) -> tuple[str, ...]:
        return tuple(row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(self.table)})"))

    def _failed(self, error: sqlite3.Error) -> Failure:
        busy = getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        # What SQLite says names tables and columns, never values.
        return Failure(RECORD_BUSY if busy else RECORD_FAILED, f"`{self.path}`: {error}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
