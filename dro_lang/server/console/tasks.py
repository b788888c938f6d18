"""The inbox: tasks of people, those that are due first."""

from datetime import datetime
from enum import StrEnum

from attrs import frozen
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse

from dro_lang.conditions.time import in_zone
from dro_lang.kernel.states import StepStatus
from dro_lang.program.model import StepKind
from dro_lang.runtime.embedded.lists import AT_RISK, Count, Sight, StepField, StepFilter, StepOrder
from dro_lang.runtime.embedded.port import StepRow
from dro_lang.runtime.operations.actions import StepVerb
from dro_lang.runtime.operations.pages import Order
from dro_lang.runtime.operations.queries import TASKS
from dro_lang.server.api.asked import sight_of
from dro_lang.server.api.plans import bad_cursor
from dro_lang.server.console.asking import asked
from dro_lang.server.console.layout import console_page
from dro_lang.server.console.plan_list import Choice
from dro_lang.server.plans.acting import OPERATIONS
from dro_lang.server.plans.reading import Reader
from dro_lang.server.rights.permissions import Operation, Subject
from dro_lang.server.web.caller import Caller, TheCaller

router = APIRouter(include_in_schema=False)

LINES = 50


class Whose(StrEnum):
    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"


class TasksAsked(BaseModel):
    whose: Whose | None = None
    queue: str | None = Field(default=None, max_length=255)
    risk: bool = False
    after: str | None = Field(default=None, max_length=2000)


@frozen
class TaskLine:
    """A task. `asks`: completing it takes results."""

    row: StepRow
    doc: str
    due_at: datetime | None
    since: datetime | None
    asks: bool
    may_claim: bool
    may_complete: bool

    @property
    def state(self) -> StepStatus:
        return self.row.status


@frozen
class Inbox:
    lines: tuple[TaskLine, ...]
    next: str | None
    whose: Whose
    queue: str | None
    risk: bool
    queues: tuple[Choice, ...]
    mine: Count
    unassigned: Count
    all: Count
    at_risk: Count
    now: datetime


@router.get("/tasks")
def show_tasks(request: Request, caller: TheCaller) -> HTMLResponse:
    caller.require(Operation.VIEW_TASKS)
    with caller.services.readers.one() as reader:
        found = inbox(caller, reader, asked(TasksAsked, request))
        return console_page(request, caller, "tasks.html", "/tasks", inbox=found)


def inbox(caller: Caller, reader: Reader, wanted: TasksAsked) -> Inbox:
    """Raises Problem (422) for a cursor that is none."""
    sight = sight_of(caller.principal)
    name = caller.principal.name
    counts = {whose: reader.store.about_steps(_filter(whose, name, sight)) for whose in Whose}
    whose = wanted.whose or (Whose.MINE if counts[Whose.MINE].number else Whose.ALL)
    filter = _filter(whose, name, sight, wanted.queue, wanted.risk)
    try:
        page = reader.queries.steps(filter, Order(StepOrder.DUE), wanted.after, LINES)
    except (ValueError, KeyError) as error:
        raise bad_cursor(error) from None
    queues = reader.store.tally_steps(StepField.QUEUE, _filter(Whose.ALL, name, sight))
    names = sorted(queue for queue in queues if queue is not None)
    return Inbox(
        lines=tuple(_line(caller, reader, row) for row in page.rows),
        next=page.next,
        whose=whose,
        queue=wanted.queue,
        risk=wanted.risk,
        queues=tuple(Choice(queue, f"{queue} ({queues[queue]:,})", queues[queue]) for queue in names),
        mine=counts[Whose.MINE],
        unassigned=counts[Whose.UNASSIGNED],
        all=counts[Whose.ALL],
        at_risk=reader.store.about_steps(_filter(whose, name, sight, wanted.queue, risk=True)),
        now=caller.services.carrier.clock.now(),
    )


def _filter(whose: Whose, user: str, sight: Sight, queue: str | None = None, risk: bool = False) -> StepFilter:
    return StepFilter(
        TASKS,
        frozenset({StepKind.MANUAL}),
        jeopardy=AT_RISK if risk else frozenset(),
        queue=queue,
        assignee=user if whose is Whose.MINE else None,
        unassigned=whose is Whose.UNASSIGNED,
        sight=sight,
    )


def _line(caller: Caller, reader: Reader, row: StepRow) -> TaskLine:
    blueprint = reader.queries.kernel(row.header).blueprint
    # An inserted compensation group bears the name of its call, as all groups do.
    step = next((each for each in blueprint.groups[row.id.group].steps if each.name == row.id.step), None)
    zone = blueprint.zone
    subject = Subject(row.header.object, row.queue, row.assignee)
    claimable = row.status is StepStatus.READY and row.assignee in (None, caller.principal.name)
    return TaskLine(
        row,
        step.doc if step else "",
        None if row.due_at is None else in_zone(row.due_at, zone),
        None if row.since is None else in_zone(row.since, zone),
        bool(step and blueprint.gives(step)),
        claimable and caller.may(OPERATIONS[StepVerb.CLAIM], subject),
        caller.may(OPERATIONS[StepVerb.COMPLETE], subject),
    )
