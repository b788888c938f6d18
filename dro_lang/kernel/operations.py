"""What the outside and the operators do to single steps. What is not allowed is refused: each function says why."""

from dro_lang.kernel import work
from dro_lang.kernel.events import Assign, Claim, Complete, Discard, Failed, Retry, Succeeded
from dro_lang.kernel.history import Assigned
from dro_lang.kernel.limits import misfits
from dro_lang.kernel.states import PlanStatus, StepState, StepStatus, spoken
from dro_lang.kernel.turn import Turn
from dro_lang.program.model import StepKind

_OUTSIDE = (StepKind.AUTO, StepKind.CALLOUT)


def succeeded(turn: Turn, event: Succeeded, step: StepState) -> str | None:
    """Take an answer: of the present attempt, to a step that still waits for one."""
    refusal = _unanswerable(turn, step, event.attempt)
    if refusal is None:
        work.succeed(turn, step, event.results, event.by)
    return refusal


def failed(turn: Turn, event: Failed, step: StepState) -> str | None:
    refusal = _unanswerable(turn, step, event.attempt)
    if refusal is None:
        work.fail(turn, step, event.code, by=event.by)
    return refusal


def _unanswerable(turn: Turn, step: StepState, attempt: int | None) -> str | None:
    if turn.board.definition(step.id).kind not in _OUTSIDE:
        return "no outside system carries it out"
    if attempt not in (None, step.attempt):
        return _stale(attempt, step)
    if not step.sent:
        return f"it is {spoken(step.status)}, and waits for no answer"
    return None


def complete(turn: Turn, event: Complete, step: StepState) -> str | None:
    """In a plan that runs: a step in progress, a failed one, or a task that is ready. In one that is freezing: a step
    in progress."""
    kind = turn.board.definition(step.id).kind
    if step.finished:
        return f"it is {spoken(step.status)} for good"
    if turn.status is PlanStatus.FREEZING:
        eligible = step.status is StepStatus.IN_PROGRESS
    else:
        may = (StepStatus.IN_PROGRESS, StepStatus.FAILED, StepStatus.FATALLY_FAILED, StepStatus.READY)
        eligible = turn.running and step.status in may
    if not eligible:
        return _wrong_time(turn, step)
    problem = misfits(event.results, turn.blueprint.gives(turn.board.definition(step.id)), turn.blueprint.program)
    if problem is not None:
        return f"its result {problem}"
    if kind is StepKind.MANUAL and step.status is StepStatus.READY:
        step = _claim(turn, step, event.by)
    work.complete(turn, step, event.results, event.by)
    return None


def claim(turn: Turn, event: Claim, step: StepState) -> str | None:
    if not turn.running or step.status is not StepStatus.READY:
        return _wrong_time(turn, step)
    _claim(turn, step, event.by)
    return None


def _claim(turn: Turn, step: StepState, by: str) -> StepState:
    return turn.change(step, StepStatus.IN_PROGRESS, by=by, started_at=turn.now, assignee=by)


def assign(turn: Turn, event: Assign, step: StepState) -> str | None:
    if step.status is not StepStatus.READY:
        return _wrong_time(turn, step)
    if step.assignee == event.user:
        return f"it is assigned to {event.user} already"
    turn.board.put(step.but(assignee=event.user))
    turn.history.append(Assigned(turn.now, step.id, event.user, event.by))
    return None


def retry(turn: Turn, event: Retry, step: StepState) -> str | None:
    """A further attempt, which does not count as one of the automatic retries."""
    if step.finished:
        return f"it is {spoken(step.status)} for good"
    if not turn.running or step.status not in (StepStatus.FAILED, StepStatus.FATALLY_FAILED):
        return _wrong_time(turn, step)
    if event.attempt not in (None, step.attempt):
        return _stale(event.attempt, step)
    work.start_attempt(turn, step, event.by)
    return None


def discard(turn: Turn, event: Discard, step: StepState) -> str | None:
    """Only a step that has not run."""
    waiting = step.status in (StepStatus.PENDING, StepStatus.SCHEDULED, StepStatus.READY, StepStatus.ON_HOLD)
    if not waiting or step.started_at is not None:
        return _wrong_time(turn, step)
    turn.change(step, StepStatus.DISCARDED, "an operator discarded it", event.by)
    return None


def _stale(attempt: int | None, step: StepState) -> str:
    return f"attempt {attempt} is not the present one ({step.attempt})"


def _wrong_time(turn: Turn, step: StepState) -> str:
    plan = "" if turn.running else f", and the plan {spoken(turn.status)}"
    return f"it is {spoken(step.status)}{plan}"
