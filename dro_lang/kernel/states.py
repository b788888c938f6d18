"""The state of a running plan: frozen values, without the program, from which everything else can be computed.

Moments are in UTC, so that equal histories give equal states.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from attrs import field, frozen

from dro_lang.program.model import Allocation, Outcome
from dro_lang.program.states import PlanStatus as PlanStatus
from dro_lang.program.states import StepStatus as StepStatus
from dro_lang.program.values import Row, Value


def spoken(status: StepStatus | PlanStatus) -> str:
    """A state in the words of a sentence."""
    return status.replace("_", " ")


FINISHED = frozenset(
    {
        StepStatus.COMPLETED,
        StepStatus.SKIPPED,
        StepStatus.BYPASSED,
        StepStatus.EXPIRED,
        StepStatus.AMENDED,
        StepStatus.CANCELED,
        StepStatus.DISCARDED,
    }
)
"""States in which a step is finished; Fatally Failed is one more where some step waits for the failure. A step that has
an outcome is always in one of them."""


class Jeopardy(StrEnum):
    """How a step stands against its service level; a finished step keeps it."""

    ON_TIME = "on_time"
    IN_JEOPARDY = "in_jeopardy"
    LATE = "late"


class GroupKey(NamedTuple):
    """A group in a plan. `copy` is 0 for one composed with the plan; inserted compensation groups of one name count
    from 1."""

    name: str
    copy: int = 0


class InstanceId(NamedTuple):
    """A step in a plan: `item` is the item's id where there is one instance per item."""

    group: str
    step: str
    item: str | None = None
    copy: int = 0

    @property
    def group_key(self) -> GroupKey:
        return GroupKey(self[0], self[3])

    def __str__(self) -> str:
        copy = f"#{self.copy}" if self.copy > 1 else ""
        item = "" if self.item is None else f' for item "{self.item}"'
        return f"{self.group}{copy}.{self.step}{item}"


@frozen
class GroupInstance:
    """A group in a plan, with its arguments bound by value.

    The rest is of compensation groups: the step that was amended or canceled (`cause`), the one item that the group
    holds (None: all), and the compensation groups that come before it where they run in reverse.
    """

    name: str
    group: str
    arguments: Row = field(factory=dict)
    copy: int = 0
    cause: InstanceId | None = None
    item: str | None = None
    follows: tuple[GroupKey, ...] = ()

    @property
    def key(self) -> GroupKey:
        return GroupKey(self.name, self.copy)


@frozen(slots=False)
class StepState:
    """One step instance.

    `since` is when it came into its state, `outcome` what waits see. `met_at` is when its waits were met (`previous`),
    `scheduled_for` the date before which it does not run; `expires_at`, `warn_at` and `due_at` are what its clock says.
    `order` tells steps that finished at one moment apart. `attempt` counts the times it was started, `retries` those of
    them that were automatic retries; `sent` is whether the outside may still answer the last one. `queue` is that of a
    task, or the fallout queue of a failed step.
    """

    id: InstanceId
    status: StepStatus = StepStatus.PENDING
    since: datetime | None = None
    reason: str = ""
    outcome: Outcome | None = None
    met_at: datetime | None = None
    scheduled_for: datetime | None = None
    ready_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    order: int = 0
    expires_at: datetime | None = None
    warn_at: datetime | None = None
    due_at: datetime | None = None
    jeopardy: Jeopardy | None = None
    attempt: int = 0
    retries: int = 0
    retry_at: datetime | None = None
    sent: bool = False
    error: str | None = None
    queue: str | None = None
    allocation: Allocation | None = None
    assignee: str | None = None
    arguments: Row = field(factory=dict)
    results: Row = field(factory=dict)

    @property
    def finished(self) -> bool:
        return self.outcome is not None or self.status in FINISHED

    def but(self, **changes: Any) -> "StepState":
        """The step with some values changed."""
        return self.with_changes(changes)

    def with_changes(self, changes: Mapping[str, Any]) -> "StepState":
        """What `attrs.evolve` does, in a tenth of the time, as it is done for every step at every turn."""
        changed: StepState = object.__new__(StepState)
        object.__setattr__(changed, "__dict__", {**self.__dict__, **changes})
        return changed


_PENDING = StepState(InstanceId("", ""))


def pending(instance: InstanceId, since: datetime) -> StepState:
    """A step that has just come into a plan."""
    return _PENDING.but(id=instance, since=since)


@frozen
class PlanState:
    """A plan: what it was composed from (`program` is the program's hash, `plan` the plan's name), its record as it is
    now (`row`), and its groups and steps in their fixed order.

    `moment` is that of the last event, `timer` the one at which it asked to be woken, `finished_steps` how many steps
    have finished so far.
    """

    id: str
    program: str
    plan: str
    row: Row
    moment: datetime
    groups: tuple[GroupInstance, ...] = ()
    steps: tuple[StepState, ...] = ()
    status: PlanStatus = PlanStatus.NOT_STARTED
    scenarios: tuple[str, ...] = ()
    offline: frozenset[str] = frozenset()
    timer: datetime | None = None
    finished_steps: int = 0
    overview: object = field(default=None, init=False, eq=False, repr=False)
    """What follows from all that, as far as a turn has worked it out (`overview.py`): no part of the state."""

    @cached_property
    def by_id(self) -> Mapping[InstanceId, StepState]:
        return {step.id: step for step in self.steps}

    def step(self, instance: InstanceId) -> StepState | None:
        return self.by_id.get(instance)

    def group(self, key: GroupKey) -> GroupInstance | None:
        return next((group for group in self.groups if group.key == key), None)


def item_rows(row: Row, node: str | None) -> Mapping[str, Row]:
    """The items of a record by their id, in order; none where its context has no item node."""
    rows: Value = row.get(node) if node is not None else None
    return {str(item["id"]): item for item in rows} if isinstance(rows, tuple) else {}
