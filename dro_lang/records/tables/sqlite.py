"""Tables of SQLite, by Python's own library.

SQLite has no types for columns but for values, and no exact decimals: a REAL is taken as the shortest decimal number
that stands for it, which is the one that was written into a column such as DECIMAL(12, 2).
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any
from urllib.parse import quote

from dro_lang.conditions.columnar.terms import name
from dro_lang.records.problems import InputError
from dro_lang.records.tables.address import Table
from dro_lang.records.tables.rows import BATCH, Batch, Only, Reading, Wanted, no_such_table, unreadable

_BOOLEANS = {"BOOLEAN", "BOOL"}
"""Declared so, a column of 0 and 1 is one of false and true: SQLite has no other."""
_KNOWN: dict[tuple[Table, tuple[str, ...]], tuple[tuple[tuple[int, int], ...], dict[str, str]]] = {}
"""The types of columns, as they were when their file was last written to."""
_MOST_KNOWN = 100


@contextmanager
def reading(table: Table, wanted: Wanted, only: Only | None = None) -> Iterator[Reading]:
    """A table as it is at one moment, in the order of its rows. Raises InputError where it cannot be read, now or
    later."""
    stamp = _stamp(table)
    try:
        with closing(_connect(table)) as connection:
            connection.execute("BEGIN")
            declared = _columns(connection, table)
            columns = wanted(list(declared))
            read, of_all = {column: declared[column] for column in columns}, (table, tuple(columns))
            asked = only if only is not None and only.column in read else None
            # What stands in the other rows says what a value of this one is: that is looked at once.
            known = None if asked is None else _KNOWN.get(of_all)
            types = known[1] if known is not None and known[0] == stamp else _types(connection, table, read)
            if asked is not None and (of_all in _KNOWN or len(_KNOWN) < _MOST_KNOWN):
                _KNOWN[of_all] = (stamp, types)
            yield Reading(types, _batches(connection, table, types, asked))
    except sqlite3.Error as error:
        raise unreadable(table, error) from None


def _stamp(table: Table) -> tuple[tuple[int, int], ...]:
    """Another one whenever something was written."""
    found = []
    for path in table.files:
        with suppress(OSError):
            stat = path.stat()
            found.append((stat.st_mtime_ns, stat.st_size))
    return tuple(found)


def _connect(table: Table) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(table.database)}?mode=ro", uri=True, isolation_level=None)


def _columns(connection: sqlite3.Connection, table: Table) -> dict[str, str]:
    """The columns with their declared types."""
    found = connection.execute("SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1", (table.name,))
    columns = {column: declared.upper() for column, declared in found}
    if not columns:
        names = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
        there = connection.execute(names + "ESCAPE '\\' ORDER BY name").fetchall()
        raise no_such_table(table, [each for (each,) in there])
    return columns


def _types(connection: sqlite3.Connection, table: Table, declared: Mapping[str, str]) -> dict[str, str]:
    """The type of each column, by the values that stand in it. Raises InputError for one with binary data."""
    tests = ", ".join(
        f"max(typeof({cell}) = 'blob'), max(typeof({cell}) NOT IN ('integer', 'null')), max({cell} NOT IN (0, 1))"
        for cell in map(name, declared)
    )
    found = connection.execute(f"SELECT {tests} FROM {name(table.name)}").fetchone()
    types = {}
    for at, (column, type) in enumerate(declared.items()):
        binary, other, beyond = found[3 * at : 3 * at + 3]
        if binary:
            raise InputError(
                f"`{table}` has binary data (BLOB) in `{column}`", "read a view that casts it to what it means"
            )
        flag = type in _BOOLEANS and not other and not beyond
        types[column] = "BOOLEAN" if flag else "VARCHAR" if other else "BIGINT"
    return types


def _batches(
    connection: sqlite3.Connection, table: Table, types: Mapping[str, str], only: Only | None
) -> Iterator[Batch]:
    kind = connection.execute("SELECT type, wr FROM pragma_table_list(?)", (table.name,)).fetchone()
    order = " ORDER BY rowid" if kind == ("table", 0) else ""
    # A text is compared with whatever the column holds, as SQLite has it: with numbers only where it is declared so.
    where = "" if only is None else f" WHERE {name(only.column)} IN (?, ?)"
    values = () if only is None else (only.value, only.value if only.number is None else only.number)
    rows = connection.execute(f"SELECT {', '.join(map(name, types))} FROM {name(table.name)}{where}{order}", values)
    texts = [at for at, wanted in enumerate(types.values()) if wanted == "VARCHAR"]
    while batch := rows.fetchmany(BATCH):
        columns: list[Sequence[Any]] = list(zip(*batch, strict=True))
        for at in texts:
            columns[at] = [cell if cell is None or type(cell) is str else str(cell) for cell in columns[at]]
        yield columns
