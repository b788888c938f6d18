"""Many items of one step that stand alike, told as one."""

from collections.abc import Callable, Hashable, Iterable, Iterator

from attrs import frozen

from dro_lang.cli.report.cells import date_of, day, told
from dro_lang.kernel.states import InstanceId
from dro_lang.kernel.view import StepView

FEW = 12
"""Up to so many items are told one by one."""


@frozen
class Alike:
    """A step, or the first and the last of many instances of it, for each item one, that stand alike."""

    first: StepView
    last: StepView
    count: int = 1

    @property
    def id(self) -> InstanceId:
        """The step; of many, with their number instead of an item."""
        return self.first.id if self.count == 1 else self.first.id._replace(item=f"{self.count:,} items")

    @property
    def when(self) -> str:
        """The date that matters for them, or the first and the last."""
        first, last = date_of(self.first), date_of(self.last)
        if first is None or last is None or first == last:
            return day(first)
        return f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"

    def said(self, tell: Callable[[StepView], str]) -> str:
        """What is told of each of them."""
        return tell(self.first) if self.count == 1 else of_any_item(tell, self.first)


def of_any_item(tell: Callable[[StepView], str], step: StepView) -> str:
    """What is told of a step, in words that hold for other items, too."""
    return tell(step).replace(f' for item "{step.item}"', " for the same item")


def alike(steps: Iterable[StepView]) -> Iterator[Alike]:
    """The steps in their order, where more than a few items of one stand alike, these as one in the place of the
    first."""
    every = list(steps)
    together: dict[Hashable, list[StepView]] = {}
    for step in every:
        together.setdefault(_standing(step), []).append(step)
    for step in every:
        some = together[_standing(step)]
        if len(some) <= FEW:
            yield Alike(step, step)
        elif step is some[0]:
            dated = sorted((moment, place) for place, each in enumerate(some) if (moment := date_of(each)) is not None)
            first, last = (some[dated[0][1]], some[dated[-1][1]]) if dated else (step, step)
            yield Alike(first, last, len(some))


def _standing(step: StepView) -> Hashable:
    if step.item is None:
        return step.id
    return step.id._replace(item=None), step.state, step.jeopardy, of_any_item(told, step)
