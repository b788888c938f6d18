"""Freezing, frozen, unfrozen."""

from decimal import Decimal

from dro_lang.kernel.commands import CloseTask
from dro_lang.kernel.history import StepChanged
from tests.kernel.builders import (
    after,
    any_of,
    at,
    auto,
    callout,
    days,
    due,
    every,
    group,
    hours,
    manual,
    milestone,
    minutes,
    on,
    pause,
    since_previous,
    start,
)


def test_a_plan_where_nothing_runs_is_frozen_at_once() -> None:
    plan = start(group("G", manual("a"), pause("p"), manual("s", starts=on("due_date"))))
    plan.freeze()
    assert plan.status == "frozen"


def test_freezing_waits_for_running_autos_and_unanswered_callouts() -> None:
    plan = start(group("G", auto("a"), callout("b")))
    plan.freeze()
    assert plan.status == "freezing"
    plan.succeed("G.a")
    assert plan.status == "freezing"
    plan.succeed("G.b")
    assert plan.status == "frozen"


def test_freezing_does_not_wait_for_people_or_callouts_on_hold() -> None:
    plan = start(group("G", manual("a"), callout("b")))
    plan.claim("G.a")
    plan.offline()
    plan.freeze()
    assert plan.status == "frozen"


def test_nothing_starts_while_freezing_or_frozen() -> None:
    plan = start(group("G", auto("a"), auto("b", after("a"))))
    plan.freeze()
    plan.succeed("G.a")
    assert (plan["G.b"], plan.status) == ("pending", "frozen")
    plan.unfreeze()
    assert (plan["G.b"], plan.status) == ("in_progress", "in_progress")


def test_an_auto_that_fails_while_freezing_is_retried_only_after_unfreezing() -> None:
    plan = start(group("G", auto("a", retry=every(minutes(5), 3))))
    plan.freeze()
    plan.fail("G.a")
    assert (plan["G.a"], plan.status) == ("failed", "frozen")
    plan.later(hours=1)
    assert plan["G.a"] == "failed"
    plan.unfreeze()
    assert plan["G.a"] == "in_progress"


def test_timers_hold_while_frozen_and_are_made_up_for() -> None:
    steps = (
        manual("s", starts=on("due_date")),
        pause("p", expires=days(2)),
        manual("d", due=due(days(1))),
    )
    plan = start(group("G", *steps))
    plan.freeze()
    assert plan.state.timer is None
    plan.later(days=60)
    assert (plan["G.s"], plan["G.p"], plan.step("G.d").jeopardy) == ("scheduled", "in_progress", "on_time")
    plan.unfreeze()
    assert (plan["G.s"], plan["G.p"], plan.step("G.d").jeopardy) == ("ready", "expired", "late")


def test_a_running_callout_can_expire_while_the_plan_is_freezing() -> None:
    plan = start(group("G", callout("a", expires=hours(2)), pause("p", expires=hours(1))))
    plan.freeze()
    plan.later(hours=2)
    assert (plan["G.a"], plan["G.p"], plan.status) == ("expired", "in_progress", "frozen")


def test_a_pause_is_looked_at_when_the_plan_is_unfrozen() -> None:
    plan = start(group("G", pause("p")))
    plan.freeze()
    plan.set(balance=Decimal(0))
    assert plan["G.p"] == "in_progress"
    plan.unfreeze()
    assert plan.status == "completed"


def test_a_callout_on_hold_resumes_only_in_a_plan_that_runs() -> None:
    plan = start(group("G", callout("a")))
    plan.offline()
    plan.freeze()
    plan.online()
    assert plan["G.a"] == "on_hold"
    plan.unfreeze()
    assert plan["G.a"] == "in_progress"


def test_freeze_by_completing_completes_the_running_step() -> None:
    plan = start(group("G", auto("a", freeze_by_completing=True), milestone("m", after("a"))))
    plan.freeze()
    assert (plan["G.a"], plan.status) == ("completed", "frozen")
    assert plan.succeed("G.a").refusal is not None


def test_a_task_that_freezing_completes_is_closed_and_tells_who_froze() -> None:
    plan = start(group("G", manual("a", freeze_by_completing=True), manual("b", freeze_by_completing=True)))
    plan.claim("G.a", by="bob")
    done = plan.freeze()
    assert (plan["G.a"], plan["G.b"], plan.status) == ("completed", "ready", "frozen")
    assert [command.key.step for command in done.commands if isinstance(command, CloseTask)] == [at("G.a")]
    assert [entry.by for entry in done.history if isinstance(entry, StepChanged)] == ["ann"]


def test_only_a_step_in_progress_can_be_completed_while_freezing() -> None:
    plan = start(group("G", callout("a"), manual("b"), manual("c")))
    plan.claim("G.b")
    plan.freeze()
    assert plan.complete("G.c").refusal == "it is ready, and the plan freezing"
    assert plan.complete("G.b").refusal is None
    plan.complete("G.a")
    assert plan.status == "frozen"


def test_nothing_can_be_completed_retried_or_claimed_while_frozen() -> None:
    plan = start(group("G", manual("a"), auto("b")))
    plan.fail("G.b")
    plan.freeze()
    assert plan.complete("G.a").refusal == "it is ready, and the plan frozen"
    assert plan.retry("G.b").refusal == "it is fatally failed, and the plan frozen"
    assert plan.claim("G.a").refusal == "it is ready, and the plan frozen"


def test_a_step_can_be_discarded_while_frozen() -> None:
    plan = start(group("G", manual("a")))
    plan.freeze()
    plan.discard("G.a")
    assert (plan["G.a"], plan.status) == ("discarded", "frozen")
    plan.unfreeze()
    assert plan.status == "completed"


def test_freezing_twice_and_unfreezing_what_runs_are_refused() -> None:
    plan = start(group("G", manual("a")))
    assert plan.unfreeze().refusal == "the plan is in progress"
    plan.freeze()
    assert plan.freeze().refusal == "the plan is frozen"


def test_a_plan_that_is_freezing_can_be_unfrozen() -> None:
    plan = start(group("G", callout("a")))
    plan.freeze()
    plan.unfreeze()
    assert (plan["G.a"], plan.status) == ("in_progress", "in_progress")


def test_previous_is_when_the_wait_was_met_even_while_freezing() -> None:
    steps = (callout("a"), callout("x"), manual("b", after("a"), starts=since_previous(days(2))))
    plan = start(group("G", *steps))
    plan.freeze()
    plan.succeed("G.a")
    met = plan.now
    plan.later(hours=5)
    plan.succeed("G.x")
    plan.unfreeze()
    assert plan.step("G.b").met_at == met


def test_previous_of_any_of_is_when_the_first_wait_was_met_even_while_freezing() -> None:
    steps = (callout("a"), callout("b"), callout("x"), manual("c", any_of("b", "a"), starts=since_previous(days(2))))
    plan = start(group("G", *steps))
    plan.freeze()
    plan.succeed("G.a")
    met = plan.now
    plan.later(hours=5)
    plan.succeed("G.b")
    plan.succeed("G.x")
    plan.unfreeze()
    assert plan.step("G.c").met_at == met
