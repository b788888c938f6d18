"""Records of a program's context: all of them where it has few, and any of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from hypothesis import strategies as st

from dro_lang.program.model import AttributeDefinition, Plan, Program
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
)
from dro_lang.program.values import Duration, Row, Value
from tests.programs.words import FIRST_DAY

MILLIONTH = Decimal("0.000001")
UNCOUNTED = ("id", "start_date", "name")
"""What every record has and no scenario of a finite program asks about."""

DURATIONS = (Duration(days=3), Duration(seconds=3600), Duration(business_days=2), Duration())


def every_row(program: Program, plan: Plan) -> Iterator[Row]:
    """Every record of a context with few values, leaving aside what all contexts need."""
    counted = [each for each in program.contexts[plan.context].attributes if each.name not in UNCOUNTED]
    names = [each.name for each in counted]
    for values in product(*(_every_value(program, each) for each in counted)):
        yield {"id": "C-1", "start_date": FIRST_DAY, "name": "a", **dict(zip(names, values, strict=True))}


def _every_value(program: Program, definition: AttributeDefinition) -> Sequence[Value]:
    unknown: list[Value] = [None] if definition.optional else []
    match definition.type:
        case BooleanType():
            return [*unknown, False, True]
        case EnumType(name):
            return [*unknown, *(constant.name for constant in program.enums[name].constants)]
    assert definition.low is not None
    assert definition.high is not None
    steps = {DateType: timedelta(days=1), DecimalType: MILLIONTH, IntegerType: 1}
    found: list[Value] = []
    value: Any = definition.low.value
    while value <= definition.high.value:
        found.append(value)
        value += steps[type(definition.type)]
    return unknown + found


@st.composite
def rows(draw: st.DrawFn, program: Program, plan: Plan) -> Row:
    """A record that fits the context, as the readers of records give it."""
    return _row(draw, program, program.contexts[plan.context].attributes, "C-1")


def _row(draw: st.DrawFn, program: Program, definitions: Sequence[AttributeDefinition], id: str) -> dict[str, Value]:
    return {each.name: id if each.name == "id" else _value(draw, program, each) for each in definitions}


def _value(draw: st.DrawFn, program: Program, definition: AttributeDefinition) -> Value:
    if definition.optional and draw(st.booleans()):
        return None
    match definition.type:
        case BooleanType():
            return draw(st.booleans())
        case EnumType(name):
            return draw(st.sampled_from([constant.name for constant in program.enums[name].constants]))
        case ListType(record):
            members = program.records[record].attributes
            return tuple(_row(draw, program, members, f"I-{n}") for n in range(draw(st.integers(0, 3))))
        case DurationType():
            return draw(st.sampled_from(DURATIONS))
        case DateTimeType():
            hours = draw(st.integers(-200, 1000))
            return datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, 9, tzinfo=UTC) + timedelta(hours=hours)
        case DateType():
            low, high = _bounds(definition, FIRST_DAY - timedelta(days=20), FIRST_DAY + timedelta(days=60))
            return draw(st.dates(low, high))
        case IntegerType():
            low, high = _bounds(definition, -5, 70)
            return draw(st.integers(low, high))
        case DecimalType() | MoneyType():
            low, high = _bounds(definition, Decimal(-5), Decimal(70))
            return draw(st.decimals(low, high, places=draw(st.sampled_from([0, 2, 6])))) if high - low > 1 else low
        case IdType():
            return "A-1"
    return draw(st.sampled_from(["", "a", "Ab", "A-1", "b", "ä€"]))


def _bounds(definition: AttributeDefinition, low: Any, high: Any) -> tuple[Any, Any]:
    """The bounds of an attribute, and near them where it has only one."""
    least = definition.low.value if definition.low else None
    most = definition.high.value if definition.high else None
    width = high - low
    if least is not None:
        return least, most if most is not None else max(high, least + width)
    return (low, high) if most is None else (min(low, most - width), most)


DAYS = st.integers(0, 120).map(lambda days: FIRST_DAY + timedelta(days=days))
A_DAY: date = FIRST_DAY
