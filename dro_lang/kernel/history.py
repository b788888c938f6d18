"""What happened: the entries that a turn adds to a plan's history. Not the state keeps them, but whoever drives."""

from datetime import datetime
from typing import TypeAlias

from attrs import frozen

from dro_lang.kernel.states import InstanceId, Jeopardy, PlanStatus, StepStatus


@frozen
class StepChanged:
    """A step went from a state (None: it came into the plan) to another; `reason` says why, in a short sentence."""

    at: datetime
    step: InstanceId
    source: StepStatus | None
    target: StepStatus
    reason: str
    by: str


@frozen
class JeopardyChanged:
    """A step is in jeopardy, or late."""

    at: datetime
    step: InstanceId
    target: Jeopardy


@frozen
class Assigned:
    """A task that is ready was given to somebody."""

    at: datetime
    step: InstanceId
    user: str
    by: str


@frozen
class PlanChanged:
    at: datetime
    source: PlanStatus
    target: PlanStatus
    by: str


@frozen
class DataChanged:
    """Attributes of the root, or of an item, were set."""

    at: datetime
    item: str | None
    attributes: tuple[str, ...]
    by: str


@frozen
class IntegrationChanged:
    at: datetime
    integration: str
    online: bool
    by: str


@frozen
class Refused:
    """An event changed nothing: `event` is its name, `reason` says why."""

    at: datetime
    event: str
    step: InstanceId | None
    reason: str
    by: str


Entry: TypeAlias = StepChanged | JeopardyChanged | Assigned | PlanChanged | DataChanged | IntegrationChanged | Refused
