"""What is due when: the ends of waiting, and the one timer that a plan asks for.

Timers hold while a plan is frozen, and what came due meanwhile is done when it is unfrozen. While it is freezing, only
the clock of a callout that is running goes on.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from dro_lang.kernel import work
from dro_lang.kernel.history import JeopardyChanged
from dro_lang.kernel.progress import settle
from dro_lang.kernel.schedule import next_midnight
from dro_lang.kernel.states import Jeopardy, PlanStatus, StepState, StepStatus
from dro_lang.kernel.turn import Turn
from dro_lang.program.model import StepKind

Action: TypeAlias = Callable[[Turn, StepState], None]
Due: TypeAlias = tuple[datetime, int, StepState, Action]
"""When something is due, its place at that moment, the step that it is for, and what it does."""

_NONE = (None, None, None, None)
_CAN_EXPIRE = (StepStatus.READY, StepStatus.IN_PROGRESS, StepStatus.ON_HOLD, StepStatus.FAILED)


def carry_on(turn: Turn) -> None:
    """Do everything that is due by now. At one moment: pauses are looked at, and steps whose waits are met and whose
    date has come begin; then steps expire, come into jeopardy, are late, and are tried again: in the order of the
    moments at which that was due, and at one moment in this order, and in that of the steps. In between, steps move
    on."""
    settle(turn)
    while due := [entry for entry in _due(turn) if entry[0] <= turn.now]:
        first = min(map(_order, due))
        for entry in due:
            if _order(entry) == first:
                _, _, step, action = entry
                action(turn, step)
        settle(turn)


def next_due(turn: Turn) -> datetime | None:
    """The moment at which something will happen if nothing else does; None where nothing will."""
    moments = [moment for moment, *_ in _due(turn)]
    if turn.running:
        begun = turn.board.begun()
        moments += [step.scheduled_for for step in begun if step.status is StepStatus.SCHEDULED and step.scheduled_for]
        if any(_looks_daily(turn, step) for step in begun):
            moments.append(next_midnight(turn.now, turn.environment()))
    # At the end of the calendar there is no next midnight.
    return min([moment for moment in moments if moment > turn.now], default=None)


def _looks_daily(turn: Turn, step: StepState) -> bool:
    return step.status is StepStatus.IN_PROGRESS and turn.board.roles[step.id].looks_daily


def _order(due: Due) -> tuple[datetime, int]:
    return due[0], due[1]


def _due(turn: Turn) -> list[Due]:
    """What the clocks of all steps have yet to do, in the order of the steps."""
    found: list[Due] = []
    for step in turn.board.begun():
        clocks = (step.expires_at, step.warn_at, step.due_at, step.retry_at)
        if clocks != _NONE and _ticks(turn, step):
            if step.expires_at is not None and step.status in _CAN_EXPIRE:
                found.append((step.expires_at, 0, step, work.expire))
            if step.warn_at is not None and step.jeopardy is Jeopardy.ON_TIME:
                found.append((step.warn_at, 1, step, _in_jeopardy))
            if step.due_at is not None and step.jeopardy in (Jeopardy.ON_TIME, Jeopardy.IN_JEOPARDY):
                found.append((step.due_at, 2, step, _late))
            if step.retry_at is not None and turn.running:
                found.append((step.retry_at, 3, step, work.retry))
    return found


def _ticks(turn: Turn, step: StepState) -> bool:
    if turn.status is PlanStatus.FREEZING:
        calling = turn.board.definition(step.id).kind is StepKind.CALLOUT
        return calling and step.status is StepStatus.IN_PROGRESS
    return turn.running


def _in_jeopardy(turn: Turn, step: StepState) -> None:
    _endanger(turn, step, Jeopardy.IN_JEOPARDY)


def _late(turn: Turn, step: StepState) -> None:
    _endanger(turn, step, Jeopardy.LATE)


def _endanger(turn: Turn, step: StepState, jeopardy: Jeopardy) -> None:
    turn.board.put(step.but(jeopardy=jeopardy))
    turn.history.append(JeopardyChanged(turn.now, step.id, jeopardy))
