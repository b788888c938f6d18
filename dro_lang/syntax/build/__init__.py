"""The tree of the grammar's rules to the syntax tree of `ast`: one function a rule, by the rule's name."""

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.source import Source
from dro_lang.syntax import ast
from dro_lang.syntax.build import declarations, expressions, groups, plans, tests
from dro_lang.syntax.build.builder import Builder
from dro_lang.syntax.tree import Tree

_RULES = {**expressions.RULES, **declarations.RULES, **groups.RULES, **plans.RULES, **tests.RULES}


def build(tree: Tree, source: Source) -> tuple[ast.File, tuple[Diagnostic, ...]]:
    """The syntax tree of a whole file, and what is wrong with its literals (E0009)."""
    builder = Builder(source, _RULES)
    file = builder.node(tree, ast.File)
    return file, tuple(builder.diagnostics)
