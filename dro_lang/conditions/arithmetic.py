"""Sums, differences, products and quotients of numbers, dates, moments and durations."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.time import instant, shift, shift_date
from dro_lang.program.expressions import ArithmeticOperator
from dro_lang.program.values import Duration, Value, add, divide, multiply, scaled, unscaled


def calculate(operator: ArithmeticOperator, left: Value, right: Value, environment: Environment) -> Value:
    """The result for two known operands; unknown where a number is divided by zero.

    Raises OverflowError where a date or a moment would leave the calendar, and TypeError for operands that the checker
    refuses.
    """
    subtract = operator is ArithmeticOperator.SUBTRACT
    if isinstance(left, int | Decimal) and isinstance(right, int | Decimal):
        return _of_numbers(operator, left, right)
    if isinstance(right, Duration) and (subtract or operator is ArithmeticOperator.ADD):
        sign = -1 if subtract else 1
        if isinstance(left, datetime):
            return shift(left, right, sign, environment.zone, environment.calendar)
        if isinstance(left, date):
            return shift_date(left, right, sign, environment.calendar)
        if isinstance(left, Duration):
            return _sum(left, right, sign)
    if isinstance(left, Duration) and operator is ArithmeticOperator.ADD and isinstance(right, date):
        return calculate(operator, right, left, environment)
    if operator is ArithmeticOperator.MULTIPLY:
        if isinstance(left, Duration) and isinstance(right, int):
            return _times(left, right)
        if isinstance(right, Duration) and isinstance(left, int):
            return _times(right, left)
    if subtract and isinstance(left, date) and isinstance(right, date):
        return _between(right, left)
    raise TypeError(f"no `{operator}` for {left!r} and {right!r}")


def negate(value: Value) -> Value:
    """A known number or duration with the opposite sign."""
    if isinstance(value, Duration):
        return _times(value, -1)
    if isinstance(value, int):
        return -value
    if isinstance(value, Decimal):
        # Python's unary minus rounds to the context's precision.
        return unscaled(-scaled(value))
    raise TypeError(f"no `-` for {value!r}")


def _of_numbers(operator: ArithmeticOperator, left: Decimal | int, right: Decimal | int) -> Decimal | int | None:
    match operator:
        case ArithmeticOperator.ADD:
            return add(left, right)
        case ArithmeticOperator.SUBTRACT:
            return add(left, -right if isinstance(right, int) else right.copy_negate())
        case ArithmeticOperator.MULTIPLY:
            return multiply(left, right)
        case ArithmeticOperator.DIVIDE:
            return divide(left, right)


def _sum(left: Duration, right: Duration, sign: int) -> Duration:
    return Duration(
        left.days + sign * right.days,
        left.seconds + sign * right.seconds,
        left.business_days + sign * right.business_days,
    )


def _times(duration: Duration, count: int) -> Duration:
    return Duration(duration.days * count, duration.seconds * count, duration.business_days * count)


def _between(start: date, end: date) -> Duration:
    """Days from date to date; from moment to moment the seconds that elapse, a fraction of the last one dropped."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        elapsed = instant(end) - instant(start)
        seconds = abs(elapsed) // timedelta(seconds=1)
        return Duration(seconds=seconds if elapsed > timedelta() else -seconds)
    return Duration(days=end.toordinal() - start.toordinal())
