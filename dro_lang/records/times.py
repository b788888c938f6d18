"""Dates, moments and lengths of time, from their text."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from dro_lang.program.values import Duration
from dro_lang.records.problems import Problem, shown

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
    r"(?:(Z)|([+-])([0-9]{2}):?([0-9]{2}))?"
)
_STARTS_AS_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}.*", re.DOTALL)
_OTHER_ORDER = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2,4}|[0-9]{4}([./])[0-9]{1,2}\2[0-9]{1,2}|[0-9]{8}")
_LANGUAGE = re.compile(r"(-?[0-9]+) (business )?(second|minute|hour|day|week)s?")
_ISO = re.compile(r"(-?)P(?:(-?[0-9]+)W)?(?:(-?[0-9]+)D)?(?:T(?:(-?[0-9]+)H)?(?:(-?[0-9]+)M)?(?:(-?[0-9]+)S)?)?")
_ISO_CALENDAR = re.compile(r"-?P(-?[0-9]+Y|-?[0-9]+M)")
_DIGITS = re.compile(r"[0-9]+")
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600}
_DAYS = {"day": 1, "week": 7}
_MOST_DAYS = 3_652_059
"""The days of the calendar, years 1 to 9999: no longer duration leads from one date to another."""
_MOST_DIGITS = len(str(_MOST_DAYS * 86_400))


def _wrong(reason: str) -> Problem:
    return Problem(None, "R0103", reason)


def date_value(raw: object) -> date | Problem:
    """A day, written `2026-12-31`."""
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    if type(raw) is not str:
        return _wrong(f"{shown(raw)} is not a date: write it as text, `2026-12-31`")
    if _DATE.fullmatch(raw):
        try:
            return date.fromisoformat(raw)
        except ValueError:
            return _wrong(f"{shown(raw)} is not a date: there is no such day")
    if _STARTS_AS_MOMENT.fullmatch(raw):
        return _wrong(f"{shown(raw)} has a time of day, and a date is wanted: write the day alone, `{raw[:10]}`")
    if _OTHER_ORDER.fullmatch(raw):
        return _wrong(
            f"{shown(raw)} is not read, as days and months could be confused: write year-month-day, `2026-12-31`"
        )
    return _wrong(f"{shown(raw)} is not a date: write year-month-day, `2026-12-31`")


def moment_value(raw: object) -> datetime | Problem:
    """A moment with its offset, written `2026-12-31T09:00Z`; seconds and up to six digits after them may be added."""
    if isinstance(raw, datetime):
        if raw.utcoffset() is None:
            return _wrong(f"{shown(raw)} has no offset from UTC")
        return _within_calendar(raw, raw)
    form = "write `2026-12-31T09:00Z` or `2026-12-31T09:00+01:00`"
    if type(raw) is not str:
        return _wrong(f"{shown(raw)} is not a date and time: {form}")
    match = _MOMENT.fullmatch(raw)
    if match is None:
        if _DATE.fullmatch(raw):
            return _wrong(f"{shown(raw)} has no time of day: {form}")
        return _wrong(f"{shown(raw)} is not a date and time: {form}")
    year, month, day, hour, minute, second, fraction, utc, sign, offset_hours, offset_minutes = match.groups()
    if not utc and not sign:
        return _wrong(f"{shown(raw)} has no offset from UTC, so the moment is not known: {form}")
    micro = (fraction or "").rstrip("0")
    if len(micro) > 6:
        return _wrong(f"{shown(raw)} has more than 6 digits after the second, and is not rounded")
    try:
        zone = UTC
        if sign:
            offset = timedelta(hours=int(offset_hours), minutes=int(offset_minutes))
            if int(offset_minutes) > 59:
                raise ValueError
            zone = timezone(-offset if sign == "-" else offset)
        moment = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second or 0), int(micro.ljust(6, "0")), zone
        )
    except ValueError:
        return _wrong(f"{shown(raw)} is not a date and time: there is no such day, time or offset")
    return _within_calendar(moment, raw)


def _within_calendar(moment: datetime, raw: object) -> datetime | Problem:
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return _wrong(f"{shown(raw)} is outside the years 1 to 9999 in UTC")
    return moment


def duration_value(raw: object) -> Duration | Problem:
    """A length of time: `5 days`, `2 business days`, or ISO 8601 without years, months and fractions, `P5D`, `PT4H`."""
    if isinstance(raw, Duration):
        return _within_longest(raw, raw)
    form = "write `5 days`, `2 business days`, `P5D` or `PT4H`"
    if type(raw) is not str:
        return _wrong(f"{shown(raw)} is not a duration: {form}")
    if any(len(digits.lstrip("0")) > _MOST_DIGITS for digits in _DIGITS.findall(raw)):
        return _too_long(raw)
    value = _language_duration(raw) or _iso_duration(raw)
    if value is not None:
        return _within_longest(value, raw)
    if _ISO_CALENDAR.match(raw):
        return _wrong(f"{shown(raw)} counts years or months, which have no fixed length: {form}")
    return _wrong(f"{shown(raw)} is not a duration: {form}")


def _too_long(raw: object) -> Problem:
    return Problem(None, "R0107", f"{shown(raw)} is longer than {_MOST_DAYS} days")


def _within_longest(value: Duration, raw: object) -> Duration | Problem:
    longest = max(abs(value.days), abs(value.business_days), abs(value.seconds) // 86_400)
    return value if longest <= _MOST_DAYS else _too_long(raw)


def _language_duration(text: str) -> Duration | None:
    match = _LANGUAGE.fullmatch(text)
    if match is None:
        return None
    count, business, unit = int(match[1]), match[2], match[3]
    if business:
        return Duration(business_days=count) if unit == "day" else None
    return Duration(days=count * _DAYS[unit]) if unit in _DAYS else Duration(seconds=count * _SECONDS[unit])


def _iso_duration(text: str) -> Duration | None:
    match = _ISO.fullmatch(text)
    if match is None or text[-1] in "PT":
        return None
    sign = -1 if match[1] else 1
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    return Duration(days=sign * (weeks * 7 + days), seconds=sign * (hours * 3_600 + minutes * 60 + seconds))


def duration_text(value: Duration) -> str:
    """The text that `duration_value` takes back: the language's form where one unit says it, otherwise ISO 8601."""
    if value.days and value.seconds:
        return f"P{value.days}DT{value.seconds}S"
    if value.business_days:
        return _counted(value.business_days, "business day")
    if value.seconds:
        unit, size = next((unit, size) for unit, size in reversed(_SECONDS.items()) if value.seconds % size == 0)
        return _counted(value.seconds // size, unit)
    return _counted(value.days, "day")


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def moment_text(value: datetime) -> str:
    """The text that `moment_value` takes back. An offset with seconds, which text does not have, is turned into UTC."""
    offset = value.utcoffset()
    exact = value if offset is not None and not offset % timedelta(minutes=1) else value.astimezone(UTC)
    return exact.isoformat().replace("+00:00", "Z")
