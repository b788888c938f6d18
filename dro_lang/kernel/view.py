"""The steps of a plan as a person sees them."""

from datetime import datetime

from attrs import frozen

from dro_lang.conditions.time import in_zone
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.board import Board
from dro_lang.kernel.reasons import reason
from dro_lang.kernel.states import InstanceId, Jeopardy, PlanState, StepState, StepStatus
from dro_lang.program.model import Outcome, StepKind
from dro_lang.program.values import Row


@frozen
class StepView:
    """One step instance: its state, why it is in it, and since when; moments in the plan's zone.

    `scheduled_for` is the date before which it does not run, as far as that is known.
    """

    id: InstanceId
    kind: StepKind
    state: StepStatus
    reason: str
    since: datetime | None
    scheduled_for: datetime | None
    ready_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    due_at: datetime | None
    outcome: Outcome | None
    jeopardy: Jeopardy | None
    attempts: int
    error: str | None
    assignee: str | None
    queue: str | None
    results: Row

    @property
    def group(self) -> str:
        return self.id.group

    @property
    def step(self) -> str:
        return self.id.step

    @property
    def item(self) -> str | None:
        return self.id.item


def view(blueprint: Blueprint, state: PlanState) -> tuple[StepView, ...]:
    """A view of every step, in their fixed order."""
    board = Board(blueprint, state)

    def local(moment: datetime | None) -> datetime | None:
        return None if moment is None else in_zone(moment, blueprint.zone)

    def seen(step: StepState) -> StepView:
        return StepView(
            id=step.id,
            kind=board.definition(step.id).kind,
            state=step.status,
            reason=reason(board, state.status, step),
            since=local(step.since),
            scheduled_for=local(step.scheduled_for),
            ready_at=local(step.ready_at),
            started_at=local(step.started_at),
            finished_at=local(step.finished_at),
            expires_at=local(step.expires_at),
            due_at=local(step.due_at),
            outcome=step.outcome,
            jeopardy=step.jeopardy,
            attempts=step.attempt,
            error=step.error,
            assignee=step.assignee,
            queue=step.queue,
            results=step.results,
        )

    return tuple(map(seen, state.steps))
