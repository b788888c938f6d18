"""Worlds and runs: what is drawn fits, and a run written down as a test does the same again."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, find, given, settings

from dro_lang.kernel.history import Refused
from dro_lang.kernel.limits import misfits
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import InstanceId
from dro_lang.pipeline import check_file, check_text
from dro_lang.program.model import Program
from dro_lang.program.tests import (
    AdvanceTo,
    Answer,
    ChangeLine,
    Complete,
    Discard,
    Fail,
    Freeze,
    Offline,
    Online,
    SetData,
    TestLine,
)
from dro_lang.program.values import Row
from dro_lang.source import Source
from dro_lang.testing import Behaviour, DataChange, Kinds, Operation, Run, Verb, World, runs, worlds
from dro_lang.testing.life import live
from dro_lang.testing.script import Script
from tests.testing.python.plans import PLAN, group, program, source

EXAMPLES = Path(__file__).parents[3] / "examples"
EVERYTHING = Kinds(operators=tuple(Verb), idle=True)
FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

STEPS = """
  step score: auto Score { retry 1 times every 2 hours }
  step look: manual { after score expires after 3 days }
  step paid: pause { until balance = 0 EUR or (promised is known and promised <= today) expires after 14 days }
  step visit: callout Erp for each item { starts 2 days before due_on at 09:00 on cancel run Undo }
  step done: milestone { after visit for every item }
"""
PARTS = (PLAN, group(STEPS), group("step undo: manual", "Undo"))
SAMPLE = program(*PARTS)


def example(file: str) -> Program:
    compiled = check_file(EXAMPLES / file).program
    assert compiled is not None
    return compiled


def again(text: str, run: Run) -> Script:
    """What becomes of a run that was written down as a test, added to the text of its plan."""
    checked = check_text(Source("again.dro", f"{text}\n{run.as_test('again')}"), EXAMPLES / "again.dro")
    assert checked.program is not None
    [test] = [test for test in checked.program.tests if test.name == "again"]
    script = Script(Kernel(checked.program, test.plan))
    broken = script.carry_out(test)
    assert broken is None or run.plan is None, broken
    return script


@pytest.mark.parametrize("file", ["dunning/dunning.dro", "obligations/obligations.dro", None])
def test_a_run_written_down_as_a_test_does_the_same_again(file: str | None) -> None:
    compiled = SAMPLE if file is None else example(file)
    text = source(*PARTS) if file is None else (EXAMPLES / file).read_text(encoding="utf-8")

    @FEW
    @given(runs(compiled, kinds=EVERYTHING))
    def the_same_again(run: Run) -> None:
        script = again(text, run)
        if run.plan is None:
            assert script.simulation is None
            return
        assert script.simulation is not None
        # What is refused leaves nothing but its moment, and is not written down.
        assert evolve(script.simulation.plan, moment=run.plan.moment) == run.plan
        kept = [entry for entry in run.history if not isinstance(entry, Refused)]
        assert [entry for entry in script.simulation.history if not isinstance(entry, Refused)] == kept

    the_same_again()


@pytest.mark.parametrize(
    "kind", [AdvanceTo, Fail, SetData, Complete, Answer, Freeze, ChangeLine, Discard, Offline, Online]
)
def test_everything_can_happen_in_a_run_that_ends(kind: type[TestLine]) -> None:
    found = settings(max_examples=1000, phases=[Phase.generate], database=None, derandomize=True, deadline=None)
    every_run = runs(SAMPLE, kinds=EVERYTHING)
    run = find(every_run, lambda run: run.ended and kind in map(type, run.lines), settings=found)
    assert run.as_test()


@FEW
@given(worlds(SAMPLE, kinds=EVERYTHING))
def test_worlds_are_about_the_steps_of_the_plan(world: World) -> None:
    outside = {("G", "score"), ("G", "look"), ("G", "visit"), ("Undo", "undo")}
    assert {(each.group, each.step) for each in world.behaviours} <= outside
    for instance, behaviour in world.behaviours.items():
        if behaviour.results is not None:
            kind = SAMPLE.actions["Score"] if instance.step == "score" else SAMPLE.integrations["Erp"]
            assert misfits(behaviour.results, kind.gives, SAMPLE) is None
    assert [change.after for change in world.changes] == sorted(change.after for change in world.changes)
    assert {name for change in world.changes for name in change.values} <= {"balance", "promised", "due_on"}
    assert world.operations


def test_the_plainest_world_does_everything_at_once() -> None:
    plain = settings(database=None)
    assert find(worlds(SAMPLE), lambda world: True, settings=plain) == World()
    run = find(runs(SAMPLE), lambda run: True, settings=plain)
    assert [type(line) for line in run.lines] == [Complete]
    assert run.today == date(2026, 1, 1)


# ---- lives


def carried_out(world: World, **row: object) -> Run:
    record: Row = {
        "id": "C-1",
        "start_date": date(2026, 1, 1),
        "due_on": date(2026, 1, 10),
        "risk": "Low",
        "balance": Decimal(5),
        "email": None,
        "promised": None,
        "parts": ({"id": "p", "ready": True}, {"id": "q", "ready": True}),
        **row,  # type: ignore[dict-item]
    }
    return live(Kernel(SAMPLE, "P"), record, date(2026, 1, 1), world)


def test_a_world_is_carried_out() -> None:
    world = World(
        {
            InstanceId("G", "score"): Behaviour(failures=("A", None), delay=timedelta(days=1), results={"points": 7}),
            InstanceId("G", "visit"): Behaviour(delay=timedelta(days=3)),
            InstanceId("G", "visit", "q"): Behaviour(delay=None),
        },
        changes=(DataChange(timedelta(days=2), {"balance": Decimal(0), "email": None}),),
        operations=(Operation(timedelta(days=4), Verb.DISCARD, InstanceId("G", "visit", "q")),),
    )
    run = carried_out(world)
    assert run.as_test("a world") == (
        'test "a world" for P {\n'
        "  today  2026-01-01\n"
        '  given  { id: "C-1", start_date: 2026-01-01, due_on: 2026-01-10, risk: Low, balance: 5 EUR,\n'
        '           parts: [ { id: "p", ready: true }, { id: "q", ready: true } ] }\n'
        '  fail   G.score with "A"\n'
        "  fail   G.score\n"
        "  advance to 2026-01-02T02:00Z\n"
        "  complete G.score { points: 7 }\n"
        "  complete G.look\n"
        "  advance to 2026-01-03\n"
        "  set    { balance: 0 EUR }\n"
        "  advance to 2026-01-05\n"
        '  discard G.visit for item "q"\n'
        "  advance to 2026-01-11T09:00Z\n"
        '  answer G.visit for item "p" { visit: "visit" }\n'
        "}\n"
    )
    assert run.ended
    assert run.states("G.visit", "q")[-1] == "discarded"
    assert run.states("G.score") == (
        *("pending", "in_progress", "failed", "in_progress", "fatally_failed", "completed"),
    )


def test_a_run_ends_where_nothing_more_happens() -> None:
    run = carried_out(World({InstanceId("G", "look"): Behaviour(delay=None)}), balance=Decimal(0))
    assert run.ended, "a task that nobody does expires"
    visits = World({InstanceId("G", "visit"): Behaviour(delay=None)})
    run = carried_out(visits)
    assert (run.ended, run.is_cut_short) == (False, False)
    assert run.states("done") == ("pending",)


def test_a_pause_that_never_ends_is_not_waited_for() -> None:
    compiled = program(PLAN, group("step a: pause { until promised is known and promised <= today }"))
    record = find(runs(compiled, where="promised is unknown", kinds=Kinds(changes=False)), lambda run: True).record
    kernel = Kernel(compiled, "P")
    run = live(kernel, record, date(2026, 1, 1), World())
    assert (run.ended, run.is_cut_short, run.moment) == (False, False, run.history[0].at)
    near = live(kernel, {**record, "promised": date(2026, 7, 1)}, date(2026, 1, 1), World())
    assert near.ended
    far = live(kernel, {**record, "promised": date(2826, 7, 1)}, date(2026, 1, 1), World())
    assert (far.ended, far.is_cut_short) == (False, True)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 28), date(9999, 12, 31)])
def test_the_calendar_ends_and_so_do_runs(zone: str, day: date) -> None:
    steps = """
      step a: manual { starts on due_on due within 2 days expires after 3 days }
      step b: pause { until today > due_on expires after 3 days }
      step c: pause { until promised is known and promised < today }
    """
    compiled = program(PLAN.replace("choose", f'timezone "{zone}" choose'), group(steps))
    record = {**carried_out(World()).record, "due_on": day, "promised": date(9999, 12, 31)}
    for delay in (timedelta(), timedelta(days=999_999), None):
        late = World({InstanceId("G", "a"): Behaviour(delay=delay)}, (DataChange(timedelta(9**6), {"due_on": day}),))
        for punctual in (False, True):
            run = live(Kernel(compiled, "P"), record, day, late, punctual=punctual)
            assert run.states("a")[-1] in ("completed", "expired", "scheduled", "ready")
            assert run.states("c")[-1] == "in_progress"


def test_operators_change_a_plan_while_it_is_frozen() -> None:
    answered = {InstanceId("G", "visit"): Behaviour(delay=timedelta(hours=1))}
    cancel = Operation(timedelta(days=8), Verb.CANCEL, "p")
    run = carried_out(World(answered, operations=(cancel,)))
    assert run.states("G.visit", "p")[-1] == "canceled"
    assert run.states("G.visit", "q")[-1] == "completed"
    assert run.states("Undo.undo")[-1] == "completed"
    assert run.ended
    offline = World(answered, operations=(Operation(timedelta(days=1), Verb.OFFLINE, "Erp"),))
    assert set(carried_out(offline).states("visit")) == {"pending", "scheduled", "on_hold"}
