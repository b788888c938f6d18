"""Filters as options."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, time
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

import click
from attrs import evolve

from dro_lang.kernel.states import Jeopardy, PlanStatus, StepStatus
from dro_lang.program.model import Priority, StepKind
from dro_lang.records.problems import Problem
from dro_lang.records.times import date_value, moment_value
from dro_lang.runtime.embedded.lists import AT_RISK, PlanFilter, StepFilter
from dro_lang.runtime.embedded.port import OPEN

F = TypeVar("F", bound=Callable[..., Any])
E = TypeVar("E", bound=StrEnum)


def spelled(constant: StrEnum) -> str:
    """A constant as an option writes it: `in-progress`."""
    return constant.value.replace("_", "-")


def choice(kind: Iterable[StrEnum]) -> click.Choice:  # type: ignore[type-arg]
    return click.Choice([spelled(constant) for constant in kind])


def constants(kind: type[E], names: tuple[str, ...]) -> frozenset[E]:
    return frozenset(constant for constant in kind if spelled(constant) in names)


def moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | None:
    """A day, from its beginning where you are, or a moment with its offset: the callback of an option."""
    if value is None:
        return None
    day = date_value(value)
    if not isinstance(day, Problem):
        with suppress(ValueError, OverflowError):  # at the very ends of the calendar
            return datetime.combine(day, time.min).astimezone()
    at = moment_value(value)
    if isinstance(at, Problem):
        raise click.BadParameter(f"`{value}` is no moment: write it as 2026-12-31 or 2026-12-31T09:00+01:00")
    return at


_PLAN = click.option("--plan", metavar="NAME", help="Of plans with this name.")
_RISK = (
    click.option("--at-risk", is_flag=True, help="In jeopardy or late."),
    click.option("--late", is_flag=True, help="Late."),
)
_STEPS = (
    click.option("--queue", metavar="NAME", help="In this queue."),
    click.option("--assignee", metavar="USER", help="Assigned to this user."),
    click.option("--error", metavar="CODE", help="That failed with this code."),
)


def step_filter_options(command: F) -> F:
    """Which steps: the options, given to the command together as `filter`."""

    @wraps(command)
    def with_filter(**given: Any) -> Any:
        filter = StepFilter(
            statuses=constants(StepStatus, given.pop("states")),
            kinds=constants(StepKind, given.pop("kinds")),
            jeopardy=_jeopardy(given.pop("at_risk"), given.pop("late")),
            plan=given.pop("plan"),
            item=given.pop("item"),
            queue=given.pop("queue"),
            assignee=given.pop("assignee"),
            unassigned=given.pop("unassigned"),
            target=given.pop("target"),
            error=given.pop("error"),
            due_before=given.pop("due_before"),
        )
        step = given.pop("step")
        return command(filter=named_step(filter, step) if step else filter, **given)

    wrapped: F = _with(
        with_filter,
        click.option(
            "--state", "states", multiple=True, type=choice(StepStatus), help="In this state; may be repeated."
        ),
        click.option("--kind", "kinds", multiple=True, type=choice(StepKind), help="Of this kind; may be repeated."),
        _PLAN,
        click.option("--step", metavar="NAME", help="This step: `call`, or with its group, `Remind.call`."),
        click.option("--item", metavar="ID", help="For this item."),
        *_STEPS,
        click.option("--unassigned", is_flag=True, help="That nobody has."),
        click.option("--target", metavar="NAME", help="With this action or integration."),
        *_RISK,
        click.option("--due-before", callback=moment, metavar="DATE", help="Due before this day or moment."),
    )
    return wrapped


def plan_filter_options(command: F) -> F:
    """Which plans: the options, given to the command together as `filter`."""

    @wraps(command)
    def with_filter(**given: Any) -> Any:
        step = StepFilter(
            statuses=constants(StepStatus, given.pop("step_states")),
            jeopardy=_jeopardy(given.pop("at_risk"), given.pop("late")),
            queue=given.pop("queue"),
            assignee=given.pop("assignee"),
            error=given.pop("error"),
        )
        priority = given.pop("priority")
        filter = PlanFilter(
            statuses=constants(PlanStatus, given.pop("states")),
            plan=given.pop("plan"),
            scenario=given.pop("scenario"),
            object=given.pop("object"),
            record_id=given.pop("record"),
            priority=None if priority is None else Priority(priority),
            in_trouble=given.pop("in_trouble"),
            submitted_from=given.pop("submitted_from"),
            submitted_before=given.pop("submitted_before"),
            search=given.pop("search"),
            having=None if step == StepFilter() else step,
        )
        return command(filter=filter, **given)

    wrapped: F = _with(
        with_filter,
        click.option(
            "--state", "states", multiple=True, type=choice(PlanStatus), help="In this state; may be repeated."
        ),
        _PLAN,
        click.option("--scenario", metavar="NAME", help="Composed from this scenario."),
        click.option("--object", metavar="NAME", help="For records of this object."),
        click.option("--record", metavar="ID", help="For the record with this id."),
        click.option("--priority", type=choice(Priority), help="With this priority."),
        click.option("--search", metavar="TEXT", help="Whose id or name begins so."),
        click.option("--submitted-from", callback=moment, metavar="DATE", help="Submitted on this day or later."),
        click.option("--submitted-before", callback=moment, metavar="DATE", help="Submitted before this day."),
        click.option("--in-trouble", is_flag=True, help="That cannot be carried on."),
        click.option(
            "--step-state",
            "step_states",
            multiple=True,
            type=choice(sorted(OPEN)),
            help="With an open step in this state.",
        ),
        *_STEPS,
        *_RISK,
    )
    return wrapped


def named_step(filter: StepFilter, name: str) -> StepFilter:
    """The filter narrowed to a step: `call`, or with its group `Remind.call`."""
    group, _, step = name.rpartition(".")
    return evolve(filter, group=group or None, step=step)


def _jeopardy(at_risk: bool, late: bool) -> frozenset[Jeopardy]:
    if late:
        return frozenset({Jeopardy.LATE})
    return AT_RISK if at_risk else frozenset()


def _with(command: Callable[..., Any], *options: Callable[[Any], Any]) -> Any:
    for option in reversed(options):
        command = option(command)
    return command
