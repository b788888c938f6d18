"""What operators may do to steps and to plans, as values, and the events that say it to the kernel."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from attrs import field, frozen

from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.events import (
    Amend,
    Assign,
    Cancel,
    Claim,
    Complete,
    Discard,
    Event,
    Freeze,
    Retry,
    SetData,
    Unfreeze,
)
from dro_lang.kernel.states import InstanceId, PlanState, PlanStatus, StepStatus
from dro_lang.runtime.operations.values import Data, Unfit, changes_of, results_of


class StepVerb(StrEnum):
    RETRY = "retry"
    COMPLETE = "complete"
    DISCARD = "discard"
    CLAIM = "claim"
    ASSIGN = "assign"


class PlanVerb(StrEnum):
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    AMEND = "amend"
    CANCEL = "cancel"
    SET = "set"


@frozen
class StepAction:
    """Something done to steps, by somebody. `results` are those with which steps are completed, `user` is to whom tasks
    are assigned."""

    verb: StepVerb
    by: str
    results: Data = field(factory=dict)
    user: str | None = None


@frozen
class PlanAction:
    """Something done to plans, by somebody: to the whole, or to one `item` of each. `values` are attributes that
    change; `override`: past a point of no return too."""

    verb: PlanVerb
    by: str
    item: str | None = None
    values: Data = field(factory=dict)
    override: bool = False


Action: TypeAlias = StepAction | PlanAction


@frozen
class Target:
    """To what something is done: a step of a plan, or a plan."""

    plan_id: str
    step: InstanceId | None = None


ELIGIBLE: Mapping[StepVerb, frozenset[StepStatus]] = {
    StepVerb.RETRY: frozenset({StepStatus.FAILED, StepStatus.FATALLY_FAILED}),
    StepVerb.COMPLETE: frozenset(
        {StepStatus.READY, StepStatus.IN_PROGRESS, StepStatus.FAILED, StepStatus.FATALLY_FAILED}
    ),
    StepVerb.DISCARD: frozenset({StepStatus.PENDING, StepStatus.SCHEDULED, StepStatus.READY, StepStatus.ON_HOLD}),
    StepVerb.CLAIM: frozenset({StepStatus.READY}),
    StepVerb.ASSIGN: frozenset({StepStatus.READY}),
}
"""The states of steps to which something may be done. Which steps a filter means that names no state; whether one of
them may is asked again when it is its turn."""

CHANGEABLE: Mapping[PlanVerb, frozenset[PlanStatus]] = {
    PlanVerb.FREEZE: frozenset({PlanStatus.IN_PROGRESS}),
    PlanVerb.UNFREEZE: frozenset({PlanStatus.FREEZING, PlanStatus.FROZEN}),
    PlanVerb.AMEND: frozenset({PlanStatus.FROZEN}),
    PlanVerb.CANCEL: frozenset({PlanStatus.FROZEN}),
    PlanVerb.SET: frozenset(PlanStatus) - {PlanStatus.COMPLETED},
}
"""The same of plans."""


def event_of(action: Action, target: Target, blueprint: Blueprint, state: PlanState, at: datetime) -> Event:
    """The event by which something is done to a plan. Raises Unfit for data that does not fit the step or the record.

    Whether it may be done at all is the kernel's to say.
    """
    if isinstance(action, PlanAction):
        values = changes_of(action.values, blueprint, action.item is not None)
        return _PLAN_EVENTS[action.verb](action, values, at)
    assert target.step is not None  # or it would be no target of a step's action
    if action.verb is StepVerb.COMPLETE:
        return Complete(at, target.step, _results(action, target.step, blueprint, state), action.by)
    return _STEP_EVENTS[action.verb](action, target.step, at)


def _results(action: StepAction, step: InstanceId, blueprint: Blueprint, state: PlanState) -> Data:
    group = state.group(step.group_key)
    if group is None or state.step(step) is None:
        raise Unfit("there is no such step in the plan")
    return results_of(action.results, blueprint.step(group.group, step.step), blueprint)


_STEP_EVENTS: Mapping[StepVerb, Callable[[StepAction, InstanceId, datetime], Event]] = {
    StepVerb.RETRY: lambda action, step, at: Retry(at, step, by=action.by),
    StepVerb.DISCARD: lambda action, step, at: Discard(at, step, action.by),
    StepVerb.CLAIM: lambda action, step, at: Claim(at, step, action.by),
    StepVerb.ASSIGN: lambda action, step, at: Assign(at, step, action.user or action.by, action.by),
}
_PLAN_EVENTS: Mapping[PlanVerb, Callable[[PlanAction, Data, datetime], Event]] = {
    PlanVerb.FREEZE: lambda action, values, at: Freeze(at, action.by),
    PlanVerb.UNFREEZE: lambda action, values, at: Unfreeze(at, action.by),
    PlanVerb.AMEND: lambda action, values, at: Amend(at, action.item, values, action.override, action.by),
    PlanVerb.CANCEL: lambda action, values, at: Cancel(at, action.item, values, action.override, action.by),
    PlanVerb.SET: lambda action, values, at: SetData(at, values, action.item, action.by),
}
