"""In-flight changes: the source was amended or canceled, as a whole or one item of it. Only in a plan that is frozen.

The data changes first. Then the change reaches the steps of its scope, and from each step that it changed those to
which a dependency passes it on. What it does to a step depends on the step's state:

| step is | amend | cancel |
|---|---|---|
| completed | amended, its amend group inserted | canceled, its cancel group inserted |
| amended | - | canceled, its cancel group inserted |
| failed, fatally failed | pending again | discarded |
| pending, scheduled, ready, in progress, on hold, skipped, bypassed | - | discarded |
| expired, canceled, discarded, or of a compensation group | - | - |
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from attrs import frozen

from dro_lang.kernel.board import instances_of
from dro_lang.kernel.compensation import insert_compensation
from dro_lang.kernel.data import apply_data, unfit_data
from dro_lang.kernel.events import Amend, Cancel
from dro_lang.kernel.progress import foresee
from dro_lang.kernel.states import GroupKey, InstanceId, PlanStatus, StepState, StepStatus, spoken
from dro_lang.kernel.turn import Turn
from dro_lang.program.model import Outcome, Propagation

_PASSES = {
    Amend: (Propagation.AMENDS, Propagation.CHANGES),
    Cancel: (Propagation.CANCELS, Propagation.CHANGES),
}
_FAILED = (StepStatus.FAILED, StepStatus.FATALLY_FAILED)
_DONE = (StepStatus.COMPLETED, StepStatus.AMENDED)
_UNDONE = (StepStatus.CANCELED, StepStatus.DISCARDED)


@frozen
class _Denied:
    """Where a step at its point of no return denies a change: for the whole plan, or for single items."""

    plan: InstanceId | None
    items: dict[str, InstanceId]


def change(turn: Turn, event: Amend | Cancel) -> str | None:
    """Carry out a change, or say why it is refused."""
    if turn.status is not PlanStatus.FROZEN:
        return f"the plan is {spoken(turn.status)}, not frozen"
    refusal = unfit_data(turn, event.values, event.item)
    if refusal is not None:
        return refusal
    denied = _Denied(None, {}) if event.override else _denied(turn)
    by = denied.plan or (denied.items.get(event.item) if event.item is not None else None)
    if by is not None:
        return f"{by} is at its point of no return"

    before = set(turn.board.items)
    apply_data(turn, event.values, event.item, event.by)
    if isinstance(event, Amend):
        _add_items(turn, [item for item in turn.board.items if item not in before])
    refusal = insert_compensation(turn, _reach(turn, event, denied.items))
    foresee(turn)
    return refusal


def points_of_no_return(steps: Iterable[StepState], turn: Turn) -> Iterator[InstanceId]:
    """The steps that deny changes: started, and not undone since."""
    for step in steps:
        composed = turn.board.groups[step.id.group_key].cause is None
        started = step.started_at is not None and step.status not in _UNDONE
        if composed and started and turn.board.definition(step.id).point_of_no_return:
            yield step.id


def _denied(turn: Turn) -> _Denied:
    items: dict[str, InstanceId] = {}
    for instance in points_of_no_return(turn.steps(), turn):
        if instance.item is None:
            return _Denied(instance, {})
        items.setdefault(instance.item, instance)
    return _Denied(None, items)


def _reach(turn: Turn, event: Amend | Cancel, denied: Mapping[str, InstanceId]) -> list[StepState]:
    """Change the steps of the scope, and those that the change is passed on to, save those of items that deny it: that
    these stay as they are is told, once for each that is reached. Gives the steps that are amended or canceled now."""
    passed_on = _passed_on(turn, event)
    waiting = deque(step.id for step in turn.steps() if event.item in (None, step.id.item))
    seen: set[InstanceId] = set()
    spared: set[str] = set()
    changed = []
    while waiting:
        instance = waiting.popleft()
        composed = turn.board.groups[instance.group_key].cause is None
        if instance in seen or not composed:
            continue
        seen.add(instance)
        if instance.item is not None and instance.item in denied:
            if instance.item not in spared:
                _spare(turn, event, instance.item, denied[instance.item])
            spared.add(instance.item)
            continue
        step = _alter(turn, event, turn.board.step(instance))
        if step is None:
            continue
        if step.status in (StepStatus.AMENDED, StepStatus.CANCELED):
            changed.append(step)
        for group, name, same_item in passed_on.get((instance.group_key, instance.step), ()):
            waiting += (
                dependent
                for dependent in turn.board.instances(group, name)
                if not same_item or dependent.item == instance.item
            )
    return changed


def _spare(turn: Turn, event: Amend | Cancel, item: str, by: InstanceId) -> None:
    turn.refuse(event, f'item "{item}" stays as it is: {by} is at its point of no return', by, event.by)


_Dependent: TypeAlias = tuple[GroupKey, str, bool]


def _passed_on(turn: Turn, event: Amend | Cancel) -> dict[tuple[GroupKey, str], list[_Dependent]]:
    """By step, those to which it passes a change of this kind on, and whether only for the same item."""
    dependents: dict[tuple[GroupKey, str], list[_Dependent]] = {}
    for group, step, wait in turn.board.waits():
        if wait.passing in _PASSES[type(event)]:
            target = turn.board.awaited(group.key, wait)
            dependents.setdefault(target, []).append((group.key, step.name, wait.same_item))
    return dependents


def _alter(turn: Turn, event: Amend | Cancel, step: StepState) -> StepState | None:
    """What the change does to one step; None where it stays as it is."""
    source = "the plan" if event.item is None else f'item "{event.item}"'
    if isinstance(event, Amend):
        reason = f"{source} was amended"
        if step.status is StepStatus.COMPLETED:
            return turn.change(step, StepStatus.AMENDED, reason, event.by)
        if step.status in _FAILED:
            # Afresh, but for its attempts, which keep their keys apart.
            return turn.change(StepState(step.id, step.status, attempt=step.attempt), StepStatus.PENDING, by=event.by)
        return None
    reason = f"{source} was canceled"
    if step.status in _DONE:
        return turn.change(step, StepStatus.CANCELED, reason, event.by, outcome=Outcome.CANCELED)
    if step.status in _UNDONE or step.status is StepStatus.EXPIRED:
        return None
    return turn.change(step, StepStatus.DISCARDED, reason, event.by, outcome=None)


def _add_items(turn: Turn, items: list[str]) -> None:
    """An amendment brought new items: the steps that are per item get an instance for each."""
    for group in list(turn.board.groups.values()):
        if group.cause is None:
            per_item = [step for step in turn.blueprint.group(group.group).steps if step.per_item]
            turn.add(instances_of(group, per_item, items), "its item came with an amendment")
