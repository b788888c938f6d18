"""Values as Python compares and calculates them fastest: as whole numbers.

| type | code |
|---|---|
| Decimal, Money | millionths |
| Date | the day's proleptic ordinal |
| DateTime | microseconds since 1970 in UTC |
| Duration | seconds, for comparisons; a day is 24 hours |
| all others | the value itself |

Codes of one type compare as its values do. All but those of durations, which forget the kind of days, say all that an
expression can ask of the value. Unknown stays None.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from dro_lang.conditions.order import length
from dro_lang.conditions.time import instant
from dro_lang.program.types import (
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    IntegerType,
    MoneyType,
    Type,
)
from dro_lang.program.values import MICRO, Value, divide_half_even, scaled, unscaled

NUMBERS = (IntegerType, DecimalType, MoneyType)
SCALED = (DecimalType, MoneyType)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FAR = timedelta(hours=23, minutes=59)
_LAST_DAY = date.max.toordinal()


def _microseconds(moment: datetime) -> int:
    return instant(moment) // _MICROSECOND


def _moment(code: int) -> datetime:
    since = timedelta(microseconds=code)
    try:
        return _EPOCH + since
    except OverflowError:
        # Beyond the calendar in UTC: a moment that another offset can write, just as it came in.
        offset = _FAR if code < 0 else -_FAR
        return (_EPOCH.replace(tzinfo=None) + (since + offset)).replace(tzinfo=timezone(offset))


_ENCODERS: Mapping[type, Callable[[Any], Any]] = {
    DecimalType: scaled,
    MoneyType: scaled,
    DateType: date.toordinal,
    DateTimeType: _microseconds,
    DurationType: length,
}

_DECODERS: Mapping[type, Callable[[Any], Any]] = {
    DecimalType: unscaled,
    MoneyType: unscaled,
    DateType: date.fromordinal,
    DateTimeType: _moment,
}


def is_coded(type: Type) -> bool:
    """Whether the code of a value of the type is something else than the value."""
    return type.__class__ in _ENCODERS


def encoder(type: Type) -> Callable[[Any], Any] | None:
    """What makes the code of a known value; None where that is the value."""
    return _ENCODERS.get(type.__class__)


def decoder(type: Type) -> Callable[[Any], Any] | None:
    """What makes the value of a known code; None where the two are the same."""
    return _DECODERS.get(type.__class__)


def encode(value: Value, type: Type) -> Any:
    """The code of a value."""
    make = _ENCODERS.get(type.__class__)
    return value if value is None or make is None else make(value)


def code_of_comparable(value: Any, type: Type) -> Any:
    """The code of a known value that is given as what values of its type compare by (order.py). A number that is not
    whole stays as it is where codes are whole numbers."""
    match type:
        case DecimalType() | MoneyType():
            return scaled(value)
        case IntegerType():
            return int(value) if value == int(value) else value
        case DateType():
            return value.toordinal()
        case DateTimeType():
            return value // _MICROSECOND
    return value


def calendar_day(ordinal: int) -> int | None:
    """The ordinal of a day; unknown outside of the years 1 to 9999."""
    return ordinal if 0 < ordinal <= _LAST_DAY else None


def product(left: int, right: int) -> int:
    """The product of two numbers of millionths, rounded half even."""
    return divide_half_even(left * right, MICRO)


def quotient(left: int, right: int) -> int | None:
    """The quotient of two numbers of the same scale in millionths, rounded half even; unknown where `right` is 0."""
    return None if right == 0 else divide_half_even(left * MICRO, right)


def rounded(code: int, unit: int) -> int:
    """A number of millionths rounded half even to a multiple of `unit` millionths."""
    return divide_half_even(code, unit) * unit


def elapsed(end: int, start: int) -> int:
    """The seconds between two moments, a fraction of the last one dropped."""
    seconds = abs(end - start) // MICRO
    return seconds if end > start else -seconds


date_of = date.fromordinal
