"""What a plan has asked for and not got yet. The commands of a turn are made here, and made again after a crash."""

from collections.abc import Iterator

from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.board import Board
from dro_lang.kernel.commands import CallOut, Command, Key, OpenTask, RaiseFallout, RunAction, SetTimer
from dro_lang.kernel.states import PlanState, StepState, StepStatus
from dro_lang.program.model import Step, StepKind


def outstanding(blueprint: Blueprint, state: PlanState) -> Iterator[Command]:
    """Every command that is still to be answered, as it was first given."""
    board = Board(blueprint, state)
    for step in state.steps:
        command = _command(blueprint, board.definition(step.id), step, Key(state.id, step.id, step.attempt))
        if command is not None:
            yield command
    if state.timer is not None:
        yield SetTimer(state.timer)


def _command(blueprint: Blueprint, definition: Step, step: StepState, key: Key) -> Command | None:
    if step.status is StepStatus.FATALLY_FAILED and not step.finished:
        return fallout(step, key)
    if step.status is StepStatus.READY or (
        step.status is StepStatus.IN_PROGRESS and definition.kind is StepKind.MANUAL
    ):
        return task(step, key)
    return request(blueprint, definition, step, key) if step.status is StepStatus.IN_PROGRESS and step.sent else None


def request(blueprint: Blueprint, definition: Step, step: StepState, key: Key) -> RunAction | CallOut:
    """What an auto or a callout asks of the outside."""
    target = str(definition.target)
    if definition.kind is StepKind.AUTO:
        return RunAction(key, target, step.arguments, definition.run_as)
    integration = blueprint.program.integrations[target]
    return CallOut(key, target, step.arguments, integration.asynchronous, integration.timeout, definition.run_as)


def task(step: StepState, key: Key) -> OpenTask:
    """The task of a manual step."""
    return OpenTask(key, step.assignee, step.queue, step.allocation, step.due_at)


def fallout(step: StepState, key: Key) -> RaiseFallout:
    """What a fatally failed step asks of the operators."""
    return RaiseFallout(key, step.queue, step.error)
