"""Steps, tasks and queues: lists, and what people do to single steps."""

from typing import Annotated, Any

from attrs import evolve
from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import Field

from dro_lang.kernel.states import InstanceId, StepStatus
from dro_lang.program.model import StepKind
from dro_lang.runtime.embedded.lists import StepFilter
from dro_lang.runtime.operations.actions import StepAction, StepVerb, Target
from dro_lang.runtime.operations.documents import Document, outcome_document, queue_document, step_document
from dro_lang.server.api.asked import Asked, StepQuery, Text, sight_of
from dro_lang.server.api.plans import PlanId, Version, bad_cursor, etag
from dro_lang.server.api.routes import CHANGES, READS, ApiRoute
from dro_lang.server.api.said import Done, Page, QueueSaid, StepLine
from dro_lang.server.plans.acting import perform_one
from dro_lang.server.rights.permissions import Operation
from dro_lang.server.web.caller import Caller, TheCaller

router = APIRouter(prefix="/api/v1", tags=["steps"], route_class=ApiRoute)

PathName = Annotated[str, Path(min_length=1, max_length=255)]
Item = Annotated[str | None, Query(max_length=255, description="The item, of a step that is there for each item.")]
Copy = Annotated[int, Query(ge=0, le=100_000, description="Of a compensation group: which copy of it.")]


@router.get("/steps", responses=READS, response_model=Page[StepLine])
def list_steps(caller: TheCaller, asked: Annotated[StepQuery, Query()]) -> Document:
    """Open steps; with `state`, also pending and finished ones, which are looked for plan by plan."""
    caller.require(Operation.VIEW_PLANS)
    return _page(caller, asked, asked.filter(sight_of(caller.principal)))


class TaskQuery(StepQuery):
    mine: bool = Field(default=False, description="Only those assigned to whoever asks.")


@router.get("/tasks", responses=READS, response_model=Page[StepLine])
def list_tasks(caller: TheCaller, asked: Annotated[TaskQuery, Query()]) -> Document:
    """Open tasks of people. Sort by `due` for an inbox."""
    caller.require(Operation.VIEW_TASKS)
    filter = asked.filter(sight_of(caller.principal))
    statuses = filter.statuses or frozenset({StepStatus.READY, StepStatus.IN_PROGRESS})
    assignee = caller.principal.name if asked.mine else filter.assignee
    return _page(
        caller, asked, evolve(filter, statuses=statuses, kinds=frozenset({StepKind.MANUAL}), assignee=assignee)
    )


def _page(caller: Caller, asked: StepQuery, filter: StepFilter) -> Document:
    with caller.services.readers.one() as reader:
        try:
            page = reader.queries.steps(filter, asked.by, asked.after, asked.limit)
        except (ValueError, KeyError) as error:
            raise bad_cursor(error) from None
        zones = [reader.queries.kernel(row.header).blueprint.zone for row in page.rows]
    return {"items": list(map(step_document, page.rows, zones)), "next": page.next}


@router.get("/queues", responses=READS, response_model=list[QueueSaid])
def list_queues(caller: TheCaller) -> list[Document]:
    """The queues in which there is something: open tasks, and steps that have fallen out."""
    caller.require(Operation.VIEW_TASKS)
    with caller.services.readers.one() as reader:
        return list(map(queue_document, reader.queries.queues(sight_of(caller.principal))))


# ---- what people do


class Results(Asked):
    results: dict[str, Any] = Field(default={}, max_length=500, description="The step's results, by their names.")


class Assignee(Asked):
    user: Text


def _target(plan_id: PlanId, group: PathName, step: PathName, item: Item = None, copy: Copy = 0) -> Target:
    return Target(plan_id, InstanceId(group, step, item, copy))


TheStep = Annotated[Target, Depends(_target)]

_PATH = "/plans/{plan_id}/steps/{group}/{step}"


@router.post(f"{_PATH}/complete", responses=CHANGES, response_model=Done)
def complete(caller: TheCaller, target: TheStep, results: Results, version: Version, response: Response) -> Document:
    """Complete a step by hand, with its results. A task that nobody has is claimed by that."""
    return _do(caller, StepAction(StepVerb.COMPLETE, caller.principal.name, results.results), target, version, response)


@router.post(f"{_PATH}/retry", responses=CHANGES, response_model=Done)
def retry(caller: TheCaller, target: TheStep, version: Version, response: Response) -> Document:
    """Try a failed step again, now."""
    return _do(caller, StepAction(StepVerb.RETRY, caller.principal.name), target, version, response)


@router.post(f"{_PATH}/claim", responses=CHANGES, response_model=Done)
def claim(caller: TheCaller, target: TheStep, version: Version, response: Response) -> Document:
    """Take a task that is ready. Of two who try at once one gets it."""
    return _do(caller, StepAction(StepVerb.CLAIM, caller.principal.name), target, version, response)


@router.post(f"{_PATH}/assign", responses=CHANGES, response_model=Done)
def assign(caller: TheCaller, target: TheStep, assignee: Assignee, version: Version, response: Response) -> Document:
    """Give a task that is ready to somebody."""
    action = StepAction(StepVerb.ASSIGN, caller.principal.name, user=assignee.user)
    return _do(caller, action, target, version, response)


@router.post(f"{_PATH}/discard", responses=CHANGES, response_model=Done)
def discard(caller: TheCaller, target: TheStep, version: Version, response: Response) -> Document:
    """Have a step that has not run never run."""
    return _do(caller, StepAction(StepVerb.DISCARD, caller.principal.name), target, version, response)


def _do(caller: Caller, action: StepAction, target: Target, version: int | None, response: Response) -> Document:
    with caller.services.readers.one() as reader:
        done = perform_one(caller, reader, action, target, version)
    response.headers["etag"] = etag(done.entries)
    return outcome_document(done.outcome)
