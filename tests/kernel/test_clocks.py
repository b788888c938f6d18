"""Pauses, `expires`, `due`."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from dro_lang.kernel.history import JeopardyChanged
from dro_lang.kernel.states import Jeopardy
from dro_lang.program.expressions import And, Result, Today
from dro_lang.program.model import RuleTarget, ServiceLevelRule, StepKind
from dro_lang.program.types import INTEGER
from tests.kernel.builders import (
    PAID,
    Running,
    after,
    any_of,
    attribute,
    auto,
    business_days,
    callout,
    case,
    compare,
    const,
    days,
    due,
    every,
    group,
    hours,
    is_known,
    manual,
    milestone,
    minutes,
    on,
    pause,
    start,
    wait,
)

PROMISE_DUE = And((is_known("promised_on"), compare(attribute("promised_on"), "<=", Today())))
"""`promised_on is known and promised_on <= today`"""


def jeopardy(plan: Running, step: str) -> str | None:
    value = plan.step(step).jeopardy
    return None if value is None else str(value)


# ---- pauses


def test_a_pause_that_waits_is_in_progress() -> None:
    assert start(group("G", pause("p")))["G.p"] == "in_progress"


def test_a_pause_whose_condition_holds_already_completes_at_once() -> None:
    assert start(group("G", pause("p")), row=case(balance=Decimal(0)))["G.p"] == "completed"


def test_a_pause_is_looked_at_when_data_changes() -> None:
    plan = start(group("G", pause("p")))
    plan.set(balance=Decimal(10))
    assert plan["G.p"] == "in_progress"
    plan.set(balance=Decimal(0))
    assert (plan["G.p"], plan.status) == ("completed", "completed")


def test_a_pause_that_names_today_is_looked_at_at_midnight_of_the_plans_zone() -> None:
    row = case(promised_on=date(2026, 3, 5))
    plan = start(group("G", pause("p", until=PROMISE_DUE)), row=row, timezone="America/New_York")
    plan.to(datetime(2026, 3, 5, 4, 59, tzinfo=UTC))
    assert plan["G.p"] == "in_progress"
    plan.to(datetime(2026, 3, 5, 5, tzinfo=UTC))
    assert plan["G.p"] == "completed"


def test_a_pause_that_does_not_name_today_asks_for_no_timer() -> None:
    assert start(group("G", pause("p"))).state.timer is None


def test_a_pause_can_look_at_the_results_of_a_step_before_it() -> None:
    score = compare(Result(None, "look", "score", INTEGER), ">=", const(5))
    plan = start(group("G", auto("look", target="Look"), pause("p", after("look"), until=score)))
    plan.succeed("G.look", score=7)
    assert plan["G.p"] == "completed"


def test_a_pause_looks_again_when_a_result_comes() -> None:
    score = compare(Result(None, "look", "score", INTEGER), ">=", const(5))
    either = any_of("look", "ready")
    plan = start(group("G", milestone("ready"), auto("look", target="Look"), pause("p", either, until=score)))
    assert plan["G.p"] == "in_progress"
    plan.succeed("G.look", score=7)
    assert plan["G.p"] == "completed"


# ---- expires


def test_a_pause_expires() -> None:
    plan = start(group("G", pause("p", expires=days(14)), manual("chase", after(wait("p", "expired")))))
    plan.to(datetime(2026, 3, 15, 23, tzinfo=UTC))
    assert plan["G.p"] == "in_progress"
    plan.to(datetime(2026, 3, 16, tzinfo=UTC))
    assert (plan["G.p"], plan["G.chase"]) == ("expired", "ready")


def test_a_pause_whose_condition_comes_true_at_its_last_moment_completes() -> None:
    row = case(promised_on=date(2026, 3, 4))
    plan = start(group("G", pause("p", until=PROMISE_DUE, expires=days(2))), row=row)
    plan.to(datetime(2026, 3, 4, tzinfo=UTC))
    assert plan["G.p"] == "completed"


def test_expires_of_a_task_counts_from_ready_not_from_when_it_is_claimed() -> None:
    plan = start(group("G", manual("a", starts=on("due_date"), expires=hours(10))))
    plan.to(datetime(2026, 3, 20, 9, tzinfo=UTC))
    plan.claim("G.a")
    assert plan["G.a"] == "in_progress"
    plan.to(datetime(2026, 3, 20, 10, tzinfo=UTC))
    assert plan["G.a"] == "expired"


def test_expires_of_a_callout_counts_from_the_first_start_through_retries() -> None:
    plan = start(group("G", callout("a", expires=hours(3), retry=every(minutes(60), 9))))
    plan.later(hours=1, minutes=30)
    plan.fail("G.a")
    plan.later(hours=1)
    assert (plan["G.a"], plan.step("G.a").attempt) == ("in_progress", 2)
    plan.fail("G.a")
    plan.to(datetime(2026, 3, 2, 3, tzinfo=UTC))
    assert plan["G.a"] == "expired"


def test_expires_of_a_callout_counts_through_on_hold() -> None:
    plan = start(group("G", callout("a", expires=hours(3))))
    plan.later(hours=1)
    plan.offline()
    plan.later(hours=2)
    assert plan["G.a"] == "expired"


def test_a_fatally_failed_callout_does_not_expire() -> None:
    plan = start(group("G", callout("a", expires=hours(3))))
    plan.fail("G.a")
    plan.later(hours=9)
    assert plan["G.a"] == "fatally_failed"


def test_expires_in_business_days() -> None:
    plan = start(group("G", pause("p", expires=business_days(5))))
    assert plan.step("G.p").expires_at == datetime(2026, 3, 9, tzinfo=UTC)


def test_an_answer_after_the_step_has_expired_is_refused() -> None:
    plan = start(group("G", callout("a", expires=hours(3)), manual("b")))
    plan.later(hours=3)
    assert plan.succeed("G.a").refusal is not None
    assert plan["G.a"] == "expired"


# ---- due


def test_a_step_is_on_time_then_in_jeopardy_then_late() -> None:
    """Three hours and 30 minutes: in jeopardy after two and a half."""
    plan = start(group("G", manual("a", due=due(hours(3), const(minutes(30))))))
    assert jeopardy(plan, "G.a") == "on_time"
    plan.later(hours=2, minutes=29)
    assert jeopardy(plan, "G.a") == "on_time"
    plan.later(minutes=1)
    assert jeopardy(plan, "G.a") == "in_jeopardy"
    plan.later(minutes=30)
    assert jeopardy(plan, "G.a") == "late"
    assert [entry.target for entry in plan.history if isinstance(entry, JeopardyChanged)] == [
        Jeopardy.IN_JEOPARDY,
        Jeopardy.LATE,
    ]


@pytest.mark.parametrize(("hours_taken", "kept"), [(1, "on_time"), (2.75, "in_jeopardy"), (5, "late")])
def test_a_finished_step_keeps_its_jeopardy(hours_taken: float, kept: str) -> None:
    plan = start(group("G", manual("a", due=due(hours(3), const(minutes(30)))), manual("b")))
    plan.later(hours=hours_taken)
    plan.complete("G.a")
    plan.later(days=3)
    assert jeopardy(plan, "G.a") == kept


def test_due_without_a_warning_goes_from_on_time_to_late() -> None:
    plan = start(group("G", manual("a", due=due(hours(3)))))
    plan.later(hours=3)
    assert jeopardy(plan, "G.a") == "late"


def test_due_of_a_task_counts_from_ready() -> None:
    plan = start(group("G", manual("a", starts=on("due_date"), due=due(days(2)))))
    assert jeopardy(plan, "G.a") is None
    plan.to(datetime(2026, 3, 20, 8, tzinfo=UTC))
    plan.claim("G.a")
    assert plan.step("G.a").due_at == datetime(2026, 3, 22, tzinfo=UTC)


def test_due_of_a_callout_counts_from_the_first_start_through_retries() -> None:
    plan = start(group("G", callout("a", due=due(hours(3)), retry=every(minutes(60), 9))))
    plan.later(hours=1)
    plan.fail("G.a")
    plan.later(hours=1)
    assert plan.step("G.a").due_at == datetime(2026, 3, 2, 3, tzinfo=UTC)


def test_a_warning_in_other_days_counts_back_from_the_due_moment() -> None:
    plan = start(group("G", manual("a", due=due(business_days(5), days(1)))))
    step = plan.step("G.a")
    assert (step.warn_at, step.due_at) == (datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))


def test_a_service_level_of_the_plan_applies_to_its_kind_of_step() -> None:
    rules = (
        ServiceLevelRule(RuleTarget(StepKind.MANUAL), due(days(1))),
        ServiceLevelRule(RuleTarget(StepKind.CALLOUT), due(days(2))),
        ServiceLevelRule(RuleTarget(StepKind.CALLOUT, "Erp"), due(days(3))),
    )
    steps = (manual("a"), callout("b"), callout("c", target="Bank"), milestone("m"), manual("own", due=due(days(9))))
    plan = start(group("G", *steps), service_levels=rules)
    ends = {step: plan.step(f"G.{step}").due_at for step in ("a", "b", "c", "m", "own")}
    begun = datetime(2026, 3, 2, tzinfo=UTC)
    assert ends == {
        "a": begun + timedelta(days=1),
        "b": begun + timedelta(days=3),
        "c": begun + timedelta(days=2),
        "m": None,
        "own": begun + timedelta(days=9),
    }


def test_a_timer_that_comes_late_counts_from_when_it_came() -> None:
    plan = start(group("G", manual("a", starts=on("due_date"), due=due(days(1)))))
    plan.now = datetime(2026, 3, 21, tzinfo=UTC)
    plan.set(balance=Decimal(1))
    assert (plan["G.a"], plan.step("G.a").due_at) == ("ready", datetime(2026, 3, 22, tzinfo=UTC))


def test_what_is_due_at_an_events_moment_comes_before_it() -> None:
    plan = start(group("G", manual("a", expires=days(1))))
    plan.now += timedelta(days=1)
    assert plan.complete("G.a").refusal is not None
    assert plan["G.a"] == "expired"


def test_paid_is_what_the_pause_waits_for() -> None:
    assert start(group("G", pause("p", until=PAID))).view("G.p").reason == "waits until `balance = 0 EUR`"
