"""The checker: the typed forms of all modules, what the rules say about them, and the program."""

from attrs import evolve, frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, Label, has_errors
from dro_lang.program.model import Program
from dro_lang.semantics import rules
from dro_lang.semantics.lower.assembly import assemble
from dro_lang.semantics.lower.world import lower
from dro_lang.semantics.modules import World
from dro_lang.semantics.rules.overview import Overview
from dro_lang.source import Source
from dro_lang.syntax import ast


def check(world: World) -> tuple[Program | None, list[Diagnostic]]:
    """The program of the entry module and every finding. The program is there only where none of them is an error."""
    return conclude(world, examine(world))


@frozen(eq=False)
class Examined:
    """The typed forms of all modules of a world (`overview`), and what was found in lowering them and by the rules."""

    overview: Overview
    found: list[Diagnostic]


def examine(world: World) -> Examined:
    """What there is to know of the modules of a world, whichever of them is the entry."""
    typed, found = lower(world)
    overview = Overview(world, typed)
    return Examined(overview, found + rules.check(overview))


def conclude(world: World, examined: Examined) -> tuple[Program | None, list[Diagnostic]]:
    """What `check` gives, from what is known of all modules of this world, or of a larger one."""
    program, clashes = assemble(world, examined.overview.typed)
    sources = {module.source for module in world.modules.values()}
    here = [each for each in examined.found if each.span.source in sources]
    found = _once(_in_whole_declarations(world, [*here, *clashes]))
    if has_errors(found) or not world.is_whole:
        return None, found
    return program, [*found, *rules.lint(examined.overview, world.entry)]


def _in_whole_declarations(world: World, found: list[Diagnostic]) -> list[Diagnostic]:
    """Without what was found in declarations that a syntax error has damaged: most of it would come from the same
    mistake."""
    damaged = [
        declaration.span
        for module in world.modules.values()
        if module.broken
        for declaration in module.tree.declarations
        if _name(declaration) in module.broken
    ]
    return [each for each in found if not any(each.span.is_within(span) for span in damaged)]


def _once(found: list[Diagnostic]) -> list[Diagnostic]:
    """An unknown name (E0101) is told once in a file, at the first of its places, with the others shown: most often one
    declaration is misspelt, and not all of its uses."""
    first: dict[tuple[Source, str], Diagnostic] = {}
    for each in sorted(found, key=lambda each: each.span.start):
        if each.code == "E0101":
            known = first.setdefault((each.span.source, each.message), each)
            if known is not each:
                again = Label(each.span, "used here too")
                # What mends one place alone, such as another spelling, is not offered for several.
                fixes = known.fixes if known.fixes == each.fixes else ()
                first[each.span.source, each.message] = evolve(known, labels=(*known.labels, again), fixes=fixes)
    told: set[tuple[Source, str]] = set()
    kept: list[Diagnostic] = []
    for each in found:
        key = each.span.source, each.message
        if each.code != "E0101":
            kept.append(each)
        elif key not in told:
            told.add(key)
            kept.append(first[key])
    return kept


def _name(declaration: ast.Declaration) -> str:
    return declaration.name.value if isinstance(declaration.name, ast.Text) else declaration.name.text
