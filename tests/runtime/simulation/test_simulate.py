"""One record in a world of chance: what is assumed of the world happens, and laws that hold whatever is assumed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from dro_lang.kernel.events import Start
from dro_lang.kernel.history import Refused
from dro_lang.kernel.limits import misfits
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import PlanStatus
from dro_lang.program.model import Plan, Program
from dro_lang.program.values import Duration, Row
from dro_lang.runtime.simulation.assumptions import (
    Answer,
    Assumptions,
    End,
    Ending,
    FailRate,
    Outage,
    Who,
    known_subjects,
)
from dro_lang.runtime.simulation.chance import Delay
from dro_lang.runtime.simulation.events import events_of
from dro_lang.runtime.simulation.simulate import Simulated, simulate
from tests.programs.laws import law
from tests.programs.records import DAYS, rows
from tests.programs.strategies import programs
from tests.runtime.simulation.test_reading import desk

TODAY, UNTIL = date(2026, 12, 1), date(2027, 2, 1)
DAY = timedelta(days=1)
A_DAY = Delay(Duration(days=1))
AT_ONCE = {"people": Delay(Duration()), "callouts": Delay(Duration())}


def run(
    id: str = "C-1", urgent: bool = False, until: date = UNTIL, program: Program | None = None, **assumed: Any
) -> Simulated:
    row = {"id": id, "name": "Case", "start_date": TODAY, "urgent": urgent}
    approved = {"Work.check": {"approved": (Answer(True),)}}
    assumptions = Assumptions(**{"answers": approved, **assumed})
    return simulate(Kernel(program or desk().program, "Desk"), row, TODAY, until, assumptions)


def states(simulated: Simulated) -> dict[str, str]:
    return {f"{step.group}.{step.step}": str(step.state) for step in simulated.steps}


def step(simulated: Simulated, name: str) -> Any:
    return next(view for view in simulated.steps if f"{view.group}.{view.step}" == name)


# ---- what is assumed happens


def test_people_take_their_time_and_systems_answer_later() -> None:
    takes = {"Agents": Delay(Duration(days=2)), "Erp": Delay(Duration(seconds=3600))}
    simulated = run(takes=takes)
    check, ask = step(simulated, "Work.check"), step(simulated, "Work.ask")
    assert check.finished_at == simulated.began + 2 * DAY
    assert ask.finished_at == check.finished_at + timedelta(hours=1)
    assert check.assignee == "person"


def test_the_narrower_assumption_holds() -> None:
    takes = {"people": Delay(Duration(days=9)), "Agents": Delay(Duration(days=8)), "Work.check": A_DAY}
    assert step(run(takes=takes), "Work.check").finished_at == datetime.fromisoformat("2026-12-02T00:00+00:00")
    assert states(run(takes=takes | {"Work.check": None}))["Work.check"] == "expired"


def test_an_automation_may_take_its_time_too() -> None:
    simulated = run(takes=AT_ONCE | {"Book": Delay(Duration(seconds=600))})
    book = step(simulated, "Work.book")
    assert (book.state, book.finished_at - book.started_at) == ("completed", timedelta(minutes=10))


def test_what_fails_is_tried_again_as_the_plan_says_and_then_by_operators() -> None:
    failing = {"Work.ask": (Ending(End.FAILED, "DOWN"),)}
    simulated = run(takes=AT_ONCE, endings=failing)
    ask = step(simulated, "Work.ask")
    assert (ask.state, ask.error, ask.attempts, ask.queue) == ("fatally_failed", "DOWN", 2, "Broken")
    again = run(takes=AT_ONCE | {"operators": A_DAY}, endings=failing, until=TODAY + timedelta(days=4))
    assert step(again, "Work.ask").attempts == 2 + 3
    by = {
        event["by"]
        for event in events_of(again)
        if event.get("step") == "Work.ask" and event.get("to") == "in_progress"
    }
    assert by == {"system", "operator"}


def test_the_fallout_queue_may_be_named_instead_of_operators() -> None:
    failing = {"Work.ask": (Ending(End.FAILED),)}
    takes = AT_ONCE | {"Broken": A_DAY, "operators": None}
    assert step(run(takes=takes, endings=failing, until=TODAY + timedelta(days=3)), "Work.ask").attempts == 2 + 2


def test_a_fail_rate_is_that_of_attempts() -> None:
    rate = {"Erp": FailRate(0.3, "BUSY")}
    runs = [run(f"C-{number}", takes=AT_ONCE, fail_rates=rate) for number in range(400)]
    attempts = sum(step(each, "Work.ask").attempts for each in runs)
    failed = sum(event.get("reason") == "failed with BUSY" for each in runs for event in events_of(each))
    assert 0.25 < failed / attempts < 0.35
    assert all(step(each, "Work.book").attempts in (0, 1) for each in runs)


def test_what_fails_at_a_rate_fails_at_a_higher_one_too() -> None:
    def failed(rate: float) -> set[str]:
        runs = [run(f"C-{number}", takes=AT_ONCE, fail_rates={"Erp": FailRate(rate)}) for number in range(100)]
        return {each.id for each in runs if step(each, "Work.ask").attempts > 1}

    assert set() == failed(0.0) < failed(0.2) < failed(0.5) < failed(1.0) == {f"C-{number}" for number in range(100)}


def test_endings_hold_for_their_share() -> None:
    endings = {"Work.check": (Ending(End.EXPIRED, share=0.25), Ending(End.COMPLETED, share=0.5))}
    takes = {"people": Delay(Duration(days=30)), "callouts": Delay(Duration())}
    runs = [run(f"C-{number}", takes=takes, endings=endings) for number in range(400)]
    completed = sum(states(each)["Work.check"] == "completed" for each in runs)
    # The rest is not spoken for, and so takes longer than there is time.
    assert 160 < completed < 240
    assert all(states(each)["Work.check"] in ("completed", "expired") for each in runs)


def test_who_is_called_and_waited_for_is_not_waited_for_longer_than_its_timeout() -> None:
    program = desk().program
    erp = evolve(program.integrations["Erp"], asynchronous=False, timeout=Duration(seconds=30))
    waiting = evolve(program, integrations={**program.integrations, "Erp": erp})
    for too_long in (Delay(Duration(seconds=31)), None):
        ask = step(run(program=waiting, takes=AT_ONCE | {"Erp": too_long}), "Work.ask")
        assert (ask.state, ask.error, ask.attempts) == ("fatally_failed", "TIMEOUT", 2)
        assert ask.finished_at is None
    assert states(run(program=waiting, takes=AT_ONCE | {"Erp": Delay(Duration(seconds=30))}))["Work.ask"] == "completed"
    completed = {"Work.ask": (Ending(End.COMPLETED),)}
    assumed = run(program=waiting, takes=AT_ONCE | {"Erp": A_DAY}, endings=completed)
    assert states(assumed)["Work.ask"] == "completed"


def test_what_is_open_stays_so_unless_it_expires() -> None:
    assert states(run(endings={"Work.ask": (Ending(End.OPEN),)}))["Work.ask"] == "in_progress"
    assert states(run(endings={"Work.check": (Ending(End.OPEN),)}))["Work.check"] == "expired"


def test_a_pause_may_be_ended_by_somebody() -> None:
    takes = AT_ONCE | {"Work.wait": A_DAY}
    assert step(run(takes=takes), "Work.wait").finished_at.date() == date(2027, 1, 1)
    ended = step(run(takes=takes, endings={"Work.wait": (Ending(End.COMPLETED),)}), "Work.wait")
    assert (ended.state, ended.finished_at.date()) == ("completed", date(2026, 12, 2))


def test_an_integration_is_offline_and_online_again() -> None:
    outage = (Outage("Erp", None, date(2026, 12, 10)),)
    ask = step(run(takes=AT_ONCE, outages=outage), "Work.ask")
    assert (ask.ready_at.date(), ask.finished_at.date()) == (TODAY, date(2026, 12, 10))
    assert states(run(takes=AT_ONCE, outages=(Outage("Erp"),)))["Work.ask"] == "on_hold"
    later = (Outage("Erp", date(2026, 12, 3)),)
    slow = AT_ONCE | {"callouts": Delay(Duration(days=5))}
    assert states(run(takes=slow, outages=later))["Work.ask"] == "on_hold"


def test_answers_are_drawn_within_their_bounds_or_as_they_are_assumed() -> None:
    assumed = {"Work.check": {"approved": (Answer(False, 0.5),)}, "Work.ask": {}}
    runs = [run(f"C-{number}", takes=AT_ONCE, answers=assumed) for number in range(200)]
    # Half of them are assumed to be false, and so is half of the rest.
    assert 30 < sum(step(each, "Work.check").results["approved"] for each in runs) < 70
    numbers = {step(each, "Work.ask").results.get("number") for each in runs if states(each)["Work.ask"] == "completed"}
    assert numbers == set(range(1, 10))


def test_an_assumption_leaves_alone_what_it_does_not_touch() -> None:
    def told(simulated: Simulated) -> list[dict[str, Any]]:
        return [event for event in events_of(simulated) if event.get("step") == "Work.check"]

    plain = told(run())
    assert told(run(fail_rates={"Erp": FailRate(0.9)}, takes={"Erp": A_DAY})) == plain
    assert told(run(takes={"Agents": A_DAY})) != plain
    assert told(run(seed=1)) != plain


def test_a_record_without_a_plan_is_submitted_and_no_more() -> None:
    program = desk().program
    row: Row = {"id": "C-1", "name": "Case", "start_date": TODAY, "urgent": False}
    plan = program.plans["Desk"]
    [_, urgent] = plan.scenarios
    alone = evolve(program, plans={"Desk": evolve(plan, scenarios=(urgent,))})
    simulated = simulate(Kernel(alone, "Desk"), row, TODAY, UNTIL, Assumptions())
    [event] = events_of(simulated)
    assert (event["event"], event["submit_status"], event["error_code"]) == ("submitted", "Error", "R0202")


# ---- laws

TIMES = st.sampled_from(
    [
        None,
        Delay(Duration()),
        A_DAY,
        Delay(Duration(seconds=60), Duration(days=30)),
        Delay(Duration(days=3), about=True),
        Delay(Duration(business_days=2)),
    ]
)
Case = tuple[Program, Plan, Row, date, date, Assumptions]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    program = draw(programs()).program
    (plan,) = program.plans.values()
    kernel = Kernel(program, plan.name)
    first = draw(DAYS)
    last = first + timedelta(days=draw(st.integers(0, 120)))
    return program, plan, draw(rows(program, plan)), first, last, draw(assumptions(kernel))


@st.composite
def assumptions(draw: st.DrawFn, kernel: Kernel) -> Assumptions:
    blueprint = kernel.blueprint
    subjects = sorted(known_subjects(blueprint))
    takes = draw(st.dictionaries(st.sampled_from(subjects), TIMES, max_size=4))
    if takes.get(Who.OPERATORS) == Delay(Duration()):
        takes[Who.OPERATORS] = A_DAY
    takes = {
        name: A_DAY if name in blueprint.program.queues and delay and delay.is_none else delay
        for name, delay in takes.items()
    }
    rates = st.builds(FailRate, st.sampled_from([0.0, 0.3, 1.0]), st.none() | st.just("BUSY"))
    steps = [f"{name}.{each.name}" for name, group in blueprint.groups.items() for each in group.steps]
    endings = st.builds(Ending, st.sampled_from(End), st.none(), st.sampled_from([0.3, 1.0]))
    outages = st.builds(
        Outage, st.sampled_from(sorted(blueprint.program.integrations) or ["None"]), st.none() | DAYS, st.none() | DAYS
    )
    return Assumptions(
        draw(st.integers(0, 9)),
        takes,
        draw(st.dictionaries(st.sampled_from([*subjects, *Who]), rates, max_size=3)),
        {name: (ending,) for name, ending in draw(st.dictionaries(st.sampled_from(steps), endings, max_size=3)).items()}
        if steps
        else {},
        outages=tuple(draw(st.lists(outages, max_size=2))) if blueprint.program.integrations else (),
    )


def simulated(case: Case) -> Simulated:
    program, plan, row, first, last, assumed = case
    return simulate(Kernel(program, plan.name), row, first, last, assumed)


@law(40, case=cases())
def test_a_simulation_comes_out_the_same_again_and_a_longer_one_begins_with_it(case: Case) -> None:
    events = list(events_of(simulated(case)))
    assert list(events_of(simulated(case))) == events
    program, plan, row, first, last, assumed = case
    longer = simulated((program, plan, row, first, last + timedelta(days=45), assumed))
    assert list(events_of(longer))[: len(events)] == events


@law(40, case=cases())
def test_what_is_told_gives_the_final_states_in_the_order_of_time(case: Case) -> None:
    result = simulated(case)
    told = list(events_of(result))
    assert [event["at"] for event in told] == sorted((event["at"] for event in told), key=datetime.fromisoformat)
    told_states: dict[tuple[str, str | None, int], str] = {}
    plan = None
    for event in told:
        if event["event"] == "step":
            key = event["step"], event["item"], event["copy"]
            assert told_states.get(key) == event["from"]
            told_states[key] = event["to"]
        elif event["event"] == "plan":
            plan = event["to"]
    final = {(f"{each.group}.{each.step}", each.item, each.id.copy): each.state for each in result.steps}
    assert told_states == final
    assert plan == (None if result.plan is None else result.plan.status)


@law(40, case=cases())
def test_nothing_is_asked_of_a_plan_that_it_refuses_or_that_does_not_fit(case: Case) -> None:
    program, plan, *_ = case
    result = simulated(case)
    blueprint = Kernel(program, plan.name).blueprint
    assert not _refusals(result)
    for each in result.steps:
        definition = blueprint.groups[each.group].step(each.step)
        assert definition is not None
        if each.state == "completed":
            assert misfits(each.results, blueprint.gives(definition), program) is None


def _refusals(result: Simulated) -> Iterable[Refused]:
    """Refusals, save of an integration that is switched off twice."""
    entries = [happening.entry for happening in result.happenings]
    return [each for each in entries if isinstance(each, Refused) and not each.event.startswith("Go")]


def test_a_plan_that_has_ended_is_left_alone() -> None:
    result = run(takes=AT_ONCE, endings={"Work.wait": (Ending(End.COMPLETED),)})
    assert result.plan is not None
    assert result.plan.status is PlanStatus.COMPLETED
    assert result.happenings[-1].entry.at < Start(result.ended).at
