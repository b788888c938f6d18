"""Dates and moments as SQL: moved, compared, taken apart. What leaves the calendar (years 1 to 9999) is unknown."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dro_lang.conditions.columnar.arithmetic import let, negate
from dro_lang.conditions.columnar.terms import (
    NOTHING,
    Inexpressible,
    Length,
    Number,
    Plain,
    date_literal,
    huge,
    moment_literal,
)
from dro_lang.program.expressions import Function

_DAYS = (date.max - date.min).days
_SECONDS = (_DAYS + 1) * 86_400
_MICRO = 1_000_000
_PARTS = {
    Function.YEAR: ("year", 1, 9999),
    Function.MONTH: ("month", 1, 12),
    Function.DAY: ("day", 1, 31),
    Function.WEEKDAY: ("isodow", 1, 7),
}


def part(function: Function, of: Plain) -> Number:
    """The year, month, day or weekday of a date, or of a moment in UTC."""
    name, low, high = _PARTS[function]
    return Number(f"{name}({of.sql})", low, high)


def shifted_date(day: Plain, by: Length, sign: int) -> Plain:
    """A day moved by whole days."""
    if by.business_days is not NOTHING:
        raise Inexpressible("a date moved by business days")
    if by.days is NOTHING:
        return day

    def moved(start: str) -> str:
        shift = huge(_signed(by.days, sign))
        room = f"{date_literal(date.min)} - {start} AND {date_literal(date.max)} - {start}"
        return f"CASE WHEN {shift} BETWEEN {room} THEN {start} + CAST({shift} AS INTEGER) END"

    return Plain(f"({let(day.sql, 'day', moved, day.simple)})")


def shifted_moment(moment: Plain, by: Length, sign: int, zone: ZoneInfo) -> Plain:
    """A moment moved by elapsed seconds, and where the plan's zone is UTC by days."""
    if by.business_days is not NOTHING:
        raise Inexpressible("a moment moved by business days")
    if by.days is not NOTHING and zone.key != "UTC":
        raise Inexpressible(f"a moment moved by days in the time zone {zone.key}")
    for count, unit in ((by.days, 86_400), (by.seconds, 1)):
        if count is not NOTHING:
            moment = _elapsed(moment, _signed(count, sign), unit, zone)
    return moment


def days_between(later: Plain, earlier: Plain) -> Length:
    return Length(Number(f"({later.sql} - {earlier.sql})", -_DAYS, _DAYS), NOTHING, NOTHING)


def seconds_between(later: Plain, earlier: Plain) -> Length:
    """The whole seconds from a moment to another, a fraction of the last one dropped."""
    sql = f"((epoch_us({later.sql}) - epoch_us({earlier.sql})) // {_MICRO})"
    return Length(NOTHING, Number(sql, -_SECONDS, _SECONDS), NOTHING)


def _signed(number: Number, sign: int) -> Number:
    if sign > 0:
        return number
    negative = negate(number)
    assert isinstance(negative, Number)
    return negative


def _elapsed(moment: Plain, count: Number, unit: int, zone: ZoneInfo) -> Plain:
    first, last = calendar_span(zone)

    def moved(start: str) -> str:
        shift = f"{huge(count)} * {unit * _MICRO}"
        room = " AND ".join(f"epoch_us({moment_literal(end)}) - epoch_us({start})" for end in (first, last))
        return f"CASE WHEN {shift} BETWEEN {room} THEN make_timestamp(epoch_us({start}) + CAST({shift} AS BIGINT)) END"

    if max(-count.low, count.high) > _SECONDS * _MICRO:
        raise Inexpressible("a moment moved by a duration without limits")
    return Plain(f"({let(moment.sql, 'moment', moved, moment.simple)})")


def calendar_span(zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first and the last moment that the calendar has both in UTC and in the zone."""
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    ahead = (last - timedelta(days=2)).astimezone(zone).utcoffset()
    behind = (first + timedelta(days=2)).astimezone(zone).utcoffset()
    assert ahead is not None
    assert behind is not None
    return first - min(behind, timedelta()), last - max(ahead, timedelta())
