"""What a person sees of a step: its state, and the reason for it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from dro_lang.program.model import AttributeDefinition, ToQueue, ToUser
from dro_lang.program.types import TEXT
from tests.kernel.builders import (
    Running,
    after,
    any_of,
    auto,
    callout,
    case,
    days,
    every,
    group,
    hours,
    is_known,
    manual,
    milestone,
    minutes,
    on,
    pause,
    program,
    start,
    wait,
)


def reason(plan: Running, step: str, item: str | None = None) -> str:
    return plan.view(step, item).reason


def test_a_pending_step_says_what_it_waits_for() -> None:
    steps = (
        manual("a"),
        manual("b"),
        manual("both", after("a", "b")),
        manual("one", any_of("a", "b")),
        manual("over", after(wait("a", "expired", "skipped"))),
    )
    plan = start(group("G", *steps))
    assert reason(plan, "G.both") == "waits for G.a and G.b"
    assert reason(plan, "G.one") == "waits for G.a or G.b"
    assert reason(plan, "G.over") == "waits for G.a expired or skipped"
    plan.complete("G.b")
    assert reason(plan, "G.both") == "waits for G.a"


def test_a_pending_step_per_item_names_its_item() -> None:
    steps = (manual("a", per_item=True), manual("b", after(wait("a", same=True)), per_item=True))
    plan = start(group("G", *steps), row=case("p1"))
    assert reason(plan, "G.b", "p1") == 'waits for G.a for item "p1"'


def test_a_scheduled_step_says_when_in_the_plans_zone() -> None:
    plan = start(group("G", manual("a", starts=on("due_date"))), timezone="America/New_York")
    assert reason(plan, "G.a") == "starts on 2026-03-20 00:00"
    assert plan.view("G.a").scheduled_for == datetime(2026, 3, 20, tzinfo=ZoneInfo("America/New_York"))
    plan.freeze()
    assert reason(plan, "G.a") == "starts on 2026-03-20 00:00, but the plan is frozen"


def test_a_task_says_who_is_to_do_it() -> None:
    steps = (
        manual("a"),
        manual("b", assignment=ToQueue("Q")),
        manual("c", assignment=ToUser("bob")),
    )
    plan = start(group("G", *steps))
    assert [reason(plan, f"G.{step}") for step in "abc"] == [
        "waits for somebody to take it",
        "waits for somebody of Q to take it",
        "waits for bob to take it",
    ]
    plan.claim("G.a", by="eve")
    assert reason(plan, "G.a") == "eve works on it"


def test_what_runs_says_what_it_waits_for() -> None:
    plan = start(group("G", auto("a"), callout("b"), pause("p")))
    assert [reason(plan, f"G.{step}") for step in "abp"] == [
        "waits for Send to answer",
        "waits for Erp to answer",
        "waits until `balance = 0 EUR`",
    ]


def test_a_failed_step_says_why_and_when_it_is_tried_again() -> None:
    plan = start(group("G", auto("a", retry=every(minutes(5), 1)), auto("b")))
    plan.fail("G.a", "BUSY")
    plan.fail("G.b")
    assert reason(plan, "G.a") == "failed with BUSY, tried again on 2026-03-02 00:05"
    assert reason(plan, "G.b") == "failed"


def test_a_skipped_step_says_which_condition_is_false() -> None:
    assert reason(start(group("G", manual("a", only_if=is_known("email")))), "G.a") == "`email is known` is false"


def test_a_bypassed_step_says_what_can_never_be() -> None:
    steps = (
        manual("a"),
        manual("b", after(wait("a", "expired"))),
        milestone("c", after("b")),
    )
    plan = start(group("G", *steps))
    plan.complete("G.a")
    assert reason(plan, "G.b") == "waits for G.a expired, but that was completed"
    assert reason(plan, "G.c") == "waits for G.b, but that was bypassed"


def test_what_expired_or_failed_was_not_done_by_anybody() -> None:
    steps = (
        pause("p", expires=days(14)),
        auto("a"),
        manual("b", after(wait("p", "completed"))),
        manual("c", after(wait("a", "completed"))),
        manual("d", after(wait("a", "failed"))),
    )
    plan = start(group("G", *steps))
    plan.fail("G.a")
    plan.later(days=14)
    assert reason(plan, "G.b") == "waits for G.p completed, but that expired"
    assert reason(plan, "G.c") == "waits for G.a completed, but that failed"


def test_an_expired_step_says_after_how_long() -> None:
    plan = start(group("G", pause("p", expires=days(14))))
    plan.later(days=14)
    assert reason(plan, "G.p") == "it was not finished within 14 days"


def test_a_plan_that_has_not_started_says_so() -> None:
    plan = Running(program(group("G", manual("a"))), case(), datetime(2026, 3, 2, tzinfo=UTC))
    assert reason(plan, "G.a") == "the plan has not started"


def test_a_discarded_step_says_who_wanted_that() -> None:
    plan = start(group("G", manual("a"), manual("b")))
    plan.discard("G.a")
    assert reason(plan, "G.a") == "an operator discarded it"
    plan.freeze()
    plan.cancel()
    assert reason(plan, "G.b") == "the plan was canceled"


def test_a_view_has_everything_of_the_step() -> None:
    note = (AttributeDefinition("note", TEXT),)
    plan = start(group("G", manual("a", gives=note, expires=hours(9), starts=on("due_date"))))
    plan.to(datetime(2026, 3, 20, 8, tzinfo=UTC))
    plan.claim("G.a", by="eve")
    plan.complete("G.a", note="done")
    seen = plan.view("G.a")
    assert (seen.group, seen.step, seen.item, seen.attempts) == ("G", "a", None, 1)
    assert (seen.state, seen.outcome, seen.assignee, seen.results) == (
        "completed",
        "completed",
        "eve",
        {"note": "done"},
    )
    assert seen.ready_at is not None
    assert seen.ready_at.date() == date(2026, 3, 20)
    assert seen.started_at == seen.finished_at == seen.since == datetime(2026, 3, 20, 8, tzinfo=UTC)
