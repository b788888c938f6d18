"""The order of declarations: what a plan is made of stands before it (W3001)."""

from collections.abc import Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.semantics.modules import KIND_WORDS, Module
from dro_lang.semantics.rules.overview import Overview
from dro_lang.syntax import ast

_LATER = (ast.Plan, ast.Group, ast.Test, ast.Property)


def check(_: Overview, module: Module) -> Iterator[Diagnostic]:
    first: ast.Declaration | None = None
    for declaration in module.tree.declarations:
        if isinstance(declaration, _LATER):
            first = first or declaration
        elif first is not None:
            word = KIND_WORDS[type(declaration)]
            yield diagnose(
                "W3001",
                declaration.name.span,
                f"{word} `{declaration.name.text}` stands after the first plan, group or test",
                (first.name.span, "stands before it"),
                help=f"move the {word} up: a file says first what its data looks like and who does the work",
            )
            return
