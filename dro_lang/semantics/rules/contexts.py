"""Contexts: a plan, its groups, their compensation groups and routings must be for the same one (E0406)."""

from collections.abc import Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.semantics.rules.overview import Overview, clauses
from dro_lang.syntax import ast


def check(overview: Overview) -> Iterator[Diagnostic]:
    for plan in overview.plans:
        for run in plan.runs:
            yield from _compare(overview, run.call.group, run.group, plan.plan, "plan")
    for group in overview.all(ast.Group):
        for compensation in overview.compensations(group):
            yield from _compare(overview, compensation.clause.call.group, compensation.group, group, "group")
        for step in group.steps:
            for clause in clauses(step, ast.Assign):
                yield from _routing(overview, clause.assignee, group, "group")
    for routing in overview.all(ast.Routing):
        for assignee in (*(route.assignee for route in routing.routes), routing.otherwise):
            yield from _routing(overview, assignee, routing, "routing")


def _routing(
    overview: Overview, assignee: ast.Assignee, user: ast.Group | ast.Routing, word: str
) -> Iterator[Diagnostic]:
    routing = overview.find(assignee.routing, ast.Routing) if isinstance(assignee, ast.ToRouting) else None
    if routing is not None and isinstance(assignee, ast.ToRouting):
        yield from _compare(overview, assignee.routing, routing, user, word)


def _compare(
    overview: Overview,
    place: ast.Name,
    used: ast.Group | ast.Routing,
    user: ast.Plan | ast.Group | ast.Routing,
    word: str,
) -> Iterator[Diagnostic]:
    theirs, ours = overview.find(used.context, ast.Context), overview.find(user.context, ast.Context)
    if theirs is None or ours is None or theirs is ours:
        return
    what = "routing" if isinstance(used, ast.Routing) else "group"
    yield diagnose(
        "E0406",
        place.span,
        f"{what} `{used.name.text}` is for context `{theirs.name.text}`, "
        f"but {word} `{user.name.text}` is for `{ours.name.text}`",
        (used.context.span, f"{what} `{used.name.text}` is for `{theirs.name.text}`"),
        (user.context.span, f"{word} `{user.name.text}` is for `{ours.name.text}`"),
        help=f"use a {what} for `{ours.name.text}`",
    )
