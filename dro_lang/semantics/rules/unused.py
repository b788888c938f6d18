"""What nothing uses, in the module at hand: imports (W1001), declarations (W1002), parameters of groups (W1003).

Whoever imports a module may use any of its declarations, so a module without plans, which exists to be imported, is
not asked about them; and nothing is said about a file that could not be read whole.
"""

from collections.abc import Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, diagnose
from dro_lang.semantics.modules import KIND_WORDS, NAMED, Module
from dro_lang.semantics.rules.overview import Overview
from dro_lang.semantics.rules.texts import listed, removal
from dro_lang.source import Span
from dro_lang.syntax import ast
from dro_lang.syntax.walk import walk


def check(overview: Overview, module: Module) -> Iterator[Diagnostic]:
    used = {id(other) for declaration in module.tree.declarations for other in overview.typed.uses.get(declaration, ())}
    seen = {each.path for each in overview.world.reachable(module)}
    used |= {id(mapping) for plan in overview.plans if plan.module.path in seen for mapping in plan.mappings}
    yield from _imports(overview, module, used)
    if any(isinstance(declaration, ast.Plan) for declaration in module.tree.declarations):
        yield from _declarations(module, used)
    for declaration in module.tree.declarations:
        if isinstance(declaration, ast.Group):
            yield from _parameters(declaration)


def _imports(overview: Overview, module: Module, used: set[int]) -> Iterator[Diagnostic]:
    symbols = overview.world.names[module.path]
    for statement in module.tree.imports:
        imported = overview.world.modules.get(statement.path.dotted)
        if imported is None:
            continue
        if statement.names is None:
            if not any(
                id(declaration) in used
                for each in overview.world.reachable(imported)
                for declaration in each.tree.declarations
            ):
                yield diagnose(
                    "W1001",
                    statement.path.span,
                    f"nothing of module `{imported.path}` is used",
                    help="leave the import out",
                    fixes=(Fix("leave out the import", (removal(statement.span),)),),
                )
            continue
        unused = []
        for name in statement.names:
            symbol = symbols.get(name.text)
            declaration = symbol and symbol.declaration
            if declaration is not None and id(declaration) not in used:
                unused.append(name)
        if unused:
            yield _unused_names(statement, statement.names, unused)


def _unused_names(statement: ast.Import, names: tuple[ast.Name, ...], unused: list[ast.Name]) -> Diagnostic:
    first, *others = unused
    kept = [name.text for name in names if name not in unused]
    if kept:
        inner = Span(statement.span.source, names[0].span.start, names[-1].span.end)
        fix = Fix(f"leave out {listed(name.text for name in unused)}", (Edit(inner, ", ".join(kept)),))
    else:
        fix = Fix("leave out the import", (removal(statement.span),))
    return diagnose(
        "W1001",
        first.span,
        f"{listed(name.text for name in unused)} {'are' if others else 'is'} imported, but nothing uses "
        f"{'them' if others else 'it'}",
        *((name.span, "not used either") for name in others),
        help="leave the import out" if not kept else f"leave out {listed(name.text for name in unused)}",
        fixes=(fix,),
    )


def _declarations(module: Module, used: set[int]) -> Iterator[Diagnostic]:
    for declaration in module.tree.declarations:
        if isinstance(declaration, NAMED) and not isinstance(declaration, ast.Plan) and id(declaration) not in used:
            word = KIND_WORDS[type(declaration)]
            yield diagnose(
                "W1002",
                declaration.name.span,
                f"nothing uses {word} `{declaration.name.text}`",
                help="leave it out, or use it",
            )


def _parameters(group: ast.Group) -> Iterator[Diagnostic]:
    mentioned = {node.name for step in group.steps for node in walk(step) if isinstance(node, ast.NameReference)}
    for parameter in group.parameters:
        if parameter.name.text not in mentioned:
            yield diagnose(
                "W1003",
                parameter.name.span,
                f"nothing in group `{group.name.text}` uses parameter `{parameter.name.text}`",
                help="leave it out, here and where the group is run",
            )
