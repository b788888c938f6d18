"""`starts`: not before a date, counted from an attribute or from the moment the last wait was met."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.time import BusinessCalendar
from dro_lang.kernel.schedule import next_midnight
from dro_lang.program.expressions import Expression
from dro_lang.program.model import Schedule, ScheduleRelation
from dro_lang.program.values import Duration
from tests.kernel.builders import (
    DURATION,
    after,
    any_of,
    attribute,
    before,
    business_days,
    case,
    const,
    days,
    group,
    hours,
    is_known,
    manual,
    milestone,
    on,
    since_previous,
    start,
)

DUE = datetime(2026, 3, 20, tzinfo=UTC)


def test_a_step_is_scheduled_until_its_date_and_then_runs() -> None:
    plan = start(group("G", manual("a", starts=on("due_date"))))
    assert plan["G.a"] == "scheduled"
    plan.to(datetime(2026, 3, 19, 23, 59, tzinfo=UTC))
    assert plan["G.a"] == "scheduled"
    plan.to(DUE)
    assert (plan["G.a"], plan.step("G.a").ready_at) == ("ready", DUE)


@pytest.mark.parametrize(
    ("schedule", "moment"),
    [
        (before(days(5), "due_date"), datetime(2026, 3, 15, tzinfo=UTC)),
        (before(hours(12), "due_date"), datetime(2026, 3, 19, 12, tzinfo=UTC)),
        (before(business_days(5), "due_date"), datetime(2026, 3, 13, tzinfo=UTC)),
        (before(days(5), "due_date", time(9)), datetime(2026, 3, 15, 9, tzinfo=UTC)),
        (on("due_date", time(17, 30)), datetime(2026, 3, 20, 17, 30, tzinfo=UTC)),
        (Schedule(ScheduleRelation.AFTER, attribute("due_date"), days(7)), datetime(2026, 3, 27, tzinfo=UTC)),
        (on("meeting"), datetime(2026, 3, 10, 14, tzinfo=UTC)),
        (on("meeting", time(9)), datetime(2026, 3, 10, 9, tzinfo=UTC)),
    ],
)
def test_dates_are_counted_from_an_attribute(schedule: Schedule, moment: datetime) -> None:
    row = case(meeting=datetime(2026, 3, 10, 14, tzinfo=UTC))
    assert start(group("G", manual("a", starts=schedule)), row=row).step("G.a").scheduled_for == moment


def test_a_date_means_midnight_in_the_plans_zone() -> None:
    plan = start(group("G", manual("a", starts=on("due_date"))), timezone="America/New_York")
    assert plan.step("G.a").scheduled_for == datetime(2026, 3, 20, 4, tzinfo=UTC)


def test_days_are_wall_clock_days_across_a_clock_change() -> None:
    # Berlin leaves winter time on 29 March: 30 March 00:00 is at UTC+2, seven days before it at UTC+1.
    row = case(due_date=date(2026, 3, 30))
    plan = start(group("G", manual("a", starts=before(days(7), "due_date"))), row=row, timezone="Europe/Berlin")
    assert plan.step("G.a").scheduled_for == datetime(2026, 3, 22, 23, tzinfo=UTC)


def test_hours_elapse_across_a_clock_change() -> None:
    row = case(due_date=date(2026, 3, 30))
    plan = start(group("G", manual("a", starts=before(hours(24), "due_date"))), row=row, timezone="Europe/Berlin")
    assert plan.step("G.a").scheduled_for == datetime(2026, 3, 28, 22, tzinfo=UTC)


def test_a_time_that_the_clock_skips_moves_forward() -> None:
    row = case(due_date=date(2026, 3, 29))
    plan = start(group("G", manual("a", starts=on("due_date", time(2, 30)))), row=row, timezone="Europe/Berlin")
    assert plan.step("G.a").scheduled_for == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_moment_already_past_means_at_once() -> None:
    plan = start(group("G", manual("a", starts=before(days(90), "due_date"))))
    assert plan["G.a"] == "ready"


def test_previous_is_the_moment_the_last_wait_was_met() -> None:
    steps = (manual("a"), manual("b"), manual("c", after("a", "b"), starts=since_previous(days(2))))
    plan = start(group("G", *steps))
    plan.complete("G.a")
    plan.later(days=1, hours=6)
    plan.complete("G.b")
    assert plan.step("G.c").scheduled_for == datetime(2026, 3, 5, 6, tzinfo=UTC)


def test_previous_of_any_of_is_the_moment_the_first_was_met() -> None:
    steps = (manual("a"), manual("b"), manual("c", any_of("a", "b"), starts=since_previous(days(2))))
    plan = start(group("G", *steps))
    plan.later(hours=6)
    plan.complete("G.a")
    plan.later(hours=6)
    plan.complete("G.b")
    assert plan.step("G.c").scheduled_for == datetime(2026, 3, 4, 6, tzinfo=UTC)


def test_previous_without_waits_is_the_start_of_the_plan() -> None:
    plan = start(group("G", manual("a", starts=since_previous(days(2)))))
    assert plan.step("G.a").scheduled_for == datetime(2026, 3, 4, tzinfo=UTC)


def test_previous_with_a_time_of_day() -> None:
    plan = start(group("G", manual("a", starts=since_previous(days(2), time(9)))))
    assert plan.step("G.a").scheduled_for == datetime(2026, 3, 4, 9, tzinfo=UTC)


def test_a_pending_step_has_its_date_already() -> None:
    plan = start(group("G", manual("a"), manual("b", after("a"), starts=on("due_date"))))
    assert (plan["G.b"], plan.step("G.b").scheduled_for) == ("pending", DUE)


def test_a_pending_step_that_counts_from_previous_has_no_date_yet() -> None:
    plan = start(group("G", manual("a"), manual("b", after("a"), starts=since_previous(days(1)))))
    assert plan.step("G.b").scheduled_for is None


def test_both_the_wait_and_the_date_hold_a_step_back() -> None:
    plan = start(group("G", manual("a"), manual("b", after("a"), starts=on("due_date"))))
    plan.to(DUE)
    assert plan["G.b"] == "pending"
    plan.complete("G.a")
    assert plan["G.b"] == "ready"


def test_set_moves_the_date_of_a_scheduled_step() -> None:
    plan = start(group("G", manual("a", starts=on("due_date"))))
    plan.set(due_date=date(2026, 4, 1))
    plan.to(DUE)
    assert plan["G.a"] == "scheduled"
    plan.to(datetime(2026, 4, 1, tzinfo=UTC))
    assert plan["G.a"] == "ready"


def test_set_to_a_date_already_past_means_at_once() -> None:
    plan = start(group("G", manual("a", starts=on("due_date"))))
    plan.set(due_date=date(2026, 1, 1))
    assert plan["G.a"] == "ready"


def test_set_moves_the_date_of_a_pending_step() -> None:
    plan = start(group("G", manual("a"), manual("b", after("a"), starts=on("due_date"))))
    plan.set(due_date=date(2026, 4, 1))
    assert plan.step("G.b").scheduled_for == datetime(2026, 4, 1, tzinfo=UTC)


def test_set_does_not_move_a_step_that_has_begun() -> None:
    plan = start(group("G", manual("a", starts=on("due_date"))))
    plan.to(DUE)
    plan.set(due_date=date(2026, 4, 1))
    assert plan["G.a"] == "ready"


def test_the_condition_is_checked_when_the_date_has_come() -> None:
    plan = start(group("G", manual("a", starts=on("due_date"), only_if=is_known("email"))))
    plan.set(email="a@b.example")
    plan.to(DUE)
    assert plan["G.a"] == "ready"


def test_the_condition_is_checked_only_once() -> None:
    plan = start(group("G", manual("a", only_if=is_known("email")), manual("b")))
    plan.set(email="a@b.example")
    assert plan["G.a"] == "skipped"


def test_the_start_date_of_the_record_holds_nothing_back() -> None:
    plan = start(group("G", milestone("a")), row=case(start_date=date(2030, 1, 1)))
    assert plan["G.a"] == "completed"


@pytest.mark.parametrize(
    ("relation", "state"), [(ScheduleRelation.BEFORE, "ready"), (ScheduleRelation.AFTER, "scheduled")]
)
def test_a_date_outside_the_calendar_is_long_past_or_never(relation: ScheduleRelation, state: str) -> None:
    far: Expression = const(Duration(days=4_000_000), DURATION)
    plan = start(group("G", manual("a", starts=Schedule(relation, attribute("due_date"), far))))
    assert plan["G.a"] == state


def test_business_days_follow_the_plans_calendar() -> None:
    steps = group("G", manual("a", starts=Schedule(ScheduleRelation.AFTER, attribute("due_date"), business_days(1))))
    assert start(steps, calendar="Weekdays").step("G.a").scheduled_for == datetime(2026, 3, 23, tzinfo=UTC)


# Where a day may begin at 01:00, where its first hour comes twice, where its last one does, or half an hour.
ZONES = (
    "Africa/Cairo",
    "America/Santiago",
    "America/Havana",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "UTC",
)
MOMENTS = st.integers(0, 365 * 24 * 60 * 2).map(
    lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)


def in_a_zone(name: str, at: datetime) -> Environment:
    return Environment(case(), at.date(), at, ZoneInfo(name), BusinessCalendar())


@settings(deadline=None)
@given(name=st.sampled_from(ZONES), at=MOMENTS)
def test_the_next_midnight_is_when_the_next_day_begins(name: str, at: datetime) -> None:
    zone = ZoneInfo(name)
    found = next_midnight(at, in_a_zone(name, at))
    today = at.astimezone(zone).date()
    assert found > at
    assert found.astimezone(zone).date() == today + timedelta(days=1)
    assert (found - timedelta(seconds=1)).astimezone(zone).date() == today


@settings(deadline=None)
@given(name=st.sampled_from(ZONES), day=st.dates(date(2026, 1, 1), date(2027, 12, 1)), count=st.integers(0, 9))
def test_days_from_a_date_begin_that_many_days_later(name: str, day: date, count: int) -> None:
    for relation, sign in ((ScheduleRelation.AFTER, 1), (ScheduleRelation.BEFORE, -1)):
        starts = Schedule(relation, attribute("due_date"), days(count))
        early = datetime(2025, 6, 1, tzinfo=UTC)
        plan = start(group("G", manual("a", starts=starts)), row=case(due_date=day), now=early, timezone=name)
        scheduled = plan.step("G.a").scheduled_for
        assert scheduled is not None
        zone, wanted = ZoneInfo(name), day + sign * timedelta(days=count)
        assert scheduled.astimezone(zone).date() == wanted
        assert (scheduled - timedelta(seconds=1)).astimezone(zone).date() == wanted - timedelta(days=1)
