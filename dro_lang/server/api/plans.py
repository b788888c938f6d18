"""Plans: lists, one in full, its history, and what operators do to it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import Field, StrictBool

from dro_lang.runtime.operations.actions import PlanAction, PlanVerb, Target
from dro_lang.runtime.operations.documents import (
    Document,
    history_document,
    instance_document,
    outcome_document,
    plan_document,
    view_document,
)
from dro_lang.runtime.operations.pages import BadCursor
from dro_lang.server.api.asked import Asked, PlanQuery, Text, sight_of
from dro_lang.server.api.routes import CHANGES, READS, ApiRoute
from dro_lang.server.api.said import Done, HistoryLine, Instance, Page, PlanInFull, PlanLine
from dro_lang.server.plans.acting import loaded_plan, perform_one
from dro_lang.server.plans.counting import count_by_state
from dro_lang.server.rights.permissions import Operation, Subject
from dro_lang.server.web.caller import TheCaller
from dro_lang.server.web.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["plans"], route_class=ApiRoute)

PlanId = Annotated[str, Path(min_length=1, max_length=255)]


def _version(
    if_match: Annotated[
        str | None, Header(description="The ETag with which the plan was read: only if nothing has changed since.")
    ] = None,
) -> int | None:
    """How many entries the journal of a plan must have. Raises Problem (422) for what is no version of a plan."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix('"').removesuffix('"')
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Problem(422, "S0201", "this If-Match is no version of a plan: send the ETag with which it was read")
    return int(text)


Version = Annotated[int | None, Depends(_version)]


def etag(entries: int) -> str:
    """The version of a plan: how many entries its journal has."""
    return f'"{entries}"'


@router.get("/plans", responses=READS, response_model=Page[PlanLine])
def list_plans(caller: TheCaller, asked: Annotated[PlanQuery, Query()]) -> Document:
    """Plans, page by page."""
    caller.require(Operation.VIEW_PLANS)
    with caller.services.readers.one() as reader:
        try:
            page = reader.queries.plans(asked.filter(sight_of(caller.principal)), asked.by, asked.after, asked.limit)
        except (BadCursor, KeyError) as error:
            raise bad_cursor(error) from None
        zones = [reader.queries.kernel(row.header).blueprint.zone for row in page.rows]
    return {"items": list(map(plan_document, page.rows, zones)), "next": page.next}


def bad_cursor(error: Exception) -> Problem:
    detail = str(error) if isinstance(error, ValueError) else "the plan is gone at which the page begins"
    return Problem(422, "S0201", detail)


class Counts(Asked):
    """Plans by state."""

    counts: dict[str, int]


@router.get("/plans/counts", responses=READS)
def count_plans(caller: TheCaller) -> Counts:
    """How many plans are in which state."""
    caller.require(Operation.VIEW_PLANS)
    with caller.services.readers.one() as reader:
        counts = count_by_state(caller, reader)
    return Counts(counts={state.value: count for state, count in counts.items() if count})


@router.get("/plans/{plan_id}", responses=READS, response_model=PlanInFull)
def get_plan(caller: TheCaller, plan_id: PlanId, response: Response) -> Document:
    """One plan in full: its record, its steps with what they wait for and why, and its points of no return."""
    with caller.services.readers.one() as reader:
        loaded = loaded_plan(caller, reader, plan_id)
        caller.require(Operation.VIEW_PLANS, Subject(loaded.header.object))
        view = reader.queries.plan(plan_id)
        document = view_document(view)
    response.headers["etag"] = etag(view.entries)
    return document


@router.get("/plans/{plan_id}/history", responses=READS, response_model=list[HistoryLine])
def get_history(
    caller: TheCaller,
    plan_id: PlanId,
    first: Annotated[int, Query(ge=0, le=2**31, description="The entry of the journal to begin with.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> list[Document]:
    """What happened to a plan: when, what, from which state to which, by whom."""
    with caller.services.readers.one() as reader:
        loaded = loaded_plan(caller, reader, plan_id)
        caller.require(Operation.VIEW_PLANS, Subject(loaded.header.object))
        zone = reader.queries.kernel(loaded.header).blueprint.zone
        return [history_document(line, zone) for line in reader.queries.history(plan_id, first, limit)]


@router.get("/plans/{plan_id}/points-of-no-return", responses=READS, response_model=list[Instance])
def get_points_of_no_return(caller: TheCaller, plan_id: PlanId) -> list[Document]:
    """The steps that deny an amendment or a cancellation now: of the plan, or of the item that they are for."""
    with caller.services.readers.one() as reader:
        loaded = loaded_plan(caller, reader, plan_id)
        caller.require(Operation.VIEW_PLANS, Subject(loaded.header.object))
        kernel = reader.queries.kernel(loaded.header)
        return list(map(instance_document, kernel.points_of_no_return(loaded.state)))


# ---- what operators do


Values = Annotated[
    dict[str, Any],
    Field(max_length=500, description="Attributes of the record, or of the item, that change; null clears one."),
]


class Change(Asked):
    item: Text | None = Field(default=None, description="Only this item.")
    values: Values = Field(default={})
    override: StrictBool = Field(default=False, description="Even past a point of no return; takes a right of its own.")


class Data(Asked):
    item: Text | None = Field(default=None, description="The item whose attributes change.")
    values: Values


@router.post("/plans/{plan_id}/freeze", responses=CHANGES, response_model=Done)
def freeze(caller: TheCaller, plan_id: PlanId, version: Version, response: Response) -> Document:
    """Stop the plan, so that it may be changed. It is frozen when nothing is running any more."""
    return _do(caller, PlanAction(PlanVerb.FREEZE, caller.principal.name), plan_id, version, response)


@router.post("/plans/{plan_id}/unfreeze", responses=CHANGES, response_model=Done)
def unfreeze(caller: TheCaller, plan_id: PlanId, version: Version, response: Response) -> Document:
    """Let the plan go on."""
    return _do(caller, PlanAction(PlanVerb.UNFREEZE, caller.principal.name), plan_id, version, response)


@router.post("/plans/{plan_id}/amend", responses=CHANGES, response_model=Done)
def amend(caller: TheCaller, plan_id: PlanId, change: Change, version: Version, response: Response) -> Document:
    """The source was amended: the frozen plan follows."""
    return _do(caller, _changing(PlanVerb.AMEND, caller, change), plan_id, version, response)


@router.post("/plans/{plan_id}/cancel", responses=CHANGES, response_model=Done)
def cancel(caller: TheCaller, plan_id: PlanId, change: Change, version: Version, response: Response) -> Document:
    """The source was canceled: the frozen plan follows."""
    return _do(caller, _changing(PlanVerb.CANCEL, caller, change), plan_id, version, response)


@router.post("/plans/{plan_id}/data", responses=CHANGES, response_model=Done)
def set_data(caller: TheCaller, plan_id: PlanId, data: Data, version: Version, response: Response) -> Document:
    """Data of the record changed: pauses that wait for it are looked at, and dates that depend on it move."""
    action = PlanAction(PlanVerb.SET, caller.principal.name, data.item, data.values)
    return _do(caller, action, plan_id, version, response)


def _changing(verb: PlanVerb, caller: TheCaller, change: Change) -> PlanAction:
    return PlanAction(verb, caller.principal.name, change.item, change.values, change.override)


def _do(caller: TheCaller, action: PlanAction, plan_id: str, version: int | None, response: Response) -> Document:
    with caller.services.readers.one() as reader:
        done = perform_one(caller, reader, action, Target(plan_id), version)
    response.headers["etag"] = etag(done.entries)
    return outcome_document(done.outcome)
