"""Several modules that are checked together: what many of them import is lowered once, and the rules look at it once.

In a world without errors, a module comes to the same as in its own world, which is a part of it, but for two things
that are found by name: the constants of enums, and the groups that a scenario runs beside another one `as` something.
A module that they could make a difference to is left to be checked by itself. So is one with errors in its world, where
what is told about one module may depend on what has been told about another; unless all of them are in modules of which
the same is told without it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping

from attrs import frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, Severity
from dro_lang.semantics.check import Examined, examine
from dro_lang.semantics.modules import Load, Module, Parse, World, gather, gather_all
from dro_lang.source import Source
from dro_lang.syntax import ast


@frozen(eq=False)
class Part:
    """The world of a module, what was found in gathering it, and what is known of a world that holds it."""

    world: World
    found: list[Diagnostic]
    examined: Examined

    @classmethod
    def of(cls, world: World, found: list[Diagnostic]) -> "Part":
        """A module by itself."""
        return cls(world, found, examine(world))


def together(sources: Mapping[str, Source], load: Load, parse: Parse) -> dict[Source, Part]:
    """Check modules together, each by its path; gives those for which this is the same as checking each by itself."""
    shared: dict[Source, Part] = {}
    while sources:
        world, found = gather_all(sources, load, parse)
        examined = examine(world)
        errors = {each for each in (*found, *examined.found) if each.severity is Severity.ERROR}
        wrong = frozenset(each.span.source for each in errors)
        needs = {path: wrong & {each.source for each in world.reachable(world.modules[path])} for path in sources}
        ((often, _),) = Counter(each for each in needs.values() if each).most_common(1) or [(wrong, 0)]
        if often == wrong and errors <= _told(world, wrong, load, parse):
            is_apart = _apart(world)
            for module in (world.modules[path] for path, needed in needs.items() if needed == wrong):
                if not is_apart(module):
                    shared[module.source] = Part(world.seen_from(module), _of(world.reachable(module), found), examined)
        # Those that are left out are checked by themselves, the others together once more, without them.
        left = [often] if often != wrong else []
        left += [frozenset()] if wrong else []
        sources = {path: source for path, source in sources.items() if needs[path] in left}
    return shared


def _told(world: World, wrong: Collection[Source], load: Load, parse: Parse) -> set[Diagnostic]:
    """What is told of modules that have errors when each is checked by itself. Where this is all that is told in a
    world, it is also what is told of every module that imports all of them."""
    told: set[Diagnostic] = set()
    for module in world.modules.values():
        if module.source in wrong:
            part = Part.of(*gather(module.source, parse(module.source), module.path, load, parse))
            told.update(part.found, part.examined.found)
    # Where modules import each other, it depends on the first of them where that is told.
    return {each for each in told if each.code != "E0105"}


def _of(modules: tuple[Module, ...], found: list[Diagnostic]) -> list[Diagnostic]:
    sources = {module.source for module in modules}
    return [each for each in found if each.span.source in sources]


def _apart(world: World) -> Callable[[Module], bool]:
    """Whether a module may come to something else in its own world than in this one."""
    enums = Counter(enum.name.text for _, enum in world.declarations(ast.Enum))
    several = {module.path for module, enum in world.declarations(ast.Enum) if enums[enum.name.text] > 1}
    named = set(_named_beside(world))

    def is_apart(module: Module) -> bool:
        own = {each.path for each in world.reachable(module)}
        return not own.isdisjoint(several) or any(home in own and plan not in own for plan, home in named)

    return is_apart


def _named_beside(world: World) -> Iterator[tuple[str, str]]:
    """The modules of plans of which a scenario gives a name with `as`, each with those of the groups beside it."""
    for module, plan in world.declarations(ast.Plan):
        for scenario in plan.scenarios:
            if any(call.alias for call in scenario.runs):
                for call in scenario.runs:
                    symbol = world.names[module.path].get(call.group.text)
                    if symbol is not None:
                        yield module.path, symbol.module.path
