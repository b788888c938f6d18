"""When a plan ends, and when it is frozen."""

from dro_lang.kernel.reasons import bypassed_because
from dro_lang.kernel.standings import Standing, Verdict
from dro_lang.kernel.states import PlanStatus, StepState, StepStatus
from dro_lang.kernel.timers import carry_on
from dro_lang.kernel.turn import Turn
from dro_lang.kernel.waits import Judgement, judge
from dro_lang.program.model import StepKind


def conclude(turn: Turn) -> None:
    """Bring the plan into the state that its steps call for. A plan that runs ends when every step is finished."""
    if turn.status is PlanStatus.FREEZING and not any(_runs(turn, step) for step in turn.board.begun_steps()):
        turn.change_plan(PlanStatus.FROZEN)
    while turn.running and _give_up_cancellations(turn):
        carry_on(turn)
    if turn.running and not turn.board.left:
        turn.change_plan(PlanStatus.COMPLETED)


def _runs(turn: Turn, step: StepState) -> bool:
    """Whether a plan that is freezing waits for a step: an automation that runs, or a callout without an answer."""
    outside = turn.board.definition(step.id).kind in (StepKind.AUTO, StepKind.CALLOUT)
    return outside and step.status is StepStatus.IN_PROGRESS


def _give_up_cancellations(turn: Turn) -> bool:
    """Where all that is left waits for completed steps to be canceled, they will not be: the plan is at its end. The
    steps that wait for that are bypassed. Says whether there was one."""
    if not turn.board.left or turn.board.begun.places:
        return False
    left = [step for step in turn.steps() if not step.finished]
    hopeless = [(step, judgement) for step in left if (judgement := _hopeless(turn, step)) is not None]
    for step, judgement in hopeless:
        turn.change(step, StepStatus.BYPASSED, bypassed_because(turn.board, step.id, judgement))
    return bool(hopeless)


def _hopeless(turn: Turn, step: StepState) -> Judgement | None:
    role = turn.board.roles[step.id]
    join = role.definition.join
    if join is None:
        return None
    tallies = [(each.wait, turn.board.tally(each)) for each in role.waits]
    open_ = [(wait, tally) for wait, tally in tallies if judge(wait, tally).verdict is Verdict.OPEN]
    never = [judge(wait, tally) for wait, tally in open_ if Standing.OPEN not in tally]
    hopeless = len(never) == len(open_) if join.any_of else bool(never)
    return never[0] if never and hopeless else None
