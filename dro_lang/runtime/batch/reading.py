"""Running a query that reads text: what DuckDB leaves out because it has not the form of the other rows is told."""

from typing import Any

from dro_lang.records.parquet_records import told
from dro_lang.records.problems import InputError, OutputError

_TABLES = ("reject_errors", "reject_scans")


def run_over_text(connection: Any, query: str, name: str) -> list[int]:
    """Run a query over an input of this name, which may be text; gives where in the input (bytes) the rows stand that
    were left out. Raises as `run` does."""
    for table in _TABLES:
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    run(connection, query, name)
    there = connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchall()
    if not there:
        return []
    # DuckDB counts bytes from 1.
    left_out = "SELECT DISTINCT line_byte_position - 1 FROM reject_errors ORDER BY 1"
    return [at for (at,) in connection.execute(left_out).fetchall()]


def run(connection: Any, query: str, name: str) -> None:
    """Run a query over an input of this name.

    Raises InputError for an input that cannot be read, OutputError where there is no room for what is written.
    """
    import duckdb

    try:
        connection.execute(query)
    except duckdb.IOException as error:
        raise OutputError(f"the output cannot be written: {told(error)}", "give room, or name another file") from None
    except duckdb.OutOfMemoryException as error:
        raise OutputError(f"the memory does not suffice: {told(error)}", "give more with --memory") from None
    except (duckdb.InvalidInputException, duckdb.InvalidTypeException, duckdb.ConversionException) as error:
        raise InputError(f"`{name}` cannot be read: {told(error)}", "force the rows with --evaluator rules") from None
