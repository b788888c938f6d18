"""Records of the context of tests/conditions in real databases, to which a query can be put."""

import json
from decimal import Decimal

import duckdb
import psycopg

from dro_lang.conditions.sql.dialects import DIALECTS
from dro_lang.program.types import (
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IntegerType,
    ListType,
    MoneyType,
)
from tests.conditions.strategies import CONTEXT, LINE, RISKS

COLUMNS = [each for each in CONTEXT.attributes if not isinstance(each.type, DurationType)]
FIELDS = [each for each in LINE.attributes if not isinstance(each.type, DurationType)]
TYPES = {
    BooleanType: "BOOLEAN",
    IntegerType: "BIGINT",
    DecimalType: "DECIMAL(18, 6)",
    MoneyType: "DECIMAL(18, 6)",
    DateType: "DATE",
    DateTimeType: "TIMESTAMPTZ",
}
ZONE = "America/St_Johns"
"""Of the sessions: no answer depends on it."""


def text(value, type):
    """A value as text that every database reads as its own."""
    if isinstance(type, EnumType) and value is not None:
        return next(each.text for each in RISKS.constants if each.name == value)
    if isinstance(type, ListType):
        return json.dumps([{each.name: text(row[each.name], each.type) for each in FIELDS} for row in value])
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bool):
        return json.dumps(value)
    return value if value is None else str(value)


def rows_of(table):
    """The rows of the table of records."""
    return [[text(row[each.name], each.type) for each in COLUMNS] for row in table]


def lines_of(table):
    """The rows of the table of lines."""
    return [
        [row["id"], *(text(line[each.name], each.type) for each in FIELDS)] for row in table for line in row["lines"]
    ]


def definitions(columns, of_list=""):
    return ", ".join(
        f"{each.name} {of_list if isinstance(each.type, ListType) else TYPES.get(type(each.type), 'VARCHAR')}"
        for each in columns
    )


def sorted_answers(rows):
    return sorted((id, names or None, error) for id, names, error in rows)


class Duck:
    dialect = DIALECTS["duckdb"]

    def __init__(self):
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute(f"SET TimeZone = '{ZONE}'")

    def load(self, table):
        lists = f"STRUCT({definitions(FIELDS)})[]"
        self.connection.execute(f"CREATE OR REPLACE TABLE Cases ({definitions(COLUMNS, lists)})")
        self.connection.execute(f"CREATE OR REPLACE TABLE Lines (CaseId VARCHAR, {definitions(FIELDS)})")
        for name, rows in (("Cases", rows_of(table)), ("Lines", lines_of(table))):
            if rows:
                # One statement: each costs a millisecond.
                marks = ", ".join(["(" + ", ".join("?" * len(rows[0])) + ")"] * len(rows))
                self.connection.execute(f"INSERT INTO {name} VALUES {marks}", [cell for row in rows for cell in row])

    def answers(self, query):
        return sorted_answers(self.connection.execute(query).fetchall())


class Postgres:
    dialect = DIALECTS["postgres"]

    def __init__(self, address):
        self.connection = psycopg.connect(address, autocommit=True)
        self.connection.execute(f"SET TimeZone = '{ZONE}'")
        self.connection.execute(
            f"CREATE TEMPORARY TABLE Cases ({definitions(COLUMNS, 'JSONB')});"
            f"CREATE TEMPORARY TABLE Lines (CaseId VARCHAR, {definitions(FIELDS)})"
        )

    def load(self, table):
        self.connection.execute("TRUNCATE Cases, Lines")
        for name, rows in (("Cases", rows_of(table)), ("Lines", lines_of(table))):
            with self.connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)

    def answers(self, query):
        return sorted_answers(self.connection.execute(query).fetchall())
