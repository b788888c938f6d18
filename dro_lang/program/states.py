"""The states of steps and of plans: what a plan is in while it runs, and what tests and properties may ask for."""

from enum import StrEnum


class StepStatus(StrEnum):
    """DRO's step states, with two that it shows as Skipped or Completed: `bypassed` (it can never be its turn) and
    `expired`."""

    PENDING = "pending"
    SCHEDULED = "scheduled"
    READY = "ready"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    FAILED = "failed"
    FATALLY_FAILED = "fatally_failed"
    SKIPPED = "skipped"
    BYPASSED = "bypassed"
    EXPIRED = "expired"
    AMENDED = "amended"
    CANCELED = "canceled"
    DISCARDED = "discarded"


class PlanStatus(StrEnum):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    FREEZING = "freezing"
    FROZEN = "frozen"
    COMPLETED = "completed"
