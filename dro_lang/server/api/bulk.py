"""The same for all that a filter means: "select all" is the filter, and each item has a result of its own."""

import json
from collections.abc import Iterator
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field, StrictBool
from starlette.responses import StreamingResponse

from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.lists import PlanFilter, StepFilter
from dro_lang.runtime.operations.actions import Action, PlanAction, PlanVerb, StepAction, StepVerb
from dro_lang.runtime.operations.documents import outcome_document
from dro_lang.runtime.operations.performing import Operations
from dro_lang.server.api.asked import Asked, PlansMeantInBody, StepsMeantInBody, Text, sight_of
from dro_lang.server.api.routes import CHANGES, ApiRoute
from dro_lang.server.plans.acting import OPERATIONS
from dro_lang.server.rights.permissions import Operation
from dro_lang.server.web.caller import Caller, TheCaller
from dro_lang.server.web.pieces import InPieces
from dro_lang.server.web.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["bulk"], route_class=ApiRoute)

NDJSON = "application/x-ndjson"

_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A line for each item as it is done (`plan_id`, `done`, `reason`), then one with `done` and "
        "`refused` in numbers, and `problem` where it came to an end before its time.",
        "content": {NDJSON: {"schema": {"type": "string"}}},
    }
}


class StepsToDo(Asked):
    """What is to be done to which steps. A filter that says no state means those to which it may be done."""

    verb: Literal[StepVerb.RETRY, StepVerb.COMPLETE, StepVerb.DISCARD, StepVerb.CLAIM, StepVerb.ASSIGN]
    filter: StepsMeantInBody
    all: StrictBool = Field(default=False, description="Needed where the filter says nothing.")
    results: dict[str, Any] = Field(default={}, max_length=500, description="With which steps are completed.")
    user: Text | None = Field(default=None, description="To whom tasks are assigned.")


class PlansToDo(Asked):
    """What is to be done to which plans. A filter that says no state means those to which it may be done."""

    verb: Literal[PlanVerb.FREEZE, PlanVerb.UNFREEZE, PlanVerb.AMEND, PlanVerb.CANCEL, PlanVerb.SET]
    filter: PlansMeantInBody
    all: StrictBool = Field(default=False, description="Needed where the filter says nothing.")
    values: dict[str, Any] = Field(default={}, max_length=500, description="Attributes of the records that change.")
    override: StrictBool = Field(default=False, description="Even past points of no return; takes a right of its own.")


@router.post("/steps/bulk", responses=CHANGES | _ANSWER, response_class=StreamingResponse)
def steps_in_bulk(caller: TheCaller, wanted: StepsToDo) -> InPieces:
    """Retry, complete, discard, claim or assign all steps that a filter means."""
    if wanted.verb is StepVerb.ASSIGN and wanted.user is None:
        raise Problem(422, "S0201", "say to which `user` the tasks are to be assigned")
    action = StepAction(wanted.verb, caller.principal.name, wanted.results, wanted.user)
    return _stream(caller, action, wanted.filter.filter(sight_of(caller.principal)), wanted)


@router.post("/plans/bulk", responses=CHANGES | _ANSWER, response_class=StreamingResponse)
def plans_in_bulk(caller: TheCaller, wanted: PlansToDo) -> InPieces:
    """Freeze, unfreeze, amend or cancel all plans that a filter means, or set data of their records."""
    if wanted.override:
        caller.require(Operation.OVERRIDE)
    action = PlanAction(wanted.verb, caller.principal.name, None, wanted.values, wanted.override)
    return _stream(caller, action, wanted.filter.filter(sight_of(caller.principal)), wanted)


def _stream(caller: Caller, action: Action, filter: StepFilter | PlanFilter, wanted: StepsToDo | PlansToDo) -> InPieces:
    said = wanted.filter.model_dump(mode="json", exclude_defaults=True)
    if not said and not wanted.all:
        raise Problem(422, "S0201", "the filter says nothing: say `all` where every one is meant")
    operation = OPERATIONS[action.verb]
    caller.require(operation)
    return InPieces(_lines(caller, operation, action, filter, said), NDJSON)


def _lines(
    caller: Caller, operation: Operation, action: Action, filter: StepFilter | PlanFilter, said: dict[str, Any]
) -> Iterator[str]:
    counts = {"done": 0, "refused": 0}
    end: dict[str, Any] = {}
    try:
        with caller.services.readers.for_long() as reader:
            operations = Operations(reader.queries, caller.services.carrier, caller.services.carrier.clock)
            for outcome in operations.perform(action, operations.meant(action, filter)):
                counts["done" if outcome.done else "refused"] += 1
                yield json.dumps(outcome_document(outcome), ensure_ascii=False) + "\n"
    except StoreError as error:
        end = {"problem": error.message, "code": error.code}
    finally:
        # Also where whoever asked has gone meanwhile: so many were done.
        caller.note(operation, "all that a filter means", filter=said, done=counts["done"], refused=counts["refused"])
    yield json.dumps({**counts, **end}) + "\n"
