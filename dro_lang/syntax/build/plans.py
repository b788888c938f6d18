"""Plans and scenarios."""

from dro_lang.syntax import ast
from dro_lang.syntax.build.builder import Builder, Parsed, Rule, between, subtrees, tokens, words
from dro_lang.syntax.build.expressions import number_of, text_of
from dro_lang.syntax.tree import Token


def _plan(b: Builder, tree: Parsed) -> ast.Plan:
    name, context = b.names(tree, "UPPER")
    clauses = tuple(b(child) for child in subtrees(tree) if child.data != "scenario")
    return ast.Plan(b.span(tree), name, context, clauses, b.all(tree, "scenario"), doc=b.doc(tree))


def _scenario(b: Builder, tree: Parsed) -> ast.Scenario:
    condition = next((child for child in between(tree, "when") if not isinstance(child, Token)), None)
    unless = (part for part in between(tree, "unless", "run") if isinstance(part, Token) and part.type == "LOWER")
    return ast.Scenario(
        b.span(tree),
        b.first_name(tree, "LOWER"),
        b.optional_name(tree, "UPPER"),
        None if condition is None else b(condition),
        any(tokens(tree, "OTHERWISE")),
        tuple(b.name(token) for token in unless),
        b.all(tree, "group_call"),
        doc=b.doc(tree),
    )


def _choose(b: Builder, tree: Parsed) -> ast.ChooseClause:
    policy = next(subtrees(tree, "policy"))
    return ast.ChooseClause(b.span(tree), words(policy), b.span(policy))


def _fallout(b: Builder, tree: Parsed) -> ast.FalloutClause:
    code = next(tokens(tree, "STRING"), None)
    target, retry = b.all(tree)
    return ast.FalloutClause(b.span(tree), target, None if code is None else text_of(b, code), retry)


def _rule_target(b: Builder, tree: Parsed) -> ast.RuleTarget:
    return ast.RuleTarget(b.span(tree), str(tree.children[0]), b.optional_name(tree, "UPPER"))


RULES: dict[str, Rule] = {
    "plan": _plan,
    "usage": lambda b, t: ast.UsageClause(b.span(t), b.first_name(t, "UPPER")),
    "version": lambda b, t: ast.VersionClause(b.span(t), number_of(b, next(tokens(t, "NUMBER")))),
    "plan_calendar": lambda b, t: ast.CalendarClause(b.span(t), b.first_name(t, "UPPER")),
    "timezone": lambda b, t: ast.TimezoneClause(b.span(t), text_of(b, next(tokens(t, "STRING")))),
    "priority": lambda b, t: ast.PriorityClause(b.span(t), b.first_name(t, "LOWER")),
    "choose": _choose,
    "fallout": _fallout,
    "service_level": lambda b, t: ast.ServiceLevelClause(b.span(t), *b.all(t)),
    "any_auto": _rule_target,
    "any_callout": _rule_target,
    "any_manual": _rule_target,
    "scenario": _scenario,
}
