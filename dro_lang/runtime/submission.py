"""Submission: a record comes in, and a plan or a reason why not comes out (DRO's `orchestrateTransaction`)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from attrs import frozen

from dro_lang.conditions.selection import Selection
from dro_lang.conditions.time import midnight
from dro_lang.kernel.compose import Rejection, plan_environment
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.schedule import LONG_AGO
from dro_lang.kernel.states import PlanState
from dro_lang.program.values import Row


@frozen
class Submission:
    """What became of a record: the scenarios that matched, and its plan, not started; or the code of the error and its
    reason."""

    selection: Selection
    plan: PlanState | None
    error_code: str | None = None
    reason: str = ""


def submit(kernel: Kernel, row: Row, moment: datetime, plan_id: str | None = None) -> Submission:
    """Choose the scenarios of a record and compose its plan. Its id is that of the record, unless another is given."""
    blueprint = kernel.blueprint
    selection = blueprint.evaluator.select(blueprint.plan, plan_environment(blueprint, row, moment))
    if selection.error is not None:
        return Submission(selection, None, selection.error, selection.reason)
    composed = kernel.compose(selection.matched, row, plan_id or str(row["id"]), moment)
    if isinstance(composed, Rejection):
        return Submission(selection, None, composed.code, composed.reason)
    return Submission(selection, composed)


def moment_in(kernel: Kernel, when: date | datetime) -> datetime:
    """A moment as it is; a day as its beginning in the plan's zone."""
    return when if isinstance(when, datetime) else beginning(when, kernel.blueprint.zone)


def beginning(day: date, zone: ZoneInfo) -> datetime:
    """A day's 00:00 in a zone. Where the first day of the calendar has none, it is the next day."""
    try:
        return midnight(day, zone)
    except OverflowError:
        return LONG_AGO
