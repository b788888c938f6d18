"""Numbers, durations and names of users that a clause cannot have (E0805)."""

from collections.abc import Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.semantics.rules.overview import Overview
from dro_lang.syntax import ast
from dro_lang.syntax.walk import walk


def check(overview: Overview) -> Iterator[Diagnostic]:
    for plan in overview.all(ast.Plan):
        for rule in plan.clauses:
            yield from _clause(rule)
    for group in overview.all(ast.Group):
        for step in group.steps:
            for clause in step.clauses:
                yield from _clause(clause)
    for routing in overview.all(ast.Routing):
        for assignee in (*(route.assignee for route in routing.routes), routing.otherwise):
            if isinstance(assignee, ast.ToUser):
                yield from _user(assignee.user)
    for integration in overview.all(ast.Integration):
        if integration.timeout is not None:
            yield from _positive(integration.timeout, "a request needs time to be answered")


def _clause(clause: ast.Clause | ast.PlanClause) -> Iterator[Diagnostic]:
    match clause:
        case ast.Retry():
            yield from _retry(clause)
        case ast.FalloutClause():
            yield from _retry(clause.retry)
        case ast.Assign(assignee=ast.ToUser(user=user)) | ast.RunAs(user=user):
            yield from _user(user)
        case ast.Expires():
            yield from _positive(clause.after, "the step would expire before it could begin")
        case ast.Due(level=level) | ast.ServiceLevelClause(level=level):
            yield from _positive(level.within, "the step would be late before it could begin")
            if level.warn is not None:
                yield from _positive(level.warn, "a warning comes some time before the step is late")


def _user(user: ast.Text) -> Iterator[Diagnostic]:
    if not user.value.strip():
        yield diagnose(
            "E0805",
            user.span,
            "the name of the user is empty",
            help='write the name by which the user signs in: `"ann@example.com"`',
        )


def _retry(retry: ast.Retry) -> Iterator[Diagnostic]:
    if retry.times is not None and not (retry.times.is_whole and retry.times.value >= 1):
        yield diagnose(
            "E0805",
            retry.times.span,
            "the number of retries is a whole number from 1",
            help="write `retry 3 times`, or leave `retry` out for none",
        )
    for node in walk(retry):
        if isinstance(node, ast.DurationLiteral):
            yield from _positive(node, "for a retry at once, write `retry 3 times`")


def _positive(duration: ast.DurationOrName, reason: str) -> Iterator[Diagnostic]:
    if isinstance(duration, ast.DurationLiteral) and duration.amount <= 0:
        yield diagnose("E0805", duration.span, f"`{duration.span.text}` is no time at all", why=reason)
