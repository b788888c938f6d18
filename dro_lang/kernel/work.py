"""Work that is done outside: attempts of autos and callouts, and how they end; tasks; what a step's clock does."""

from typing import Any

from dro_lang.conditions.values import evaluate, fitted
from dro_lang.kernel.events import SYSTEM
from dro_lang.kernel.limits import misfits
from dro_lang.kernel.outstanding import fallout, request, task
from dro_lang.kernel.rules import assignee_of, retry_of
from dro_lang.kernel.schedule import after, clock
from dro_lang.kernel.states import Jeopardy, StepState, StepStatus
from dro_lang.kernel.turn import Turn
from dro_lang.program.model import Outcome, Retry, RetryPolicy, Step, StepKind, ToQueue, ToUser
from dro_lang.program.render import render_value
from dro_lang.program.values import Duration, Row, Value

UNFIT_ARGUMENTS = "R0301"
"""The error code of a step whose arguments are unknown, or outside their bounds, when it starts."""
UNFIT_RESULTS = "UNFIT_RESULTS"
"""The error code of an answer whose results do not fit the signature."""


_NO_CLOCK: dict[str, Any] = {"expires_at": None, "warn_at": None, "due_at": None, "jeopardy": None}


def start_clock(turn: Turn, step: StepState) -> dict[str, Any]:
    """The changes of a step whose `expires` and `due` begin to count now."""
    role = turn.board.roles[step.id]
    expires, level = role.definition.expires, role.level
    if expires is None and level is None:
        return _NO_CLOCK
    times = clock(turn.now, expires, level, turn.environment(step.id))
    return {
        "expires_at": times.expires_at,
        "warn_at": times.warn_at,
        "due_at": times.due_at,
        "jeopardy": None if level is None else Jeopardy.ON_TIME,
    }


def open_task(turn: Turn, step: StepState) -> None:
    """A manual step's turn has come: somebody is to do it."""
    definition = turn.board.definition(step.id)
    chosen = assignee_of(definition.assignment, turn.blueprint, lambda: turn.environment(step.id))
    step = turn.change(
        step,
        StepStatus.READY,
        ready_at=turn.now,
        attempt=step.attempt + 1,
        assignee=chosen.user if isinstance(chosen, ToUser) else None,
        queue=chosen.queue if isinstance(chosen, ToQueue) else None,
        allocation=chosen.allocation if isinstance(chosen, ToQueue) else None,
        **start_clock(turn, step),
    )
    turn.commands.append(task(step, turn.key(step)))


def start_attempt(turn: Turn, step: StepState, by: str = SYSTEM) -> None:
    """Start an auto or a callout, or put it on hold where its integration is offline."""
    definition = turn.board.definition(step.id)
    ready_at = step.ready_at or turn.now
    if definition.target in turn.offline and definition.kind is StepKind.CALLOUT:
        turn.change(step, StepStatus.ON_HOLD, by=by, ready_at=ready_at, retry_at=None)
        return
    first = {} if step.started_at is not None else {"started_at": turn.now, **start_clock(turn, step)}
    step = turn.change(
        step,
        StepStatus.IN_PROGRESS,
        by=by,
        ready_at=ready_at,
        attempt=step.attempt + 1,
        sent=True,
        retry_at=None,
        error=None,
        queue=None,
        arguments=_arguments(turn, definition, step),
        **first,
    )
    problem = misfits(step.arguments, turn.board.roles[step.id].takes, turn.blueprint.program)
    if problem is None:
        _send(turn, step, definition)
    else:
        fail(turn, step, UNFIT_ARGUMENTS, because=f"its argument {problem}")


def resume(turn: Turn, step: StepState) -> None:
    """A callout's integration is online again. A request that nobody has answered is sent again, with its key."""
    if step.sent:
        step = turn.change(step, StepStatus.IN_PROGRESS)
        _send(turn, step, turn.board.definition(step.id))
    else:
        start_attempt(turn, step)


def _send(turn: Turn, step: StepState, definition: Step) -> None:
    turn.commands.append(request(turn.blueprint, definition, step, turn.key(step)))


def _arguments(turn: Turn, definition: Step, step: StepState) -> Row:
    if not definition.arguments:
        return {}
    environment = turn.environment(step.id)
    types = {parameter.name: parameter.type for parameter in turn.blueprint.takes(definition)}
    values: dict[str, Value] = {}
    for argument in definition.arguments:
        value = evaluate(argument.value, environment)
        values[argument.name] = fitted(value, types[argument.name]) if argument.name in types else value
    return values


def succeed(turn: Turn, step: StepState, results: Row, by: str = SYSTEM) -> None:
    """The outside has answered. Results that do not fit the signature make it a failure."""
    problem = misfits(results, turn.board.roles[step.id].gives, turn.blueprint.program)
    if problem is None:
        complete(turn, step, results, by)
    else:
        fail(turn, step, UNFIT_RESULTS, because=f"its result {problem}", by=by)


def complete(turn: Turn, step: StepState, results: Row, by: str = SYSTEM) -> None:
    """Finish a step as completed."""
    turn.change(
        step,
        StepStatus.COMPLETED,
        by=by,
        outcome=Outcome.COMPLETED,
        results=results,
        error=None,
        ready_at=step.ready_at or turn.now,
        started_at=step.started_at or turn.now,
    )


def expire(turn: Turn, step: StepState) -> None:
    """The time for a step is over."""
    expires = turn.board.definition(step.id).expires
    assert expires is not None  # or it would have no time
    within = render_value(evaluate(expires, turn.environment(step.id)), expires.type)
    turn.change(step, StepStatus.EXPIRED, f"it was not finished within {within}", outcome=Outcome.EXPIRED)


def fail(turn: Turn, step: StepState, code: str | None, because: str = "", by: str = SYSTEM) -> None:
    """An attempt has failed. It is tried again as the rules say; when the retries are spent, the step is fatally
    failed: for good where some step waits for that, otherwise until an operator does something about it."""
    failed = "failed" if code is None else f"failed with {code}"
    reason = f"{failed}: {because}" if because else failed
    if step.status is StepStatus.ON_HOLD:
        turn.change(step, StepStatus.ON_HOLD, reason, by, sent=False, error=code)
        return
    retry = retry_of(turn.blueprint, turn.board.definition(step.id), code)
    pause = None if retry is None else _interval(retry, step.retries)
    at_rest: dict[str, Any] = {"sent": False, "arguments": {}, "error": code}
    if pause is not None:
        retry_at = after(turn.now, pause, turn.environment())
        turn.change(step, StepStatus.FAILED, reason, by, retry_at=retry_at, **at_rest)
        return
    final = Outcome.FAILED if turn.board.failure_awaited(step.id) else None
    queue = None if retry is None else retry.queue
    step = turn.change(step, StepStatus.FATALLY_FAILED, reason, by, outcome=final, queue=queue, **at_rest)
    turn.commands.append(fallout(step, turn.key(step)))


def _interval(retry: Retry, retries: int) -> Duration | None:
    """How long to wait before the next automatic retry; None where all of them are spent."""
    if retries >= retry.retries:
        return None
    match retry.policy:
        case RetryPolicy.IMMEDIATE:
            return Duration()
        case RetryPolicy.MONOTONOUS:
            return retry.intervals[0]
        case RetryPolicy.STAGGERED:
            return retry.intervals[retries]


def retry(turn: Turn, step: StepState) -> None:
    """The time of an automatic retry has come."""
    step = step.but(retries=step.retries + 1)
    turn.board.put(step)
    start_attempt(turn, step)
