"""Acting on one plan or one step: found, allowed, done, and noted in the log. For the API and the console alike."""

from collections.abc import Mapping

from attrs import frozen

from dro_lang.kernel.states import InstanceId
from dro_lang.runtime.embedded.batch import CHANGED, NO_PLAN
from dro_lang.runtime.embedded.port import Header, Loaded
from dro_lang.runtime.embedded.requests import Answer, Send
from dro_lang.runtime.operations.actions import Action, PlanAction, PlanVerb, StepAction, StepVerb, Target, event_of
from dro_lang.runtime.operations.performing import Outcome
from dro_lang.runtime.operations.values import Unfit
from dro_lang.server.plans.reading import Reader
from dro_lang.server.rights import audit
from dro_lang.server.rights.permissions import Operation, Subject
from dro_lang.server.web.caller import Caller
from dro_lang.server.web.problems import Problem

OPERATIONS: Mapping[StepVerb | PlanVerb, Operation] = {
    StepVerb.COMPLETE: Operation.COMPLETE,
    StepVerb.RETRY: Operation.RETRY,
    StepVerb.CLAIM: Operation.CLAIM,
    StepVerb.ASSIGN: Operation.ASSIGN,
    StepVerb.DISCARD: Operation.DISCARD,
    PlanVerb.FREEZE: Operation.FREEZE,
    PlanVerb.UNFREEZE: Operation.UNFREEZE,
    PlanVerb.AMEND: Operation.AMEND,
    PlanVerb.CANCEL: Operation.CANCEL,
    PlanVerb.SET: Operation.SET_DATA,
}


def nothing_there(what: str) -> Problem:
    """The same for what is not there and for what the caller may not know of."""
    return Problem(404, "S0202", f"there is no {what}")


def visible(caller: Caller, header: Header) -> bool:
    """Whether somebody may know of a plan at all."""
    return header.object in caller.principal.objects


def loaded_plan(caller: Caller, reader: Reader, plan_id: str) -> Loaded:
    """A plan that the caller may know of. Raises Problem (404) for any other."""
    try:
        loaded = reader.store.load(plan_id)
    except KeyError:
        raise nothing_there(f"plan `{plan_id}`") from None
    if not visible(caller, loaded.header):
        raise nothing_there(f"plan `{plan_id}`")
    return loaded


def step_subject(loaded: Loaded, step: InstanceId) -> Subject:
    """What rights to a step are about. Raises Problem (404) for one that the plan does not have."""
    found = loaded.state.step(step)
    if found is None:
        raise nothing_there(f"step {step} in plan `{loaded.header.plan_id}`")
    return Subject(loaded.header.object, found.queue, found.assignee)


@frozen
class Performed:
    """What was done, and how many entries the plan's journal has then: its version."""

    outcome: Outcome
    entries: int


def perform_one(
    caller: Caller, reader: Reader, action: Action, target: Target, entries: int | None = None
) -> Performed:
    """Do something to one plan or step; with `entries` only if the plan has not changed since it had so many.

    Raises Problem: 404, 403 for want of a right, 422 for data that does not fit, 409 where the plan refuses it, 412
    where it has changed; and StoreError.
    """
    loaded = loaded_plan(caller, reader, target.plan_id)
    operation, about = OPERATIONS[action.verb], name_of(target)
    subject = Subject(loaded.header.object) if target.step is None else step_subject(loaded, target.step)
    caller.require(operation, subject, about)
    if isinstance(action, PlanAction) and action.override:
        caller.require(Operation.OVERRIDE, subject, about)
    blueprint = reader.queries.kernel(loaded.header).blueprint
    try:
        event = event_of(action, target, blueprint, loaded.state, caller.services.carrier.clock.now())
    except Unfit as unfit:
        raise Problem(422, "S0201", str(unfit)) from None
    reply = caller.services.carrier.ask(Send(target.plan_id, event, entries))
    refusal = reply.refusal if isinstance(reply, Answer) else None
    outcome = audit.Outcome.DONE if refusal is None else audit.Outcome.REFUSED
    caller.note(operation, about, loaded.header.object, outcome, **_detail(action, refusal))
    if refusal is not None:
        raise _refused(refusal, target)
    return Performed(Outcome(target), reader.store.load(target.plan_id).entries)


def name_of(target: Target) -> str:
    """A plan or a step as the log names it."""
    return target.plan_id if target.step is None else f"{target.plan_id}/{target.step}"


def _refused(refusal: str, target: Target) -> Problem:
    if refusal == CHANGED:
        return Problem(412, "S0301", f"plan `{target.plan_id}` has changed since it was read")
    if refusal == NO_PLAN:
        return nothing_there(f"plan `{target.plan_id}`")
    return Problem(409, "S0303", refusal)


def _detail(action: Action, refusal: str | None) -> dict[str, object]:
    """What the log says of an action: which data, not its values, which may be anybody's."""
    said: dict[str, object] = {} if refusal is None else {"reason": refusal}
    if isinstance(action, StepAction):
        said |= {"results": sorted(action.results)} if action.results else {}
        said |= {"user": action.user} if action.user else {}
    else:
        said |= {"values": sorted(action.values)} if action.values else {}
        said |= {"item": action.item} if action.item else {}
        said |= {"override": True} if action.override else {}
    return said
