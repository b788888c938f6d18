"""Many items of one step that stand alike, told as one."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from attrs import frozen

from dro_lang.cli.report.cells import date_of, day, told
from dro_lang.kernel.states import InstanceId
from dro_lang.kernel.view import StepView

T = TypeVar("T")

FEW = 12
"""Up to so many items are told one by one."""


@frozen
class Alike:
    """A step, or many instances of it, for each item one, that stand alike."""

    steps: tuple[StepView, ...]

    @property
    def first(self) -> StepView:
        return self.steps[0]

    @property
    def count(self) -> int:
        return len(self.steps)

    @property
    def id(self) -> InstanceId:
        """The step; of many, with their number instead of an item."""
        return numbered([step.id for step in self.steps])

    @property
    def due(self) -> str:
        """When the first of them is due, and whether that is so of all; nothing where none is."""
        dues = {step.due_at for step in self.steps if step.due_at is not None}
        return f"due{'' if len(dues) == 1 else ' from'} {day(min(dues))}" if dues else ""

    @property
    def when(self) -> str:
        """The date that matters for them, or the first and the last."""
        dates = [date for step in self.steps if (date := date_of(step)) is not None]
        if not dates:
            return ""
        first, last = min(dates), max(dates)
        if first == last:
            return day(first)
        return f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"

    def said(self, tell: Callable[[StepView], str]) -> str:
        """What is told of each of them."""
        return tell(self.first) if self.count == 1 else of_any_item(tell, self.first)


def of_any_item(tell: Callable[[StepView], str], step: StepView) -> str:
    """What is told of a step, in words that hold for other items, too."""
    return tell(step).replace(f' for item "{step.item}"', " for the same item")


def alike(
    steps: Iterable[StepView], told_besides: Callable[[StepView], Hashable] = lambda step: None
) -> Iterator[Alike]:
    """The steps in their order, where more than a few items of one stand alike, these as one in the place of the
    first. What is told of each besides its state has to be alike, too."""
    for some in together(steps, lambda step: (_standing(step), told_besides(step))):
        yield Alike(tuple(some))


def together(things: Iterable[T], key: Callable[[T], Hashable]) -> Iterator[list[T]]:
    """The things in their order, where more than a few have the same key, these together in the place of the first."""
    keyed = [(key(thing), thing) for thing in things]
    groups: dict[Hashable, list[T]] = {}
    for its_key, thing in keyed:
        groups.setdefault(its_key, []).append(thing)
    for its_key, thing in keyed:
        some = groups[its_key]
        if len(some) <= FEW:
            yield [thing]
        elif thing is some[0]:
            yield some


def numbered(instances: Sequence[InstanceId]) -> InstanceId:
    """The one instance; of many of a step, with their number instead of an item."""
    first = instances[0]
    return first if len(instances) == 1 else first._replace(item=f"{len(instances):,} items")


def _standing(step: StepView) -> Hashable:
    if step.item is None:
        return step.id
    return step.id._replace(item=None), step.state, step.jeopardy, of_any_item(told, step)
