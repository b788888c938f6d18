"""What is due when: the ends of waiting, and the one timer that a plan asks for.

Timers hold while a plan is frozen, and what came due meanwhile is done when it is unfrozen. While it is freezing, only
the clock of a callout that is running goes on.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from dro_lang.kernel import work
from dro_lang.kernel.begun import Due, Tick
from dro_lang.kernel.history import JeopardyChanged
from dro_lang.kernel.progress import settle
from dro_lang.kernel.schedule import next_midnight
from dro_lang.kernel.states import Jeopardy, PlanStatus, StepState, StepStatus
from dro_lang.kernel.turn import Turn
from dro_lang.program.model import StepKind


def carry_on(turn: Turn) -> None:
    """Do everything that is due by now. At one moment: pauses are looked at, and steps whose waits are met and whose
    date has come begin; then steps expire, come into jeopardy, are late, and are tried again: in the order of the
    moments at which that was due, and at one moment in this order, and in that of the steps. In between, steps move
    on."""
    settle(turn)
    while due := [each for each in turn.board.begun.due(turn.now) if _is_done(turn, each)]:
        first = due[0]
        for moment, tick, place in due:
            if (moment, tick) == first[:2]:
                _ACTIONS[tick](turn, turn.board.steps[place])
        settle(turn)


def next_due(turn: Turn) -> datetime | None:
    """The moment at which something will happen if nothing else does; None where nothing will."""
    board = turn.board
    clocks = (due[0] for due in board.begun.to_come(turn.now) if _ticks(turn, due))
    moment = next(clocks, None)
    if turn.running and any(_looks_daily(turn, board.steps[place]) for place in board.begun.watched):
        midnight = next_midnight(turn.now, turn.environment())
        # At the end of the calendar there is no next midnight.
        if midnight > turn.now and (moment is None or midnight < moment):
            return midnight
    return moment


def _looks_daily(turn: Turn, step: StepState) -> bool:
    return step.status is StepStatus.IN_PROGRESS and turn.board.roles[step.id].looks_daily


def _is_done(turn: Turn, due: Due) -> bool:
    """Whether something is to be done now that it is due. What starts does so when steps move on."""
    return due[1] is not Tick.STARTS and _ticks(turn, due)


def _ticks(turn: Turn, due: Due) -> bool:
    """Whether a clock goes on, in the state in which the plan is."""
    if turn.status is PlanStatus.FREEZING and due[1] < Tick.RETRIED:
        step = turn.board.steps[due[2]]
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


_ACTIONS: Mapping[Tick, Callable[[Turn, StepState], None]] = {
    Tick.EXPIRES: work.expire,
    Tick.IN_JEOPARDY: _in_jeopardy,
    Tick.LATE: _late,
    Tick.RETRIED: work.retry,
}
