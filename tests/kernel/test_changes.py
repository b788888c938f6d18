"""Amending and canceling, for a plan or an item: the table, compensation, points of no return, propagation."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dro_lang.kernel.commands import RunAction
from dro_lang.kernel.states import item_rows
from dro_lang.program.expressions import Parameter
from dro_lang.program.model import Argument, Group, Step
from dro_lang.program.types import TEXT
from tests.kernel.builders import (
    EUR,
    Running,
    after,
    attribute,
    auto,
    callout,
    case,
    const,
    days,
    every,
    group,
    hours,
    is_known,
    makes_up,
    manual,
    milestone,
    minutes,
    on,
    parameter,
    pause,
    refusals,
    since_previous,
    start,
    wait,
)

REDO = group("Redo", manual("redo"))
UNDO = group("Undo", manual("undo"))
LAST = manual("z")
"""Keeps a plan open."""


def every_state() -> Running:
    """A frozen plan with a step in each state that an amendment or a cancellation can meet."""
    steps = (
        manual("blocked"),
        manual("pending", after("blocked")),
        manual("scheduled", starts=on("due_date")),
        manual("ready"),
        manual("claimed"),
        pause("paused"),
        callout("on_hold", target="Bank"),
        manual("completed", on_amend=makes_up("Redo"), on_cancel=makes_up("Undo")),
        auto("failed", retry=every(minutes(5), 1)),
        auto("fatally_failed"),
        manual("skipped", only_if=is_known("email")),
        pause("expired", expires=hours(1)),
        milestone("bypassed", after(wait("completed", "expired"))),
    )
    plan = start(group("G", *steps), REDO, UNDO)
    plan.offline("Bank")
    plan.claim("G.claimed")
    plan.complete("G.completed")
    plan.fail("G.fatally_failed")
    plan.later(hours=1)
    plan.fail("G.failed")
    plan.freeze()
    assert plan.status == "frozen"
    return plan


BEFORE = {
    "pending": "pending",
    "scheduled": "scheduled",
    "ready": "ready",
    "claimed": "in_progress",
    "paused": "in_progress",
    "on_hold": "on_hold",
    "completed": "completed",
    "failed": "failed",
    "fatally_failed": "fatally_failed",
    "skipped": "skipped",
    "expired": "expired",
    "bypassed": "bypassed",
}


def test_the_table_starts_from_every_state() -> None:
    plan = every_state()
    assert {step: plan[f"G.{step}"] for step in BEFORE} == BEFORE


def test_what_an_amendment_does_to_each_step() -> None:
    plan = every_state()
    plan.amend()
    changed = {"completed": "amended", "failed": "pending", "fatally_failed": "pending"}
    assert {step: plan[f"G.{step}"] for step in BEFORE} == BEFORE | changed
    assert plan["Redo#1.redo"] == "pending"


def test_what_a_cancellation_does_to_each_step() -> None:
    plan = every_state()
    plan.cancel()
    unchanged = {"expired": "expired"}
    canceled = {"completed": "canceled"}
    assert {step: plan[f"G.{step}"] for step in BEFORE} == dict.fromkeys(BEFORE, "discarded") | unchanged | canceled
    assert plan["Undo#1.undo"] == "pending"


@pytest.mark.parametrize("change", ["amend", "cancel"])
def test_a_change_is_only_for_a_frozen_plan(change: str) -> None:
    plan = start(group("G", callout("a")))
    assert getattr(plan, change)().refusal == "the plan is in progress, not frozen"
    plan.freeze()
    assert getattr(plan, change)().refusal == "the plan is freezing, not frozen"


def test_a_canceled_plan_runs_its_compensation_when_unfrozen_and_ends_completed() -> None:
    plan = start(group("G", manual("a", on_cancel=makes_up("Undo")), manual("b")), UNDO)
    plan.complete("G.a")
    plan.freeze()
    plan.cancel()
    assert (plan["G.b"], plan["Undo#1.undo"], plan.status) == ("discarded", "pending", "frozen")
    plan.unfreeze()
    assert (plan["Undo#1.undo"], plan.status) == ("ready", "in_progress")
    plan.complete("Undo#1.undo")
    assert plan.status == "completed"


def test_a_canceled_plan_without_compensation_is_completed_when_unfrozen() -> None:
    plan = start(group("G", manual("a")))
    plan.freeze()
    plan.cancel()
    assert plan.status == "frozen"
    plan.unfreeze()
    assert plan.status == "completed"


def test_amended_counts_as_completed_for_waits() -> None:
    steps = (manual("a"), manual("x"), manual("b", after(wait("a", "completed"), "x")))
    plan = start(group("G", *steps))
    plan.complete("G.a")
    plan.freeze()
    plan.amend()
    plan.unfreeze()
    plan.complete("G.x")
    assert (plan["G.a"], plan["G.b"]) == ("amended", "ready")


def test_an_amended_step_is_not_amended_again_but_can_be_canceled() -> None:
    plan = start(group("G", manual("a", on_amend=makes_up("Redo"), on_cancel=makes_up("Undo")), LAST), REDO, UNDO)
    plan.complete("G.a")
    plan.freeze()
    plan.amend()
    plan.amend()
    assert [key.name for key in (g.key for g in plan.state.groups)] == ["G", "Redo"]
    plan.cancel()
    assert (plan["G.a"], plan["Undo#1.undo"], plan["Redo#1.redo"]) == ("canceled", "pending", "pending")


def test_a_failed_step_that_is_pending_again_starts_afresh_with_a_new_key() -> None:
    plan = start(group("G", auto("a", retry=every(minutes(5), 1), due=None)))
    plan.fail("G.a")
    plan.later(minutes=5)
    plan.fail("G.a")
    plan.freeze()
    plan.amend()
    plan.unfreeze()
    assert (plan["G.a"], plan.step("G.a").attempt, plan.step("G.a").retries) == ("in_progress", 3, 0)


# ---- data


def test_an_amendment_brings_data_and_dates_follow_it() -> None:
    plan = start(group("G", manual("a", starts=on("due_date"))))
    plan.freeze()
    plan.amend(due_date=datetime(2026, 4, 1).date())
    assert plan.step("G.a").scheduled_for == datetime(2026, 4, 1, tzinfo=UTC)


def test_an_amendment_of_an_item_brings_data_of_that_item() -> None:
    plan = start(group("G", manual("a", per_item=True)), row=case("p1", "p2"))
    plan.freeze()
    plan.amend("p2", ready=False)
    assert [part["ready"] for part in item_rows(plan.state.row, "parts").values()] == [True, False]


def test_data_that_does_not_fit_refuses_the_whole_change() -> None:
    plan = start(group("G", manual("a"), LAST))
    plan.complete("G.a")
    plan.freeze()
    assert plan.amend(balance=Decimal(-1)).refusal == "`balance` is -1 EUR, outside 0 EUR.."
    assert plan["G.a"] == "completed"


def test_an_amendment_with_new_items_adds_their_instances() -> None:
    steps = (manual("a", per_item=True), manual("b", after("a")))
    plan = start(group("G", *steps), row=case("p1"))
    plan.freeze()
    plan.amend(parts=case("p1", "p2")["parts"])
    plan.unfreeze()
    plan.complete("G.a", "p1")
    assert (plan["G.a", "p2"], plan["G.b"]) == ("ready", "pending")


# ---- items


def items(*steps: Step, groups: tuple[Group, ...] = ()) -> Running:
    return start(group("G", *steps, LAST), *groups, row=case("p1", "p2"))


def test_a_change_of_an_item_leaves_the_others_and_the_plan_alone() -> None:
    plan = items(manual("a", per_item=True), manual("b", after("a")))
    plan.freeze()
    plan.cancel("p1")
    assert (plan["G.a", "p1"], plan["G.a", "p2"], plan["G.b"]) == ("discarded", "ready", "pending")


def test_a_step_after_every_item_goes_on_without_the_canceled_one() -> None:
    plan = items(manual("a", per_item=True), manual("b", after("a")))
    plan.complete("G.a", "p1")
    plan.freeze()
    plan.cancel("p1")
    plan.unfreeze()
    plan.complete("G.a", "p2")
    assert (plan["G.a", "p1"], plan["G.b"]) == ("canceled", "ready")


def test_a_step_can_wait_for_a_cancellation() -> None:
    plan = items(manual("a", per_item=True), manual("told", after(wait("a", "canceled"))))
    for item in ("p1", "p2"):
        plan.complete("G.a", item)
        plan.freeze()
        plan.cancel(item)
        plan.unfreeze()
    assert plan["G.told"] == "ready"


def test_an_unknown_item_is_refused() -> None:
    plan = items(manual("a", per_item=True))
    plan.freeze()
    assert plan.cancel("p9").refusal == 'there is no item "p9"'


# ---- compensation


def test_a_compensation_group_for_an_item_holds_that_item_only() -> None:
    undo = group("Undo", manual("undo", per_item=True), manual("tell"))
    plan = items(manual("a", per_item=True, on_cancel=makes_up("Undo")), groups=(undo,))
    plan.complete("G.a", "p1")
    plan.complete("G.a", "p2")
    plan.freeze()
    plan.cancel("p1")
    inserted = [(str(step.id), step.id.item) for step in plan.state.steps if step.id.copy]
    assert inserted == [('Undo.undo for item "p1"', "p1"), ("Undo.tell", None)]


def test_a_compensation_group_for_the_plan_holds_every_item() -> None:
    undo = group("Undo", manual("undo", per_item=True))
    plan = items(manual("a", on_cancel=makes_up("Undo")), groups=(undo,))
    plan.complete("G.a")
    plan.freeze()
    plan.cancel()
    assert [step.id.item for step in plan.state.steps if step.id.copy] == ["p1", "p2"]


def test_a_compensation_group_is_inserted_once_per_instance() -> None:
    plan = items(manual("a", per_item=True, on_cancel=makes_up("Undo")), groups=(UNDO,))
    plan.complete("G.a", "p1")
    plan.complete("G.a", "p2")
    plan.freeze()
    plan.cancel()
    assert [(g.key.copy, g.item) for g in plan.state.groups if g.cause] == [(1, "p1"), (2, "p2")]


def test_arguments_of_a_compensation_group_are_bound_when_it_is_inserted() -> None:
    undo = group(
        "Undo",
        auto("undo", arguments=(Argument("text", Parameter("who", TEXT)),)),
        parameters=(parameter("who", TEXT),),
    )
    plan = start(group("G", manual("a", on_cancel=makes_up("Undo", who=attribute("name"))), LAST), undo)
    plan.complete("G.a")
    plan.freeze()
    plan.cancel(name="Beta")
    plan.unfreeze()
    assert plan.given(RunAction)[0].arguments == {"text": "Beta"}


def test_an_argument_outside_its_bounds_refuses_the_whole_change() -> None:
    undo = group("Undo", manual("undo"), parameters=(parameter("most", EUR, high=const(Decimal(10), EUR)),))
    plan = start(group("G", manual("a", on_cancel=makes_up("Undo", most=attribute("balance"))), LAST), undo)
    plan.complete("G.a")
    plan.freeze()
    before = plan.state
    assert plan.cancel().refusal == "`most` of `Undo` is 90 EUR, outside ..10 EUR"
    assert plan.state == before


def test_compensation_comes_before_the_next_pending_step() -> None:
    steps = (manual("a", on_amend=makes_up("Redo")), callout("x"), manual("b", after("x")))
    plan = start(group("G", *steps), REDO)
    plan.complete("G.a")
    plan.offline()
    plan.freeze()
    plan.amend()
    plan.online()
    plan.unfreeze()
    plan.succeed("G.x")
    assert plan["G.b"] == "pending"
    assert plan.view("G.b").reason == "waits for the compensation Redo"
    plan.complete("Redo#1.redo")
    assert plan["G.b"] == "ready"


def test_compensation_of_one_item_holds_back_that_item_only() -> None:
    steps = (
        manual("a", per_item=True, on_amend=makes_up("Redo")),
        manual("x", per_item=True),
        manual("b", after(wait("a", same=True), wait("x", same=True)), per_item=True),
    )
    plan = items(*steps, groups=(REDO,))
    for item in ("p1", "p2"):
        plan.complete("G.a", item)
    plan.freeze()
    plan.amend("p1")
    plan.unfreeze()
    for item in ("p1", "p2"):
        plan.complete("G.x", item)
    assert (plan["G.b", "p1"], plan["G.b", "p2"]) == ("pending", "ready")


def test_compensation_steps_are_left_alone_by_later_changes() -> None:
    plan = start(group("G", manual("a", on_amend=makes_up("Redo")), LAST), REDO)
    plan.complete("G.a")
    plan.freeze()
    plan.amend()
    plan.cancel()
    assert plan["Redo#1.redo"] == "pending"


def reversing(in_reverse: bool) -> Running:
    first, second = group("First", manual("undo")), group("Second", manual("undo"))
    steps = (
        manual("a", on_cancel=makes_up("First", in_reverse)),
        manual("b", after("a"), on_cancel=makes_up("Second", in_reverse)),
    )
    plan = start(group("G", *steps, LAST), first, second)
    plan.complete("G.a")
    plan.complete("G.b")
    plan.freeze()
    plan.cancel()
    plan.unfreeze()
    return plan


def test_compensation_in_reverse_begins_with_the_step_that_finished_last() -> None:
    plan = reversing(True)
    assert (plan["Second#1.undo"], plan["First#1.undo"]) == ("ready", "pending")
    plan.complete("Second#1.undo")
    assert plan["First#1.undo"] == "ready"


def test_compensation_is_not_ordered_otherwise() -> None:
    plan = reversing(False)
    assert (plan["Second#1.undo"], plan["First#1.undo"]) == ("ready", "ready")


def test_compensation_in_reverse_of_different_items_is_not_ordered() -> None:
    plan = items(manual("a", per_item=True, on_cancel=makes_up("Undo", in_reverse=True)), groups=(UNDO,))
    plan.complete("G.a", "p1")
    plan.complete("G.a", "p2")
    plan.freeze()
    plan.cancel()
    plan.unfreeze()
    assert (plan["Undo#1.undo"], plan["Undo#2.undo"]) == ("ready", "ready")


def test_previous_of_a_compensation_step_is_when_it_was_inserted() -> None:
    redo = group("Redo", manual("redo", starts=since_previous(days(2))))
    plan = start(group("G", manual("a", on_amend=makes_up("Redo")), LAST), redo)
    plan.complete("G.a")
    plan.later(days=10)
    plan.freeze()
    plan.amend()
    plan.unfreeze()
    assert plan.step("Redo#1.redo").scheduled_for == datetime(2026, 3, 14, tzinfo=UTC)


# ---- points of no return


def test_a_started_step_at_its_point_of_no_return_denies_a_change_of_the_plan() -> None:
    plan = start(group("G", manual("a", point_of_no_return=True), LAST))
    plan.complete("G.a")
    plan.freeze()
    assert plan.cancel().refusal == "G.a is at its point of no return"
    assert plan.amend().refusal == "G.a is at its point of no return"
    assert plan["G.a"] == "completed"


def test_a_step_that_has_not_started_denies_nothing() -> None:
    plan = start(group("G", manual("a", point_of_no_return=True)))
    assert plan.kernel.points_of_no_return(plan.state) == ()
    plan.freeze()
    plan.cancel()
    assert plan["G.a"] == "discarded"


def test_one_can_ask_for_the_point_of_no_return() -> None:
    plan = start(group("G", manual("a", point_of_no_return=True), LAST))
    plan.claim("G.a")
    assert [str(step) for step in plan.kernel.points_of_no_return(plan.state)] == ["G.a"]


def test_an_override_goes_past_a_point_of_no_return() -> None:
    plan = start(group("G", manual("a", point_of_no_return=True), LAST))
    plan.complete("G.a")
    plan.freeze()
    plan.cancel(override=True)
    assert plan["G.a"] == "canceled"


def test_a_step_that_was_undone_denies_nothing_any_more() -> None:
    plan = start(group("G", manual("a", point_of_no_return=True), LAST))
    plan.complete("G.a")
    plan.freeze()
    plan.cancel(override=True)
    assert plan.kernel.points_of_no_return(plan.state) == ()
    assert plan.amend().refusal is None


def test_a_plan_scope_point_of_no_return_denies_a_change_of_an_item_too() -> None:
    plan = items(manual("a", point_of_no_return=True), manual("b", per_item=True))
    plan.complete("G.a")
    plan.freeze()
    assert plan.cancel("p1").refusal == "G.a is at its point of no return"


def test_an_items_point_of_no_return_denies_the_change_for_that_item() -> None:
    plan = items(manual("a", per_item=True, point_of_no_return=True))
    plan.complete("G.a", "p1")
    plan.freeze()
    assert plan.cancel("p1").refusal == 'G.a for item "p1" is at its point of no return'
    assert plan.cancel("p2").refusal is None
    assert (plan["G.a", "p1"], plan["G.a", "p2"]) == ("completed", "discarded")


def test_a_change_of_the_plan_spares_the_items_at_their_point_of_no_return() -> None:
    plan = items(manual("a", per_item=True, point_of_no_return=True), manual("b"))
    plan.complete("G.a", "p1")
    plan.freeze()
    done = plan.cancel()
    assert refusals(done) == ['item "p1" stays as it is: G.a for item "p1" is at its point of no return']
    assert (plan["G.a", "p1"], plan["G.a", "p2"], plan["G.b"]) == ("completed", "discarded", "discarded")


def test_a_change_of_an_item_says_nothing_of_the_points_of_no_return_of_others() -> None:
    plan = items(manual("a", per_item=True, point_of_no_return=True), manual("b", per_item=True))
    plan.complete("G.a", "p2")
    plan.freeze()
    assert refusals(plan.cancel("p1")) == []


def test_a_change_that_is_passed_on_spares_the_items_at_their_point_of_no_return() -> None:
    steps = (
        manual("a", per_item=True),
        manual("b", after(wait("a", passing="cancels")), per_item=True, point_of_no_return=True),
        manual("c", after(wait("b", passing="cancels", same=True)), per_item=True),
    )
    plan = items(*steps)
    for step, item in (("G.a", "p1"), ("G.a", "p2"), ("G.b", "p2")):
        plan.complete(step, item)
    plan.freeze()
    done = plan.cancel("p1")
    assert refusals(done) == ['item "p2" stays as it is: G.b for item "p2" is at its point of no return']
    assert (plan["G.b", "p1"], plan["G.b", "p2"], plan["G.c", "p2"]) == ("discarded", "completed", "ready")


# ---- propagation


@pytest.mark.parametrize(
    ("passing", "change", "reached"),
    [
        ("cancels", "cancel", True),
        ("cancels", "amend", False),
        ("amends", "amend", True),
        ("amends", "cancel", False),
        ("changes", "cancel", True),
        ("changes", "amend", True),
        (None, "cancel", False),
    ],
)
def test_a_dependency_passes_on_the_changes_that_it_names(passing: str | None, change: str, reached: bool) -> None:
    plan = items(manual("a", per_item=True), manual("b", after(wait("a", passing=passing))))
    plan.complete("G.a", "p1")
    plan.complete("G.a", "p2")
    plan.complete("G.b")
    plan.freeze()
    getattr(plan, change)("p1")
    assert plan["G.b"] == (("canceled" if change == "cancel" else "amended") if reached else "completed")


def test_a_change_is_passed_on_from_step_to_step() -> None:
    steps = (
        manual("a", per_item=True),
        manual("b", after(wait("a", passing="cancels"))),
        manual("c", after(wait("b", passing="cancels"))),
    )
    plan = items(*steps)
    plan.freeze()
    plan.cancel("p1")
    assert (plan["G.b"], plan["G.c"]) == ("discarded", "discarded")


def test_a_change_is_passed_on_for_the_same_item_only_where_the_wait_is() -> None:
    steps = (manual("a"), manual("b", after(wait("a", passing="changes")), per_item=True))
    same = (manual("a", per_item=True), manual("b", after(wait("a", passing="changes", same=True)), per_item=True))
    plan = items(*same)
    plan.freeze()
    plan.cancel("p1")
    assert (plan["G.b", "p1"], plan["G.b", "p2"]) == ("discarded", "pending")
    plan = items(*steps)
    plan.freeze()
    plan.cancel()
    assert (plan["G.b", "p1"], plan["G.b", "p2"]) == ("discarded", "discarded")
