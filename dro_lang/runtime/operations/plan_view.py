"""One plan in full: its steps with what they wait for, why it is as it is, and what happened to it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import TypeAlias
from zoneinfo import ZoneInfo

from attrs import field, frozen

from dro_lang.conditions.selection import Selection, select
from dro_lang.conditions.trace import Trace, trace
from dro_lang.kernel.board import Board
from dro_lang.kernel.compose import plan_environment
from dro_lang.kernel.history import Entry
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.standings import Verdict
from dro_lang.kernel.states import InstanceId, PlanState
from dro_lang.kernel.view import StepView
from dro_lang.kernel.waits import judge
from dro_lang.program.model import Outcome, Step
from dro_lang.runtime.embedded.port import Header, JournalEntry, PlanRow, Store, Submitted
from dro_lang.runtime.embedded.residents import Residents
from dro_lang.runtime.run import StepCheck, step_checks


@frozen
class WaitView:
    """A wait of a step: the instances that it is for, with which outcomes (none: any way of being finished), and how it
    stands."""

    steps: tuple[InstanceId, ...]
    outcomes: tuple[Outcome, ...]
    verdict: Verdict


@frozen
class StepInPlan:
    """A step of a plan: how it stands (`view`), how it was written, and what it waits for: all of the waits, or one of
    them (`any_of`)."""

    view: StepView
    definition: Step
    waits: tuple[WaitView, ...]
    any_of: bool


@frozen
class Why:
    """Why a plan is the one that it is: which scenarios matched when it was submitted, their conditions taken apart,
    and the conditions of steps that were looked at."""

    selection: Selection
    traces: Mapping[str, Trace]
    checks: tuple[StepCheck, ...]


@frozen
class PlanView:
    """A plan as it is now: its line in the list of plans, and its state. `entries` counts those of its journal."""

    row: PlanRow
    state: PlanState
    entries: int
    kernel: Kernel = field(eq=False, repr=False)
    submitted: Submitted = field(eq=False, repr=False)

    @property
    def header(self) -> Header:
        return self.row.header

    @property
    def zone(self) -> ZoneInfo:
        return self.kernel.blueprint.zone

    @cached_property
    def steps(self) -> tuple[StepInPlan, ...]:
        """The steps, in their order."""
        board = Board(self.kernel.blueprint, self.state)
        return tuple(_step(board, view) for view in self.kernel.view(self.state))

    @cached_property
    def points_of_no_return(self) -> tuple[InstanceId, ...]:
        """The steps that deny an amendment or a cancellation now: of the plan, or of the item that they are for."""
        return self.kernel.points_of_no_return(self.state)

    @cached_property
    def why(self) -> Why:
        blueprint = self.kernel.blueprint
        environment = plan_environment(blueprint, self.submitted.row, self.submitted.at)
        conditions = {each.name: each.when for each in blueprint.plan.scenarios if each.when is not None}
        return Why(
            select(blueprint.plan, environment),
            {name: trace(condition, environment) for name, condition in conditions.items()},
            tuple(step_checks(blueprint, self.state)),
        )


def _step(board: Board, view: StepView) -> StepInPlan:
    role = board.roles[view.id]
    join = role.definition.join
    waits = []
    for awaited in role.waits:
        meant = tuple(board.steps[place].id for place in awaited.places)
        verdict = judge(awaited.wait, board.tally(awaited)).verdict
        waits.append(WaitView(meant, awaited.wait.outcomes, verdict))
    return StepInPlan(view, role.definition, tuple(waits), join is not None and join.any_of)


def plan_view(store: Store, residents: Residents, plan_id: str) -> PlanView:
    """Raises KeyError for a plan that is not there, and StoreError."""
    loaded = store.load(plan_id)
    row = store.plan_row(plan_id)
    first = next(store.journal(plan_id))
    assert isinstance(first.event, Submitted)  # as every journal begins
    return PlanView(row, loaded.state, loaded.entries, residents.kernel_of(loaded.header), first.event)


# ---- what happened

Happened: TypeAlias = Submitted | Entry


@frozen
class HistoryLine:
    """Something that happened to a plan: in which entry of its journal, when, and what."""

    number: int
    at: datetime
    what: Happened


def history_lines(store: Store, plan_id: str, first: int, limit: int | None) -> Iterator[HistoryLine]:
    """Raises KeyError for a plan that is not there, and StoreError."""
    return islice((line for entry in store.journal(plan_id, first) for line in lines_of(entry)), limit)


def lines_of(entry: JournalEntry) -> Iterator[HistoryLine]:
    """What an entry of a journal tells."""
    if isinstance(entry.event, Submitted):
        yield HistoryLine(entry.number, entry.event.at, entry.event)
    for each in entry.history:
        yield HistoryLine(entry.number, each.at, each)


def of_step(line: HistoryLine, step: str | None, item: str | None) -> bool:
    """Whether something happened to a step, named `call` or with its group `Remind.call`, for an item if one is named;
    where none is named, whether it happened at all."""
    if step is None and item is None:
        return True
    about: InstanceId | None = getattr(line.what, "step", None)
    return about is not None and is_meant(about, step, item)


def is_meant(id: InstanceId, step: str | None, item: str | None) -> bool:
    """Whether a step is the one named `call` or with its group `Remind.call`, for an item if one is named."""
    group, _, name = (step or "").rpartition(".")
    return (step is None or id.step == name) and (not group or id.group == group) and (item is None or id.item == item)
