"""What an expression is as SQL: text of the query, with what has to be known of its values to stay exact.

| type | in a query |
|---|---|
| Id, Text | VARCHAR |
| an enum | VARCHAR, the text that stands for the constant in data, or an ENUM of these texts |
| Integer | BIGINT or smaller; HUGEINT where a calculation may leave 64 bits |
| Decimal, Money | DECIMAL of up to 18 digits and six places, or a HUGEINT of millionths |
| Date | DATE |
| DateTime | TIMESTAMP in UTC |
| Duration | three whole numbers: days, seconds, business days |

Unknown is NULL. Numbers carry bounds, so that no query can overflow: beyond 126 bits there is no text.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from attrs import evolve, frozen

from dro_lang.conditions.order import DAY_SECONDS
from dro_lang.program.values import MICRO, Duration, scaled

WIDEST = 2**126
"""Whole numbers up to this size, and their sum, fit a HUGEINT."""
_BIGINT = 2**63 - 1


class Inexpressible(Exception):
    """An expression that SQL cannot give exactly; `what` names it. It never leaves this package uncaught."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@frozen
class Plain:
    """A value that SQL has a type for and compares as the language does: text, a constant, a date, a moment, a
    Boolean."""

    sql: str
    simple: bool = False
    """A name or a literal, which costs nothing to say twice."""


@frozen
class Number:
    """A number between two bounds, which are whole counts of its unit: of ones, or of millionths if it is `decimal`.

    A decimal is either a DECIMAL with up to six places, or (`counted`) a HUGEINT of millionths. `simple` says that the
    text is a name or a literal, which costs nothing to say twice.
    """

    sql: str
    low: int
    high: int
    decimal: bool = False
    counted: bool = False
    simple: bool = False

    def __attrs_post_init__(self) -> None:
        if max(-self.low, self.high) > WIDEST:
            raise Inexpressible("a calculation whose result may have more than 37 digits")

    @property
    def huge(self) -> bool:
        return max(-self.low, self.high) > _BIGINT


@frozen
class Length:
    """A duration: its three parts. It is unknown where one of them is; a part that it never has is NOTHING."""

    days: Number
    seconds: Number
    business_days: Number

    @property
    def parts(self) -> tuple[Number, Number, Number]:
        return self.days, self.seconds, self.business_days


Term = Plain | Number | Length

NOTHING = Number("0", 0, 0, simple=True)


def text_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def name(text: str) -> str:
    """A quoted name."""
    return '"' + text.replace('"', '""') + '"'


def date_literal(day: date) -> str:
    return f"DATE '{day.isoformat()}'"


def moment_literal(moment: datetime) -> str:
    return f"TIMESTAMP '{moment.astimezone(UTC).replace(tzinfo=None).isoformat(' ')}'"


def whole(value: int) -> Number:
    literal = str(value) if abs(value) <= _BIGINT else f"CAST('{value}' AS HUGEINT)"
    return Number(literal, value, value, simple=True)


def exact(value: Decimal) -> Number:
    """A decimal with no more places than it needs: a column with as many is compared as it is, without a conversion."""
    amount = scaled(value)
    units, millionths = divmod(abs(amount), MICRO)
    places = f"{millionths:06}".rstrip("0")
    literal = f"{'-' if amount < 0 else ''}{units}.{places}"
    type = f"DECIMAL({len(str(units)) + len(places)}, {len(places)})"
    return Number(f"CAST('{literal}' AS {type})", amount, amount, decimal=True, simple=True)


def length_of(value: Duration) -> Length:
    parts = (value.days, value.seconds, value.business_days)
    return Length(*(whole(part) if part else NOTHING for part in parts))


def huge(number: Number) -> str:
    """The text of a whole number, or of a count, as a HUGEINT."""
    return f"CAST({number.sql} AS HUGEINT)"


def counted(number: Number) -> Number:
    """A number as a HUGEINT of millionths."""
    if number.counted:
        return number
    if number.low == number.high:
        amount = number.low if number.decimal else number.low * MICRO
        return evolve(whole(amount), sql=f"CAST({amount} AS HUGEINT)", decimal=True, counted=True)
    if number.decimal:
        sql = f"CAST(CAST({number.sql} AS DECIMAL(38, 6)) * {MICRO} AS HUGEINT)"
        return evolve(number, sql=sql, counted=True, simple=False)
    sql = f"{huge(number)} * {MICRO}"
    return Number(f"({sql})", number.low * MICRO, number.high * MICRO, decimal=True, counted=True)


def alike(left: Number, right: Number) -> tuple[Number, Number]:
    """Two numbers in one unit and form, so that their texts compare, add and stand in one column."""
    if left.decimal == right.decimal and left.counted == right.counted:
        return left, right
    return counted(left), counted(right)


def seconds_of(length: Length) -> Number:
    """The length of a duration for comparisons: a day, and a business day, is 24 hours."""
    days, seconds, business = length.parts
    if length == Length(NOTHING, NOTHING, NOTHING):
        return NOTHING
    low = (days.low + business.low) * DAY_SECONDS + seconds.low
    high = (days.high + business.high) * DAY_SECONDS + seconds.high
    parts = [
        f"{huge(part)} * {unit}" if unit > 1 else huge(part)
        for part, unit in ((days, DAY_SECONDS), (business, DAY_SECONDS), (seconds, 1))
        if part is not NOTHING
    ]
    return Number(f"({' + '.join(parts)})", low, high)
