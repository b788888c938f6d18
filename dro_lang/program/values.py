"""Values of the language at run time, and its arithmetic.

| type | Python |
|---|---|
| Id, Text | str |
| Boolean | bool |
| Integer | int |
| Decimal, Money | decimal.Decimal |
| Date | datetime.date |
| DateTime | datetime.datetime with an offset |
| Duration | Duration |
| an enum | str, the constant's name |
| list of R, items of R | tuple of rows |

An unknown value is None, only ever of something `optional`. A row (of a record, the context's root included) maps every
attribute's name to its value. Numbers are never floats.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, localcontext
from typing import TypeAlias

from attrs import frozen

SCALE = 6
"""Digits after the point that Decimal and Money have, and to which products and quotients are rounded."""

MICRO: int = 10**SCALE
WHOLE_DIGITS = 12
INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1


@frozen
class Duration:
    """A length of time. Wall-clock days, elapsed seconds and business days are kept apart, as they are added to a
    moment differently; business days never stand beside the others."""

    days: int = 0
    seconds: int = 0
    business_days: int = 0

    @property
    def total_seconds(self) -> int:
        """The length for comparisons: a day is 24 hours."""
        return self.days * 86_400 + self.seconds


Value: TypeAlias = "str | bool | int | Decimal | date | datetime | Duration | tuple[Row, ...] | None"
Row: TypeAlias = Mapping[str, "Value"]


def scaled(number: Decimal | int) -> int:
    """The number as a whole count of millionths. Exact: a Decimal has at most six digits after the point."""
    if isinstance(number, int):
        return number * MICRO
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    whole = int("".join(map(str, digits)))
    shift = exponent + SCALE
    amount: int = whole * 10**shift if shift >= 0 else whole // 10**-shift
    return -amount if sign else amount


def unscaled(millionths: int) -> Decimal:
    """The Decimal that is so many millionths, without trailing zeros after the point."""
    with localcontext() as context:
        context.prec = max(28, len(str(millionths)) + 1)
        number = Decimal(millionths).scaleb(-SCALE)
        whole = number.to_integral_value()
        return whole if number == whole else number.normalize()


def divide_half_even(numerator: int, denominator: int) -> int:
    """The quotient rounded to a whole number, and to the even one of two that are as near."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * remainder
    if abs(twice) > abs(denominator) or (abs(twice) == abs(denominator) and quotient % 2):
        quotient += 1
    return quotient


def multiply(left: Decimal | int, right: Decimal | int) -> Decimal | int:
    """The product: exact for whole numbers, otherwise rounded half even to six places."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    return unscaled(divide_half_even(scaled(left) * scaled(right), MICRO))


def divide(left: Decimal | int, right: Decimal | int) -> Decimal | None:
    """The quotient, rounded half even to six places; unknown where the divisor is zero."""
    divisor = scaled(right)
    return None if divisor == 0 else unscaled(divide_half_even(scaled(left) * MICRO, divisor))


def add(left: Decimal | int, right: Decimal | int) -> Decimal | int:
    """The exact sum, however long the numbers are."""
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    return unscaled(scaled(left) + scaled(right))


def round_places(number: Decimal | int, places: int) -> Decimal:
    """Rounded half even to so many places after the point (0 to 6)."""
    unit = 10 ** (SCALE - places)
    return unscaled(divide_half_even(scaled(number), unit) * unit)
