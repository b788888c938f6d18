"""A table as an output: there as a whole after one transaction, or not at all.

|  | DuckDB | PostgreSQL | SQLite |
|---|---|---|---|
| a text | VARCHAR | text | TEXT |
| a list of texts | VARCHAR[] | text[] | TEXT, an array in JSON |
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from typing import Any, Protocol
from urllib.parse import quote

from attrs import frozen

from dro_lang.conditions.columnar.terms import name, text_literal
from dro_lang.records.parquet_records import database, told
from dro_lang.records.problems import OutputError
from dro_lang.records.tables.address import System, Table
from dro_lang.records.tables.copied import names_of
from dro_lang.records.tables.postgres import columns_of, connector, quoted
from dro_lang.records.tables.rows import BATCH

_TARGET = "records_target"


@frozen
class Rows:
    """What is written: the columns in order, each a list of texts (true) or a text (false), and the query that gives
    the rows, with the connection to the database that it is for."""

    columns: Mapping[str, bool]
    query: str
    connection: Any

    def batches(self) -> Iterator[list[tuple[Any, ...]]]:
        found = self.connection.cursor().execute(self.query)
        while batch := found.fetchmany(BATCH):
            yield batch


class _Target(Protocol):
    def is_there(self) -> bool:
        """Whether the table is there already."""

    def write(self, rows: Rows, replace: bool) -> None:
        """Make the table, in the place of one that is there where that is wanted."""


def check_target(table: Table, replace: bool) -> None:
    """Raise FileError where a table cannot be written: its address is of no use, its database cannot be reached, or it
    is there already and not to be replaced."""
    table.check()
    if _asked(table, lambda target: target.is_there()) and not replace:
        raise OutputError(f"`{table}` is there already", "name another table, or replace it: --replace")


def write_table(table: Table, rows: Rows, replace: bool) -> None:
    """Write rows to a new table, or with `replace` in the place of one that is there. Raises FileError."""
    _asked(table, lambda target: target.write(rows, replace))


def _asked(table: Table, asked: Callable[[_Target], Any]) -> Any:
    target, error_of = _targets(table)
    try:
        return asked(target)
    except error_of as error:
        raise OutputError(f"`{table}` cannot be written: {told(error)}", "check the address and the database") from None


def _targets(table: Table) -> tuple[_Target, type[Exception]]:
    match table.system:
        case System.SQLITE:
            import sqlite3

            return _Sqlite(table), sqlite3.Error
        case System.DUCKDB:
            database().close()
            import duckdb

            return _DuckDB(table), duckdb.Error
        case System.POSTGRES:
            connect = connector()
            import psycopg

            return _Postgres(table, connect), psycopg.Error


@frozen
class _Sqlite:
    table: Table

    def is_there(self) -> bool:
        assert self.table.file is not None
        if not self.table.file.exists():
            return False
        with closing(self._connect("ro")) as connection:
            query = "SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE"
            return connection.execute(query, (self.table.name,)).fetchone() is not None

    def write(self, rows: Rows, replace: bool) -> None:
        of = name(self.table.name)
        with closing(self._connect("rwc")) as connection:
            connection.execute("BEGIN IMMEDIATE")
            if replace:
                connection.execute(f"DROP TABLE IF EXISTS {of}")
            connection.execute(f"CREATE TABLE {of} ({', '.join(f'{name(column)} TEXT' for column in rows.columns)})")
            lists = [at for at, many in enumerate(rows.columns.values()) if many]
            for batch in rows.batches():
                some = [_with_json(row, lists) for row in batch] if lists else batch
                connection.executemany(f"INSERT INTO {of} VALUES ({', '.join('?' * len(rows.columns))})", some)
            connection.execute("COMMIT")

    def _connect(self, mode: str) -> Any:
        import sqlite3

        return sqlite3.connect(f"file:{quote(self.table.database)}?mode={mode}", uri=True, isolation_level=None)


def _with_json(row: tuple[Any, ...], lists: list[int]) -> list[Any]:
    cells = list(row)
    for at in lists:
        cells[at] = None if cells[at] is None else json.dumps(cells[at], ensure_ascii=False)
    return cells


@frozen
class _DuckDB:
    table: Table

    def is_there(self) -> bool:
        assert self.table.file is not None
        if not self.table.file.exists():
            return False
        with database() as connection:
            connection.execute(f"ATTACH {text_literal(self.table.database)} AS {_TARGET} (READ_ONLY, TYPE duckdb)")
            query = (
                "SELECT 1 FROM duckdb_columns() WHERE database_name = ? AND (schema_name, table_name) = (?, ?) LIMIT 1"
            )
            return connection.execute(query, [_TARGET, *names_of(self.table)]).fetchone() is not None

    def write(self, rows: Rows, replace: bool) -> None:
        assert self.table.file is not None
        new, connection = not self.table.file.exists(), rows.connection
        of = ".".join(map(name, (_TARGET, *names_of(self.table))))
        connection.execute(f"ATTACH {text_literal(self.table.database)} AS {_TARGET} (TYPE duckdb)")
        try:
            # One statement is one transaction.
            connection.execute(f"CREATE {'OR REPLACE ' if replace else ''}TABLE {of} AS {rows.query}")
            connection.execute(f"DETACH {_TARGET}")
        except BaseException:
            connection.execute(f"DETACH {_TARGET}")
            if new:
                for file in self.table.files:
                    with suppress(OSError):
                        file.unlink()
            raise


@frozen
class _Postgres:
    table: Table
    connect: Callable[[Table], Any]

    def is_there(self) -> bool:
        with self.connect(self.table) as connection:
            return bool(columns_of(connection, self.table))

    def write(self, rows: Rows, replace: bool) -> None:
        of = quoted(self.table)
        columns = ", ".join(f"{name(column)} text{'[]' * many}" for column, many in rows.columns.items())
        with self.connect(self.table) as connection:
            if replace:
                connection.execute(f"DROP TABLE IF EXISTS {of}")
            connection.execute(f"CREATE TABLE {of} ({columns})")
            with connection.cursor() as cursor, cursor.copy(f"COPY {of} FROM STDIN") as copy:
                for batch in rows.batches():
                    for row in batch:
                        copy.write_row(row)
