"""What must hold of every plan in a store, whatever has happened to it."""

from collections.abc import Iterator, Mapping

from dro_lang.kernel.compose import Rejection
from dro_lang.kernel.events import Amend, Cancel
from dro_lang.kernel.history import Entry, StepChanged
from dro_lang.kernel.machine import Kernel, Transition
from dro_lang.kernel.states import FINISHED, InstanceId, PlanState, StepStatus
from dro_lang.program.model import Program
from dro_lang.runtime.embedded.lists import Mark, StepFilter
from dro_lang.runtime.embedded.port import OPEN, StepRow, Submitted
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from tests.kernel.naive import naive_join

AFTER_THE_END: Mapping[StepStatus, frozenset[StepStatus]] = {
    StepStatus.COMPLETED: frozenset({StepStatus.AMENDED, StepStatus.CANCELED}),
    StepStatus.AMENDED: frozenset({StepStatus.CANCELED}),
    StepStatus.SKIPPED: frozenset({StepStatus.DISCARDED}),
    StepStatus.BYPASSED: frozenset({StepStatus.DISCARDED}),
}
"""Where a step that is finished may still go: the table of changes. From all other ends it goes nowhere."""

_WAITING = {None, StepStatus.PENDING}
_NOT_BEGUN = {StepStatus.PENDING, StepStatus.BYPASSED, StepStatus.DISCARDED}


def check(store: SqliteStore, plan_id: str, kernel: Kernel) -> None:
    """Hold a plan against its journal, and its history against the rules. Raises AssertionError."""
    loaded = store.load(plan_id)
    state: PlanState | None = None
    told: dict[InstanceId, StepStatus] = {}
    kept_its_shape = True
    for entry in store.journal(plan_id):
        if isinstance(entry.event, Submitted):
            assert (entry.number, state) == (0, None)
            state = _composed(kernel, entry.event, plan_id)
            told = {step.id: step.status for step in state.steps}
            continue
        assert state is not None
        done = kernel.step(state, entry.event)
        assert done.history == entry.history
        assert done.state.moment >= state.moment
        tell(told, entry.history)
        assert told == {step.id: step.status for step in done.state.steps}
        kept_its_shape = kept_its_shape and not isinstance(entry.event, Amend | Cancel)
        if kept_its_shape:
            waits_are_kept(done, kernel.program)
        state = done.state
    assert state == loaded.state
    assert loaded.header.plan_id == state.id
    _lists_agree(store, state)


def _composed(kernel: Kernel, submitted: Submitted, plan_id: str) -> PlanState:
    composed = kernel.compose(submitted.scenarios, submitted.row, plan_id, submitted.at)
    assert not isinstance(composed, Rejection)
    return composed


def tell(told: dict[InstanceId, StepStatus], history: tuple[Entry, ...]) -> None:
    """Follow the changes that a history tells: each begins where the one before it ended, and no finished step runs
    again."""
    for entry in history:
        if isinstance(entry, StepChanged):
            assert told.get(entry.step) == entry.source
            if entry.source in FINISHED:
                assert entry.target in AFTER_THE_END.get(entry.source, ()), entry
            told[entry.step] = entry.target


def waits_are_kept(done: Transition, program: Program) -> None:
    """No step has begun before its waits were met. Not of plans whose shape was changed: that comes before waits."""
    begun = {each.step for each in done.history if isinstance(each, StepChanged) and each.source in _WAITING}
    for step in done.state.steps:
        if step.id in begun and step.status not in _NOT_BEGUN:
            assert naive_join(step, done.state, program) == "met", step


def _lists_agree(store: SqliteStore, state: PlanState) -> None:
    """What the lists have of the plan is what its state has."""
    rows = {row.id: (row.status, row.attempt, row.assignee, row.error) for row in _rows(store, state.id)}
    steps = {s.id: (s.status, s.attempt, s.assignee, s.error) for s in state.steps if s.status in OPEN}
    assert rows == steps


def _rows(store: SqliteStore, plan_id: str) -> Iterator[StepRow]:
    after: Mark | None = None
    while rows := store.list_steps(StepFilter(plan_id=plan_id), after, 50):
        yield from rows
        after = Mark(plan_id, rows[-1].place)
