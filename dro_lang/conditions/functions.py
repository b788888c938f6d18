"""The functions of the language on known values. `default` and the functions over lists are in values.py."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from string import ascii_lowercase, ascii_uppercase
from zoneinfo import ZoneInfo

from dro_lang.conditions.arithmetic import negate
from dro_lang.conditions.order import largest, order, smallest
from dro_lang.conditions.time import in_zone
from dro_lang.program.expressions import Function
from dro_lang.program.values import Duration, Value, round_places

TO_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
TO_UPPER = str.maketrans(ascii_lowercase, ascii_uppercase)
BLANKS = " \t\r\n"


def call(function: Function, arguments: tuple[Value, ...], zone: ZoneInfo) -> Value:
    """The result for known arguments. Parts of a moment are those of the zone's wall clock.

    Raises OverflowError where that leaves the calendar, and TypeError for arguments that the checker refuses.
    """
    first = arguments[0]
    if function is Function.MIN:
        return smallest(arguments)
    if function is Function.MAX:
        return largest(arguments)
    if isinstance(first, str) and function in _OF_TEXT:
        return _OF_TEXT[function](*arguments)
    if isinstance(first, date) and function in _OF_DATE:
        return _OF_DATE[function](in_zone(first, zone) if isinstance(first, datetime) else first)
    if isinstance(first, int | Decimal | Duration) and function is Function.ABS:
        nothing = Duration() if isinstance(first, Duration) else 0
        return negate(first) if order(first, nothing) < 0 else first
    if isinstance(first, int | Decimal) and function is Function.ROUND and isinstance(arguments[1], int):
        return round_places(first, arguments[1])
    raise TypeError(f"no `{function}` of {arguments!r}")


_OF_TEXT: Mapping[Function, Callable[..., Value]] = {
    Function.CONTAINS: str.__contains__,
    Function.STARTS_WITH: str.startswith,
    Function.ENDS_WITH: str.endswith,
    Function.LOWER: lambda text: text.translate(TO_LOWER),
    Function.UPPER: lambda text: text.translate(TO_UPPER),
    Function.TRIM: lambda text: text.strip(BLANKS),
    Function.LENGTH: len,
}

_OF_DATE: Mapping[Function, Callable[[date], int]] = {
    Function.YEAR: lambda day: day.year,
    Function.MONTH: lambda day: day.month,
    Function.DAY: lambda day: day.day,
    Function.WEEKDAY: date.isoweekday,
}
