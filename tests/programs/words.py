"""What programs are written with: fields of some type with their bounds, their literals, documentation, names.

Strategies here draw text. What comes first in a list is what is simplest, as that is where shrinking leads to.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from attrs import frozen
from hypothesis import strategies as st

T = TypeVar("T")

FIRST_DAY = date(2026, 3, 2)
NUMBERS = ("Integer", "Decimal", "Money in EUR", "Money in USD", "Money in JPY")
ORDERED = (*NUMBERS, "Date")
UNITS = {"days": ("days", "weeks"), "elapsed": ("seconds", "minutes", "hours"), "business": ("business days",)}

ATTRIBUTES = (
    *("risk", "amount", "due_on", "paid", "count", "notice", "step", "due", "list", "plan", "queue", "scenario"),
    *("group", "when", "after", "item_no", "priority", "retry", "starts", "version", "user", "min", "until_then"),
    *("order", "record", "with_tax", "e_mail", "before_that"),
)
"""Names of attributes: among them words that are keywords elsewhere."""


@frozen
class Field:
    """An attribute, parameter, argument or result. Bounds and values of what has an order are `points`: whole numbers,
    of which `places` are after the point; for dates, days after FIRST_DAY. `unit` is the one unit of a Duration that a
    group asks for (none: any)."""

    name: str
    kind: str
    optional: bool = False
    low: int | None = None
    high: int | None = None
    places: int = 0
    constants: tuple[str, ...] = ()
    unit: str = ""

    @property
    def declaration(self) -> str:
        sides = ["" if point is None else written(self, point) for point in (self.low, self.high)]
        bounds = "" if sides == ["", ""] else f" in {sides[0]}..{sides[1]}"
        return f"{self.name} : {self.kind}{bounds}{' optional' if self.optional else ''}"


def written(field: Field, point: int) -> str:
    """The literal of a point of what has an order."""
    if field.kind == "Date":
        return (FIRST_DAY + timedelta(days=point)).isoformat()
    number = f"{Decimal(point).scaleb(-field.places):f}"
    return f"{number} {field.kind[-3:]}" if field.kind.startswith("Money") else number


def often(draw: st.DrawFn) -> bool:
    """Three times out of four; shrinks to False."""
    return draw(st.integers(0, 3)) > 0


def rarely(draw: st.DrawFn) -> bool:
    """Once in six; shrinks to False."""
    return draw(st.integers(0, 5)) == 5


def one(draw: st.DrawFn, options: Sequence[T]) -> T:
    return draw(st.sampled_from(options))


def some(draw: st.DrawFn, options: Sequence[T], least: int = 0, most: int | None = None) -> list[T]:
    """Different ones of several, in any order."""
    if not options:
        return []
    most = len(options) if most is None else min(most, len(options))
    return draw(st.lists(st.sampled_from(options), min_size=least, max_size=most, unique=True))


def points(field: Field) -> st.SearchStrategy[int]:
    low = field.low if field.low is not None else min(-3, (field.high or 0) - 9)
    high = field.high if field.high is not None else max(60, low + 9)
    return st.integers(low, high)


def duration(draw: st.DrawFn, unit: str = "") -> str:
    """The literal of a duration that is longer than nothing."""
    chosen = one(draw, UNITS[unit or one(draw, list(UNITS))])
    amount = draw(st.integers(1, 9))
    return f"{amount} {chosen[:-1] if amount == 1 else chosen}"


def literal(draw: st.DrawFn, field: Field) -> str:
    """A constant of the field's type, within its bounds."""
    kind = field.kind
    if kind in ORDERED:
        return written(field, draw(points(field)))
    if field.constants:
        return one(draw, field.constants)
    if kind == "Boolean":
        return one(draw, ("false", "true"))
    if kind == "Duration":
        return duration(draw, field.unit)
    if kind == "DateTime":
        day = FIRST_DAY + timedelta(days=draw(st.integers(0, 30)))
        return f"{day.isoformat()}T{one(draw, ('09:00', '00:00', '23:59:59'))}{one(draw, ('Z', '+01:00', '-05:30'))}"
    return text(draw)


TEXTS = (
    "",
    "a",
    "Ab",
    "two words",
    '\\"quoted\\"',
    "\\\\",
    "tab\\t",
    "line\\n",
    "ä€",
    "\\u{1F600}",
    "// no comment",
    "{",
)


def text(draw: st.DrawFn, least: int = 0) -> str:
    return f'"{one(draw, [each for each in TEXTS if len(each) >= least])}"'


def doc(draw: st.DrawFn, indent: str = "") -> str:
    """Documentation, a comment, or, for the most part, neither."""
    return one(
        draw,
        ("",) * 9
        + (f"{indent}/// What it is for, in `words`.\n", f"{indent}// a comment\n", f"{indent}/// One.\n{indent}///\n"),
    )


def fields(
    draw: st.DrawFn,
    enums: dict[str, tuple[str, ...]],
    names: Sequence[str],
    least: int = 0,
    most: int = 4,
    kinds: Sequence[str] | None = None,
    finite: bool = False,
) -> tuple[Field, ...]:
    """Fields of any type. `finite`: of types and within bounds that leave few values."""
    few = ("Boolean", "Integer", *enums, "Date", "Decimal")
    every = ("Text", "Boolean", "Integer", *enums, *NUMBERS[1:], "Date", "DateTime", "Duration")
    options = kinds or (few if finite else every)
    return tuple(_field(draw, name, one(draw, options), enums, finite) for name in some(draw, names, least, most))


def _field(draw: st.DrawFn, name: str, kind: str, enums: dict[str, tuple[str, ...]], finite: bool) -> Field:
    optional = draw(st.booleans()) if finite else draw(st.integers(0, 2)) == 2
    low: int | None = None
    high: int | None = None
    places = 0
    if kind in ORDERED and kind != "Date" and kind not in ("Integer", "Money in JPY"):
        places = 6 if finite else one(draw, (0, 1, 2, 6))
    if kind in ORDERED and finite:
        low = draw(st.integers(-1, 1))
        high = low + draw(st.integers(1, 3))
    elif kind in ORDERED and draw(st.integers(0, 2)) == 2:
        start = draw(st.integers(-2, 10))
        low, high = one(draw, ((start, start + 30), (start, None), (None, start + 30)))
    return Field(name, kind, optional, low, high, places, enums.get(kind, ()))
