"""Tables of PostgreSQL, by psycopg (the extra `postgres`)."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dro_lang.conditions.columnar.terms import name
from dro_lang.records.problems import InputError
from dro_lang.records.tables.address import Table
from dro_lang.records.tables.rows import BATCH, Batch, Only, Reading, Wanted, no_such_table, unreadable

_PATIENCE = 10
"""Seconds until a server that does not answer is given up, unless the address says otherwise."""
_TYPES = {
    "smallint": "SMALLINT",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "uuid": "UUID",
    "real": "FLOAT",
    "double precision": "DOUBLE",
}
"""What the types of PostgreSQL are in DuckDB; those that are not here are read as text."""
_MOMENT = re.compile(r"timestamp(?:\([0-6]\))? with(out)? time zone")
_EXACT = re.compile(r"numeric\(([0-9]+),([0-9]+)\)")
_WIDEST = 38
"""Digits of a DECIMAL of DuckDB."""


@contextmanager
def reading(table: Table, wanted: Wanted, only: Only | None = None) -> Iterator[Reading]:
    """A table as it is at one moment, in the order of its primary key if it has one. Raises InputError where it cannot
    be read, now or later."""
    connect = connector()
    import psycopg

    try:
        with connect(table) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            # Values are read as text: of dates and moments it is to be the one form that all systems know.
            connection.execute("SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'")
            connection.execute("SET LOCAL intervalstyle = 'iso_8601'")
            declared = columns_of(connection, table)
            if not declared:
                raise no_such_table(table, _tables(connection))
            types = {column: _type(declared[column]) for column in wanted(list(declared))}
            yield Reading(types, _batches(connection, table, types, only if only and only.column in types else None))
    except psycopg.Error as error:
        raise unreadable(table, error) from None


def connector() -> Any:
    """What opens a connection to the database of a table. Raises InputError where psycopg is not installed."""
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise InputError("psycopg is not installed", "install it: pip install 'drolang[postgres]'") from None

    def connect(table: Table) -> Any:
        patience = conninfo_to_dict(table.database).get("connect_timeout", _PATIENCE)
        return psycopg.connect(table.database, connect_timeout=patience, client_encoding="utf8")

    return connect


def quoted(table: Table) -> str:
    """The name of a table, with that of its schema if it has one, as SQL."""
    return ".".join(map(name, table.name.split(".", 1)))


def columns_of(connection: Any, table: Table) -> dict[str, str]:
    """The columns of a table with their types; none where there is no such table."""
    query = (
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    return dict(connection.execute(query, (quoted(table),)).fetchall())


def _tables(connection: Any) -> list[str]:
    query = (
        "SELECT CASE WHEN pg_table_is_visible(c.oid) THEN relname ELSE nspname || '.' || relname END FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'v', 'm', 'p', 'f') "
        "AND nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg_toast%' ORDER BY 1"
    )
    return [each for (each,) in connection.execute(query).fetchall()]


def _type(declared: str) -> str:
    if moment := _MOMENT.fullmatch(declared):
        return "TIMESTAMP" if moment[1] else "TIMESTAMPTZ"
    if (exact := _EXACT.fullmatch(declared)) and int(exact[2]) <= int(exact[1]) <= _WIDEST:
        return f"DECIMAL({exact[1]}, {exact[2]})"
    return _TYPES.get(declared, "VARCHAR")


def _batches(connection: Any, table: Table, types: Mapping[str, str], only: Only | None) -> Iterator[Batch]:
    import psycopg

    key = connection.execute(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey) "
        "WHERE indrelid = to_regclass(%s) AND indisprimary ORDER BY array_position(indkey::int2[], attnum)",
        (quoted(table),),
    ).fetchall()
    # With the name of the table, which keeps ORDER BY from the texts that are selected under the same names.
    order = f" ORDER BY {', '.join(f'records.{name(column)}' for (column,) in key)}" if key else ""
    cells = ", ".join(f"{name(column)}::text" for column in types)
    with connection.cursor(name="records") as rows:
        if only is None:
            rows.execute(f"SELECT {cells} FROM {quoted(table)} AS records{order}")
        else:
            try:
                # The text is taken as a value of the column's own type, of which there may be an index.
                where = f" WHERE records.{name(only.column)} = %s"
                rows.execute(f"SELECT {cells} FROM {quoted(table)} AS records{where}{order}", (only.value,))
            except psycopg.DataError:
                # It is none: no row has it.
                return
        while batch := rows.fetchmany(BATCH):
            yield list(zip(*batch, strict=True))
