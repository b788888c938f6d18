"""READ FIRST: the port between the engine and what keeps its plans. Written down in docs/engine.md.

The engine reads, thinks, and writes in one transaction; only when that is durable does it act. Whatever can do what
`Store` says can keep plans: SQLite here (`sqlite/`), another database later.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeAlias

from attrs import field, frozen

from dro_lang.kernel.commands import Key
from dro_lang.kernel.events import Event
from dro_lang.kernel.history import Entry
from dro_lang.kernel.states import InstanceId, Jeopardy, PlanState, PlanStatus, StepStatus
from dro_lang.program.model import Priority, Program, StepKind
from dro_lang.program.values import Row
from dro_lang.runtime.embedded.lists import (
    Count,
    Mark,
    PlanFilter,
    PlanOrder,
    StepField,
    StepFilter,
    StepOrder,
    Stretch,
)
from dro_lang.runtime.embedded.requests import Receipt, Reply, Request, SubmittedRecord

# ---- plans


@frozen
class Header:
    """What never changes of a plan: the record that it is for (by object, id and usage type), its program (by hash) and
    the plan's name in it, the label, the priority, and when it was submitted."""

    plan_id: str
    object: str
    record_id: str
    usage: str
    program: str
    plan: str
    name: str
    priority: Priority
    submitted_at: datetime


@frozen
class Submitted:
    """The first entry of a journal: all that the plan was composed from."""

    at: datetime
    row: Row
    scenarios: tuple[str, ...]
    by: str


JournalEvent: TypeAlias = Submitted | Event


@frozen
class JournalEntry:
    """What happened to a plan, counted from 0, and what it changed. Replaying the entries gives the plan's state."""

    number: int
    event: JournalEvent
    history: tuple[Entry, ...] = ()


@frozen
class Loaded:
    """A plan as the store has it: `entries` counts those of its journal, `checksum` is that of the last one. `key` and
    `memory` are the store's own."""

    key: int
    header: Header
    state: PlanState
    entries: int
    checksum: int
    memory: object = field(default=None, eq=False, repr=False)


@frozen
class Carried:
    """A plan as a transaction leaves it: new entries after those of `before` (None: the plan is new), and the state
    that they led to, in which so many steps are `finished`. `wake` is when it is to be looked at again."""

    header: Header
    before: Loaded | None
    entries: tuple[JournalEntry, ...]
    state: PlanState
    finished: int
    wake: datetime | None
    steps: Mapping[int, "StepRow | None"]
    """Of the steps that changed, by their place in the state: what the list of open steps has of each; None where it is
    not open."""


# ---- lists


@frozen
class PlanRow:
    """A line of the list of plans."""

    header: Header
    status: PlanStatus
    updated_at: datetime
    wake: datetime | None
    steps: int
    finished: int
    trouble: str | None


@frozen
class StepRow:
    """A line of the list of open steps."""

    header: Header
    id: InstanceId
    kind: StepKind
    target: str | None
    status: StepStatus
    since: datetime | None
    queue: str | None
    assignee: str | None
    jeopardy: Jeopardy | None
    due_at: datetime | None
    attempt: int
    error: str | None
    place: int
    awaited: bool
    """Whether something was, or is to be, asked of the outside."""

    @property
    def plan_id(self) -> str:
        return self.header.plan_id

    @property
    def priority(self) -> Priority:
        return self.header.priority


OPEN = frozenset(
    {
        StepStatus.SCHEDULED,
        StepStatus.READY,
        StepStatus.IN_PROGRESS,
        StepStatus.ON_HOLD,
        StepStatus.FAILED,
        StepStatus.FATALLY_FAILED,
    }
)
"""The states of open steps: those that the store has an index of."""


# ---- the rest


@frozen
class Switch:
    """An integration that an operator set offline, or online again."""

    integration: str
    online: bool
    since: datetime
    by: str


@frozen
class Waiting:
    """A request that another process put into the inbox."""

    number: int
    request: Request


EVERY_PLAN = PlanFilter()


class Store(Protocol):
    """Keeps programs, plans with their journals, and what is asked of the engine. Used by one thread.

    Every method may raise StoreError; then the transaction in which it was called is undone.
    """

    def transaction(self) -> AbstractContextManager[None]:
        """What is written inside is durable when it ends, all of it, or undone where it raises."""

    # -- programs

    def add_program(self, hash: str, program: Program, source: str) -> None:
        """Keep a program; one that is there stays as it is."""

    def program(self, hash: str) -> Program:
        """Raises KeyError for one that is not there."""

    def programs(self) -> list[str]:
        """The hashes of all programs, oldest first."""

    def programs_in_use(self) -> list[str]:
        """The hashes of those that have plans which are not completed."""

    # -- plans

    def plans_of(self, object: str, record_id: str, usage: str) -> list[str]:
        """The ids of the plans that a record has, oldest first; those that were archived come before the others."""

    def has_plan(self, plan_id: str) -> bool:
        """Whether there is such a plan, or was one that is archived now."""

    def load(self, plan_id: str) -> Loaded:
        """A plan as it is now. Raises KeyError for one that is not there, StoreError for one that is damaged."""

    def save(self, carried: Sequence[Carried]) -> list[Loaded]:
        """Append to the journals of plans and replace their states. Gives the plans as they are then."""

    def trouble(self, plan_id: str, reason: str) -> None:
        """Set a plan aside that cannot be carried on, until something happens to it again."""

    def journal(self, plan_id: str, first: int = 0) -> Iterator[JournalEntry]:
        """The entries of a plan, from a number on. Raises KeyError, and StoreError for an entry that is damaged."""

    # -- what is to be done

    def due(self, at: datetime, limit: int) -> list[str]:
        """Plans whose time to be looked at has come: by priority, then by that time."""

    def next_wake(self) -> datetime | None:
        """The earliest moment at which a plan is to be looked at."""

    def unanswered_targets(self) -> list[str]:
        """The actions and integrations that were asked for something which they have neither answered nor accepted."""

    def unanswered(self, target: str, limit: int) -> list[StepRow]:
        """The steps that asked one of them: by priority, the oldest plan first."""

    def accepted(self, keys: Iterable[Key]) -> None:
        """The outside has taken these callouts and will answer later: they are not to be sent again."""

    # -- requests

    def put(self, request: Request, at: datetime) -> int:
        """Put a request into the inbox, and give its number."""

    def waiting(self, limit: int) -> list[Waiting]:
        """Requests of the inbox without a reply, oldest first."""

    def reply(self, number: int, reply: Reply, at: datetime) -> None: ...

    def forget_replies(self, before: datetime, limit: int) -> None:
        """Remove what the inbox still has of requests that got their reply before a moment: of the oldest, so many."""

    def reply_to(self, number: int) -> Reply | None:
        """The reply to a request of the inbox, if there is one."""

    def receipt(self, request_id: str) -> Reply | None:
        """The receipt of a submission that gave its own request id."""

    def add_receipt(
        self, submission: SubmittedRecord, request_id: str | None, plan_id: str | None, code: str | None, reason: str
    ) -> str:
        """Record what became of a submission, and give its request id."""

    def last_receipt(self, object: str, record_id: str) -> tuple[SubmittedRecord, Receipt] | None:
        """What became of the last submission of a record."""

    # -- integrations and queues

    def switches(self) -> list[Switch]:
        """The integrations that an operator ever switched."""

    def switch(self, switch: Switch) -> None:
        """Note that an integration is offline or online, and that the plans which that concerns are to be looked at."""

    def next_in_line(self, queue: str) -> int:
        """How many tasks the queue had given out round robin before; counts this one."""

    def open_tasks(self) -> Mapping[str, int]:
        """How many open tasks each person has."""

    # -- lists

    def plan_row(self, plan_id: str) -> PlanRow:
        """The line of a plan. Raises KeyError for one that is not there."""

    def list_plans(
        self,
        filter: PlanFilter,
        after: Mark | None = None,
        limit: int = 100,
        order: PlanOrder = PlanOrder.SUBMITTED,
        descending: bool = False,
    ) -> list[PlanRow]:
        """Plans in an order, from behind a place on. Raises KeyError where the plan of that place is gone."""

    def look_at_plans(
        self,
        filter: PlanFilter,
        after: Mark | None = None,
        limit: int = 100,
        order: PlanOrder = PlanOrder.SUBMITTED,
        descending: bool = False,
        most: int | None = None,
    ) -> Stretch[PlanRow]:
        """The same, of which no more than `most` are looked at, whether the filter means them or not."""

    def list_steps(
        self,
        filter: StepFilter,
        after: Mark | None = None,
        limit: int = 100,
        order: StepOrder = StepOrder.PLAN,
        descending: bool = False,
    ) -> list[StepRow]:
        """Open steps in an order, from behind a place on. Raises KeyError where the plan of that place is gone."""

    def look_at_steps(
        self,
        filter: StepFilter,
        after: Mark | None = None,
        limit: int = 100,
        order: StepOrder = StepOrder.PLAN,
        descending: bool = False,
        most: int | None = None,
    ) -> Stretch[StepRow]:
        """The same, of which no more than `most` are looked at, whether the filter means them or not."""

    def tally_plans(self, filter: PlanFilter = EVERY_PLAN) -> Mapping[tuple[str, str, PlanStatus], int]:
        """How many plans there are: by program (its hash), name and state. Of the filter, what it says of what plans
        were composed from, and of their state."""

    def tally_steps(self, by: StepField, filter: StepFilter) -> Mapping[str | None, int]:
        """How many of the open steps that are meant there are for each queue, say, or each assignee."""

    def count_plans(self, filter: PlanFilter) -> int:
        """How many plans are meant."""

    def about_plans(self, filter: PlanFilter) -> Count:
        """How many plans are meant, or how many at least, where more would have to be looked at than for a page."""

    def count_steps(self, filter: StepFilter) -> int:
        """How many open steps are meant."""

    def about_steps(self, filter: StepFilter) -> Count:
        """How many open steps are meant, or how many at least."""

    def worst_risks(self, plan_ids: Iterable[str]) -> Mapping[str, Jeopardy]:
        """Of those of some plans that have open steps at risk: the worst."""
