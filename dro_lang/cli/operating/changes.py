"""What is asked of steps or of plans: of one that is named, or of all that a filter means."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

import click
from attrs import evolve, fields, frozen

from dro_lang.cli.operating.bulk import Bulk, bulk_options, change
from dro_lang.cli.operating.filters import named_step, plan_filter_options, step_filter_options
from dro_lang.cli.operating.place import Place, no_such_step, place_options, plan_of, user_option
from dro_lang.cli.output import Exit, Misuse
from dro_lang.kernel.states import StepStatus
from dro_lang.runtime.embedded.lists import PlanFilter, StepFilter
from dro_lang.runtime.operations.actions import PlanAction, StepAction, Target

F = TypeVar("F", bound=Callable[..., Any])


@frozen
class StepChange:
    """Which steps are meant, who asks, and how it is done."""

    plan_id: str | None
    named: str | None
    filter: StepFilter
    user: str
    bulk: Bulk
    place: Place

    @property
    def says_nothing(self) -> bool:
        """Whether neither a plan nor a filter is given."""
        return self.plan_id is None and self.filter == StepFilter() and not self.bulk.every

    def carry_out(self, action: StepAction) -> Exit:
        """Do something to the step that is named, or to all that the filter means. Raises Misuse and Problem."""
        narrowed = evolve(self.filter, plan_id=self.plan_id)
        if self.plan_id is None or self.named is None:
            return change(self.place, self.bulk, action, narrowed)
        # Whatever its state: that it may not be done to it is to be told.
        anywhere = StepFilter(frozenset(StepStatus), plan_id=self.plan_id, item=self.filter.item)
        with self.place.queries() as queries:
            if not queries.has(self.plan_id):
                plan_of(queries, self.plan_id)
            steps = [Target(row.plan_id, row.id) for row in queries.each_step(named_step(anywhere, self.named))]
        if not steps:
            raise no_such_step(self.plan_id, self.named, self.filter.item)
        return change(self.place, self.bulk, action, narrowed, steps)


@frozen
class PlanChange:
    """Which plans are meant, who asks, and how it is done."""

    filter: PlanFilter
    user: str
    bulk: Bulk
    place: Place

    def carry_out(self, action: PlanAction, ids: Iterable[str]) -> Exit:
        """Do something to plans that are named, or to all that the filter means. Raises Misuse and Problem."""
        named = [Target(id) for id in ids]
        if named and self.filter != PlanFilter():
            raise Misuse("name plans, or give a filter, not both")
        return change(self.place, self.bulk, action, self.filter, named or None)


def step_change_options(command: F) -> F:
    """The arguments and options of a change of steps, given to the command together as `asked`."""
    arguments = (
        click.argument("plan_id", metavar="[PLAN]", required=False),
        click.argument("named", metavar="[STEP]", required=False),
        step_filter_options,
    )
    return _asked(command, StepChange, *arguments)


def plan_change_options(command: F) -> F:
    """The options of a change of plans, given to the command together as `asked`."""
    return _asked(command, PlanChange, plan_filter_options)


def _asked(command: F, kind: type[StepChange] | type[PlanChange], *options: Callable[[Any], Any]) -> F:
    @wraps(command)
    def with_asked(**given: Any) -> Any:
        return command(asked=kind(*(given.pop(each.name) for each in fields(kind))), **given)

    wrapped: Any = with_asked
    for option in reversed((*options, user_option, bulk_options, place_options)):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]
