"""Lowering of scenarios, and what each has shown where it matches, or does not."""

from collections.abc import Iterator
from functools import reduce

from attrs import define, field, frozen

from dro_lang.program import model
from dro_lang.program.expressions import Expression
from dro_lang.semantics.lower.calls import group_call
from dro_lang.semantics.lower.typed import NodeMap
from dro_lang.semantics.lower.vocabulary import doc
from dro_lang.semantics.modules import Module
from dro_lang.semantics.typing.expressions import Typing
from dro_lang.semantics.typing.presence import EVERYTHING, NOTHING, Facts, shown
from dro_lang.syntax import ast


@frozen(eq=False)
class _Facts:
    """What is known where a scenario matches, and where it does not."""

    where: Facts = EVERYTHING
    where_not: Facts = EVERYTHING


@define(eq=False)
class Scenarios:
    """Lowers the scenarios of a plan. What `unless` excludes is known in `when` and in what the scenario runs."""

    typing: Typing
    module: Module
    plan: ast.Plan
    _conditions: NodeMap[ast.Scenario, Expression | None] = field(factory=NodeMap, init=False)
    _facts: NodeMap[ast.Scenario, _Facts] = field(factory=NodeMap, init=False)

    def lower(self) -> tuple[model.Scenario, ...]:
        for scenario in self._in_order():
            self._learn(scenario)
        return tuple(self._lower(scenario) for scenario in self.plan.scenarios)

    def _in_order(self) -> Iterator[ast.Scenario]:
        """Each scenario after those in its `unless`; in a cycle, which is an error of its own, in any order."""
        opened: NodeMap[ast.Scenario, bool] = NodeMap()
        todo = list(reversed(self.plan.scenarios))
        while todo:
            scenario = todo[-1]
            if scenario not in opened:
                opened[scenario] = True
                todo += [other for other in self._excluded(scenario) if other not in opened]
                continue
            todo.pop()
            if opened[scenario]:
                opened[scenario] = False
                yield scenario

    def _excluded(self, scenario: ast.Scenario) -> list[ast.Scenario]:
        names = {name.text for name in scenario.unless}
        return [other for other in self.plan.scenarios if other.name.text in names]

    def _learn(self, scenario: ast.Scenario) -> None:
        """Type a scenario's `when`, and note what it shows. Of a scenario that is not known yet, which is so in cycles
        only, anything may be."""
        excluded = [self._facts.get(other, _Facts()) for other in self._excluded(scenario)]
        unless = reduce(Facts.__or__, (each.where_not for each in excluded), NOTHING)
        where, where_not = NOTHING, EVERYTHING
        if scenario.when is not None:
            condition = self._conditions[scenario] = self.typing.condition(scenario.when, unless)
            where, where_not = shown(condition), shown(condition, False)
        where_not = reduce(Facts.__and__, (each.where for each in excluded), where_not)
        self._facts[scenario] = _Facts(unless | where, where_not)

    def _lower(self, scenario: ast.Scenario) -> model.Scenario:
        lowering = self.typing.lowering
        facts = self._facts[scenario].where
        if scenario.otherwise:
            others = (other for other in self.plan.scenarios if other is not scenario)
            facts = reduce(Facts.__or__, (self._facts[other].where_not for other in others), facts)
        calls = [group_call(self.typing, self.module, call, facts) for call in scenario.runs]
        if scenario.usage is not None:
            lowering.find(self.module, scenario.usage, ast.UsageType)
        names = {each.name.text for each in self.plan.scenarios}
        lowered = model.Scenario(
            scenario.name.text,
            self._conditions.get(scenario),
            scenario.otherwise,
            tuple(name.text for name in scenario.unless if name.text in names),
            tuple(call for call in calls if call is not None),
            scenario.usage.text if scenario.usage else None,
            doc(scenario),
        )
        lowering.typed.scenarios[scenario] = lowered
        return lowered
