"""What lists of plans and of steps may be narrowed to and sorted by, and where their pages begin."""

from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from attrs import frozen

from dro_lang.kernel.states import Jeopardy, PlanStatus, StepStatus
from dro_lang.program.model import Priority, StepKind

AT_RISK = frozenset({Jeopardy.IN_JEOPARDY, Jeopardy.LATE})

MOST_LOOKED_AT = 2_000
"""So many rows are looked at for a page, or to count, so that neither takes longer where there are millions."""

R = TypeVar("R")


class StepOrder(StrEnum):
    """What a list of steps is sorted by: plans in the order of their submission, when steps are due (those that never
    are come last), or since when they are in their state."""

    PLAN = "plan"
    DUE = "due"
    SINCE = "since"


class StepField(StrEnum):
    """What open steps are counted by."""

    STATUS = "status"
    QUEUE = "queue"
    TARGET = "target"
    ERROR = "error"


class PlanOrder(StrEnum):
    """What a list of plans is sorted by: when they were submitted, when they changed last, when they are to be looked
    at next (those that wait for no moment are left out), or their name."""

    SUBMITTED = "submitted"
    UPDATED = "updated"
    NEXT = "next"
    NAME = "name"


@frozen
class Mark:
    """A place in a sorted list, behind which a page begins: the plan, the step's place in it, and what the list is
    sorted by (None where it is sorted by plan, or where a row has no such value)."""

    plan_id: str
    place: int = 0
    value: datetime | str | None = None


@frozen
class Stretch(Generic[R]):
    """Rows of a sorted list, from some place on. `end` is where looking for more came to its end, if that is before the
    end of the list and before there were as many as were asked for."""

    rows: tuple[R, ...]
    end: Mark | None = None


@frozen
class Count:
    """How many there are; not `exact`: that many at least, which were found among the `MOST_LOOKED_AT` rows that were
    looked at."""

    number: int
    exact: bool = True

    def __str__(self) -> str:
        if self.exact:
            return f"{self.number:,}"
        return f"at least {self.number:,}" if self.number else "not counted"


@frozen
class Sight:
    """What somebody may see: plans for these objects, and of their steps those of these queues, those of no queue, and
    those assigned to the `user`. None is every one."""

    objects: frozenset[str] | None = None
    queues: frozenset[str] | None = None
    user: str | None = None


EVERYTHING = Sight()


@frozen
class StepFilter:
    """Which open steps are meant: all that fit everything that is said. An empty set says nothing; `program` is the
    hash of that of the plan."""

    statuses: frozenset[StepStatus] = frozenset()
    kinds: frozenset[StepKind] = frozenset()
    jeopardy: frozenset[Jeopardy] = frozenset()
    plan_id: str | None = None
    program: str | None = None
    plan: str | None = None
    group: str | None = None
    step: str | None = None
    item: str | None = None
    queue: str | None = None
    assignee: str | None = None
    unassigned: bool = False
    target: str | None = None
    error: str | None = None
    due_before: datetime | None = None
    sight: Sight = EVERYTHING


@frozen
class PlanFilter:
    """Which plans are meant: all that fit everything that is said. Moments are inclusive below, exclusive above.

    `program` is the hash of one, `scenario` one of those that it was composed from; `search` the beginning of the
    plan's id, of its record's or of its name (there in whatever case of A to Z). `waiting` means plans that wait for a
    moment, `having` those with an open step that it means.
    """

    statuses: frozenset[PlanStatus] = frozenset()
    plan_id: str | None = None
    program: str | None = None
    plan: str | None = None
    scenario: str | None = None
    object: str | None = None
    record_id: str | None = None
    priority: Priority | None = None
    in_trouble: bool = False
    waiting: bool = False
    submitted_from: datetime | None = None
    submitted_before: datetime | None = None
    search: str | None = None
    having: StepFilter | None = None
    sight: Sight = EVERYTHING
