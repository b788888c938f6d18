"""READ FIRST: the kernel's port. A plan is composed, then carried on by events, one turn each.

What happens in a turn, in this order: everything that is due by the event's moment (`timers.carry_on`); the event; what
follows from it; the plan's own state. An event that is refused leaves nothing but an entry in the history.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property

from attrs import frozen

from dro_lang.conditions.evaluators import COMPILED, Evaluator
from dro_lang.kernel import changes, data, operations, plans
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.commands import CancelTimer, Command, SetTimer
from dro_lang.kernel.compose import Rejection, compose
from dro_lang.kernel.endings import conclude
from dro_lang.kernel.events import (
    SYSTEM,
    Amend,
    Assign,
    Cancel,
    Claim,
    Complete,
    Discard,
    Event,
    Failed,
    Freeze,
    GoOffline,
    GoOnline,
    Retry,
    SetData,
    Start,
    StepEvent,
    Succeeded,
    TimePassed,
    Unfreeze,
)
from dro_lang.kernel.history import Entry, Refused
from dro_lang.kernel.outstanding import outstanding
from dro_lang.kernel.states import InstanceId, PlanState, PlanStatus
from dro_lang.kernel.timers import carry_on, next_due
from dro_lang.kernel.turn import Turn
from dro_lang.kernel.view import StepView, view
from dro_lang.program.model import Program
from dro_lang.program.values import Row


@frozen
class Transition:
    """What a turn gives: the state that takes the place of the one before, what is to be done outside, and what is to
    be added to the history. Write all three down, then act. `refusal` is why the event itself changed nothing."""

    state: PlanState
    commands: tuple[Command, ...]
    history: tuple[Entry, ...]
    refusal: str | None = None


@frozen(eq=False)
class Kernel:
    """The kernel for one plan of a program. `program_hash` is what the states pin, `evaluator` what decides conditions.

    Raises KeyError for a plan that the program does not have.
    """

    program: Program
    plan: str
    program_hash: str = ""
    evaluator: Evaluator = COMPILED

    @cached_property
    def blueprint(self) -> Blueprint:
        return Blueprint.of(self.program, self.plan, self.evaluator)

    def compose(self, scenarios: Sequence[str], row: Row, plan_id: str, moment: datetime) -> PlanState | Rejection:
        """The plan of a record for which these scenarios matched, not started; or why there is none (R0203, R0204)."""
        return compose(self.blueprint, self.program_hash, scenarios, row, plan_id, moment)

    def step(self, state: PlanState, event: Event) -> Transition:
        """Carry a plan on by one event. Pure and total: for every state of this plan and every event, at any moment.

        Raises ValueError for a state of another program or plan, and for a moment without an offset.
        """
        if (state.program, state.plan) != (self.program_hash, self.plan):
            raise ValueError(f"plan {state.id} is one of {state.plan} of program {state.program}")
        if event.at.utcoffset() is None:
            raise ValueError(f"a moment needs an offset: {event.at.isoformat()}")
        if state.status is PlanStatus.COMPLETED:
            return _refused(state, event, "the plan is completed")

        turn = self._caught_up(state, event)
        refusal = _handle(turn, event)
        if refusal is not None:
            turn = self._caught_up(state, event)
            turn.refuse(event, refusal, _step_of(event), _by(event))
        elif not isinstance(event, TimePassed):
            carry_on(turn)
        conclude(turn)
        timer = next_due(turn)
        if timer != state.timer:
            turn.commands.append(CancelTimer() if timer is None else SetTimer(timer))
        return Transition(turn.state(timer), tuple(turn.commands), tuple(turn.history), refusal)

    def _caught_up(self, state: PlanState, event: Event) -> Turn:
        turn = Turn(self.blueprint, state, event.at)
        # Before its timer nothing happens by itself.
        if state.timer is not None and state.timer <= turn.now:
            carry_on(turn)
        return turn

    def outstanding(self, state: PlanState) -> Iterator[Command]:
        """What the plan has asked for and not got yet: to be sent again, with the same keys, after a crash."""
        return outstanding(self.blueprint, state)

    def view(self, state: PlanState) -> tuple[StepView, ...]:
        """The steps as a person sees them, in their order."""
        return view(self.blueprint, state)

    def points_of_no_return(self, state: PlanState) -> tuple[InstanceId, ...]:
        """The steps that deny an amendment or a cancellation now."""
        turn = Turn(self.blueprint, state, state.moment)
        return tuple(changes.points_of_no_return(turn.steps(), turn))


def _handle(turn: Turn, event: Event) -> str | None:
    """Do what an event says, or say why not."""
    if isinstance(event, StepEvent):
        step = turn.board.find(event.step)
        if step is None:
            return "there is no such step in the plan"
        return _STEP_EVENTS[type(event)](turn, event, step)
    return _PLAN_EVENTS[type(event)](turn, event)


_STEP_EVENTS: dict[type[StepEvent], Callable[..., str | None]] = {
    Succeeded: operations.succeeded,
    Failed: operations.failed,
    Complete: operations.complete,
    Claim: operations.claim,
    Assign: operations.assign,
    Retry: operations.retry,
    Discard: operations.discard,
}
_PLAN_EVENTS: dict[type[Event], Callable[..., str | None]] = {
    Start: plans.start,
    TimePassed: lambda turn, event: None,
    SetData: data.set_data,
    Freeze: plans.freeze,
    Unfreeze: plans.unfreeze,
    Amend: changes.change,
    Cancel: changes.change,
    GoOffline: plans.go_offline,
    GoOnline: plans.go_online,
}


def _refused(state: PlanState, event: Event, reason: str) -> Transition:
    """A plan that is completed never changes. Time may pass it by unnoticed."""
    if isinstance(event, TimePassed):
        return Transition(state, (), ())
    refusal = Refused(
        max(event.at.astimezone(UTC), state.moment), type(event).__name__, _step_of(event), reason, _by(event)
    )
    return Transition(state, (), (refusal,), reason)


def _step_of(event: Event) -> InstanceId | None:
    return event.step if isinstance(event, StepEvent) else None


def _by(event: Event) -> str:
    return SYSTEM if isinstance(event, Start | TimePassed) else event.by
