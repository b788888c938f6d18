"""What the rules ask about a world: which declaration a name stands for, and what each plan brings together.

Nothing here reports anything: a name that cannot be resolved has been reported where names are bound and lowered, and
the rules are silent about it.
"""

from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import TypeVar

from attrs import define, frozen

from dro_lang.program.expressions import Expression
from dro_lang.semantics.lower.typed import Typed
from dro_lang.semantics.modules import Module, World
from dro_lang.source import Source
from dro_lang.syntax import ast

D = TypeVar("D", bound=ast.NamedDeclaration)
C = TypeVar("C", bound=ast.Clause)


@frozen(eq=False)
class Run:
    """A group that a scenario runs, under the name by which other groups of the plan know it."""

    scenario: ast.Scenario
    call: ast.GroupCall
    group: ast.Group

    @property
    def instance(self) -> str:
        return self.call.alias.text if self.call.alias else self.group.name.text


@frozen(eq=False)
class Compensation:
    """A group that is inserted when a step is amended or canceled."""

    step: ast.Step
    clause: ast.OnChange
    group: ast.Group


@frozen(eq=False)
class PlanFacts:
    """A plan with what its names stand for; None and absent where that has been reported, or was not written.

    `mappings` are those of its context with its usage type that it can see; `scenarios` has for each scenario what it
    runs.
    """

    module: Module
    plan: ast.Plan
    usage_clause: ast.UsageClause | None
    usage: ast.UsageType | None
    context: ast.Context | None
    mappings: tuple[ast.Mapping, ...]
    scenarios: tuple[tuple[Run, ...], ...]

    @property
    def runs(self) -> Iterator[Run]:
        """What all of its scenarios run."""
        return chain.from_iterable(self.scenarios)


@define(eq=False, slots=False)
class Overview:
    """A world and its typed forms, with answers that several rules need."""

    world: World
    typed: Typed

    # ---- names

    def module(self, node: ast.Node) -> Module:
        """The module in which a node stands."""
        return self._modules[node.span.source]

    def find(self, name: ast.Name, kind: type[D]) -> D | None:
        """The declaration that a name stands for where it is written, if it is of that kind."""
        symbol = self.world.names[self.module(name).path].get(name.text)
        return symbol.declaration if symbol and isinstance(symbol.declaration, kind) else None

    def is_whole(self, declaration: ast.NamedDeclaration) -> bool:
        """Whether the tree has all of a declaration: from what was lost nothing can be concluded."""
        return declaration.name.text not in self.module(declaration).broken

    def all(self, kind: type[D]) -> Iterator[D]:
        """Every declaration of a kind in all modules."""
        return (declaration for _, declaration in self.world.declarations(kind))

    # ---- plans

    @cached_property
    def plans(self) -> tuple[PlanFacts, ...]:
        return tuple(self._plan(module, plan) for module, plan in self.world.declarations(ast.Plan))

    def _plan(self, module: Module, plan: ast.Plan) -> PlanFacts:
        clause = next((clause for clause in plan.clauses if isinstance(clause, ast.UsageClause)), None)
        usage = self.find(clause.usage, ast.UsageType) if clause else None
        context = self.find(plan.context, ast.Context)
        mappings = tuple(
            mapping
            for mapping in self.mappings(module)
            if usage and context
            if self.find(mapping.usage, ast.UsageType) is usage and self.find(mapping.context, ast.Context) is context
        )
        scenarios = tuple(tuple(self._runs(scenario)) for scenario in plan.scenarios)
        return PlanFacts(module, plan, clause, usage, context, mappings, scenarios)

    def _runs(self, scenario: ast.Scenario) -> Iterator[Run]:
        for call in scenario.runs:
            group = self.find(call.group, ast.Group)
            if group is not None:
                yield Run(scenario, call, group)

    def mappings(self, module: Module) -> Iterator[ast.Mapping]:
        """Every mapping that a plan in a module can see."""
        for each in self.world.reachable(module):
            for declaration in each.tree.declarations:
                if isinstance(declaration, ast.Mapping):
                    yield declaration

    # ---- groups

    def compensations(self, group: ast.Group) -> Iterator[Compensation]:
        """The groups that a group's steps insert when they are amended or canceled."""
        for step in group.steps:
            for clause in clauses(step, ast.OnChange):
                inserted = self.find(clause.call.group, ast.Group)
                if inserted is not None:
                    yield Compensation(step, clause, inserted)

    def arguments(self, call: ast.GroupCall, group: ast.Group) -> dict[str, Expression]:
        """What the parameters of a group stand for in a call of it, defaults included; without those that are missing
        or hold a mistake."""
        lowered = self.typed.calls.get(call)
        given = {argument.name: argument.value for argument in lowered.arguments} if lowered else {}
        written = {argument.name.text for argument in call.arguments}
        for parameter in group.parameters:
            definition = self.typed.attributes.get(parameter)
            if definition and definition.default is not None and definition.name not in written:
                given.setdefault(definition.name, definition.default)
        return given

    def involved(self, plan: PlanFacts) -> tuple[ast.Group, ...]:
        """Every group that a plan can come to hold: those it runs, and those that their steps insert."""
        found: dict[int, ast.Group] = {}
        todo = [run.group for run in plan.runs]
        while todo:
            group = todo.pop(0)
            if id(group) not in found:
                found[id(group)] = group
                todo += [compensation.group for compensation in self.compensations(group)]
        return tuple(found.values())

    def step(self, group: ast.Group, name: str) -> ast.Step | None:
        """The step of a group that has a name; of two, the first."""
        if id(group) not in self._steps:
            self._steps[id(group)] = {step.name.text: step for step in reversed(group.steps)}
        return self._steps[id(group)].get(name)

    @cached_property
    def _steps(self) -> dict[int, dict[str, ast.Step]]:
        return {}

    def home(self, step: ast.Step) -> ast.Group:
        """The group that a step belongs to."""
        return self._homes[id(step)]

    @cached_property
    def _homes(self) -> dict[int, ast.Group]:
        return {id(step): group for group in self.all(ast.Group) for step in group.steps}

    @cached_property
    def _modules(self) -> dict[Source, Module]:
        return {module.source: module for module in self.world.modules.values()}


def clauses(step: ast.Step, kind: type[C]) -> Iterator[C]:
    """The clauses of a kind that a step has."""
    return (clause for clause in step.clauses if isinstance(clause, kind))


def is_per_item(step: ast.Step) -> bool:
    """Whether a step has one instance per item."""
    return step.each is not None and step.each.text == "item"
