"""From syntax trees to typed forms: all modules of a world, one kind of declaration after the other, each after those
that it looks into."""

from collections.abc import Callable
from typing import TypeVar

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.semantics.lower import groups, plans, tests, vocabulary
from dro_lang.semantics.lower.calls import check_durations
from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.lower.typed import Typed
from dro_lang.semantics.modules import Module, World
from dro_lang.syntax import ast

K = TypeVar("K", bound=ast.Declaration)


def lower(world: World) -> tuple[Typed, list[Diagnostic]]:
    """The typed forms of all modules, and what is wrong with their names, types, presence and units."""
    lowering = Lowering(world)
    each = _Each(lowering)
    each(ast.Enum, lambda _, node: vocabulary.enum(lowering, node))
    each(ast.Record, lambda module, node: vocabulary.record(lowering, module, node))
    each(ast.Context, lambda module, node: vocabulary.context(lowering, module, node))
    each(ast.UsageType, lambda _, node: vocabulary.usage(lowering, node))
    each(ast.Queue, lambda _, node: vocabulary.queue(lowering, node))
    each(ast.Calendar, lambda _, node: vocabulary.calendar(lowering, node))
    each(ast.Mapping, lambda module, node: vocabulary.mapping(lowering, module, node))
    each(ast.Action, lambda module, node: vocabulary.action(lowering, module, node))
    each(ast.Integration, lambda module, node: vocabulary.integration(lowering, module, node))
    each(ast.Routing, lambda module, node: vocabulary.routing(lowering, module, node))
    _find_aliases(lowering)
    each(ast.Group, lambda module, node: groups.declare(lowering, module, node))
    each(ast.Group, lambda module, node: groups.lower(lowering, module, node))
    each(ast.Plan, lambda module, node: plans.lower(lowering, module, node))
    each(ast.Test, lambda module, node: tests.lower_test(lowering, module, node))
    each(ast.Property, lambda module, node: tests.lower_property(lowering, module, node))
    check_durations(lowering)
    return lowering.typed, _in_order(world, lowering.report)


class _Each:
    """Lowers every declaration of a kind, in order of dependence of the modules."""

    def __init__(self, lowering: Lowering) -> None:
        self.lowering = lowering

    def __call__(self, kind: type[K], lower: Callable[[Module, K], None]) -> None:
        for module in self.lowering.world.modules.values():
            for declaration in module.tree.declarations:
                if isinstance(declaration, kind):
                    self.lowering.owner = declaration
                    lower(module, declaration)


def _find_aliases(lowering: Lowering) -> None:
    """Which groups scenarios run beside each group, by the names that they give them."""
    for module, plan in lowering.world.declarations(ast.Plan):
        names = lowering.world.names[module.path]
        for scenario in plan.scenarios:
            runs = []
            for call in scenario.runs:
                symbol = names.get(call.group.text)
                if symbol is not None and isinstance(symbol.declaration, ast.Group):
                    runs.append((call.alias, symbol.declaration))
            named = {alias.text: group for alias, group in runs if alias is not None}
            for _, group in runs:
                known = lowering.aliases.get(group)
                lowering.aliases[group] = {**named, **(known or {})}


def _in_order(world: World, report: list[Diagnostic]) -> list[Diagnostic]:
    """Findings by modules, then by place."""
    modules = {module.source: index for index, module in enumerate(world.modules.values())}
    return sorted(report, key=lambda each: (modules[each.span.source], each.span.start))
