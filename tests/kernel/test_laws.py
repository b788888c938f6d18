"""What holds for every plan, whatever happens to it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.kernel.codec import (
    command_from_json,
    command_to_json,
    entry_from_json,
    entry_to_json,
    event_from_json,
    event_to_json,
    state_from_json,
    state_to_json,
)
from dro_lang.kernel.commands import CallOut, CloseTask, OpenTask, RunAction
from dro_lang.kernel.events import Amend, Cancel, Event, SetData, Start, TimePassed
from dro_lang.kernel.history import StepChanged
from dro_lang.kernel.machine import Kernel, Transition
from dro_lang.kernel.states import PlanState
from dro_lang.program.model import Program
from tests.kernel.builders import case
from tests.kernel.naive import naive_join
from tests.kernel.strategies import Happening, concrete, happenings, programs

BEGIN = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
ROW = case(parts=({"id": "p1", "ready": True, "ship_on": None}, {"id": "p2", "ready": False, "ship_on": None}))

plans = given(program=programs(), what=happenings(30))
budget = settings(max_examples=120, deadline=None)


def lives(program: Program, what: list[Happening]) -> Iterator[tuple[PlanState, Event, Transition]]:
    """A plan from its start on: each state, the event that comes, and what the turn gives."""
    kernel = Kernel(program, "P")
    state = kernel.compose(["all"], ROW, "C-1", BEGIN)
    assert isinstance(state, PlanState)
    now = BEGIN
    for happening in [("start", 0, 0), *what]:
        for event in concrete(happening, state, now):
            done = kernel.step(state, event)
            yield state, event, done
            state, now = done.state, max(now, event.at)


@budget
@plans
def test_no_event_raises_and_time_never_goes_back(program: Program, what: list[Happening]) -> None:
    for before, _, done in lives(program, what):
        assert done.state.moment >= before.moment


@budget
@plans
def test_a_timer_is_always_still_to_come(program: Program, what: list[Happening]) -> None:
    for _, _, done in lives(program, what):
        assert done.state.timer is None or done.state.timer > done.state.moment


@budget
@plans
def test_everything_survives_json(program: Program, what: list[Happening]) -> None:
    def again(document: dict[str, object]) -> dict[str, object]:
        return dict(json.loads(json.dumps(document)))

    for _, event, done in lives(program, what):
        assert state_from_json(again(state_to_json(done.state))) == done.state
        assert event_from_json(again(event_to_json(event))) == event
        for command in done.commands:
            assert command_from_json(again(command_to_json(command))) == command
        for entry in done.history:
            assert entry_from_json(again(entry_to_json(entry))) == entry


@budget
@plans
def test_an_event_that_comes_twice_changes_nothing_more(program: Program, what: list[Happening]) -> None:
    kernel = Kernel(program, "P")
    for _, event, done in lives(program, what):
        again = kernel.step(done.state, event)
        assert again.state == done.state
        assert again.commands == ()


@budget
@plans
def test_a_refused_event_leaves_what_time_alone_would_have(program: Program, what: list[Happening]) -> None:
    kernel = Kernel(program, "P")
    for before, event, done in lives(program, what):
        if done.refusal is not None:
            assert done.state == kernel.step(before, TimePassed(event.at)).state


@budget
@plans
def test_a_completed_plan_never_changes(program: Program, what: list[Happening]) -> None:
    for before, _, done in lives(program, what):
        if before.status == "completed":
            assert (done.state, done.commands) == (before, ())


@budget
@plans
def test_a_plan_is_completed_when_and_only_when_every_step_is_finished(program: Program, what: list[Happening]) -> None:
    for _, _, done in lives(program, what):
        finished = all(step.finished for step in done.state.steps)
        assert (done.state.status == "completed") == (finished and done.state.status not in ("freezing", "frozen"))


@budget
@plans
def test_the_history_tells_every_change_of_state(program: Program, what: list[Happening]) -> None:
    for before, _, done in lives(program, what):
        told = {step.id: step.status for step in before.steps}
        for entry in done.history:
            if isinstance(entry, StepChanged):
                assert told.get(entry.step) == entry.source
                told[entry.step] = entry.target
        assert told == {step.id: step.status for step in done.state.steps}


@budget
@plans
def test_what_a_turn_asks_for_is_outstanding_until_it_is_answered(program: Program, what: list[Happening]) -> None:
    kernel = Kernel(program, "P")
    for _, _, done in lives(program, what):
        outstanding = list(kernel.outstanding(done.state))
        closed = {command.key for command in done.commands if isinstance(command, CloseTask)}
        for command in done.commands:
            if isinstance(command, OpenTask) and command.key not in closed:
                assert command in outstanding
            if isinstance(command, RunAction | CallOut):
                step = done.state.step(command.key.step)
                assert step is not None
                assert command in outstanding or step.attempt > command.key.attempt or not step.sent


@settings(max_examples=250, deadline=None)
@plans
def test_waits_are_what_the_language_says(program: Program, what: list[Happening]) -> None:
    """In a plan that runs, what is pending waits for something, what began had its waits met, and what is bypassed can
    never have them met. Changes of the plan's shape are left out: they come before waits."""
    for before, event, done in lives(program, what):
        if isinstance(event, Amend | Cancel) and before.status == "frozen":
            return
        if done.state.status not in ("in_progress", "completed"):
            continue
        at_its_end = done.state.status == "completed"
        for step in done.state.steps:
            verdict = naive_join(step, done.state, program)
            if step.status == "pending":
                assert verdict == "open", step
            elif step.status == "bypassed":
                assert verdict == "impossible" or (at_its_end and verdict == "open"), step
            elif step.status != "discarded":
                assert verdict == "met", step


@settings(max_examples=60, deadline=None)
@given(program=programs(), what=happenings(12), hours=st.lists(st.integers(1, 40), max_size=8))
def test_a_timer_at_its_moment_and_time_that_passes_by_it_in_steps_agree(
    program: Program, what: list[Happening], hours: list[int]
) -> None:
    """A driver that also sends time when nothing is due comes to the same steps as one that keeps to the timer."""
    kernel = Kernel(program, "P")
    for _, _, done in lives(program, what):
        strict = idle = done.state
    end = strict.moment
    for step in hours:
        end = datetime.fromtimestamp(end.timestamp() + step * 3600, UTC)
        strict = _to(kernel, strict, end)
        idle = kernel.step(_to(kernel, idle, end), TimePassed(end)).state
    assert strict.steps == idle.steps
    assert strict.status == idle.status


def _to(kernel: Kernel, state: PlanState, end: datetime) -> PlanState:
    while state.timer is not None and state.timer <= end:
        state = kernel.step(state, TimePassed(state.timer)).state
    return state


@budget
@plans
def test_the_same_events_give_the_same_plan(program: Program, what: list[Happening]) -> None:
    first = list(lives(program, what))
    kernel = Kernel(program, "P")
    state = first[0][0]
    for _, event, done in first:
        again = kernel.step(state, event)
        assert again == done
        state = state_from_json(state_to_json(again.state))


def test_laws_meet_what_they_are_about() -> None:
    """The random plans reach every state, or the laws above would say little."""
    seen: set[str] = set()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @plans
    def look(program: Program, what: list[Happening]) -> None:
        for _, event, done in lives(program, what):
            seen.update(step.status for step in done.state.steps)
            seen.add(done.state.status)
            if isinstance(event, Amend | Cancel | SetData | Start) and done.refusal is None:
                seen.add(type(event).__name__)

    look()
    assert seen >= {
        *("pending", "scheduled", "ready", "in_progress", "on_hold", "completed", "failed", "fatally_failed"),
        *("skipped", "bypassed", "expired", "amended", "canceled", "discarded", "freezing", "frozen"),
        *("Amend", "Cancel", "SetData", "Start"),
    }
