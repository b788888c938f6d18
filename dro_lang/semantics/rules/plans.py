"""Plans: what every plan needs (E0707), clauses given twice (E0803), and rules for the same steps (E0804)."""

from collections.abc import Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.model import Policy, Priority
from dro_lang.semantics.rules.overview import Overview
from dro_lang.semantics.rules.texts import first_line, listed, suggestion
from dro_lang.syntax import ast

ONCE: dict[type, str] = {
    ast.UsageClause: "usage",
    ast.VersionClause: "version",
    ast.CalendarClause: "calendar",
    ast.TimezoneClause: "timezone",
    ast.PriorityClause: "priority",
    ast.ChooseClause: "choose",
}

PRIORITIES = tuple(priority.value for priority in Priority)


def check(overview: Overview) -> Iterator[Diagnostic]:
    for plan in overview.all(ast.Plan):
        if overview.is_whole(plan):
            yield from _needed(plan)
        yield from _twice(plan)
        yield from _same_target(plan)
        for clause in plan.clauses:
            yield from _value(clause)


def _needed(plan: ast.Plan) -> Iterator[Diagnostic]:
    has = {type(clause) for clause in plan.clauses}
    name = plan.name.text
    if ast.UsageClause not in has:
        yield diagnose(
            "E0707",
            plan.name.span,
            f"plan `{name}` does not say its usage type",
            help="write `usage Generic`, with `import std.generic { Generic }` at the top of the file",
        )
    if ast.ChooseClause not in has:
        policies = (f"choose {policy.value} scenario" for policy in Policy)
        yield diagnose(
            "E0707",
            plan.name.span,
            f"plan `{name}` does not say how it chooses among its scenarios",
            help=f"write {listed(policies, 'or')}",
        )
    if not plan.scenarios:
        yield diagnose(
            "E0707",
            plan.name.span,
            f"plan `{name}` has no scenario",
            why="no record would get any steps",
            help="write `scenario all { run Group }`",
        )


def _twice(plan: ast.Plan) -> Iterator[Diagnostic]:
    first_of: dict[type, ast.PlanClause] = {}
    for clause in plan.clauses:
        first = first_of.setdefault(type(clause), clause)
        if first is not clause and type(clause) in ONCE:
            yield diagnose(
                "E0803",
                clause.span,
                f"plan `{plan.name.text}` has two `{ONCE[type(clause)]}` clauses",
                (first.span, "first given here"),
                help="keep one of them",
            )


def _same_target(plan: ast.Plan) -> Iterator[Diagnostic]:
    first_of: dict[object, ast.PlanClause] = {}
    for clause in plan.clauses:
        if not isinstance(clause, ast.FalloutClause | ast.ServiceLevelClause):
            continue
        code = clause.error_code if isinstance(clause, ast.FalloutClause) else None
        first = first_of.setdefault((type(clause), clause.target, code), clause)
        if first is not clause:
            what = "fallout" if isinstance(clause, ast.FalloutClause) else "service level"
            yield diagnose(
                "E0804",
                first_line(clause.span),
                f"two `{what}` rules are for the same steps",
                (first_line(first.span), "first given here"),
                help="keep one of them, or make one more specific: name an action, an integration or an error code"
                if isinstance(clause, ast.FalloutClause)
                else "keep one of them, or make one more specific: name an action or an integration",
            )


def _value(clause: ast.PlanClause) -> Iterator[Diagnostic]:
    if isinstance(clause, ast.VersionClause) and not clause.version.is_whole:
        yield diagnose(
            "E0805",
            clause.version.span,
            "a version is a whole number",
            help="write `version 1`, and count up with each change",
        )
    elif isinstance(clause, ast.PriorityClause) and clause.priority.text not in PRIORITIES:
        yield diagnose(
            "E0805",
            clause.priority.span,
            f"there is no priority `{clause.priority.text}`",
            help=suggestion(clause.priority.text, PRIORITIES, "priorities"),
        )
    elif isinstance(clause, ast.FalloutClause) and clause.target.kind == "manual":
        yield diagnose(
            "E0801",
            clause.target.span,
            "`manual` steps do not fail, so there is no fallout for them",
            help="write `fallout for auto` or `fallout for callout`; for work that is late, `service level for manual`",
        )
