"""Records as Parquet, one by one, through DuckDB (the extra `batch`)."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from dro_lang.conditions.columnar.terms import name, text_literal
from dro_lang.records.csv_records import Columns, check_columns
from dro_lang.records.problems import Found, InputError, Position

_ROWS = 1024
WRITTEN = "FORMAT parquet, DICTIONARY_SIZE_LIMIT 1000"
"""How results are written: without looking for a dictionary of ids, of which no two are equal."""


def database(memory: str | None = None, spill: Path | None = None) -> Any:
    """A connection to a DuckDB of its own, in memory. Raises InputError where DuckDB is not installed."""
    try:
        import duckdb
    except ImportError:
        raise InputError("DuckDB is not installed", "install it: pip install 'drolang[batch]'") from None
    connection = duckdb.connect()
    # Neither looks for extensions nor loads them: what is read and written here needs none but those built in.
    connection.execute("SET TimeZone = 'UTC'; SET autoinstall_known_extensions = false")
    # Several queries go over one file: what it tells of its columns is read once, unless it has changed.
    connection.execute("SET parquet_metadata_cache = true")
    if memory is not None:
        connection.execute(f"SET memory_limit = {text_literal(memory)}")
    if spill is not None:
        connection.execute(f"SET temp_directory = {text_literal(str(spill))}")
    return connection


def scan(path: Path) -> str:
    """The text that reads a Parquet file as a table."""
    return f"read_parquet({text_literal(str(path))})"


def columns_of(connection: Any, table: str) -> dict[str, Any]:
    """The columns of a table with their types, as DuckDB describes them."""
    relation = connection.sql(f"SELECT * FROM {table} LIMIT 0")
    return dict(zip(relation.columns, relation.types, strict=True))


def read_parquet(path: Path, columns: Columns) -> Iterator[Found]:
    """The records of a file in their order. Raises InputError for one that is none, or lacks a required column."""
    with database() as connection:
        yield from read_all(connection, path, columns, str(path))


def read_all(connection: Any, path: Path, columns: Columns, name: str) -> Iterator[Found]:
    """The records of a file in their order, by a connection that is there; `name` is what the file is called."""
    yield from _found(connection, path, columns, name, "")


def read_rows(connection: Any, path: Path, columns: Columns, name: str, rows: Sequence[int]) -> Iterator[Found]:
    """The records that stand at these places of a file, which ascend."""
    for at in range(0, len(rows), _ROWS):
        some = ", ".join(map(str, rows[at : at + _ROWS]))
        which = f"WHERE file_row_number IN ({some}) ORDER BY file_row_number"
        yield from _found(connection, path, columns, name, which)


def _found(connection: Any, path: Path, columns: Columns, called: str, which: str) -> Iterator[Found]:
    import duckdb

    try:
        there = columns_of(connection, scan(path))
        check_fields(there, columns, called)
        wanted = [column for column in there if column in roots(columns.wanted)]
        texts = ", ".join(map(_exact(there), wanted))
        rows = connection.cursor().execute(f"SELECT file_row_number, {texts} FROM {scan(path)} {which}")
        while some := rows.fetchmany(_ROWS):
            for number, *values in some:
                data = {column: _data(value) for column, value in zip(wanted, values, strict=True)}
                yield Found(Position(called, index=number), data)
    except duckdb.Error as error:
        raise InputError(f"`{called}` cannot be read as Parquet: {told(error)}", "check the file") from None


def check_fields(there: Iterable[str], columns: Columns, name: str) -> None:
    """Raises InputError where a file has no column that is required, or that holds a field that is."""
    names = list(there)
    required = tuple(path for path in columns.required if path.split(".")[0] not in names)
    check_columns(names, Columns(columns.wanted, required), name)


def told(error: Exception) -> str:
    """An error of DuckDB on one line."""
    first = str(error).strip().split("\n")[0]
    return first.split(": ", 1)[-1]


def roots(paths: Iterable[str]) -> set[str]:
    return {root for path in paths for root in (path, path.split(".")[0])}


def _exact(types: dict[str, Any]) -> Any:
    """The text of a column, converted where Python would get less than what stands there."""

    def text(column: str) -> str:
        return f"CAST({name(column)} AS VARCHAR)" if types[column].id in ("enum", "uuid") else name(column)

    return text


def _data(value: Any) -> Any:
    """A value as JSON would have it, save that dates, moments and decimals stay what they are."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return {key: _data(each) for key, each in value.items()}
    return [_data(each) for each in value] if isinstance(value, list) else value
