"""When a step may run, and what its clock says once it does. Moments are given in UTC."""

from datetime import UTC, date, datetime, timedelta

from attrs import frozen

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.time import in_zone, local_moment, midnight, shift, shift_date
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import Expression
from dro_lang.program.model import Schedule, ScheduleRelation, ServiceLevel
from dro_lang.program.values import Duration

LONG_AGO, NEVER = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
"""What moments at the very ends of the calendar and beyond become. A day is left for every zone to show them."""

_A_DAY = timedelta(days=1)


def start_date(schedule: Schedule, environment: Environment, previous: datetime | None) -> datetime | None:
    """The moment before which a step does not run; None where nothing that is known holds it back.

    A Date means its 00:00 in the plan's zone: days are counted on the calendar, so that a day whose 00:00 the clock
    skips does not move those after it. `previous` is the moment when the waits of the step were met, None as long as
    they are not.
    """
    base = previous if schedule.base is None else evaluate(schedule.base, environment)
    if not isinstance(base, date):
        return None
    sign = -1 if schedule.relation is ScheduleRelation.BEFORE else 1
    zone, calendar = environment.zone, environment.calendar
    delay = Duration() if schedule.delay is None else _duration(schedule.delay, environment)
    try:
        if isinstance(base, datetime):
            moment = shift(base, delay, sign, zone, calendar)
        else:
            day = shift_date(base, Duration(delay.days, 0, delay.business_days), sign, calendar)
            moment = shift(midnight(day, zone), Duration(seconds=delay.seconds), sign, zone, calendar)
        if schedule.at is not None:
            moment = local_moment(in_zone(moment, zone).date(), schedule.at, zone)
        return _within_calendar(moment)
    except OverflowError:
        return LONG_AGO if sign < 0 else NEVER


def _within_calendar(moment: datetime) -> datetime:
    return max(LONG_AGO, min(moment.astimezone(UTC), NEVER))


def after(moment: datetime, duration: Duration, environment: Environment, sign: int = 1) -> datetime:
    """A moment moved by a duration: forward, or back where `sign` is -1."""
    try:
        return _within_calendar(shift(moment, duration, sign, environment.zone, environment.calendar))
    except OverflowError:
        return LONG_AGO if sign < 0 else NEVER


def later(moment: datetime, delay: timedelta) -> datetime:
    """A moment after so much time that is not negative. What would be beyond the calendar is at its end."""
    try:
        return moment + delay
    except OverflowError:
        return max(moment, NEVER)


@frozen
class Clock:
    """The moments that a step's clock has: when it expires, when it is in jeopardy, and when it is late."""

    expires_at: datetime | None = None
    warn_at: datetime | None = None
    due_at: datetime | None = None


def clock(start: datetime, expires: Expression | None, level: ServiceLevel | None, environment: Environment) -> Clock:
    """The clock of a step that began to count at a moment."""
    expires_at = None if expires is None else after(start, _duration(expires, environment), environment)
    if level is None:
        return Clock(expires_at)
    due_at = after(start, _duration(level.within, environment), environment)
    warn = None if level.warn is None else _duration(level.warn, environment)
    return Clock(expires_at, None if warn is None else after(due_at, warn, environment, -1), due_at)


def next_midnight(moment: datetime, environment: Environment) -> datetime:
    """The first midnight of the plan's zone after a moment."""
    try:
        return _within_calendar(midnight(in_zone(moment, environment.zone).date() + _A_DAY, environment.zone))
    except OverflowError:
        return NEVER


def _duration(expression: Expression, environment: Environment) -> Duration:
    value = evaluate(expression, environment)
    return value if isinstance(value, Duration) else Duration()
