"""What it takes for a step to come to an outcome: conditions on the record, and what the world does."""

from collections.abc import Iterator
from itertools import islice, product

from attrs import define, frozen

from dro_lang.analysis.substitution import arguments_of, substitute
from dro_lang.conditions.normal import Normal, normalize
from dro_lang.program.expressions import (
    Aggregate,
    And,
    Expression,
    ItemAttribute,
    ListFunction,
    Not,
    Or,
    Result,
    walk,
)
from dro_lang.program.model import Group, GroupCall, Outcome, Plan, Program, Scenario, Step, StepKind, Wait
from dro_lang.program.tests import Change
from dro_lang.program.types import BOOLEAN

_COMBINATIONS = 16
"""How many ways to meet all waits of a step are thought of."""

Site = tuple[str, str]
"""A step, by its group's own name and its own."""


@frozen
class Changed:
    """Once the step is completed, the plan is amended or canceled; `of_item`: no more than the item of an instance."""

    site: Site
    change: Change
    of_item: bool = False


@frozen
class Demand:
    """`conditions` on the record, and `mentioned`, what they were made of. `neglect` are steps that nobody does,
    answers or ends; `fails` those that fail for good."""

    conditions: tuple[Normal, ...] = ()
    mentioned: tuple[Expression, ...] = ()
    neglect: frozenset[Site] = frozenset()
    fails: frozenset[Site] = frozenset()
    change: Changed | None = None

    def __and__(self, other: "Demand") -> "Demand":
        return Demand(
            self.conditions + other.conditions,
            self.mentioned + other.mentioned,
            self.neglect | other.neglect,
            self.fails | other.fails,
            self.change or other.change,
        )


@frozen
class Way:
    """How a group comes into a plan: by a scenario that runs it, or, with a demand, to make up for a changed step."""

    plan: Plan
    scenario: Scenario
    call: GroupCall
    demand: Demand = Demand()


@define
class Demands:
    """Thinks of demands for the steps of a program; the likeliest come first."""

    program: Program

    def ways(self, group: str, seen: frozenset[str] = frozenset()) -> Iterator[Way]:
        """How a group comes into the plans of the program."""
        for plan in self.program.plans.values():
            for scenario in plan.scenarios:
                yield from (Way(plan, scenario, call) for call in scenario.runs if call.group == group)
        for cause in self.program.groups.values():
            for step in cause.steps if cause.name not in seen | {group} else ():
                for change, compensation in ((Change.CANCEL, step.on_cancel), (Change.AMEND, step.on_amend)):
                    if compensation is not None and compensation.call.group == group:
                        changed = Demand(change=Changed((cause.name, step.name), change))
                        for way in self.ways(cause.name, seen | {group}):
                            for done in self.ends(way, step, Outcome.COMPLETED):
                                yield Way(way.plan, way.scenario, compensation.call, done & changed)

    def ends(self, way: Way, step: Step, outcome: Outcome) -> Iterator[Demand]:
        """What ends a step so."""
        site = way.call.group, step.name
        match outcome:
            case Outcome.SKIPPED if step.only_if is not None:
                own = self.holds(way, step, Not(step.only_if))
            case Outcome.SKIPPED:
                return
            case Outcome.EXPIRED:
                own = self.runs(way, step) & Demand(neglect=frozenset({site}))
                if step.until is not None:
                    own &= self.holds(way, step, Not(step.until))
                if step.kind is StepKind.CALLOUT:
                    # One that is answered at once expires between two attempts.
                    own &= Demand(fails=frozenset({site}))
            case Outcome.FAILED:
                own = self.runs(way, step) & Demand(fails=frozenset({site}))
            case Outcome.CANCELED:
                own = self.runs(way, step) & Demand(change=Changed(site, Change.CANCEL, step.per_item))
            case Outcome.COMPLETED:
                own = self.runs(way, step)
        yield from (begun & own for begun in self.begins(way, step))

    def runs(self, way: Way, step: Step) -> Demand:
        """What a step's own condition asks for."""
        return Demand() if step.only_if is None else self.holds(way, step, step.only_if)

    def holds(self, way: Way, step: Step, condition: Expression) -> Demand:
        """That a condition of a step holds; for one of the items, where it is looked at for each."""
        bound = substitute(condition, arguments_of(way.call, self.program.groups[way.call.group]))
        items = self.program.contexts[way.plan.context].item_node
        whole = _without_results(bound)
        if whole is None:
            return Demand(mentioned=(bound,))
        if step.per_item and items is not None and any(isinstance(part, ItemAttribute) for part in walk(whole)):
            whole = Aggregate(ListFunction.ANY, items.name, None, whole, BOOLEAN)
        return Demand((normalize(whole),), (bound,))

    def begins(self, way: Way, step: Step) -> Iterator[Demand]:
        """What brings the turn of a step: one of its waits is met, or all are; and that it runs at all."""
        there = way.demand & self._exists(way, step)
        alternatives = [self.met(way, wait) for wait in (step.join.waits if step.join else ())]
        if step.join is not None and step.join.any_of:
            for alternative in alternatives:
                yield from (there & met for met in alternative)
            return
        for chosen in islice(product(*map(list, alternatives)), _COMBINATIONS):
            whole = there
            for met in chosen:
                whole &= met
            yield whole

    def _exists(self, way: Way, step: Step) -> Demand:
        """A step that runs for each item needs one."""
        items = self.program.contexts[way.plan.context].item_node
        if not step.per_item or items is None:
            return Demand()
        return Demand((normalize(Aggregate(ListFunction.ANY, items.name, None, None, BOOLEAN)),))

    def met(self, way: Way, wait: Wait) -> Iterator[Demand]:
        """What meets a wait."""
        found = self.awaited(way, wait)
        if not wait.outcomes or found is None:
            yield Demand()
        if found is not None:
            home, step = found
            for outcome in wait.outcomes or (Outcome.COMPLETED,):
                yield from self.ends(home, step, outcome)

    def awaited(self, way: Way, wait: Wait) -> tuple[Way, Step] | None:
        """The step that a wait is for, and how its group comes into the plan."""
        calls = {call.instance: call for call in way.scenario.runs}
        home = way if wait.group is None else None
        if wait.group in calls:
            home = Way(way.plan, way.scenario, calls[wait.group])
        step = self._group(home.call).step(wait.step) if home is not None else None
        return None if home is None or step is None else (home, step)

    def _group(self, call: GroupCall) -> Group:
        return self.program.groups[call.group]


def _without_results(condition: Expression) -> Expression | None:
    """What a condition asks of the record alone; None where that is nothing."""
    if not any(isinstance(part, Result) for part in walk(condition)):
        return condition
    match condition:
        case And(operands):
            kept = [part for operand in operands if (part := _without_results(operand)) is not None]
            return And(tuple(kept)) if kept else None
        case Not(Or(operands)):
            return _without_results(And(tuple(map(Not, operands))))
        case Not(Not(operand)):
            return _without_results(operand)
    return None
