"""Waits: what a step waits for, in which scope, and when that can never be."""

from dro_lang.program.expressions import ItemAttribute
from dro_lang.program.types import BOOLEAN
from dro_lang.program.values import Row
from tests.kernel.builders import (
    after,
    any_of,
    auto,
    callout,
    case,
    compare,
    const,
    group,
    hours,
    immediately,
    is_known,
    manual,
    milestone,
    pause,
    start,
    wait,
)

NO = is_known("promised_on")
"""False for the case."""
READY = compare(ItemAttribute("ready", BOOLEAN), "=", const(True, BOOLEAN))


def parts(*flags: bool) -> tuple[Row, ...]:
    return tuple({"id": f"p{n}", "ready": flag, "ship_on": None} for n, flag in enumerate(flags, 1))


# ---- the three ways of being finished


def test_after_waits_until_the_step_is_completed() -> None:
    plan = start(group("G", manual("a"), manual("b", after("a"))))
    assert (plan["G.a"], plan["G.b"]) == ("ready", "pending")
    plan.complete("G.a")
    assert plan["G.b"] == "ready"


def test_after_takes_skipped_as_finished() -> None:
    plan = start(group("G", manual("a", only_if=NO), manual("b", after("a"))))
    assert (plan["G.a"], plan["G.b"]) == ("skipped", "ready")


def test_after_takes_expired_as_finished() -> None:
    plan = start(group("G", manual("a", expires=hours(1)), manual("b", after("a"))))
    plan.later(hours=1)
    assert (plan["G.a"], plan["G.b"]) == ("expired", "ready")


def test_after_several_waits_for_all() -> None:
    plan = start(group("G", manual("a"), manual("b"), manual("c", after("a", "b"))))
    plan.complete("G.a")
    assert plan["G.c"] == "pending"
    plan.complete("G.b")
    assert plan["G.c"] == "ready"


def test_after_any_of_waits_for_one() -> None:
    plan = start(group("G", manual("a"), manual("b"), manual("c", any_of("a", "b"))))
    plan.complete("G.b")
    assert (plan["G.a"], plan["G.c"]) == ("ready", "ready")


def test_a_wait_reaches_into_another_group() -> None:
    plan = start(group("G", manual("a")), group("H", manual("b", after("G.a"))))
    assert plan["H.b"] == "pending"
    plan.complete("G.a")
    assert plan["H.b"] == "ready"


# ---- named outcomes


def test_named_outcomes_accept_only_those() -> None:
    steps = (
        pause("p", expires=hours(1)),
        manual("done", after(wait("p", "completed"))),
        manual("over", after(wait("p", "expired"))),
        manual("either", after(wait("p", "completed", "expired"))),
    )
    plan = start(group("G", *steps))
    plan.later(hours=1)
    assert (plan["G.done"], plan["G.over"], plan["G.either"]) == ("bypassed", "ready", "ready")


def test_skipped_is_met_by_the_steps_own_false_condition() -> None:
    plan = start(group("G", manual("a", only_if=NO), manual("b", after(wait("a", "skipped")))))
    assert plan["G.b"] == "ready"


def test_skipped_is_not_met_by_being_bypassed() -> None:
    steps = (
        manual("a"),
        manual("b", after(wait("a", "skipped"))),
        manual("c", after(wait("b", "skipped"))),
    )
    plan = start(group("G", *steps))
    plan.complete("G.a")
    assert (plan["G.b"], plan["G.c"]) == ("bypassed", "bypassed")


def test_a_wait_for_skipped_wins_over_skip_branch() -> None:
    steps = (manual("a", only_if=NO, skip_branch=True), manual("b", after(wait("a", "skipped"))))
    assert start(group("G", *steps))["G.b"] == "ready"


def test_a_wait_for_an_outcome_that_cannot_be_any_more_bypasses_at_once() -> None:
    steps = (manual("a"), manual("b"), manual("c", after(wait("a", "expired"), "b")))
    plan = start(group("G", *steps))
    plan.complete("G.a")
    assert (plan["G.b"], plan["G.c"]) == ("ready", "bypassed")


def test_a_wait_for_completed_on_a_bypassed_step_bypasses() -> None:
    steps = (
        manual("a"),
        manual("b", after(wait("a", "expired"))),
        manual("c", after("a", wait("b", "completed"))),
    )
    plan = start(group("G", *steps))
    plan.complete("G.a")
    assert plan["G.c"] == "bypassed"


# ---- bypassed


def test_what_waits_for_nothing_but_bypassed_steps_is_bypassed_in_turn() -> None:
    steps = (manual("a"), manual("b", after(wait("a", "expired"))), manual("c", after("b")), manual("d", after("c")))
    plan = start(group("G", *steps))
    plan.complete("G.a")
    assert [plan[f"G.{step}"] for step in "bcd"] == ["bypassed"] * 3
    assert plan.status == "completed"


def test_a_plain_wait_on_a_bypassed_step_is_dropped_where_another_remains() -> None:
    steps = (
        manual("a"),
        manual("b", after(wait("a", "expired"))),
        manual("other"),
        manual("c", after("b", "other")),
    )
    plan = start(group("G", *steps))
    plan.complete("G.a")
    assert (plan["G.b"], plan["G.c"]) == ("bypassed", "pending")
    plan.complete("G.other")
    assert plan["G.c"] == "ready"


def test_any_of_is_bypassed_only_when_no_alternative_is_left() -> None:
    steps = (
        pause("p", expires=hours(1)),
        manual("q", after(wait("p", "expired"))),
        milestone("m", any_of(wait("p", "completed"), wait("q", "completed"))),
    )
    plan = start(group("G", *steps))
    plan.later(hours=1)
    assert plan["G.m"] == "pending"
    plan.complete("G.q")
    assert plan["G.m"] == "completed"


def test_any_of_without_alternatives_is_bypassed() -> None:
    steps = (
        manual("a"),
        manual("b"),
        milestone("m", any_of(wait("a", "expired"), wait("b", "expired"))),
    )
    plan = start(group("G", *steps))
    plan.complete("G.a")
    assert plan["G.m"] == "pending"
    plan.complete("G.b")
    assert plan["G.m"] == "bypassed"


def test_skip_branch_bypasses_what_waits_for_nothing_but_that_step() -> None:
    steps = (
        manual("a", only_if=NO, skip_branch=True),
        manual("b", after("a")),
        manual("c", after("b")),
    )
    plan = start(group("G", *steps))
    assert [plan[f"G.{step}"] for step in "abc"] == ["skipped", "bypassed", "bypassed"]


def test_skip_branch_leaves_a_step_with_another_live_predecessor() -> None:
    steps = (
        manual("a", only_if=NO, skip_branch=True),
        manual("other"),
        manual("b", after("a", "other")),
    )
    plan = start(group("G", *steps))
    assert plan["G.b"] == "pending"
    plan.complete("G.other")
    assert plan["G.b"] == "ready"


# ---- failed


def test_what_waits_for_a_fatally_failed_step_stays_pending_until_it_is_completed() -> None:
    plan = start(group("G", auto("a"), manual("b", after("a"))))
    plan.fail("G.a")
    assert (plan["G.a"], plan["G.b"], plan.status) == ("fatally_failed", "pending", "in_progress")
    plan.complete("G.a")
    assert plan["G.b"] == "ready"


def test_failed_is_an_outcome_where_some_step_waits_for_it() -> None:
    plan = start(group("G", auto("a", retry=immediately(1)), manual("b", after(wait("a", "failed")))))
    plan.fail("G.a")
    assert (plan["G.a"], plan["G.b"]) == ("in_progress", "pending")
    plan.fail("G.a")
    assert (plan["G.a"], plan["G.b"]) == ("fatally_failed", "ready")
    plan.complete("G.b")
    assert plan.status == "completed"


def test_a_failure_that_is_an_outcome_is_final() -> None:
    plan = start(group("G", auto("a"), manual("b", after(wait("a", "failed")))))
    plan.fail("G.a")
    assert plan.retry("G.a").refusal == "it is fatally failed for good"
    assert plan.complete("G.a").refusal == "it is fatally failed for good"
    assert plan["G.a"] == "fatally_failed"


def test_a_plain_wait_beside_a_failure_branch_can_never_be_met() -> None:
    steps = (auto("a"), manual("b", after(wait("a", "failed"))), manual("c", after("a")))
    plan = start(group("G", *steps))
    plan.fail("G.a")
    assert plan["G.c"] == "bypassed"


def test_a_wait_for_failed_is_bypassed_when_the_step_completes() -> None:
    plan = start(group("G", auto("a"), manual("b", after(wait("a", "failed")))))
    plan.succeed("G.a")
    assert (plan["G.b"], plan.status) == ("bypassed", "completed")


# ---- scopes


def test_plan_scope_waits_for_every_instance() -> None:
    steps = (manual("a", per_item=True), manual("b", after("a")))
    plan = start(group("G", *steps), row=case("p1", "p2"))
    plan.complete("G.a", "p1")
    assert plan["G.b"] == "pending"
    plan.complete("G.a", "p2")
    assert plan["G.b"] == "ready"


def test_plan_scope_between_steps_per_item_waits_for_every_item() -> None:
    steps = (manual("a", per_item=True), manual("b", after("a"), per_item=True))
    plan = start(group("G", *steps), row=case("p1", "p2"))
    plan.complete("G.a", "p1")
    assert plan["G.b", "p1"] == "pending"
    plan.complete("G.a", "p2")
    assert (plan["G.b", "p1"], plan["G.b", "p2"]) == ("ready", "ready")


def test_item_scope_waits_for_the_instance_of_the_same_item() -> None:
    steps = (manual("a", per_item=True), manual("b", after(wait("a", same=True)), per_item=True))
    plan = start(group("G", *steps), row=case("p1", "p2"))
    plan.complete("G.a", "p1")
    assert (plan["G.b", "p1"], plan["G.b", "p2"]) == ("ready", "pending")


def test_zero_instances_are_a_wait_that_is_met() -> None:
    plan = start(
        group("G", manual("a", per_item=True), manual("b", after("a")), manual("c", after(wait("a", "expired"))))
    )
    assert (plan["G.b"], plan["G.c"]) == ("ready", "ready")


def test_every_item_ignores_bypassed_instances() -> None:
    steps = (
        manual("a", per_item=True, only_if=READY),
        manual("b", after(wait("a", "completed", same=True)), per_item=True),
        manual("c", after("b")),
        manual("d", after(wait("b", "completed"))),
    )
    plan = start(group("G", *steps), row=case(parts=parts(True, False)))
    assert (plan["G.b", "p1"], plan["G.b", "p2"]) == ("pending", "bypassed")
    plan.complete("G.a", "p1")
    plan.complete("G.b", "p1")
    assert (plan["G.c"], plan["G.d"]) == ("ready", "ready")


def test_every_instance_bypassed_counts_as_bypassed() -> None:
    steps = (
        manual("a", per_item=True, only_if=READY),
        manual("b", after(wait("a", "completed", same=True)), per_item=True),
        manual("c", after("b")),
        manual("d", after(wait("b", "completed"))),
    )
    plan = start(group("G", *steps), row=case(parts=parts(False, False)))
    assert (plan["G.c"], plan["G.d"], plan.status) == ("bypassed", "bypassed", "completed")


def test_one_instance_with_another_outcome_spoils_a_wait_for_every_item() -> None:
    steps = (manual("a", per_item=True, only_if=READY), manual("b", after(wait("a", "completed"))))
    plan = start(group("G", *steps), row=case(parts=parts(True, False)))
    assert plan["G.b"] == "bypassed"


def test_discarded_instances_are_ignored() -> None:
    steps = (manual("a", per_item=True), manual("b", after("a")), manual("c", after("b")))
    plan = start(group("G", *steps), row=case("p1", "p2"))
    plan.discard("G.a", "p1")
    assert plan["G.b"] == "pending"
    plan.complete("G.a", "p2")
    assert plan["G.b"] == "ready"


def test_a_step_after_nothing_but_a_discarded_one_is_bypassed() -> None:
    plan = start(group("G", callout("a", after("x")), manual("x"), manual("b", after("a"))))
    plan.discard("G.a")
    assert plan["G.b"] == "bypassed"


# ---- the end


def test_a_plan_ends_when_every_step_is_finished() -> None:
    plan = start(group("G", manual("a"), manual("b")))
    plan.complete("G.a")
    assert plan.status == "in_progress"
    plan.discard("G.b")
    assert plan.status == "completed"


def test_a_plan_without_steps_is_completed_at_once() -> None:
    assert start(group("G")).status == "completed"


def test_a_plan_does_not_wait_at_its_end_for_a_cancellation_that_nobody_asks_for() -> None:
    steps = (manual("a"), manual("b"), manual("c", after(wait("a", "canceled"))), manual("d", after("c")))
    plan = start(group("G", *steps))
    plan.complete("G.a")
    assert plan["G.c"] == "pending"
    plan.complete("G.b")
    assert (plan["G.c"], plan["G.d"], plan.status) == ("bypassed", "bypassed", "completed")
