"""Whether a value may stand where one of a type with its bounds is wanted: an attribute, an argument or a result."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from dro_lang.program.model import AttributeDefinition, Program
from dro_lang.program.render import render, render_value
from dro_lang.program.types import (
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IdType,
    IntegerType,
    ListType,
    MoneyType,
    TextType,
    Type,
)
from dro_lang.program.values import INTEGER_MAX, INTEGER_MIN, SCALE, WHOLE_DIGITS, Duration, Row, Value


def misfit(value: Value, definition: AttributeDefinition, program: Program) -> str | None:
    """Why a value does not fit, as the end of a sentence; None if it fits."""
    if value is None:
        return None if definition.optional else "is unknown"
    if not _has_type(value, definition.type, program):
        return f"is no {definition.type}"
    if not _within(value, definition):
        low, high = ("" if bound is None else render(bound) for bound in (definition.low, definition.high))
        return f"is {render_value(value, definition.type)}, outside {low}..{high}"
    return None


def misfits(row: Row, definitions: Sequence[AttributeDefinition], program: Program) -> str | None:
    """The first thing that is wrong with a row: a value that does not fit, one that is missing, one too many."""
    if not row and not definitions:
        return None
    for definition in definitions:
        problem = misfit(row.get(definition.name), definition, program)
        if problem:
            return f"`{definition.name}` {problem}"
    surplus = next((name for name in row if all(name != definition.name for definition in definitions)), None)
    return None if surplus is None else f"`{surplus}` is not one of them"


def _has_type(value: Value, type: Type, program: Program) -> bool:
    match type:
        case IdType() | TextType():
            return isinstance(value, str)
        case BooleanType():
            return isinstance(value, bool)
        case IntegerType():
            return isinstance(value, int) and not isinstance(value, bool) and INTEGER_MIN <= value <= INTEGER_MAX
        case DecimalType() | MoneyType():
            return isinstance(value, int | Decimal) and not isinstance(value, bool) and _exact(Decimal(value))
        case DateTimeType():
            return isinstance(value, datetime) and value.utcoffset() is not None
        case DateType():
            return isinstance(value, date) and not isinstance(value, datetime)
        case DurationType():
            return isinstance(value, Duration)
        case EnumType(name):
            return any(value == constant.name for constant in program.enums[name].constants)
        case ListType(record):
            shape = program.records[record].attributes
            return isinstance(value, tuple) and all(
                isinstance(element, Mapping) and misfits(element, shape, program) is None for element in value
            )


def _exact(number: Decimal) -> bool:
    """Whether a number has at most 12 digits before the point and 6 after."""
    return number.is_finite() and abs(number) < 10**WHOLE_DIGITS and number == round(number, SCALE)


def _within(value: Value, definition: AttributeDefinition) -> bool:
    low, high = definition.low, definition.high
    # The type has been checked: a bound is of the value's own, ordered type.
    return (low is None or low.value <= value) and (high is None or value <= high.value)  # type: ignore[operator]
