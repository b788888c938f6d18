"""Sums, products and quotients of numbers, rounded half even to six places as the language does.

Every number carries the digits that its SQL type has, by the widest rule that a database has for the types of results,
so that none of them overflows, or rounds to make room.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal

from attrs import evolve
from sqlglot import exp

from dro_lang.conditions.columnar.terms import Inexpressible
from dro_lang.conditions.sql.dialects.base import Dialect, not_zero
from dro_lang.conditions.sql.terms import Number, call, case, integer, negated, wrapped
from dro_lang.program.expressions import ArithmeticOperator
from dro_lang.program.values import MICRO, SCALE

_EXACT = Context(prec=500, rounding=ROUND_HALF_EVEN)


def whole(value: int, dialect: Dialect) -> Number:
    digits = len(str(abs(value)))
    literal = integer(value) if digits < 19 else dialect.decimal(str(value), digits, 0)
    return Number(literal, digits, value=Decimal(value))


def exact(value: Decimal, dialect: Dialect) -> Number:
    literal = f"{value:f}"
    if "." in literal:
        literal = literal.rstrip("0").rstrip(".")
    before, _, after = literal.lstrip("-").partition(".")
    node = dialect.decimal(literal, len(before), len(after)) if after else whole(int(value), dialect).sql
    return Number(node, len(before), len(after), value=value)


def calculate(operator: ArithmeticOperator, left: Number, right: Number, dialect: Dialect) -> Number:
    """The number that an operation on two known numbers gives."""
    match operator:
        case ArithmeticOperator.ADD:
            return _sum(exp.Add, left, right, dialect)
        case ArithmeticOperator.SUBTRACT:
            return _sum(exp.Sub, left, right, dialect)
        case ArithmeticOperator.MULTIPLY:
            return _rounded(_product(left, right, dialect), dialect)
        case ArithmeticOperator.DIVIDE:
            reciprocal = _reciprocal(right)
            if reciprocal is not None:
                return _rounded(_product(left, exact(reciprocal, dialect), dialect), dialect)
            return _quotient(left, right, dialect)


def negative(number: Number) -> Number:
    if isinstance(number.sql, exp.Neg):
        return evolve(number, node=number.sql.this, value=None if number.value is None else -number.value)
    return evolve(number, node=exp.Neg(this=wrapped(number.sql)), value=None if number.value is None else -number.value)


def absolute(number: Number) -> Number:
    return evolve(number, node=call("ABS", number.sql), value=None)


def rounded(number: Number, places: int, dialect: Dialect) -> Number:
    """Rounded half even to so many places after the point."""
    if number.value is not None:
        return exact(_EXACT.quantize(number.value, Decimal(1).scaleb(-places)), dialect)
    if number.places <= places:
        return number
    digits = dialect.digits(number.digits + 1, places)
    _fits(digits, places, dialect)
    node = dialect.half_even(_widened(number, dialect).sql, places)
    return Number(dialect.fixed(node, digits, places), digits, places)


def product(number: Number, factor: int, dialect: Dialect) -> Number:
    """A whole number times another."""
    return _product(number, whole(factor, dialect), dialect)


def total(left: Number, right: Number, dialect: Dialect) -> Number:
    return _sum(exp.Add, left, right, dialect)


def _rounded(number: Number, dialect: Dialect) -> Number:
    return rounded(number, SCALE, dialect)


def _fits(digits: int, places: int, dialect: Dialect) -> None:
    if dialect.most_digits is not None and digits + places > dialect.most_digits:
        raise Inexpressible(f"the result may need more than the {dialect.most_digits} digits that a number has there")


def _widened(number: Number, dialect: Dialect) -> Number:
    """A number as an exact decimal of the digits that it is said to have."""
    if not number.loose:
        return number
    digits, places = dialect.digits(number.digits, number.places), number.places
    return Number(dialect.cast_decimal(number.sql, digits, places), digits, places)


def _sum(kind: type[exp.Add] | type[exp.Sub], left: Number, right: Number, dialect: Dialect) -> Number:
    if right.value == 0:
        return left
    if left.value is not None and right.value is not None:
        return exact((_EXACT.add if kind is exp.Add else _EXACT.subtract)(left.value, right.value), dialect)
    left, right = _widened(left, dialect), _widened(right, dialect)
    digits, places = max(left.digits, right.digits) + 1, max(left.places, right.places)
    _fits(digits, places, dialect)
    one, other = (dialect.operand(each.sql, digits, places) for each in (left, right))
    if not isinstance(one, exp.Add | exp.Sub | exp.Mul):
        one = wrapped(one)
    if not isinstance(other, exp.Mul):
        other = wrapped(other)
    return Number(kind(this=one, expression=other), digits, places)


def _product(left: Number, right: Number, dialect: Dialect) -> Number:
    if left.value is not None and right.value is not None:
        return exact(_EXACT.multiply(left.value, right.value), dialect)
    left, right = _widened(left, dialect), _widened(right, dialect)
    digits, places = left.digits + right.digits, left.places + right.places
    if places:
        digits += dialect.spare_digits
    _fits(digits, places, dialect)
    one, other = (dialect.operand(each.sql, digits, places) for each in (left, right))
    if not isinstance(one, exp.Mul):
        one = wrapped(one)
    return Number(exp.Mul(this=one, expression=wrapped(other)), digits, places)


def _reciprocal(divisor: Number) -> Decimal | None:
    """What to multiply with instead of dividing by a constant, where that is exact and short."""
    if not divisor.value:
        return None
    quotient = 1 / divisor.value
    return quotient if quotient * divisor.value == 1 and len(f"{quotient:f}") <= SCALE + 2 else None


def _quotient(left: Number, right: Number, dialect: Dialect) -> Number:
    """Of two numbers, whose quotient is a fraction with the divisor's digits below the line: it is nearer to a tie than
    so many places show only if it is one."""
    places = SCALE + 2 + left.places + right.places + right.digits
    left, right = _widened(left, dialect), _widened(right, dialect)
    digits = left.digits + right.places
    found = dialect.quotient(left, right, places)
    if found is None:
        return _quotient_of_whole_numbers(left, right, dialect)
    _fits(digits, SCALE, dialect)
    return Number(dialect.fixed(dialect.half_even(found, SCALE), digits, SCALE), digits, SCALE)


def _quotient_of_whole_numbers(left: Number, right: Number, dialect: Dialect) -> Number:
    """The quotient of so many millionths, without its fraction, and one more where the remainder says so."""
    dividend = _product(left, whole(MICRO * MICRO, dialect), dialect)
    divisor = _product(right, whole(MICRO, dialect), dialect)
    n, d = dividend.sql, not_zero(divisor)
    quotient = dialect.whole_quotient(n, d)
    twice = exp.Mul(this=integer(2), expression=call("ABS", dialect.remainder(n.copy(), d.copy())))
    odd = exp.NEQ(this=dialect.remainder(quotient.copy(), integer(2)), expression=integer(0))
    size = call("ABS", d.copy())
    tie = exp.And(this=exp.EQ(this=twice.copy(), expression=size.copy()), expression=odd)
    away = exp.Or(this=exp.GT(this=twice, expression=size), expression=tie)
    negative = [exp.Paren(this=exp.LT(this=each.copy(), expression=integer(0))) for each in (n, d)]
    step = case(
        (negated(away), integer(0)),
        (exp.EQ(this=negative[0], expression=negative[1]), integer(1)),
        otherwise=integer(-1),
    )
    digits = dividend.digits + 1
    _fits(digits, SCALE, dialect)
    nearest = dialect.cast_decimal(exp.Add(this=wrapped(quotient), expression=step), digits, 0)
    product = exp.Mul(this=nearest, expression=dialect.decimal("0.000001", 1, SCALE))
    return Number(dialect.cast_decimal(product, digits - SCALE, SCALE), digits - SCALE, SCALE)
