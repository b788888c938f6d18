"""Moving steps on: from waiting for others, to waiting for a date, to running."""

from collections.abc import Callable

from dro_lang.kernel import work
from dro_lang.kernel.reasons import bypassed_because
from dro_lang.kernel.schedule import start_date
from dro_lang.kernel.standings import Verdict
from dro_lang.kernel.states import StepState, StepStatus
from dro_lang.kernel.turn import Turn
from dro_lang.kernel.waits import judge_join, later_of
from dro_lang.program.model import Outcome, StepKind
from dro_lang.program.render import render


def settle(turn: Turn) -> None:
    """Move every step as far as it goes at this moment. Nothing moves in a plan that is frozen, or freezing."""
    moved = turn.running
    while moved:
        moved = False
        for step in turn.board.unsettled(turn.now):
            moved |= _move(turn, step)


def foresee(turn: Turn) -> None:
    """Compute again the dates of all steps that have not begun, as far as they are known."""
    for place in turn.board.layout.scheduled:
        step = turn.board.steps[place]
        schedule = turn.board.definition(step.id).starts
        if schedule is not None and step.status in (StepStatus.PENDING, StepStatus.SCHEDULED):
            date = start_date(schedule, turn.environment(step.id), step.met_at)
            turn.board.put(step.but(scheduled_for=date))


def _move(turn: Turn, step: StepState) -> bool:
    """Move one step on, and say whether it moved."""
    move = _MOVES.get(step.status)
    return move is not None and move(turn, step)


def _after_waits(turn: Turn, step: StepState) -> bool:
    if turn.board.compensation_before(step.id) is not None:
        return False
    definition = turn.board.definition(step.id)
    judgement = judge_join(turn.board, step.id)
    if judgement.verdict is Verdict.OPEN:
        return False
    if judgement.verdict is Verdict.IMPOSSIBLE:
        turn.change(step, StepStatus.BYPASSED, bypassed_because(turn.board, step.id, judgement))
        return True
    met_at = later_of(step.since, judgement.at) or turn.now
    date = None if definition.starts is None else start_date(definition.starts, turn.environment(step.id), met_at)
    step = step.but(met_at=met_at, scheduled_for=date)
    if date is not None and date > turn.now:
        turn.change(step, StepStatus.SCHEDULED)
    else:
        _begin(turn, step)
    return True


def _begin(turn: Turn, step: StepState) -> None:
    """A step's waits are met and its date has come: its condition is checked, this once, and it starts."""
    definition = turn.board.definition(step.id)
    condition = definition.only_if
    if condition is not None and not turn.holds(condition, step.id):
        turn.change(step, StepStatus.SKIPPED, f"`{render(condition)}` is false", outcome=Outcome.SKIPPED)
        return
    _BEGINNINGS[definition.kind](turn, step)


def _pass(turn: Turn, step: StepState) -> None:
    """A milestone is completed when its turn comes."""
    work.complete(turn, step.but(**work.start_clock(turn, step)), {})


def _pause(turn: Turn, step: StepState) -> None:
    clock = work.start_clock(turn, step)
    turn.change(step, StepStatus.IN_PROGRESS, ready_at=turn.now, started_at=turn.now, **clock)


_BEGINNINGS: dict[StepKind, Callable[[Turn, StepState], None]] = {
    StepKind.MILESTONE: _pass,
    StepKind.PAUSE: _pause,
    StepKind.MANUAL: work.open_task,
    StepKind.AUTO: work.start_attempt,
    StepKind.CALLOUT: work.start_attempt,
}


def _on_its_date(turn: Turn, step: StepState) -> bool:
    if step.scheduled_for is not None and step.scheduled_for > turn.now:
        return False
    _begin(turn, step)
    return True


def _online_again(turn: Turn, step: StepState) -> bool:
    if turn.board.definition(step.id).target in turn.offline:
        return False
    work.resume(turn, step)
    return True


def _look(turn: Turn, step: StepState) -> bool:
    """Look at the condition of a pause again."""
    condition = turn.board.definition(step.id).until
    if condition is None or not turn.holds(condition, step.id):
        return False
    work.complete(turn, step, {})
    return True


_MOVES: dict[StepStatus, Callable[[Turn, StepState], bool]] = {
    StepStatus.PENDING: _after_waits,
    StepStatus.SCHEDULED: _on_its_date,
    StepStatus.ON_HOLD: _online_again,
    StepStatus.IN_PROGRESS: _look,
}
