"""A program and one of its plans, with the indexes that carrying it out needs. Made once, shared by all its plans."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from attrs import field, frozen

from dro_lang.conditions.evaluators import COMPILED, Evaluator
from dro_lang.conditions.time import BusinessCalendar
from dro_lang.kernel.expressions import names_today
from dro_lang.kernel.layout import Layout
from dro_lang.kernel.states import GroupInstance, InstanceId
from dro_lang.program.model import AttributeDefinition, Context, Group, GroupCall, Plan, Program, Step, StepKind

T = TypeVar("T")

_COMPOSED = 1024
_LAYOUTS, _INSTANCES = 256, 65_536
"""So many layouts are remembered, with so many instances together. Plans without items have few; those with items have
one for each set of ids."""


@frozen(eq=False)
class Blueprint:
    """What the kernel knows of a plan before it runs. Raises KeyError for a plan that the program does not have."""

    program: Program
    plan: Plan
    evaluator: Evaluator = COMPILED
    """What decides the conditions."""
    _layouts: dict[object, Layout] = field(factory=dict, init=False, repr=False)
    _composed: dict[Hashable, Any] = field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, program: Program, plan: str, evaluator: Evaluator = COMPILED) -> "Blueprint":
        return cls(program, program.plans[plan], evaluator)

    @cached_property
    def context(self) -> Context:
        return self.program.contexts[self.plan.context]

    @cached_property
    def item_node(self) -> str | None:
        """The attribute that holds the items."""
        node = self.context.item_node
        return None if node is None else node.name

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.plan.timezone)

    @cached_property
    def calendar(self) -> BusinessCalendar:
        name = self.plan.calendar
        return BusinessCalendar.of(None if name is None else self.program.calendars[name])

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """The groups that a plan may come to hold, by the names of their instances, those of compensation included."""
        calls = [call for scenario in self.plan.scenarios for call in scenario.runs]
        found: dict[str, Group] = {}
        while calls:
            call = calls.pop(0)
            if call.instance not in found:
                group = self.group(call.group)
                found[call.instance] = group
                calls += _compensation(group)
        return found

    @cached_property
    def _steps(self) -> Mapping[tuple[str, str], Step]:
        return {(group.name, step.name): step for group in self.program.groups.values() for step in group.steps}

    @cached_property
    def _daily(self) -> frozenset[tuple[str, str]]:
        return frozenset(key for key, step in self._steps.items() if step.until is not None and names_today(step.until))

    def layout(self, groups: Sequence[GroupInstance], order: Sequence[InstanceId]) -> Layout:
        """The layout of plans with these groups and instances."""
        key = tuple((group.name, group.group, group.copy) for group in groups), order
        layout = self._layouts.get(key)
        if layout is None:
            # A copy of the values, as other threads may add some.
            remembered = sum(len(each.order) for each in list(self._layouts.values()))
            if len(self._layouts) >= _LAYOUTS or remembered + len(order) > _INSTANCES:
                self._layouts.clear()
            layout = self._layouts[key] = Layout.of(self, groups, order)
        return layout

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """What composition has made for a key, or makes now: something that is the same for all plans with that key."""
        try:
            found: T = self._composed[key]
        except KeyError:
            if len(self._composed) >= _COMPOSED:
                self._composed.clear()
            found = self._composed[key] = make()
        return found

    def group(self, name: str) -> Group:
        return self.program.groups[name]

    def step(self, group: str, step: str) -> Step:
        """A step of a group (by the group's own name, not that of its instance)."""
        return self._steps[group, step]

    def looks_daily(self, group: str, step: str) -> bool:
        """Whether a step is a pause whose condition names `today`, and so is looked at again at midnight."""
        return (group, step) in self._daily

    def takes(self, step: Step) -> tuple[AttributeDefinition, ...]:
        """The arguments that the action or integration of a step takes."""
        match step.kind:
            case StepKind.AUTO:
                return self.program.actions[str(step.target)].takes
            case StepKind.CALLOUT:
                return self.program.integrations[str(step.target)].takes
            case _:
                return ()

    def gives(self, step: Step) -> tuple[AttributeDefinition, ...]:
        """The results that a step has: its own, or those of its action or integration."""
        match step.kind:
            case StepKind.AUTO:
                return self.program.actions[str(step.target)].gives
            case StepKind.CALLOUT:
                return self.program.integrations[str(step.target)].gives
            case _:
                return step.gives


def _compensation(group: Group) -> Iterable[GroupCall]:
    made_up = (each for step in group.steps for each in (step.on_amend, step.on_cancel))
    return (each.call for each in made_up if each is not None)
