"""Moving dates and moments: wall-clock days, elapsed seconds, business days.

A moment that this module returns carries the fixed offset that its zone has then, so that moments compare as instants
(Python compares two moments of one `ZoneInfo` by their wall clocks).
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import frozen

from dro_lang.program.values import Duration

if TYPE_CHECKING:
    from dro_lang.program.model import Calendar

SATURDAY, SUNDAY = 5, 6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@frozen
class BusinessCalendar:
    """Which days are business days: all but the weekend (weekdays, Monday is 0) and the holidays of a code."""

    weekend: tuple[int, ...] = (SATURDAY, SUNDAY)
    holidays: str | None = None

    @classmethod
    def of(cls, calendar: "Calendar | None") -> "BusinessCalendar":
        """The calendar of a plan; without one, every Monday to Friday is a business day."""
        return cls() if calendar is None else cls(tuple(sorted(set(calendar.weekend))), calendar.holidays)

    def is_business_day(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day not in _holidays(self.holidays, day.year)

    def nth(self, day: date, count: int) -> date:
        """The `count`-th business day after a day (before it, where `count` is negative; the day itself for 0).

        Raises OverflowError where there is none in the years 1 to 9999.
        """
        if count == 0:
            return day
        days, year = _business_days(self, day.year), day.year
        ordinal, size = day.toordinal(), len(days)
        # The index in the year's business days; where it leaves the year, the rest is counted in the next one.
        index = bisect_right(days, ordinal) + count - 1 if count > 0 else bisect_left(days, ordinal) + count
        while not 0 <= index < size:
            step = 1 if index >= 0 else -1
            year += step
            if not date.min.year <= year <= date.max.year or len(self.weekend) == 7:
                raise OverflowError(f"no such business day up to year {year}")
            if step > 0:
                index, size = index - size, _count(self, year)
            else:
                size = _count(self, year)
                index += size
        return date.fromordinal(_business_days(self, year)[index])


@lru_cache(maxsize=256)
def _business_days(calendar: BusinessCalendar, year: int) -> tuple[int, ...]:
    """The proleptic ordinals of a year's business days, ascending."""
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    holidays = {day.toordinal() for day in _holidays(calendar.holidays, year)}
    # Ordinal 1 is a Monday.
    return tuple(n for n in range(first, last + 1) if (n - 1) % 7 not in calendar.weekend and n not in holidays)


@lru_cache(maxsize=65_536)
def _count(calendar: BusinessCalendar, year: int) -> int:
    return len(_business_days(calendar, year))


@lru_cache(maxsize=4096)
def _holidays(code: str | None, year: int) -> frozenset[date]:
    """The holidays of a code in one year, as far as the holidays library knows them.

    Raises NotImplementedError for a code that it does not know.
    """
    if code is None:
        return frozenset()
    from holidays import country_holidays, financial_holidays, list_supported_financial

    if code in list_supported_financial():
        return frozenset(financial_holidays(code, years=year))
    country, _, subdivision = code.partition("-")
    return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))


def local_moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment at which clocks in the zone show a day and a time.

    A time that a clock change skips moves forward by what was skipped (02:30 becomes 03:30); of a time that comes
    twice, the first. Raises OverflowError at the very ends of the calendar (years 1 and 9999).
    """
    # With fold=0 Python reads a skipped time with the offset before the change, which is the move forward.
    return in_zone(datetime.combine(day, at.replace(tzinfo=None, fold=0), zone).astimezone(UTC), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a day begins in the zone."""
    return local_moment(day, time(), zone)


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """The same moment with the offset that the zone has then: its wall clock.

    Raises ValueError for a moment without an offset, OverflowError at the very ends of the calendar.
    """
    # Asked for again and again, mostly about one moment. Of others than these, two that are equal may be an hour apart.
    return _seen_in_zone(moment, zone) if type(moment.tzinfo) is timezone else _in_zone(moment, zone)


def _in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(f"a moment needs an offset: {moment.isoformat()}")
    local = moment.astimezone(zone)
    offset = local.utcoffset()
    assert offset is not None  # ZoneInfo always has one for a whole moment
    return local.replace(tzinfo=timezone(offset), fold=0)


_seen_in_zone = lru_cache(maxsize=4096)(_in_zone)


def instant(moment: datetime) -> timedelta:
    """A moment as the time elapsed since 1970 in UTC, which compares exactly and for every offset."""
    if moment.utcoffset() is None:
        raise ValueError(f"a moment needs an offset: {moment.isoformat()}")
    return moment - _EPOCH


def shift(moment: datetime, duration: Duration, sign: int, zone: ZoneInfo, calendar: BusinessCalendar) -> datetime:
    """A moment moved by a duration, forward (`sign` 1) or back (-1).

    Business days come first, then days, both on the wall clock of the zone; seconds then elapse. Raises OverflowError
    where the result lies outside the years 1 to 9999.
    """
    moved = moment
    if duration.business_days or duration.days:
        local = in_zone(moment, zone)
        day = calendar.nth(local.date(), sign * duration.business_days) + timedelta(days=sign * duration.days)
        moved = local_moment(day, local.time(), zone)
    return in_zone(moved.astimezone(UTC) + timedelta(seconds=sign * duration.seconds), zone)


def shift_date(day: date, duration: Duration, sign: int, calendar: BusinessCalendar) -> date:
    """A day moved by whole days or business days, forward (`sign` 1) or back (-1).

    Raises OverflowError where the result lies outside the years 1 to 9999, and ValueError for a duration with seconds,
    which the checker refuses.
    """
    if duration.seconds:
        raise ValueError("a date takes whole days only")
    return calendar.nth(day, sign * duration.business_days) + timedelta(days=sign * duration.days)
