"""A second evaluator, written straight from the language's text and slow on purpose: the judge of the others.

It shares nothing with dro_lang.conditions. Numbers are fractions, days are counted one by one, a local time is found by
trying the offsets around it, and conditions have three outcomes (None is unknown).
"""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays as holidays_library
from attrs import evolve, field, frozen

from dro_lang.program import expressions as e
from dro_lang.program.types import DateTimeType
from dro_lang.program.values import Duration

HOUR, DAY = 3600, 86_400
MICROSECOND = timedelta(microseconds=1)


class OutOfCalendar(Exception):
    pass


@frozen
class World:
    """What the naive evaluator knows of a run."""

    root: dict
    today: date
    now: datetime
    zone: ZoneInfo
    weekend: tuple[int, ...] = (5, 6)
    holidays: str | None = None
    item: dict | None = None
    parameters: dict = field(factory=dict)
    results: dict = field(factory=dict)


def world(environment) -> World:
    """The world that an Environment describes."""
    return World(
        environment.root,
        environment.today,
        environment.now,
        environment.zone,
        environment.calendar.weekend,
        environment.calendar.holidays,
        environment.item,
        environment.parameters,
        environment.results,
    )


def holds(expression, world) -> bool:
    return value(expression, world) is True


def value(x, w):
    """Numbers come out as fractions, moments as counts of microseconds, durations as (business days, days, seconds)."""
    match x:
        case e.Constant():
            return inward(x.value)
        case e.Attribute():
            return inward(w.root.get(x.name))
        case e.ItemAttribute():
            return inward(w.item[x.name]) if w.item is not None else None
        case e.Parameter():
            return inward(w.parameters.get(x.name))
        case e.Result():
            return inward(w.results.get((x.group, x.step, x.name)))
        case e.Today():
            return inward(w.today)
        case e.Now():
            return inward(w.now)
        case e.Comparison():
            left, right = value(x.left, w), value(x.right, w)
            return None if left is None or right is None else related(x.operator.value, size(left), size(right))
        case e.InSet():
            return either([value(e.Comparison(e.ComparisonOperator.EQUAL, x.operand, m), w) for m in x.members])
        case e.InRange():
            v = value(x.operand, w)
            if v is None:
                return None
            return not (
                (x.low is not None and size(v) < size(inward(x.low.value)))
                or (x.high is not None and size(v) > size(inward(x.high.value)))
            )
        case e.Known():
            return value(x.operand, w) is not None
        case e.Not():
            v = value(x.operand, w)
            return None if v is None else (v is False)
        case e.Or():
            return either([value(part, w) for part in x.operands])
        case e.And():
            none = either([value(e.Not(part), w) for part in x.operands])
            return None if none is None else (none is False)
        case e.Negate():
            v = value(x.operand, w)
            return None if v is None else negative(v)
        case e.Arithmetic():
            left, right = value(x.left, w), value(x.right, w)
            if left is None or right is None:
                return None
            try:
                return calculate(x.operator.value, left, right, w)
            except OutOfCalendar:
                return None
        case e.Call():
            return called(x.function.value, [value(argument, w) for argument in x.arguments], x.arguments[0].type, w)
        case e.Aggregate():
            return aggregated(x, w)
    raise AssertionError(x)


# Values as the judge holds them.


@frozen(order=True)
class Moment:
    """Microseconds since the year 1 in UTC."""

    at: int


@frozen
class Span:
    business: int
    days: int
    seconds: int


def inward(v):
    if v is None or isinstance(v, bool | str | tuple):
        return v
    if isinstance(v, Duration):
        return Span(v.business_days, v.days, v.seconds)
    if isinstance(v, datetime):
        wall = (v.replace(tzinfo=None) - datetime.min) // MICROSECOND
        return Moment(wall - v.utcoffset() // MICROSECOND)
    return v if isinstance(v, date) else Fraction(v)


def size(v):
    return (v.business + v.days) * DAY + v.seconds if isinstance(v, Span) else v


def related(operator, left, right):
    if operator == "=":
        return left == right
    if operator == "!=":
        return left != right
    if operator == "<":
        return left < right
    if operator == "<=":
        return left < right or left == right
    if operator == ">":
        return right < left
    return right < left or left == right


def either(outcomes):
    if True in outcomes:
        return True
    return None if None in outcomes else False


def millionths(number: Fraction) -> Fraction:
    """Rounded half even to six places, by hand."""
    scaled = number * 10**6
    below = scaled.numerator // scaled.denominator
    rest = scaled - below
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1):
        below += 1
    return Fraction(below, 10**6)


def negative(v):
    return Span(-v.business, -v.days, -v.seconds) if isinstance(v, Span) else -v


def calculate(operator, left, right, w):
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        if operator in "+-":
            return left + right if operator == "+" else left - right
        if operator == "*":
            return millionths(left * right)
        return None if right == 0 else millionths(left / right)
    if operator == "*":
        span, count = (left, right) if isinstance(left, Span) else (right, left)
        return Span(*(int(part * count) for part in (span.business, span.days, span.seconds)))
    if operator == "-" and isinstance(left, Moment) and isinstance(right, Moment):
        return Span(0, 0, int((left.at - right.at) / Fraction(10**6)))
    if operator == "-" and isinstance(left, date) and isinstance(right, date):
        return Span(0, (left - right).days, 0)
    if isinstance(left, Span) and isinstance(right, Span):
        right = right if operator == "+" else negative(right)
        return Span(left.business + right.business, left.days + right.days, left.seconds + right.seconds)
    if isinstance(left, Span):
        left, right = right, left
    move = right if operator == "+" else negative(right)
    return move_moment(left, move, w) if isinstance(left, Moment) else move_day(left, move, w)


# Time.


@lru_cache
def holidays_of(code, year):
    if code is None:
        return set()
    if len(code) == 4:
        return set(holidays_library.financial_holidays(code, years=year))
    country, *rest = code.split("-")
    return set(holidays_library.country_holidays(country, subdiv=rest[0] if rest else None, years=year))


def works(day: date, w: World) -> bool:
    return day.weekday() not in w.weekend and day not in holidays_of(w.holidays, day.year)


def move_day(day: date, move: Span, w: World) -> date:
    if move.seconds:
        raise AssertionError("a date takes whole days only")
    try:
        direction = timedelta(days=1 if move.business > 0 else -1)
        left = abs(move.business)
        while left:
            day += direction
            left -= works(day, w)
        return day + timedelta(days=move.days)
    except OverflowError:
        raise OutOfCalendar from None


def utc(moment: Moment) -> datetime:
    try:
        return datetime.min.replace(tzinfo=UTC) + timedelta(microseconds=moment.at)
    except OverflowError:
        raise OutOfCalendar from None


def clock(moment: Moment, zone: ZoneInfo) -> datetime:
    try:
        return utc(moment).astimezone(zone).replace(tzinfo=None, fold=0)
    except OverflowError:
        raise OutOfCalendar from None


def move_moment(moment: Moment, move: Span, w: World) -> Moment:
    if move.business or move.days:
        shown = clock(moment, w.zone)
        day = move_day(shown.date(), Span(move.business, move.days, 0), w)
        moment = find(datetime.combine(day, shown.time()), w.zone)
    moved = Moment(moment.at + move.seconds * 10**6)
    clock(moved, w.zone)
    return moved


def find(wall: datetime, zone: ZoneInfo) -> Moment:
    """The first moment at which the clock shows this; for a time that is skipped, as if the change had not come yet."""
    naive = (wall - datetime.min) // MICROSECOND
    around = [nearby(wall, hours) for hours in (-30, -6, -3, -1, 0, 1, 3, 6, 30)]
    offsets = [zone.utcoffset(near) // MICROSECOND for near in around]
    shown = [Moment(naive - offset) for offset in offsets]
    fitting = [moment for moment in shown if clock(moment, zone) == wall]
    return min(fitting, default=shown[0])


def nearby(wall: datetime, hours: int) -> datetime:
    try:
        return wall + timedelta(hours=hours)
    except OverflowError:
        return wall


# Functions.


def called(name, arguments, type_of_first, w):
    if name == "default":
        return arguments[0] if arguments[0] is not None else arguments[1]
    if None in arguments:
        return None
    first = arguments[0]
    match name:
        case "contains":
            return any(first[i:].startswith(arguments[1]) for i in range(len(first) + 1))
        case "starts_with":
            return first[: len(arguments[1])] == arguments[1]
        case "ends_with":
            return first[::-1][: len(arguments[1])] == arguments[1][::-1]
        case "lower":
            return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in first)
        case "upper":
            return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in first)
        case "trim":
            while first and first[0] in " \t\r\n":
                first = first[1:]
            while first and first[-1] in " \t\r\n":
                first = first[:-1]
            return first
        case "length":
            return Fraction(sum(1 for _ in first))
        case "abs":
            return negative(first) if size(first) < 0 else first
        case "round":
            unit = Fraction(10) ** (6 - int(arguments[1]))
            return millionths(first / unit) * unit
        case "min" | "max":
            return extreme(name, arguments)
    if isinstance(type_of_first, DateTimeType):
        try:
            first = clock(first, w.zone)
        except OutOfCalendar:
            return None
    if name == "weekday":
        monday = date(2024, 1, 1)
        return Fraction((date(first.year, first.month, first.day) - monday).days % 7 + 1)
    return Fraction({"year": first.year, "month": first.month, "day": first.day}[name])


def extreme(name, values):
    result = values[0]
    for v in values[1:]:
        if (size(v) < size(result)) if name == "min" else (size(v) > size(result)):
            result = v
    return result


def aggregated(x: e.Aggregate, w: World):
    rows = w.root.get(x.list)
    if rows is None:
        return None
    chosen = [row for row in rows if x.where is None or value(x.where, evolve(w, item=row)) is True]
    match x.function.value:
        case "any":
            return len(chosen) > 0
        case "all":
            return len(chosen) == len(rows)
        case "count":
            return Fraction(len(chosen))
    values = [inward(row[x.attribute]) for row in chosen if row[x.attribute] is not None]
    if x.function.value == "sum":
        return sum(values, Fraction(0))
    return extreme(x.function.value, values) if values else None
