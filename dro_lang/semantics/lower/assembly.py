"""The program of a module: its own declarations, and what they need of others."""

from typing import Any

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.model import Program
from dro_lang.semantics.lower.typed import NodeMap, Typed
from dro_lang.semantics.modules import KIND_WORDS, World, article
from dro_lang.syntax import ast


def assemble(world: World, typed: Typed) -> tuple[Program, list[Diagnostic]]:
    """The program of the entry module, and E0106 for every name that would stand for two declarations in it.

    The program is good only where no declaration holds a mistake.
    """
    needed = _needed(world, typed)
    return _program(world, typed, needed), _clashes(world, needed)


def _needed(world: World, typed: Typed) -> list[ast.NamedDeclaration]:
    """The entry's declarations and all that they name, directly or through others, in order of the modules."""
    todo: list[ast.Declaration] = list(world.entry.tree.declarations)
    seen = {id(declaration) for declaration in todo}
    while todo:
        for used in typed.uses.get(todo.pop(), []):
            if id(used) not in seen:
                seen.add(id(used))
                todo.append(used)
    return [
        declaration
        for module in world.modules.values()
        for declaration in module.tree.declarations
        if id(declaration) in seen and not isinstance(declaration, ast.Test | ast.Property)
    ]


def _clashes(world: World, needed: list[ast.NamedDeclaration]) -> list[Diagnostic]:
    first: dict[str, ast.NamedDeclaration] = {}
    report = []
    for declaration in needed:
        name = declaration.name.text
        other = first.setdefault(name, declaration)
        # Two in one module have been reported where its names are bound.
        if other is declaration or world.module_of(other) is world.module_of(declaration):
            continue
        module, is_a = world.module_of(other).path, article(KIND_WORDS[type(other)])
        report.append(
            diagnose(
                "E0106",
                declaration.name.span,
                f"`{name}` would stand for two declarations in the program of `{world.entry.path}`",
                (other.name.span, f"`{module}` declares {is_a} `{name}` too, which is needed as well"),
                help="rename one of them",
            )
        )
    return report


def _program(world: World, typed: Typed, needed: list[ast.NamedDeclaration]) -> Program:
    wanted = {id(declaration) for declaration in needed}
    entry = world.entry.tree.declarations

    def named(table: NodeMap[Any, Any]) -> dict[str, Any]:
        return {value.name: value for node, value in table.items() if id(node) in wanted}

    return Program(
        world.entry.path,
        **{name: named(table) for name, table in _tables(typed).items()},
        tests=tuple(typed.tests[each] for each in entry if isinstance(each, ast.Test) and each in typed.tests),
        properties=tuple(
            typed.properties[each] for each in entry if isinstance(each, ast.Property) and each in typed.properties
        ),
    )


def _tables(typed: Typed) -> dict[str, NodeMap[Any, Any]]:
    return {
        "usages": typed.usages,
        "enums": typed.enums,
        "records": typed.records,
        "contexts": typed.contexts,
        "mappings": typed.mappings,
        "queues": typed.queues,
        "calendars": typed.calendars,
        "routings": typed.routings,
        "actions": typed.actions,
        "integrations": typed.integrations,
        "groups": typed.groups,
        "plans": typed.plans,
    }
