"""What operators do to a plan as a whole. What is not allowed is refused: each function says why."""

from dro_lang.kernel import work
from dro_lang.kernel.events import Freeze, GoOffline, GoOnline, Start, Unfreeze
from dro_lang.kernel.history import IntegrationChanged
from dro_lang.kernel.progress import foresee
from dro_lang.kernel.states import PlanStatus, StepStatus, spoken
from dro_lang.kernel.turn import Turn
from dro_lang.program.model import StepKind


def start(turn: Turn, event: Start) -> str | None:
    if turn.status is not PlanStatus.NOT_STARTED:
        return f"the plan is {spoken(turn.status)}"
    turn.change_plan(PlanStatus.IN_PROGRESS)
    foresee(turn)
    return None


def freeze(turn: Turn, event: Freeze) -> str | None:
    """Nothing more starts; what is running is waited for, or completed where its step says so."""
    if not turn.running:
        return f"the plan is {spoken(turn.status)}"
    turn.change_plan(PlanStatus.FREEZING, event.by)
    for step in turn.steps():
        if step.status is StepStatus.IN_PROGRESS and turn.board.definition(step.id).freeze_by_completing:
            work.complete(turn, step, {}, event.by)
    return None


def unfreeze(turn: Turn, event: Unfreeze) -> str | None:
    if turn.status not in (PlanStatus.FREEZING, PlanStatus.FROZEN):
        return f"the plan is {spoken(turn.status)}"
    turn.change_plan(PlanStatus.IN_PROGRESS, event.by)
    return None


def go_offline(turn: Turn, event: GoOffline) -> str | None:
    """Callouts that run go on hold; an answer that still comes is taken."""
    if event.integration not in turn.blueprint.program.integrations:
        return f"there is no integration {event.integration}"
    if event.integration in turn.offline:
        return f"{event.integration} is offline already"
    turn.offline |= {event.integration}
    turn.history.append(IntegrationChanged(turn.now, event.integration, False, event.by))
    for step in turn.steps():
        definition = turn.board.definition(step.id)
        calling = definition.kind is StepKind.CALLOUT and definition.target == event.integration
        if calling and step.status is StepStatus.IN_PROGRESS:
            turn.change(step, StepStatus.ON_HOLD, by=event.by)
    return None


def go_online(turn: Turn, event: GoOnline) -> str | None:
    if event.integration not in turn.offline:
        return f"{event.integration} is not offline"
    turn.offline -= {event.integration}
    turn.board.look_again()
    turn.history.append(IntegrationChanged(turn.now, event.integration, True, event.by))
    return None
