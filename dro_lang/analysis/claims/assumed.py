"""A plan for the records that fit an assumption: which scenarios they get, and which groups these bring."""

from functools import cached_property

from attrs import frozen

from dro_lang.analysis.selection import applies
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import BUDGET, Answer, Never, satisfy
from dro_lang.analysis.substitution import arguments_of, substitute
from dro_lang.conditions.normal import Normal, Truth, all_of, complement, normalize
from dro_lang.program.expressions import Constant, Expression
from dro_lang.program.model import GroupCall, Plan, Program, Scenario, Step

QUICK = 10_000
"""Leaves of formulas to look at for a scenario that no record gets; one that is not found is looked at in vain."""


@frozen
class Home:
    """A group as one scenario runs it."""

    scenario: Scenario
    call: GroupCall


@frozen
class StepAt:
    """A step of such a group."""

    home: Home
    step: Step

    @property
    def path(self) -> str:
        return f"{self.home.call.instance}.{self.step.name}"


@frozen(eq=False)
class Assumed:
    """The data of a running plan may change, but never so that the record no longer fits `assume`; so a condition that
    no record which fits satisfies holds at no time."""

    program: Program
    plan: Plan
    assume: Expression | None = None

    @cached_property
    def records(self) -> Records:
        return Records(self.program, self.plan)

    @cached_property
    def formula(self) -> Normal:
        return Truth(True) if self.assume is None else normalize(self.assume)

    def satisfy(self, condition: Normal, budget: int = BUDGET) -> Answer:
        """Look for a record that fits and satisfies a condition."""
        return satisfy(all_of((self.formula, condition)), self.records, budget)

    def never(self, condition: Normal) -> bool:
        """Whether it is proved that no record which fits satisfies a condition."""
        return isinstance(self.satisfy(condition), Never)

    @cached_property
    def applies(self) -> dict[str, Normal]:
        """When a record that fits gets each scenario; without those that it is proved never to get."""
        formulas = applies(self.plan)
        dead = {name for name, formula in formulas.items() if isinstance(self.satisfy(formula, QUICK), Never)}
        return {name: formula for name, formula in formulas.items() if name not in dead}

    @cached_property
    def homes(self) -> tuple[Home, ...]:
        """The groups of these scenarios."""
        reached = (scenario for scenario in self.plan.scenarios if scenario.name in self.applies)
        return tuple(Home(scenario, call) for scenario in reached for call in scenario.runs)

    def steps(self, group: str, step: str) -> list[StepAt]:
        """A step, by the name of its group's instance, in every scenario that brings it."""
        return [
            StepAt(home, found)
            for home in self.homes
            if home.call.instance == group and (found := self.program.groups[home.call.group].step(step)) is not None
        ]

    @cached_property
    def compensation(self) -> frozenset[str]:
        """The groups that amendments and cancellations may bring, by the names of their instances."""
        names: set[str] = set()
        seen: set[str] = set()
        groups = [home.call.group for home in self.homes]
        while groups:
            group = groups.pop()
            if group in seen:
                continue
            seen.add(group)
            for step in self.program.groups[group].steps:
                for made_up in (step.on_amend, step.on_cancel):
                    if made_up is not None:
                        names.add(made_up.call.instance)
                        groups.append(made_up.call.group)
        return frozenset(names)

    def target(self, home: Home, group: str | None, step: str) -> StepAt | None:
        """The step that a wait in a group names."""
        for other in home.scenario.runs if group is not None else (home.call,):
            if group in (None, other.instance):
                found = self.program.groups[other.group].step(step)
                if found is not None:
                    return StepAt(Home(home.scenario, other), found)
        return None

    def bound(self, home: Home, condition: Expression) -> Expression:
        """A condition of a group as its scenario runs it. Only constants take the place of parameters: what is made of
        the record keeps the value that it had when the plan was composed."""
        arguments = arguments_of(home.call, self.program.groups[home.call.group])
        return substitute(condition, {name: each for name, each in arguments.items() if isinstance(each, Constant)})

    def always_holds(self, home: Home, condition: Expression) -> bool:
        """Whether a condition of a group is proved to hold whenever it is looked at."""
        return self.never(complement(normalize(self.bound(home, condition))))

    def never_holds(self, home: Home, condition: Expression) -> bool:
        return self.never(normalize(self.bound(home, condition)))
