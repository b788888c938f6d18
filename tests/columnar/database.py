"""Records of the context of tests/conditions in DuckDB, and the conditions that hold for them."""

import json
from decimal import Decimal

import duckdb

from dro_lang.conditions.columnar.columns import column_type
from dro_lang.conditions.columnar.formulas import formula, scope_of
from dro_lang.conditions.columnar.helpers import ReferenceHelpers
from dro_lang.conditions.columnar.terms import date_literal, moment_literal, name, text_literal
from dro_lang.program.model import Program
from dro_lang.program.types import DateTimeType, DateType, EnumType, ListType
from dro_lang.program.values import Duration
from tests.conditions.strategies import CONTEXT, LINE, RISKS

PROGRAM = Program("tests", enums={"Risk": RISKS}, records={"Line": LINE}, contexts={"Case": CONTEXT})


def literal(value, type):
    """A value as SQL."""
    if value is None:
        return f"CAST(NULL AS {column_type(type, PROGRAM)})"
    if isinstance(type, ListType):
        rows = (
            "{" + ", ".join(f"{name(a.name)}: {literal(row[a.name], a.type)}" for a in LINE.attributes) + "}"
            for row in value
        )
        return f"CAST([{', '.join(rows)}] AS {column_type(type, PROGRAM)})"
    if isinstance(type, EnumType):
        return text_literal(next(c.text for c in RISKS.constants if c.name == value))
    if isinstance(value, Duration):
        return f"{{days: {value.days}, seconds: {value.seconds}, business_days: {value.business_days}}}"
    if isinstance(type, DateTimeType):
        return moment_literal(value)
    if isinstance(type, DateType):
        return date_literal(value)
    if isinstance(value, Decimal):
        return f"CAST('{value:f}' AS {column_type(type, PROGRAM)})"
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return " || chr(0) || ".join(text_literal(part) for part in value.split("\0"))
    return f"CAST('{value}' AS {column_type(type, PROGRAM)})"


class Database:
    """Rows of the context, as a table."""

    def __init__(self, rows):
        self.connection = duckdb.connect(config={"threads": 1})
        columns = ", ".join(f"{name(a.name)} {column_type(a.type, PROGRAM)}" for a in CONTEXT.attributes)
        self.connection.execute(f"CREATE TABLE records (number INTEGER, {columns})")
        values = (
            f"({number}, {', '.join(literal(row[a.name], a.type) for a in CONTEXT.attributes)})"
            for number, row in enumerate(rows)
        )
        self.connection.execute(f"INSERT INTO records VALUES {', '.join(values)}")

    def holding(self, condition, environment):
        """The numbers of the rows for which a condition in normal form holds, and the helpers that it took."""
        helpers = ReferenceHelpers(PROGRAM, CONTEXT, environment)
        text = formula(condition, scope_of(PROGRAM, CONTEXT, environment, helpers), helpers)
        query = f"SELECT number FROM records WHERE {text} ORDER BY number"
        return [number for (number,) in self.selected(query, helpers)], helpers.found

    def selected(self, query, helpers):
        """The rows that a query gives, which may call helpers."""
        for helper in helpers.found.values():
            self.connection.create_function(
                helper.name, helper.function, [helper.argument], "BOOLEAN", null_handling="special"
            )
        try:
            return self.connection.execute(query).fetchall()
        finally:
            for helper in helpers.found.values():
                self.connection.remove_function(helper.name)
