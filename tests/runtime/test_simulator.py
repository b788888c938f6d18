"""A plan on a virtual clock: time, the outside, and people."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dro_lang.kernel.history import Refused
from dro_lang.kernel.limits import misfits
from dro_lang.kernel.machine import Kernel
from dro_lang.program.expressions import Attribute, Result
from dro_lang.program.model import AttributeDefinition, Group
from dro_lang.program.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    ID,
    INTEGER,
    TEXT,
    DurationType,
    EnumType,
    ListType,
)
from dro_lang.program.values import Duration
from dro_lang.runtime.outside.willing import Willing, generated
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import moment_in, submit
from tests.kernel.builders import (
    DAY_ONE,
    EUR,
    PAID,
    after,
    auto,
    callout,
    case,
    compare,
    const,
    days,
    every,
    group,
    hours,
    immediately,
    makes_up,
    manual,
    milestone,
    minutes,
    on,
    pause,
    program,
)


def simulate(
    *groups: Group, row: Any = None, today: date | datetime = DAY_ONE, callouts: bool = True, **plan: Any
) -> Simulation:
    kernel = Kernel(program(*groups, **plan), "P")
    submission = submit(kernel, row or case(), moment_in(kernel, today))
    assert submission.plan is not None, submission
    return Simulation(kernel, submission.plan, Willing(kernel.blueprint, callouts))


def state(simulation: Simulation, name: str, item: str | None = None) -> str:
    own, step = name.split(".")
    [found] = simulation.find(own, step, item)
    view = next(view for view in simulation.steps if view.id == found)
    return str(view.state)


def the(simulation: Simulation, name: str, item: str | None = None) -> Any:
    own, step = name.split(".")
    return simulation.find(own, step, item)[0]


# ---- time


def test_today_means_midnight_in_the_plans_zone() -> None:
    simulation = simulate(group("G", manual("a")), timezone="America/New_York")
    assert simulation.now == datetime(2026, 3, 2, 5, tzinfo=UTC)


def test_a_plan_begins_at_its_moment_with_the_timers_due_then() -> None:
    simulation = simulate(group("G", milestone("a", starts=on("due_date"))), today=date(2026, 3, 20))
    assert (state(simulation, "G.a"), simulation.plan.status) == ("completed", "completed")


def test_advancing_fires_what_is_due_on_the_way_in_order() -> None:
    steps = (
        auto("a", starts=on("due_date")),
        pause("p", after("a"), expires=days(3)),
        manual("b", after("p")),
    )
    simulation = simulate(group("G", *steps))
    simulation.advance_to(date(2026, 3, 31))
    since = {view.step: view.since for view in simulation.steps}
    assert since == {
        "a": datetime(2026, 3, 20, tzinfo=UTC),
        "p": datetime(2026, 3, 23, tzinfo=UTC),
        "b": datetime(2026, 3, 23, tzinfo=UTC),
    }
    assert simulation.now == datetime(2026, 3, 31, tzinfo=UTC)


def test_advancing_to_a_day_includes_the_timers_due_at_its_midnight() -> None:
    simulation = simulate(group("G", manual("a", starts=on("due_date"))), timezone="Europe/Berlin")
    simulation.advance_to(date(2026, 3, 20))
    assert state(simulation, "G.a") == "ready"


def test_advancing_by_days_goes_by_the_wall_clock() -> None:
    simulation = simulate(group("G", manual("a")), today=date(2026, 3, 28), timezone="Europe/Berlin")
    simulation.advance(Duration(days=2))
    assert simulation.now.isoformat() == "2026-03-30T00:00:00+02:00"


def test_advancing_by_business_days_goes_by_the_calendar() -> None:
    simulation = simulate(group("G", manual("a")))
    simulation.advance(Duration(business_days=5))
    assert simulation.now == datetime(2026, 3, 9, tzinfo=UTC)


def test_time_does_not_go_back() -> None:
    simulation = simulate(group("G", manual("a")))
    simulation.advance_to(date(2026, 2, 1))
    assert simulation.now == datetime(2026, 3, 2, tzinfo=UTC)


# ---- the outside


def test_autos_and_synchronous_callouts_succeed_with_generated_results() -> None:
    score = compare(Result(None, "a", "score", INTEGER), ">=", const(0))
    simulation = simulate(group("G", auto("a", target="Look"), callout("b", after("a"), target="Bank", only_if=score)))
    assert simulation.plan.status == "completed"
    assert [dict(view.results) for view in simulation.steps] == [{"score": 1}, {"rate": Decimal(1)}]


def test_asynchronous_callouts_and_people_wait() -> None:
    simulation = simulate(group("G", callout("a"), manual("b")))
    simulation.advance(Duration(days=90))
    assert (state(simulation, "G.a"), state(simulation, "G.b")) == ("in_progress", "ready")


def test_an_outside_that_answers_no_callout() -> None:
    simulation = simulate(group("G", callout("a", target="Bank"), auto("b")), callouts=False)
    assert (state(simulation, "G.a"), state(simulation, "G.b")) == ("in_progress", "completed")


def test_a_callback_answers_an_asynchronous_callout() -> None:
    simulation = simulate(group("G", callout("a")))
    assert simulation.answer(the(simulation, "G.a"), {}) is None
    assert simulation.plan.status == "completed"


def test_a_failure_can_be_arranged_before_the_step_runs() -> None:
    simulation = simulate(group("G", auto("a", retry=every(minutes(5), 1))))
    assert simulation.fail(the(simulation, "G.a"), "BUSY") is None
    assert state(simulation, "G.a") == "failed"
    simulation.advance(minutes(5))
    assert state(simulation, "G.a") == "completed"


def test_each_arranged_failure_is_for_one_attempt() -> None:
    simulation = simulate(group("G", auto("a", starts=on("due_date"), retry=immediately(1))))
    for _ in range(2):
        simulation.fail(the(simulation, "G.a"), "BUSY")
    simulation.advance_to(date(2026, 3, 20))
    assert state(simulation, "G.a") == "fatally_failed"
    assert simulation.retry(the(simulation, "G.a")) is None
    assert state(simulation, "G.a") == "completed"


def test_a_running_callout_fails_now() -> None:
    simulation = simulate(group("G", callout("a")))
    assert state(simulation, "G.a") == "in_progress"
    simulation.fail(the(simulation, "G.a"))
    assert state(simulation, "G.a") == "fatally_failed"


def test_a_task_does_not_fail() -> None:
    simulation = simulate(group("G", manual("a")))
    assert simulation.fail(the(simulation, "G.a")) == "no outside system carries it out"


def test_an_integration_can_be_offline_from_the_beginning() -> None:
    simulation = simulate(group("G", callout("a", target="Bank")))
    simulation.offline("Bank")
    assert state(simulation, "G.a") == "on_hold"
    simulation.online("Bank")
    assert state(simulation, "G.a") == "completed"


@pytest.mark.parametrize(
    "definition",
    [
        AttributeDefinition("x", INTEGER, low=const(5)),
        AttributeDefinition("x", INTEGER, high=const(-5)),
        AttributeDefinition("x", DECIMAL, low=const(Decimal("0.5"), DECIMAL), high=const(Decimal("0.6"), DECIMAL)),
        AttributeDefinition("x", EUR, low=const(Decimal(7), EUR)),
        AttributeDefinition("x", DATE, low=const(date(2030, 1, 1), DATE)),
        AttributeDefinition("x", DATE, high=const(date(2000, 1, 1), DATE)),
        *(
            AttributeDefinition("x", type)
            for type in (ID, TEXT, BOOLEAN, DATETIME, DurationType(), EnumType("Risk"), ListType("Part"))
        ),
    ],
)
def test_generated_results_fit_their_types_and_bounds(definition: AttributeDefinition) -> None:
    blueprint = Kernel(program(group("G")), "P").blueprint
    row = generated((definition,), blueprint, datetime(2026, 3, 2, tzinfo=UTC))
    assert row["x"] is not None
    assert misfits(row, (definition,), blueprint.program) is None


# ---- people


def test_what_people_do() -> None:
    note: tuple[AttributeDefinition, ...] = (AttributeDefinition("note", TEXT),)
    simulation = simulate(group("G", manual("a", gives=note), manual("b"), manual("c")))
    assert simulation.complete(the(simulation, "G.a"), {}) == "its result `note` is unknown"
    assert simulation.complete(the(simulation, "G.a"), {"note": "ok"}) is None
    assert simulation.claim(the(simulation, "G.b")) is None
    assert simulation.discard(the(simulation, "G.c")) is None
    assert simulation.complete(the(simulation, "G.b"), {}) is None
    assert simulation.plan.status == "completed"


def test_data_and_changes() -> None:
    undo = group("Undo", manual("undo"))
    steps = (manual("a", on_cancel=makes_up("Undo")), pause("p"))
    simulation = simulate(group("G", *steps), undo)
    simulation.complete(the(simulation, "G.a"), {})
    assert simulation.amend(None, {}) == "the plan is in progress, not frozen"
    assert simulation.freeze() is None
    assert simulation.set({"balance": Decimal(5)}) is None
    assert simulation.cancel(None, {}) is None
    assert simulation.unfreeze() is None
    assert (state(simulation, "G.p"), state(simulation, "Undo.undo")) == ("discarded", "ready")


def test_a_change_that_spares_an_item_is_not_refused() -> None:
    steps = (manual("a", per_item=True, point_of_no_return=True), manual("b"))
    simulation = simulate(group("G", *steps), row=case("p1", "p2"))
    simulation.complete(the(simulation, "G.a", "p1"), {})
    simulation.freeze()
    assert simulation.cancel(None, {}) is None
    assert state(simulation, "G.a", "p1") == "completed"
    assert any(isinstance(entry, Refused) for entry in simulation.history)


# ---- finding steps


def test_steps_are_found_by_name_and_item() -> None:
    simulation = simulate(group("G", manual("a", per_item=True), manual("b")), row=case("p1", "p2"))
    assert [found.item for found in simulation.find("G", "a")] == ["p1", "p2"]
    assert [found.item for found in simulation.find("G", "a", "p2")] == ["p2"]
    assert simulation.find("G", "none") == ()
    assert simulation.find("G", "b", "p1") == ()


def test_compensation_steps_are_found_by_the_item_that_their_group_holds() -> None:
    undo = group("Undo", manual("each", per_item=True), manual("once"))
    simulation = simulate(
        group("G", manual("a", per_item=True, on_cancel=makes_up("Undo")), manual("z")), undo, row=case("p1", "p2")
    )
    for item in ("p1", "p2"):
        simulation.complete(the(simulation, "G.a", item), {})
    simulation.freeze()
    simulation.cancel(None, {})
    assert len(simulation.find("Undo", "once")) == 2
    assert len(simulation.find("Undo", "once", "p2")) == 1
    assert [found.item for found in simulation.find("Undo", "each", "p2")] == ["p2"]


def test_the_same_operations_give_the_same_history() -> None:
    def play() -> Simulation:
        paid = compare(Attribute("balance", EUR), "=", const(Decimal(0), EUR))
        simulation = simulate(
            group("G", auto("a", retry=every(minutes(5), 1)), pause("p", after("a"), until=paid, expires=hours(9)))
        )
        simulation.fail(the(simulation, "G.a"), "BUSY")
        simulation.advance(Duration(seconds=3600))
        simulation.set({"balance": Decimal(0)})
        return simulation

    first, second = play(), play()
    assert first.history == second.history
    assert first.plan == second.plan
    assert first.plan.status == "completed"


def test_a_pause_that_names_no_day_needs_no_clock() -> None:
    simulation = simulate(group("G", pause("p", until=PAID)))
    simulation.advance_to(DAY_ONE + timedelta(days=3000))
    assert simulation.set({"balance": Decimal(0)}) is None
    assert simulation.plan.status == "completed"
