"""What the parts of the store share: its file, and the ways to ask it."""

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

from dro_lang.program.model import Program
from dro_lang.runtime.embedded.sqlite import connection as files
from dro_lang.runtime.embedded.sqlite.rows import Columns


class Tables:
    """The tables of a store. Every method may raise StoreError."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path | str, programs: dict[str, Program] | None = None
    ) -> None:
        self.path = path
        self._connection = connection
        self._programs = {} if programs is None else programs
        """Those that were read. They never change, so connections may share them."""

    def transaction(self) -> AbstractContextManager[None]:
        return files.transaction(self._connection, self.path)

    def close(self) -> None:
        self._connection.close()

    def _all(self, query: str, *values: Any) -> list[Columns]:
        with files.Told(self.path):
            return self._connection.execute(query, values).fetchall()

    def _each(self, query: str, *values: Any) -> Generator[Columns, None, None]:
        """The rows one by one, as they are wanted."""
        with files.Told(self.path), closing(self._connection.execute(query, values)) as rows:
            yield from rows

    @contextmanager
    def _at_one_moment(self) -> Iterator[None]:
        """What is read inside belongs together, whatever others write meanwhile."""
        if self._connection.in_transaction:
            yield
            return
        with files.Told(self.path):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def _first(self, query: str, *values: Any) -> Columns | None:
        with files.Told(self.path):
            row: Columns | None = self._connection.execute(query, values).fetchone()
            return row

    def _run(self, statement: str, *values: Any) -> int:
        """Gives the key of the row that was added, where one was."""
        with files.Told(self.path):
            return self._connection.execute(statement, values).lastrowid or 0

    def _run_each(self, statement: str, rows: Iterable[Columns]) -> None:
        with files.Told(self.path):
            self._connection.executemany(statement, rows)
