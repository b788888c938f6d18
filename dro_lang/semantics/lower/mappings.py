"""Which mapping a plan has: that of its context with its usage type."""

from collections.abc import Iterator

from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.modules import Module, World
from dro_lang.syntax import ast


def mapping_for(lowering: Lowering, module: Module, plan: ast.Plan, usage: ast.UsageType | None) -> ast.Mapping | None:
    """The mapping of a plan: of several (for different objects) the first, those of its own module before others."""
    world = lowering.world
    context = _declared(world, module, plan.context)
    if usage is None or context is None:
        return None
    for each in _reachable(world, module, set()):
        for mapping in each.tree.declarations:
            if (
                isinstance(mapping, ast.Mapping)
                and _declared(world, each, mapping.context) is context
                and _declared(world, each, mapping.usage) is usage
            ):
                lowering.uses(mapping)
                return mapping
    return None


def _declared(world: World, module: Module, name: ast.Name) -> ast.NamedDeclaration | None:
    symbol = world.names[module.path].get(name.text)
    return symbol.declaration if symbol else None


def _reachable(world: World, module: Module, seen: set[str]) -> Iterator[Module]:
    """A module, then what it imports, directly or through others."""
    if module.path in seen:
        return
    seen.add(module.path)
    yield module
    for statement in module.tree.imports:
        imported = world.modules.get(statement.path.dotted)
        if imported is not None:
            yield from _reachable(world, imported, seen)
