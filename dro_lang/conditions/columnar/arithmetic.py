"""Sums, products and quotients of numbers and durations, rounded half even as the language does."""

from collections.abc import Callable

from attrs import evolve

from dro_lang.conditions.columnar.terms import (
    NOTHING,
    WIDEST,
    Inexpressible,
    Length,
    Number,
    Term,
    alike,
    counted,
    huge,
    whole,
)
from dro_lang.program.expressions import ArithmeticOperator
from dro_lang.program.values import MICRO, SCALE


def calculate(operator: ArithmeticOperator, left: Term, right: Term) -> Term:
    """The term of an operation on numbers and durations."""
    subtract = operator is ArithmeticOperator.SUBTRACT
    if isinstance(left, Number) and isinstance(right, Number):
        return _of_numbers(operator, left, right)
    if isinstance(left, Length) and isinstance(right, Length):
        return Length(*(_plus(one, other, subtract) for one, other in zip(left.parts, right.parts, strict=True)))
    if isinstance(left, Number) and isinstance(right, Length):
        left, right = right, left
    if isinstance(left, Length) and isinstance(right, Number):
        if all(part is NOTHING for part in left.parts):
            # No time at all; unknown where the number is.
            return Length(_times(NOTHING, right), NOTHING, NOTHING)
        return Length(*(part if part is NOTHING else _times(part, right) for part in left.parts))
    raise Inexpressible(f"`{operator}` of these types")


def _of_numbers(operator: ArithmeticOperator, left: Number, right: Number) -> Number:
    match operator:
        case ArithmeticOperator.ADD | ArithmeticOperator.SUBTRACT:
            return _plus(left, right, operator is ArithmeticOperator.SUBTRACT)
        case ArithmeticOperator.MULTIPLY:
            if not left.decimal and not right.decimal:
                return _times(left, right)
            # A whole number times a decimal is exact: there is nothing to round.
            if not left.decimal or not right.decimal:
                return _counts(_times(*(evolve(n, decimal=False) for n in _one_counted(left, right))))
            product = _times(*(evolve(counted(n), decimal=False, counted=False) for n in (left, right)))
            return _counts(half_even(product, whole(MICRO)))
        case ArithmeticOperator.DIVIDE:
            return _quotient(left, right)


def _one_counted(left: Number, right: Number) -> tuple[Number, Number]:
    return tuple(evolve(counted(n), counted=False) if n.decimal else n for n in (left, right))  # type: ignore[return-value]


def _counts(number: Number) -> Number:
    """A whole number that counts millionths, as the decimal that it stands for."""
    return evolve(number, decimal=True, counted=True)


def _plus(left: Number, right: Number, subtract: bool) -> Number:
    if right is NOTHING:
        return left
    if left is NOTHING and not subtract:
        return right
    left, right = alike(left, right)
    low = left.low - right.high if subtract else left.low + right.low
    high = left.high - right.low if subtract else left.high + right.high
    of = "DECIMAL(38, 6)" if left.decimal and not left.counted else "HUGEINT"
    texts = [f"CAST({number.sql} AS {of})" for number in (left, right)]
    sign = "-" if subtract else "+"
    return Number(f"({texts[0]} {sign} {texts[1]})", low, high, left.decimal, left.counted)


def _times(left: Number, right: Number) -> Number:
    corners = [one * other for one in (left.low, left.high) for other in (right.low, right.high)]
    return Number(f"({huge(left)} * {huge(right)})", min(corners), max(corners))


def _quotient(left: Number, right: Number) -> Number:
    dividend = evolve(counted(left), decimal=False, counted=False)
    divisor = evolve(counted(right), decimal=False, counted=False)
    return _counts(half_even(_times(dividend, whole(MICRO)), divisor))


def half_even(dividend: Number, divisor: Number) -> Number:
    """The quotient of whole numbers, rounded half even; unknown where the divisor is zero."""
    least = min(abs(divisor.low), abs(divisor.high)) if divisor.low > 0 or divisor.high < 0 else 1
    bound = max(abs(dividend.low), abs(dividend.high)) // least + 1
    if max(abs(divisor.low), abs(divisor.high)) * 2 > WIDEST:
        raise Inexpressible("a division by a number of more than 37 digits")

    def rounded(n: str, d: str) -> str:
        rest = f"2 * abs({n} % {d})"
        away = f"{rest} > abs({d}) OR ({rest} = abs({d}) AND ({n} // {d}) % 2 <> 0)"
        up = f"CASE WHEN ({n} < 0) = ({d} < 0) THEN 1 ELSE -1 END"
        return f"({n} // {d} + CASE WHEN {away} THEN {up} ELSE 0 END)"

    d = huge(divisor) if least and (divisor.low > 0 or divisor.high < 0) else f"nullif({huge(divisor)}, 0)"
    return Number(
        let(huge(dividend), "n", lambda n: let(d, "d", lambda m: rounded(n, m), divisor.simple)), -bound, bound
    )


def let(value: str, bound: str, use: Callable[[str], str], simple: bool = False) -> str:
    """The text of a use of a value that stands in it several times, and is to be computed once."""
    return use(value) if simple else f"list_transform([{value}], lambda {bound}: {use(bound)})[1]"


def negate(term: Term) -> Term:
    if isinstance(term, Length):
        return Length(*(_negative(part) for part in term.parts))
    if isinstance(term, Number):
        return _negative(term)
    raise Inexpressible("`-` of this type")


def _negative(number: Number) -> Number:
    if number is NOTHING:
        return number
    wide = number.sql if number.decimal else huge(number)
    return Number(f"(-{wide})", -number.high, -number.low, number.decimal, number.counted)


def absolute(term: Term) -> Term:
    if isinstance(term, Number):
        high = max(abs(term.low), abs(term.high))
        return Number(f"abs({term.sql if term.decimal else huge(term)})", 0, high, term.decimal, term.counted)
    raise Inexpressible("`abs` of a duration")


def rounded(number: Number, places: int) -> Number:
    """Rounded half even to so many places after the point."""
    unit = 10 ** (SCALE - places)
    quotient = half_even(evolve(counted(number), decimal=False, counted=False), whole(unit))
    return _counts(_times(quotient, whole(unit)))
