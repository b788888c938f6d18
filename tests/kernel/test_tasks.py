"""Work for people: assignment, claiming, completing, discarding, and who did what."""

from datetime import UTC, datetime
from decimal import Decimal

from attrs import evolve

from dro_lang.kernel.commands import CloseTask, OpenTask
from dro_lang.kernel.events import Assign
from dro_lang.kernel.history import Assigned, Refused, StepChanged
from dro_lang.kernel.states import StepStatus
from dro_lang.program.expressions import ItemAttribute
from dro_lang.program.model import (
    Allocation,
    AttributeDefinition,
    Route,
    Routing,
    ToQueue,
    ToRouting,
    ToUser,
)
from dro_lang.program.types import BOOLEAN, TEXT
from dro_lang.program.values import Row
from tests.kernel.builders import (
    EUR,
    Running,
    after,
    at,
    attribute,
    case,
    compare,
    const,
    group,
    hours,
    is_known,
    manual,
    milestone,
    on,
    program,
    start,
)

NOTE = (AttributeDefinition("note", TEXT),)
DAWN = datetime(2026, 3, 2, tzinfo=UTC)
RICH = compare(attribute("balance"), ">", const(Decimal(50), EUR))


def opened(plan: Running) -> OpenTask:
    [command] = plan.given(OpenTask)
    assert isinstance(command, OpenTask)
    return command


# ---- assignment


def test_a_manual_step_is_ready_until_somebody_takes_it() -> None:
    plan = start(group("G", manual("a")))
    assert (plan["G.a"], opened(plan).assignee, opened(plan).queue) == ("ready", None, None)


def test_a_task_goes_to_a_user() -> None:
    plan = start(group("G", manual("a", assignment=ToUser("head@example.com"))))
    assert (opened(plan).assignee, plan.step("G.a").assignee) == ("head@example.com", "head@example.com")


def test_a_task_for_a_queue_says_how_it_is_allocated() -> None:
    plan = start(group("G", manual("a", assignment=ToQueue("Q", Allocation.LEAST_LOADED))))
    assert (opened(plan).queue, opened(plan).allocation) == ("Q", Allocation.LEAST_LOADED)


def test_the_driver_tells_to_whom_of_the_queue_a_task_went() -> None:
    plan = start(group("G", manual("a", assignment=ToQueue("Q", Allocation.ROUND_ROBIN))))
    plan.send(Assign(plan.now, at("G.a"), "bob"))
    assert (plan["G.a"], plan.step("G.a").assignee) == ("ready", "bob")
    assert [entry.user for entry in plan.history if isinstance(entry, Assigned)] == ["bob"]


def routed(row: Row) -> Running:
    routes = (
        Route(is_known("email"), ToUser("mail")),
        Route(RICH, ToQueue("Q", Allocation.LEAST_LOADED)),
        Route(compare(ItemAttribute("ready", BOOLEAN), "=", const(True, BOOLEAN)), ToUser("ready")),
    )
    routing = Routing("R", "Case", routes, ToUser("rest"))
    declared = program(group("G", manual("a", assignment=ToRouting("R"), per_item="parts" in row)))
    return Running(evolve(declared, routings={"R": routing}), case(**row), start(group("G", manual("a"))).now).start()


def test_the_first_route_whose_condition_holds_chooses_the_assignee() -> None:
    assert opened(routed({"email": "a@b.example"})).assignee == "mail"
    assert opened(routed({})).queue == "Q"


def test_a_routing_falls_back_on_otherwise() -> None:
    assert opened(routed({"balance": Decimal(5)})).assignee == "rest"


def test_a_route_can_look_at_the_steps_own_item() -> None:
    part: Row = {"id": "p1", "ready": True, "ship_on": None}
    assert opened(routed({"balance": Decimal(5), "parts": (part,)})).assignee == "ready"


def test_a_routing_may_lead_to_another_one_and_one_that_leads_back_gives_nobody() -> None:
    declared = program(group("G", manual("a", assignment=ToRouting("R"))))

    def opened_by(*routings: Routing) -> OpenTask:
        declarations = {routing.name: routing for routing in routings}
        return opened(Running(evolve(declared, routings=declarations), case(), DAWN).start())

    first = Routing("R", "Case", (Route(RICH, ToRouting("S")),), ToUser("rest"))
    assert opened_by(first, Routing("S", "Case", (), ToQueue("Q"))).queue == "Q"
    circle = opened_by(first, Routing("S", "Case", (), ToRouting("R")))
    assert (circle.assignee, circle.queue) == (None, None)


def test_a_routing_is_asked_when_the_turn_of_the_task_comes() -> None:
    routing = Routing("R", "Case", (Route(RICH, ToUser("head")),), ToUser("rest"))
    steps = (manual("a"), manual("b", after("a"), assignment=ToRouting("R")))
    declared = evolve(program(group("G", *steps)), routings={"R": routing})
    plan = Running(declared, case(), DAWN).start()
    plan.set(balance=Decimal(5))
    plan.complete("G.a")
    assert plan.step("G.b").assignee == "rest"
    plan.set(balance=Decimal(90))
    assert plan.step("G.b").assignee == "rest"


# ---- doing


def test_claiming_a_task_starts_it() -> None:
    plan = start(group("G", manual("a")))
    plan.claim("G.a", by="bob")
    assert (plan["G.a"], plan.step("G.a").assignee, plan.step("G.a").started_at) == ("in_progress", "bob", plan.now)


def test_completing_a_ready_task_claims_it_first() -> None:
    plan = start(group("G", manual("a")))
    plan.complete("G.a", by="bob")
    changes = [entry for entry in plan.history if isinstance(entry, StepChanged)]
    assert [(change.target, change.by) for change in changes] == [
        ("ready", "system"),
        ("in_progress", "bob"),
        ("completed", "bob"),
    ]


def test_completing_a_task_closes_it() -> None:
    plan = start(group("G", manual("a")))
    plan.complete("G.a")
    assert [command.key for command in plan.given(CloseTask)] == [opened(plan).key]


def test_a_task_that_expires_is_closed() -> None:
    plan = start(group("G", manual("a", expires=hours(1))))
    plan.later(hours=1)
    assert len(plan.given(CloseTask)) == 1


def test_completing_by_hand_must_supply_the_results() -> None:
    plan = start(group("G", manual("a", gives=NOTE)))
    assert plan.complete("G.a").refusal == "its result `note` is unknown"
    assert plan["G.a"] == "ready"
    plan.complete("G.a", note="called back")
    assert plan.step("G.a").results == {"note": "called back"}


def test_results_that_the_step_does_not_have_are_refused() -> None:
    plan = start(group("G", manual("a")))
    assert plan.complete("G.a", note="x").refusal == "its result `note` is not one of them"


def test_a_step_whose_turn_has_not_come_cannot_be_completed() -> None:
    plan = start(group("G", manual("a"), manual("b", after("a")), manual("c", starts=on("due_date"))))
    assert plan.complete("G.b").refusal == "it is pending"
    assert plan.complete("G.c").refusal == "it is scheduled"


def test_a_manual_step_does_not_fail() -> None:
    assert start(group("G", manual("a"))).fail("G.a").refusal == "no outside system carries it out"


def test_completing_twice_is_refused_the_second_time() -> None:
    plan = start(group("G", manual("a"), manual("b")))
    done = plan.complete("G.a").state
    assert plan.complete("G.a").refusal == "it is completed for good"
    assert plan.state == done


def test_a_step_that_is_not_in_the_plan_is_refused() -> None:
    assert start(group("G", manual("a"))).complete("G.b").refusal == "there is no such step in the plan"


# ---- discarding


def test_a_step_that_has_not_run_can_be_discarded() -> None:
    plan = start(group("G", manual("a"), manual("b", after("a")), manual("c", starts=on("due_date"))))
    for step in ("G.c", "G.b", "G.a"):
        plan.discard(step)
    assert [plan[f"G.{step}"] for step in "abc"] == ["discarded"] * 3
    assert plan.status == "completed"


def test_a_step_that_has_started_cannot_be_discarded() -> None:
    plan = start(group("G", manual("a")))
    plan.claim("G.a")
    assert plan.discard("G.a").refusal == "it is in progress"


# ---- milestones, history


def test_a_milestone_is_completed_when_all_it_depends_on_is_done() -> None:
    plan = start(group("G", manual("a"), milestone("m", after("a"))))
    assert plan["G.m"] == "pending"
    plan.complete("G.a")
    assert plan["G.m"] == "completed"


def test_every_change_is_told_with_when_what_from_to_and_by_whom() -> None:
    plan = start(group("G", manual("a")))
    plan.claim("G.a", by="bob")
    assert plan.history[-1] == StepChanged(plan.now, at("G.a"), StepStatus.READY, StepStatus.IN_PROGRESS, "", "bob")


def test_a_refusal_is_told() -> None:
    plan = start(group("G", manual("a")))
    plan.retry("G.a")
    assert plan.history[-1] == Refused(plan.now, "Retry", at("G.a"), "it is ready", "ann")
