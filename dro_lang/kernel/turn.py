"""One turn: the work on one event. The state that it starts from stays as it is; what it makes is taken at the end."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.time import in_zone
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.board import Board
from dro_lang.kernel.commands import CloseTask, Command, Key
from dro_lang.kernel.events import SYSTEM
from dro_lang.kernel.history import Entry, PlanChanged, Refused, StepChanged
from dro_lang.kernel.states import FINISHED, InstanceId, PlanState, PlanStatus, StepState, StepStatus, pending
from dro_lang.program.expressions import Expression
from dro_lang.program.model import StepKind
from dro_lang.program.values import Row, Value

_DOING = (StepStatus.READY, StepStatus.IN_PROGRESS)
"""The states in which the task of a manual step is open."""


class Turn:
    """A working copy of a plan at one moment (never before that of its last event), and what the turn gives out."""

    def __init__(self, blueprint: Blueprint, state: PlanState, at: datetime) -> None:
        self.blueprint = blueprint
        self.before = state
        self.now = max(at if at.tzinfo is UTC else at.astimezone(UTC), state.moment)
        self.board = Board(blueprint, state)
        self.status = state.status
        self.running = state.status is PlanStatus.IN_PROGRESS
        """Whether anything may start."""
        self.offline = state.offline
        self.finished_steps = state.finished_steps
        self.commands: list[Command] = []
        self.history: list[Entry] = []

    def steps(self) -> Iterator[StepState]:
        """The steps in their fixed order, each as it is when its turn comes."""
        for place in range(len(self.board.steps)):
            yield self.board.steps[place]

    def environment(self, instance: InstanceId | None = None) -> Environment:
        """What the expressions of a step (None: of the plan) are evaluated in, now."""
        return environment_of(self.board, self.now, instance)

    def holds(self, condition: Expression, instance: InstanceId) -> bool:
        """Whether a condition of a step holds, now."""
        return self.blueprint.evaluator.holds(condition, self.environment(instance))

    def change(
        self, step: StepState, target: StepStatus, reason: str = "", by: str = SYSTEM, **changes: Any
    ) -> StepState:
        """Bring a step into another state, and record it. A step that finishes is numbered, and its task closed."""
        if (target in FINISHED or changes.get("outcome") is not None) and not step.finished:
            self.finished_steps += 1
            changes.update(arguments={}, sent=False, retry_at=None, finished_at=self.now, order=self.finished_steps)
        changes.update(status=target, since=self.now, reason=reason)
        changed = step.with_changes(changes)
        self.board.put(changed)
        self.history.append(StepChanged(self.now, step.id, step.status, target, reason, by))
        if step.status in _DOING and target not in _DOING and self.board.definition(step.id).kind is StepKind.MANUAL:
            self.commands.append(CloseTask(self.key(step)))
        return changed

    def key(self, step: StepState) -> Key:
        """The idempotency key of a step's present attempt."""
        return Key(self.before.id, step.id, step.attempt)

    def add(self, instances: Iterable[InstanceId], reason: str) -> None:
        """Bring step instances into the plan."""
        added = [pending(instance, self.now) for instance in instances]
        self.board.add(added)
        for instance in (step.id for step in added):
            self.history.append(StepChanged(self.now, instance, None, StepStatus.PENDING, reason, SYSTEM))

    def change_plan(self, target: PlanStatus, by: str = SYSTEM) -> None:
        self.history.append(PlanChanged(self.now, self.status, target, by))
        self.status = target
        self.running = target is PlanStatus.IN_PROGRESS

    def refuse(self, event: object, reason: str, step: InstanceId | None = None, by: str = SYSTEM) -> None:
        """Record that an event, or a part of it, changed nothing."""
        self.history.append(Refused(self.now, type(event).__name__, step, reason, by))

    def state(self, timer: datetime | None) -> PlanState:
        """The state as the turn leaves it."""
        before, board = self.before, self.board
        state = PlanState(
            id=before.id,
            program=before.program,
            plan=before.plan,
            row=board.row,
            moment=self.now,
            groups=board.groups_in_order,
            steps=tuple(board.steps),
            status=self.status,
            scenarios=before.scenarios,
            offline=self.offline,
            timer=timer,
            finished_steps=self.finished_steps,
        )
        board.overview().keep(state)
        return state


def environment_of(board: Board, now: datetime, instance: InstanceId | None = None) -> Environment:
    """What expressions are evaluated in: the record, the moment, and, for a step, its item, the parameters of its group
    and the results that it can read."""
    blueprint = board.blueprint
    today = in_zone(now, blueprint.zone).date()
    if instance is None:
        return Environment(board.row, today, now, blueprint.zone, blueprint.calendar)
    group = board.groups[instance.group_key]
    item = instance.item if instance.item is not None else group.item
    return Environment(
        root=board.row,
        today=today,
        now=now,
        zone=blueprint.zone,
        calendar=blueprint.calendar,
        item=None if item is None else board.items.get(item, {}),
        parameters=group.arguments,
        results=_Results(board, instance),
    )


@frozen(eq=False)
class _Results(Mapping[tuple[str | None, str, str], Value]):
    """The results that a step can read, looked up when asked: those of the same item, else of the plan."""

    board: Board
    reader: InstanceId

    def __getitem__(self, key: tuple[str | None, str, str]) -> Value:
        group, step, name = key
        owner, copy = (self.reader.group, self.reader.copy) if group is None else (group, 0)
        for item in (self.reader.item, None):
            found = self.board.find(InstanceId(owner, step, item, copy))
            if found is not None:
                return found.results[name]
        raise KeyError(key)

    def __iter__(self) -> Iterator[tuple[str | None, str, str]]:
        for key, results in self._visible():
            yield from ((*key, name) for name in results)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _visible(self) -> Iterator[tuple[tuple[str | None, str], Row]]:
        for step in self.board.steps:
            if step.id.item in (self.reader.item, None):
                if step.id.group_key == self.reader.group_key:
                    yield (None, step.id.step), step.results
                if step.id.copy == 0:
                    yield (step.id.group, step.id.step), step.results
