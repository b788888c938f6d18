"""The same things happening give the same journal in the simulator and in SQLite."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.kernel.events import (
    Amend,
    Cancel,
    Claim,
    Complete,
    Discard,
    Event,
    Freeze,
    Retry,
    SetData,
    Succeeded,
    Unfreeze,
)
from dro_lang.kernel.history import Entry
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import InstanceId, PlanState
from dro_lang.program.model import Program
from dro_lang.program.values import Row
from dro_lang.runtime.outside.willing import Willing
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import submit
from tests.kernel.builders import case
from tests.kernel.strategies import DATA, programs
from tests.runtime.embedded.builders import MORNING, House, mapped

ROW = case(parts=({"id": "p1", "ready": True, "ship_on": None}, {"id": "p2", "ready": False, "ship_on": None}))

Deed = Callable[[Simulation, House], None]


def same(deed: Callable[[Simulation], str | None], event: Callable[[Simulation], Event]) -> Deed:
    """Something that happens to the plan in both: they refuse it alike."""

    def both(simulation: Simulation, house: House) -> None:
        sent = event(simulation)
        assert deed(simulation) == house.engine.send("C-1", sent).refusal
        house.engine.run_due()

    return both


def passing(hours: int) -> Deed:
    """Time passes; the engine wakes whenever a plan is due."""

    def both(simulation: Simulation, house: House) -> None:
        end = simulation.now + timedelta(hours=hours)
        simulation.advance_to(end)
        while (wake := house.engine.next_wake()) is not None and wake <= end:
            house.clock.set(wake)
            house.engine.run_due()
        house.clock.set(end)

    return both


def switched(integration: str) -> Deed:
    """An integration goes offline or online. A plan of the engine that is not calling learns of it with what happens to
    it next, and so something does."""

    def both(simulation: Simulation, house: House) -> None:
        online = integration in simulation.plan.offline
        if simulation.plan.status != "completed":
            (simulation.online if online else simulation.offline)(integration)
            assert house.engine.switch(integration, online, "ann").refusal is None
            house.engine.run_due()
            same(lambda s: s.set({}), lambda s: SetData(s.now, {}, by="ann"))(simulation, house)

    return both


@st.composite
def deeds(draw: st.DrawFn) -> Deed:
    kind, position, number = draw(st.tuples(st.integers(0, 13), st.integers(0, 20), st.integers(0, 7)))

    def step(simulation: Simulation) -> InstanceId:
        steps = simulation.plan.steps
        return steps[position % len(steps)].id if position < 19 else InstanceId("G", "none")

    values: Row = DATA[number]
    results: Row = {"score": 1} if number % 2 else {}
    plain: list[tuple[Callable[[Simulation], str | None], Callable[[Simulation], Event]]] = [
        (lambda s: s.claim(step(s)), lambda s: Claim(s.now, step(s), "ann")),
        (lambda s: s.complete(step(s), results), lambda s: Complete(s.now, step(s), results, "ann")),
        (lambda s: s.retry(step(s)), lambda s: Retry(s.now, step(s), by="ann")),
        (lambda s: s.discard(step(s)), lambda s: Discard(s.now, step(s), "ann")),
        (lambda s: s.answer(step(s), results), lambda s: Succeeded(s.now, step(s), results)),
        (lambda s: s.set(values), lambda s: SetData(s.now, values, by="ann")),
        (lambda s: s.freeze(), lambda s: Freeze(s.now, "ann")),
        (lambda s: s.unfreeze(), lambda s: Unfreeze(s.now, "ann")),
        (lambda s: s.amend(None, values), lambda s: Amend(s.now, None, values, by="ann")),
        (lambda s: s.cancel("p1", {}), lambda s: Cancel(s.now, "p1", {}, by="ann")),
    ]
    if kind < len(plain):
        return same(*plain[kind])
    return passing(number**3) if kind < 13 else switched(("Erp", "Bank")[number % 2])


@settings(max_examples=60, deadline=None)
@given(program=programs(), what=st.lists(deeds(), max_size=15))
def test_the_same_happenings_give_the_same_journal(program: Program, what: list[Deed]) -> None:
    kernel = Kernel(mapped(program), "P")
    house = House(program)
    composed = submit(Kernel(mapped(program), "P", house.hash), ROW, MORNING).plan
    assert isinstance(composed, PlanState)
    willing = Willing(kernel.blueprint, callouts=True)
    house.outside.script = willing.answer
    simulation = Simulation(
        Kernel(mapped(program), "P", house.hash), composed, willing, "ann", observe=lambda transition: None
    )
    house.submit(parts=ROW["parts"])
    house.engine.run_due()
    assert simulation.plan == house.state()
    for deed in what:
        deed(simulation, house)
    # The engine leaves out midnights at which nothing happens. With whatever comes next both are at the same moment.
    simulation.advance_to(simulation.now)
    same(lambda s: s.set({}), lambda s: SetData(s.now, {}, by="ann"))(simulation, house)
    assert simulation.plan == house.state()
    written: list[Entry] = [entry for each in house.store.journal("C-1") for entry in each.history]
    assert simulation.history == written
