"""Constant folding: arithmetic on constants, done once."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from dro_lang.program.expressions import Arithmetic, ArithmeticOperator, Constant, Expression
from dro_lang.program.types import DecimalType, MoneyType
from dro_lang.program.values import Duration, Value, add, divide, multiply
from dro_lang.semantics.typing.literals import negative


def folded(expression: Arithmetic) -> Expression:
    """The constant that an operation on two constants gives; the operation itself where it has to wait for the run
    (business days need the plan's calendar)."""
    left, right = expression.left, expression.right
    if not isinstance(left, Constant) or not isinstance(right, Constant):
        return expression
    value = _calculate(expression.operator, left, right)
    if isinstance(value, int) and isinstance(expression.type, DecimalType | MoneyType):
        value = Decimal(value)
    return expression if value is None else Constant(value, expression.type)


def _calculate(operator: ArithmeticOperator, left: Constant, right: Constant) -> Value:
    if operator is ArithmeticOperator.SUBTRACT:
        if isinstance(left.value, date) and isinstance(right.value, date):
            return _between(right.value, left.value)
        opposite = negative(right)
        return None if opposite is None else _calculate(ArithmeticOperator.ADD, left, opposite)
    match left.value, right.value:
        case (int() | Decimal() as one, int() | Decimal() as other):
            if operator is ArithmeticOperator.ADD:
                return add(one, other)
            return multiply(one, other) if operator is ArithmeticOperator.MULTIPLY else divide(one, other)
        case (Duration() as one, Duration() as other):
            return Duration(one.days + other.days, one.seconds + other.seconds, one.business_days + other.business_days)
        case (Duration() as duration, int(count)) | (int(count), Duration() as duration):
            return Duration(duration.days * count, duration.seconds * count, duration.business_days * count)
        case (date() as day, Duration() as duration) | (Duration() as duration, date() as day):
            return _shifted(day, duration)
    return None


def _shifted(day: date, duration: Duration) -> Value:
    # A moment moves by days on the wall clock of the plan's zone, which is not known here.
    if duration.business_days or isinstance(day, datetime):
        return None
    try:
        return day + timedelta(days=duration.days)
    except OverflowError:
        return None


def _between(start: date, end: date) -> Value:
    if isinstance(start, datetime) or isinstance(end, datetime):
        return None
    return Duration(days=(end - start).days)
