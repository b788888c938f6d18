"""Why a step is in the state that it is in: one short sentence for a person."""

from datetime import datetime

from dro_lang.conditions.time import in_zone
from dro_lang.kernel.board import Board
from dro_lang.kernel.states import InstanceId, PlanStatus, StepState, StepStatus
from dro_lang.kernel.waits import Judgement, open_waits
from dro_lang.program.model import Join, StepKind, Wait
from dro_lang.program.render import render


def bypassed_because(board: Board, instance: InstanceId, judgement: Judgement) -> str:
    """Why it can never be the turn of a step: the wait that cannot be met, and what became of the step it is for."""
    assert judgement.wait is not None  # only a wait makes a join impossible
    waited = _awaited(board, instance, judgement.wait)
    if judgement.instance is None:
        return f"{waited} cannot be"
    became = _BECAME[board.step(judgement.instance).status]
    return f"{waited}, but that {became}"


def reason(board: Board, status: PlanStatus, step: StepState) -> str:
    """The reason for a step's state, in a plan of this status."""
    if step.status is StepStatus.FAILED:
        return f"{step.reason}, tried again on {_moment(board, step.retry_at)}"
    if step.reason:
        return step.reason
    definition = board.definition(step.id)
    if status is PlanStatus.NOT_STARTED:
        return "the plan has not started"
    match step.status:
        case StepStatus.PENDING:
            return _pending(board, status, step, definition.join)
        case StepStatus.SCHEDULED:
            held = ", but the plan is frozen" if status is not PlanStatus.IN_PROGRESS else ""
            return f"starts on {_moment(board, step.scheduled_for)}{held}"
        case StepStatus.READY:
            return f"waits for {_person(step)} to take it"
        case StepStatus.ON_HOLD:
            return f"its integration {definition.target} is offline"
        case StepStatus.IN_PROGRESS if definition.kind is StepKind.PAUSE and definition.until is not None:
            return f"waits until `{render(definition.until)}`"
        case StepStatus.IN_PROGRESS if definition.kind is StepKind.MANUAL:
            return f"{step.assignee} works on it"
        case StepStatus.IN_PROGRESS:
            return f"waits for {definition.target} to answer"
    return ""


def _pending(board: Board, status: PlanStatus, step: StepState, join: Join | None) -> str:
    before = board.compensation_before(step.id)
    if before is not None:
        return f"waits for the compensation {before.name}"
    waits = open_waits(board, step.id)
    if join is None or not waits:
        return "waits for the plan to be unfrozen"
    names = [_name(board, step.id, wait) for wait in waits]
    return f"waits for {' or '.join(names) if join.any_of else ' and '.join(names)}"


def _awaited(board: Board, instance: InstanceId, wait: Wait) -> str:
    return f"waits for {_name(board, instance, wait)}"


def _name(board: Board, instance: InstanceId, wait: Wait) -> str:
    group, step = board.awaited(instance.group_key, wait)
    item = f' for item "{instance.item}"' if wait.same_item else ""
    outcomes = f" {' or '.join(wait.outcomes)}" if wait.outcomes else ""
    return f"{group.name}.{step}{item}{outcomes}"


def _person(step: StepState) -> str:
    if step.assignee is not None:
        return step.assignee
    return "somebody" if step.queue is None else f"somebody of {step.queue}"


def _moment(board: Board, moment: datetime | None) -> str:
    return "" if moment is None else f"{in_zone(moment, board.blueprint.zone):%Y-%m-%d %H:%M}"


_BECAME = {
    StepStatus.COMPLETED: "was completed",
    StepStatus.SKIPPED: "was skipped",
    StepStatus.BYPASSED: "was bypassed",
    StepStatus.EXPIRED: "expired",
    StepStatus.AMENDED: "was completed",
    StepStatus.CANCELED: "was canceled",
    StepStatus.DISCARDED: "was discarded",
    StepStatus.FATALLY_FAILED: "failed",
}
