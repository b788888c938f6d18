"""A table as a Parquet file: only the columns that matter, as they are at one moment."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dro_lang.conditions.columnar.terms import name, text_literal
from dro_lang.records.csv_records import Columns
from dro_lang.records.parquet_records import check_fields, database, read_all, roots, told
from dro_lang.records.problems import Found, InputError, OutputError
from dro_lang.records.tables.address import System, Table
from dro_lang.records.tables.rows import Only, Reading, Wanted, no_such_table

_SOURCE = "records_source"
_ROWS = "records_rows"
_BATCH = "records_batch"
_MEMORY = "400MB"
"""That DuckDB may hold where records are read one by one."""


def copy_table(
    table: Table,
    columns: Columns,
    connection: Any,
    file: Path,
    only: Only | None = None,
    copied: Callable[[int], None] = lambda rows: None,
) -> None:
    """Write the rows of a table, in its order, to a Parquet file; or some of them. `copied` is called now and then with
    how many are fetched, save for a table of DuckDB, which is copied in one go.

    Raises InputError where the table cannot be read or lacks a required column, OutputError where there is no room.
    """
    import duckdb

    def wanted(there: Sequence[str]) -> Sequence[str]:
        check_fields(there, columns, str(table))
        return [column for column in there if column in roots(columns.wanted)]

    try:
        if table.system is System.DUCKDB:
            _copy_attached(table, wanted, connection, file, only)
        else:
            _copy_rows(table, wanted, connection, file, only, copied)
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise OutputError(f"`{table}` cannot be copied: {told(error)}", "give room for its copy") from None
    except duckdb.Error as error:
        raise InputError(f"`{table}` cannot be read: {told(error)}", "check the table") from None


def _copy_attached(table: Table, wanted: Wanted, connection: Any, file: Path, only: Only | None) -> None:
    import duckdb

    try:
        connection.execute(f"ATTACH {text_literal(table.database)} AS {_SOURCE} (READ_ONLY, TYPE duckdb)")
    except duckdb.Error as error:
        raise InputError(f"`{table}` cannot be opened: {told(error)}", "check the file") from None
    try:
        columns: dict[tuple[str, str], list[str]] = {}
        known = "FROM duckdb_columns() WHERE database_name = ? ORDER BY schema_name, table_name, column_index"
        for schema, of, column in connection.execute(
            f"SELECT schema_name, table_name, column_name {known}", [_SOURCE]
        ).fetchall():
            columns.setdefault((schema, of), []).append(column)
        place = names_of(table)
        if place not in columns:
            raise no_such_table(table, [of if schema == "main" else f"{schema}.{of}" for schema, of in columns])
        cells = ", ".join(map(name, wanted(columns[place])))
        source = ".".join(map(name, (_SOURCE, *place)))
        where = ""
        if only is not None and only.column in columns[place]:
            where = f" WHERE CAST({name(only.column)} AS VARCHAR) = {text_literal(only.value)}"
        connection.execute(f"COPY (SELECT {cells} FROM {source}{where}) TO {text_literal(str(file))} (FORMAT parquet)")
    finally:
        connection.execute(f"DETACH {_SOURCE}")


def names_of(table: Table) -> tuple[str, str]:
    """The names of the schema and of the table in a file of DuckDB."""
    schema, point, of = table.name.rpartition(".")
    return (schema if point else "main"), of


def _copy_rows(
    table: Table, wanted: Wanted, connection: Any, file: Path, only: Only | None, copied: Callable[[int], None]
) -> None:
    with _reading(table, wanted, only) as reading:
        # Under names of their own, until they are written: those of the table may be any.
        types = list(reading.types.values())
        columns = ", ".join(f"c{at} {type}" for at, type in enumerate(types))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {_ROWS} ({columns})")
        cells = ", ".join(f"CAST(c{at} AS {type})" for at, type in enumerate(types))
        rows = 0
        for batch in reading.batches:
            connection.register(_BATCH, {f"c{at}": _array(cells) for at, cells in enumerate(batch)})
            connection.execute(f"INSERT INTO {_ROWS} SELECT {cells} FROM {_BATCH}")
            connection.unregister(_BATCH)
            rows += len(batch[0]) if batch else 0
            copied(rows)
        named = ", ".join(f"c{at} AS {name(column)}" for at, column in enumerate(reading.types))
        connection.execute(f"COPY (SELECT {named} FROM {_ROWS}) TO {text_literal(str(file))} (FORMAT parquet)")
        connection.execute(f"DROP TABLE {_ROWS}")


def _reading(table: Table, wanted: Wanted, only: Only | None) -> AbstractContextManager[Reading]:
    # Each loads a library that takes its time.
    if table.system is System.SQLITE:
        from dro_lang.records.tables import sqlite

        return sqlite.reading(table, wanted, only)
    from dro_lang.records.tables import postgres

    return postgres.reading(table, wanted, only)


def _array(cells: Sequence[Any]) -> Any:
    """The cells of a column as numpy has them."""
    import numpy

    if any(type(cell) is str for cell in cells):
        return numpy.array(cells, dtype=object)
    missing = [cell is None for cell in cells]
    return numpy.ma.array([cell or 0 for cell in cells], mask=missing, dtype=numpy.int64)


def read_table(table: Table, columns: Columns, only: Only | None = None) -> Iterator[Found]:
    """The records of a table, or some of them, one by one. Raises InputError and OutputError as `copy_table`."""
    with TemporaryDirectory(prefix="drolang-table-") as folder:
        copy = Path(folder, "rows.parquet")
        with database(_MEMORY, Path(folder, "spill")) as connection:
            copy_table(table, columns, connection, copy, only)
            yield from read_all(connection, copy, columns, str(table))
