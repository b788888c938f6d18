"""When something will happen to a plan, without letting the time pass.

A pause whose condition names `today` is looked at every midnight, and at most of them nothing happens. So its condition
is asked beforehand on which day it will hold.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from dro_lang.conditions.time import in_zone, midnight
from dro_lang.conditions.values import evaluate
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.board import Board
from dro_lang.kernel.expressions import names_today
from dro_lang.kernel.overview import Overview
from dro_lang.kernel.schedule import later
from dro_lang.kernel.states import PlanState, StepStatus
from dro_lang.kernel.turn import environment_of

_AHEAD = timedelta(days=100)
"""So far conditions are asked beforehand."""


def next_clock(plan: PlanState) -> datetime | None:
    """The next moment that is fixed already: a date to start on, the end of a wait, a warning, a retry."""
    moments: list[datetime | None] = []
    for step in plan.steps:
        if not step.finished:
            moments += (step.expires_at, step.warn_at, step.due_at, step.retry_at)
            if step.status is StepStatus.SCHEDULED:
                moments.append(step.scheduled_for)
    return min((each for each in moments if each is not None and each > plan.moment), default=None)


def looks_daily(plan: PlanState) -> bool:
    """Whether the plan's timer is for midnight alone, to look at a pause again."""
    clock = next_clock(plan)
    return plan.timer is not None and (clock is None or plan.timer < clock)


def next_event(blueprint: Blueprint, plan: PlanState, end: datetime) -> datetime | None:
    """The next moment, up to `end`, at which something happens to a plan of which its timer tells; None where there is
    none. Exact: every midnight in between is asked."""
    if plan.timer is None or plan.timer > end:
        return None
    if not looks_daily(plan):
        return plan.timer
    clock = next_clock(plan)
    last = end if clock is None else min(clock, end)
    first = in_zone(plan.timer, blueprint.zone).date().toordinal()
    days = range(first, in_zone(last, blueprint.zone).date().toordinal() + 1)
    held = first_that_holds(blueprint, plan, map(date.fromordinal, days))
    moments = (clock, None if held is None else midnight(held, blueprint.zone))
    return min((each for each in moments if each is not None and each <= end), default=None)


def wake_of(blueprint: Blueprint, plan: PlanState) -> datetime | None:
    """When a driver is to look at a plan: at its timer; where that is for a midnight at which nothing happens, at the
    first one at which something does, but within some months. To look earlier does no harm."""
    if plan.timer is None or not _waits_for_a_day(blueprint, plan) or not looks_daily(plan):
        return plan.timer
    end = later(plan.timer, _AHEAD)
    return next_event(blueprint, plan, end) or max(plan.timer, last_midnight(blueprint, end))


def _waits_for_a_day(blueprint: Blueprint, plan: PlanState) -> bool:
    overview = Overview.of(blueprint, plan)
    begun = (plan.steps[place] for place in overview.begun.watched)
    return any(step.status is StepStatus.IN_PROGRESS and overview.layout.roles[step.id].looks_daily for step in begun)


def first_that_holds(blueprint: Blueprint, plan: PlanState, days: Iterable[date]) -> date | None:
    """The first of some days, in order, at whose midnight the condition of a waiting pause holds."""
    board = Board(blueprint, plan)
    waiting = [
        (until, environment_of(board, plan.moment, step.id))
        for step in plan.steps
        if step.status is StepStatus.IN_PROGRESS
        and (until := board.definition(step.id).until) is not None
        and names_today(until)
    ]
    for day in days if waiting else ():
        # An `until` does not name `now`, so the day is all that changes.
        if any(evaluate(until, environment.on_day(day)) is True for until, environment in waiting):
            return day
    return None


def last_midnight(blueprint: Blueprint, moment: datetime) -> datetime:
    """The midnight, in the plan's zone, with which the day of a moment begins."""
    return midnight(in_zone(moment, blueprint.zone).date(), blueprint.zone)
