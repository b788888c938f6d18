"""The result as a table of a database."""

from pathlib import Path

from dro_lang.conditions.columnar.terms import text_literal
from dro_lang.records.parquet_records import database
from dro_lang.records.tables.address import Table
from dro_lang.records.tables.written import Rows, write_table
from dro_lang.runtime.batch.select import Outcome


def as_table(outcome: Outcome, table: Table, replace: bool) -> None:
    """Write the result to a table. Raises OutputError."""
    write_table(table, Rows(_columns(outcome.many), outcome.query, outcome.connection), replace)


def lines_as_table(lines: Path, table: Table, many: bool, replace: bool) -> None:
    """Write the result, which stands in a file of NDJSON, to a table. Raises OutputError."""
    columns = _columns(many)
    types = ", ".join(f"{column}: '{'VARCHAR[]' if of_texts else 'VARCHAR'}'" for column, of_texts in columns.items())
    query = f"SELECT * FROM read_ndjson({text_literal(str(lines))}, columns={{{types}}})"
    with database() as connection:
        write_table(table, Rows(columns, query, connection), replace)


def _columns(many: bool) -> dict[str, bool]:
    return {"id": False, "scenarios" if many else "scenario": many, "error": False}
