"""Dates and moments, moved and compared. What leaves the calendar (years 1 to 9999) is unknown."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlglot import exp

from dro_lang.conditions.columnar.terms import Inexpressible
from dro_lang.conditions.columnar.time import calendar_span
from dro_lang.conditions.order import DAY_SECONDS
from dro_lang.conditions.sql.arithmetic import negative, product, total, whole
from dro_lang.conditions.sql.dialects.base import Dialect
from dro_lang.conditions.sql.terms import Day, Length, Moment, Number, case
from dro_lang.program.expressions import Function

_DAY_DIGITS, _SECOND_DIGITS = 7, 12
"""Of the days, and of the seconds, between the ends of the calendar."""


def part(function: Function, of: Day | Moment, zone: ZoneInfo, dialect: Dialect) -> Number:
    """The year, month, day or weekday of a date, or of a moment in UTC."""
    if isinstance(of, Moment):
        if zone.key != "UTC":
            raise Inexpressible(f"`{function}` of a moment asks for the wall clock of {zone.key}")
        of = Day(dialect.utc_day(of.sql))
    node = dialect.weekday(of.sql) if function is Function.WEEKDAY else dialect.date_part(function.upper(), of.sql)
    return Number(node, 4, loose=True)


def days_between(later: Day, earlier: Day, dialect: Dialect) -> Length:
    return Length(days=Number(dialect.days_between(later.sql, earlier.sql), _DAY_DIGITS, loose=True))


def seconds_between(later: Moment, earlier: Moment, dialect: Dialect) -> Length:
    node = dialect.seconds_between(later.sql, earlier.sql)
    return Length(seconds=Number(node, _SECOND_DIGITS, loose=True))


def shifted_day(day: Day, by: Length, sign: int, dialect: Dialect) -> Day:
    """A day moved by whole days."""
    if by.business:
        raise Inexpressible("which days are business days is not known there")
    if by.days is None:
        return day
    count = by.days if sign > 0 else negative(by.days)
    moved = _plus(day.sql, count, dialect)
    if count.value is None:
        since = dialect.days_between(dialect.day(date.min), day.sql)
        until = dialect.days_between(dialect.day(date.max), day.sql)
        return Day(case((exp.Between(this=count.sql, low=since, high=until), moved)))
    days = int(count.value)
    low, high = day.low.toordinal() + days, day.high.toordinal() + days
    first, last = date.min.toordinal(), date.max.toordinal()
    inside = [date.fromordinal(min(max(each, first), last)) for each in (low, high)]
    if low >= first and high <= last:
        return Day(moved, *inside)
    if not (first <= last - abs(days)):
        return Day(exp.Cast(this=exp.null(), to=exp.DataType.build("DATE")))
    room = (
        exp.LTE(this=day.sql, expression=dialect.day(date.fromordinal(last - days)))
        if days > 0
        else exp.GTE(this=day.sql, expression=dialect.day(date.fromordinal(first - days)))
    )
    return Day(case((room, moved)), *inside)


def _plus(day: exp.Expr, count: Number, dialect: Dialect) -> exp.Expr:
    return dialect.plus_days(day, count.sql)


def shifted_moment(moment: Moment, by: Length, sign: int, zone: ZoneInfo, dialect: Dialect) -> Moment:
    """A moment moved by elapsed seconds, and where the plan's zone is UTC by days."""
    if by.business:
        raise Inexpressible("which days are business days is not known there")
    if by.days is not None and zone.key != "UTC":
        raise Inexpressible(f"days are counted on the wall clock of {zone.key}, which changes twice a year or so")
    for count, unit in ((by.days, DAY_SECONDS), (by.seconds, 1)):
        if count is not None:
            seconds = count if unit == 1 else product(count, unit, dialect)
            moment = _elapsed(moment, seconds if sign > 0 else negative(seconds), zone, dialect)
    return moment


def _elapsed(moment: Moment, seconds: Number, zone: ZoneInfo, dialect: Dialect) -> Moment:
    first, last = calendar_span(zone)
    since = dialect.seconds_between(dialect.moment(first), moment.sql)
    until = dialect.seconds_between(dialect.moment(last), moment.sql)
    room: exp.Expr = exp.Between(this=seconds.sql, low=since, high=until)
    if seconds.value is not None:
        by = timedelta(seconds=int(seconds.value))
        if abs(by) > last - first:
            return Moment(exp.Cast(this=exp.null(), to=dialect.moment(last).args["to"]))
        room = (
            exp.LTE(this=moment.sql, expression=dialect.moment(last - by))
            if by > timedelta()
            else exp.GTE(this=moment.sql, expression=dialect.moment(first - by))
        )
    return Moment(case((room, dialect.plus_seconds(moment.sql, seconds.sql))))


def seconds_of(length: Length, dialect: Dialect) -> Number:
    """The length of a duration for comparisons: a day, and a business day, is 24 hours."""
    days = None if length.days is None else product(length.days, DAY_SECONDS, dialect)
    if days is None or length.seconds is None:
        return days or length.seconds or whole(0, dialect)
    return total(days, length.seconds, dialect)
