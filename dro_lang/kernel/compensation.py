"""Compensation: the groups that are inserted for steps that were amended or canceled.

An inserted group comes before the steps that are still pending: all of them, or, where it stands for a step of one
item, those of that item, which is then the only one that it holds. Groups that run in reverse wait for the groups of
the steps that finished after theirs.
"""

from attrs import evolve

from dro_lang.kernel.board import instances_of
from dro_lang.kernel.compose import Rejection, bind
from dro_lang.kernel.states import GroupInstance, StepState, StepStatus
from dro_lang.kernel.turn import Turn
from dro_lang.program.model import Compensation


def insert_compensation(turn: Turn, changed: list[StepState]) -> str | None:
    """Insert the groups of steps that have just been amended or canceled, in the order in which the steps finished.

    Says why if a group cannot be inserted: an argument is unknown or outside its bounds.
    """
    inserted: list[tuple[GroupInstance, bool]] = []
    for step in sorted(changed, key=lambda step: step.order):
        compensation = _compensation(turn, step)
        if compensation is not None:
            call = compensation.call
            arguments = bind(turn.blueprint, call, turn.environment(step.id))
            if isinstance(arguments, Rejection):
                return arguments.reason
            copy = 1 + max((key.copy for key in turn.board.groups if key.name == call.instance), default=0)
            group = GroupInstance(call.instance, call.group, arguments, copy, step.id, step.id.item)
            turn.board.insert(group)
            inserted.append((group, compensation.in_reverse))

    for position, (group, in_reverse) in enumerate(inserted):
        if in_reverse:
            later = (other for other, _ in inserted[position + 1 :])
            follows = tuple(other.key for other in later if _concern_each_other(group, other))
            group = evolve(group, follows=follows)
            turn.board.insert(group)
        steps = turn.blueprint.group(group.group).steps
        turn.add(instances_of(group, steps, turn.board.items), f"makes up for {group.cause}")
    return None


def _compensation(turn: Turn, step: StepState) -> Compensation | None:
    definition = turn.board.definition(step.id)
    return definition.on_amend if step.status is StepStatus.AMENDED else definition.on_cancel


def _concern_each_other(group: GroupInstance, other: GroupInstance) -> bool:
    """Whether two groups hold a common item. Those of different items do not wait for each other."""
    return group.item is None or other.item is None or group.item == other.item
