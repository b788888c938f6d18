"""From the value that a calculation is to have to values of the attributes in it, one at a time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from dro_lang.analysis.solver.regions import A_DAY
from dro_lang.program.expressions import (
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Call,
    Constant,
    Expression,
    Function,
    Negate,
)
from dro_lang.program.types import DateTimeType, DateType, IntegerType
from dro_lang.program.values import Value, add, divide, multiply

_KEEPS = (Function.ROUND, Function.LOWER, Function.UPPER, Function.TRIM, Function.DEFAULT, Function.MIN, Function.MAX)
"""Functions whose value can be that of their first argument."""


def inverted(term: Expression, value: Value) -> Iterator[tuple[str, Value]]:
    """Attributes with values for which a term is likely to have this value: what rounding or a limit forbids is left to
    be found out. Only terms in which one operand varies are gone through."""
    match term:
        case Attribute(name, kind):
            yield from ((name, each) for each in _as(kind, value))
        case Negate(operand) if isinstance(value, int | Decimal):
            yield from inverted(operand, -value)
        case Arithmetic(operator, left, Constant(constant)) if _numbers(value, constant):
            yield from inverted(left, _undone(operator, value, constant))
        case Arithmetic(
            ArithmeticOperator.MULTIPLY | ArithmeticOperator.ADD as operator, Constant(constant), right
        ) if _numbers(value, constant):
            yield from inverted(right, _undone(operator, value, constant))
        case Call(Function.ABS, (operand,)) if isinstance(value, int | Decimal):
            yield from inverted(operand, value)
            yield from inverted(operand, -value)
        case Call(Function.YEAR | Function.MONTH | Function.DAY | Function.WEEKDAY as function, (operand,)):
            day = _day(function, value)
            if day is not None:
                yield from inverted(operand, day)
        case Call(function, (operand, *_)) if function in _KEEPS:
            yield from inverted(operand, value)


def _numbers(*values: Value) -> bool:
    return all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in values)


def _undone(operator: ArithmeticOperator, value: Value, constant: Value) -> Value:
    """What an operation with a constant makes this value of."""
    assert isinstance(value, int | Decimal)
    assert isinstance(constant, int | Decimal)
    match operator:
        case ArithmeticOperator.ADD:
            return add(value, -constant)
        case ArithmeticOperator.SUBTRACT:
            return add(value, constant)
        case ArithmeticOperator.MULTIPLY:
            return divide(value, constant)
        case ArithmeticOperator.DIVIDE:
            return multiply(value, constant)


def _as(kind: object, value: Value) -> Iterator[Value]:
    """The value as one of an attribute's type, rounded both ways where it must be whole."""
    if isinstance(kind, IntegerType) and isinstance(value, Decimal):
        yield from dict.fromkeys(
            (int(value.to_integral_value("ROUND_FLOOR")), int(value.to_integral_value("ROUND_CEILING")))
        )
    elif isinstance(kind, DateTimeType) and isinstance(value, date) and not isinstance(value, datetime):
        yield datetime.combine(value, time(12), UTC)
    elif isinstance(kind, DateType) or not isinstance(value, date):
        yield value


def _day(function: Function, value: Value) -> date | None:
    """A day with this year, month, day of its month or of its week."""
    if not isinstance(value, int):
        return None
    try:
        match function:
            case Function.YEAR:
                return A_DAY.replace(year=value)
            case Function.MONTH:
                return A_DAY.replace(month=value)
            case Function.DAY:
                return A_DAY.replace(day=value)
    except ValueError:
        return None
    return A_DAY + timedelta(days=(value - A_DAY.isoweekday()) % 7) if 1 <= value <= 7 else None
