"""The columns of a context: one for each attribute, of a type that holds its values exactly."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from dro_lang.conditions.columnar.terms import Length, Number, Plain, Term, name
from dro_lang.program.model import AttributeDefinition, Program
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
    Type,
)
from dro_lang.program.values import INTEGER_MAX, INTEGER_MIN, MICRO, WHOLE_DIGITS, Duration, Value, scaled

_MOST_DAYS = 3_652_059
"""The limit of a duration in a record, see records/times.py."""

_SIMPLE: Mapping[type, str] = {
    BooleanType: "BOOLEAN",
    IntegerType: "BIGINT",
    DecimalType: "DECIMAL(18, 6)",
    MoneyType: "DECIMAL(18, 6)",
    DateType: "DATE",
    DateTimeType: "TIMESTAMP",
    DurationType: "STRUCT(days BIGINT, seconds BIGINT, business_days BIGINT)",
}


def column_type(of: Type, program: Program) -> str:
    """The SQL type of the column of an attribute."""
    if isinstance(of, ListType):
        return f"{row_type(program.records[of.record].attributes, program)}[]"
    return _SIMPLE.get(type(of), "VARCHAR")


def row_type(attributes: Sequence[AttributeDefinition], program: Program) -> str:
    """The SQL type of an element of a list."""
    fields = (f"{name(each.name)} {column_type(each.type, program)}" for each in attributes)
    return f"STRUCT({', '.join(fields)})"


def column(definition: AttributeDefinition, prefix: str = "") -> Term:
    """An attribute as a term: its column, or a field of the element that `prefix` names."""
    sql = prefix + name(definition.name)
    low, high = definition.low, definition.high
    match definition.type:
        case IntegerType():
            return Number(sql, _bound(low, INTEGER_MIN, 1), _bound(high, INTEGER_MAX, 1), simple=True)
        case DecimalType() | MoneyType():
            most = 10**WHOLE_DIGITS * MICRO - 1
            return Number(sql, _bound(low, -most, MICRO), _bound(high, most, MICRO), decimal=True, simple=True)
        case DurationType():
            days = Number(f"{sql}.days", -_MOST_DAYS, _MOST_DAYS, simple=True)
            longest = (_MOST_DAYS + 1) * 86_400
            seconds = Number(f"{sql}.seconds", -longest, longest, simple=True)
            business = Number(f"{sql}.business_days", -_MOST_DAYS, _MOST_DAYS, simple=True)
            return Length(days, seconds, business)
    return Plain(sql, simple=True)


def value_of(raw: Any, of: Type, program: Program) -> Value:
    """The value of the language that stands in a column, from what the database hands to Python."""
    if raw is None:
        return None
    if isinstance(of, ListType):
        shape = program.records[of.record].attributes
        return tuple({each.name: value_of(row[each.name], each.type, program) for each in shape} for row in raw)
    if isinstance(of, EnumType):
        return next(constant.name for constant in program.enums[of.name].constants if constant.text == raw)
    if isinstance(of, DurationType):
        return Duration(raw["days"], raw["seconds"], raw["business_days"])
    return raw.replace(tzinfo=UTC) if isinstance(raw, datetime) else raw


def _bound(bound: object, otherwise: int, unit: int) -> int:
    value = getattr(bound, "value", None)
    if value is None:
        return otherwise
    return scaled(value) if unit == MICRO else int(value)
