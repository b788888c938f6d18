"""Service levels: a warning must come before the due time (E1001).

A duration may be a parameter of the group; then it is looked at wherever the group is run.
"""

from collections.abc import Iterator, Mapping

from attrs import define, field

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.expressions import Constant, Expression, Parameter
from dro_lang.program.values import Duration
from dro_lang.semantics.rules.overview import Overview, clauses
from dro_lang.source import Span
from dro_lang.syntax import ast

SECONDS_A_DAY = 86_400

Bound = Mapping[str, tuple[Duration | None, Span | None]]
"""What the parameters of a group stand for: how long, where that is known, and the place that says so, unless it is the
default."""


def check(overview: Overview) -> Iterator[Diagnostic]:
    for plan in overview.all(ast.Plan):
        for clause in plan.clauses:
            if isinstance(clause, ast.ServiceLevelClause):
                yield from _written(overview, clause.level)
    for group in overview.all(ast.Group):
        for step in group.steps:
            for due in clauses(step, ast.Due):
                yield from _written(overview, due.level)
    calls = _Calls(overview)
    for facts in overview.plans:
        for run in facts.runs:
            calls.follow(run.call, run.group, {})
    yield from calls.report


def comes_before(warn: Duration, within: Duration) -> bool:
    """Whether one duration is certainly shorter than another. A business day counts as at least 24 hours: it can be
    longer, so that only a count of business days is certain to be longer than another one."""
    if warn.business_days:
        return not warn.total_seconds and not within.total_seconds and warn.business_days < within.business_days
    return warn.total_seconds < within.total_seconds + within.business_days * SECONDS_A_DAY


def _written(overview: Overview, level: ast.Level) -> Iterator[Diagnostic]:
    """A service level that says itself how long: without parameters, or with one for both."""
    if level.warn is None:
        return
    warn, within = overview.typed.expressions.get(level.warn), overview.typed.expressions.get(level.within)
    if warn is None or within is None:
        return
    if isinstance(warn, Parameter) or isinstance(within, Parameter):
        is_wrong = warn == within or not all(isinstance(each, Constant | Parameter) for each in (warn, within))
    else:
        first, second = _constant(warn), _constant(within)
        is_wrong = first is None or second is None or not comes_before(first, second)
    if is_wrong:
        yield diagnose(
            "E1001",
            level.warn.span,
            f"`{level.warn.span.text}` must be shorter than `{level.within.span.text}`, after which the step is late",
            (level.within.span, "late after this"),
            why=_reason(_constant(warn), _constant(within)),
            help="warn a shorter time before than the step may take",
        )


def _reason(warn: Duration | None, within: Duration | None) -> str:
    if warn is None or within is None:
        return "how long it is depends on the record"
    if warn.business_days and not within.business_days:
        return "a business day can be longer than 24 hours"
    return "not shorter"


def _constant(expression: Expression | None) -> Duration | None:
    return expression.value if isinstance(expression, Constant) and isinstance(expression.value, Duration) else None


@define(eq=False)
class _Calls:
    """Follows what plans run, with the durations that they hand over, into the groups and on to those that these
    insert. What is handed over wrongly is told once."""

    overview: Overview
    report: list[Diagnostic] = field(factory=list)
    told: set[Span] = field(factory=set)
    followed: set[tuple[int, frozenset[tuple[str, tuple[Duration | None, Span | None]]]]] = field(factory=set)
    """Calls by their identity, with what they hand over."""

    def follow(self, call: ast.GroupCall, group: ast.Group, outside: Bound) -> None:
        todo = [(call, group, outside)]
        while todo:
            call, group, outside = todo.pop()
            bound = self._bound(call, group, outside)
            key = id(call), frozenset(bound.items())
            if key in self.followed:
                continue
            self.followed.add(key)
            for step in group.steps:
                for due in clauses(step, ast.Due):
                    self._level(call, step, due.level, bound)
            compensations = list(self.overview.compensations(group))
            todo += [(each.clause.call, each.group, bound) for each in reversed(compensations)]

    def _bound(self, call: ast.GroupCall, group: ast.Group, outside: Bound) -> Bound:
        places = {argument.name.text: argument.span for argument in call.arguments}
        bound: dict[str, tuple[Duration | None, Span | None]] = {}
        for name, value in self.overview.arguments(call, group).items():
            if isinstance(value, Parameter) and value.name in outside:
                known, place = outside[value.name]
                bound[name] = known, place or places.get(name)
            else:
                bound[name] = _constant(value), places.get(name)
        return bound

    def _level(self, call: ast.GroupCall, step: ast.Step, level: ast.Level, bound: Bound) -> None:
        parts = (level.warn, level.within)
        warn, within = (self.overview.typed.expressions.get(part) if part else None for part in parts)
        names = [each.name for each in (warn, within) if isinstance(each, Parameter)]
        if warn is None or within is None or warn == within or not names or any(name not in bound for name in names):
            return
        first, second = (_duration(each, bound) for each in (warn, within))
        if first is not None and second is not None and comes_before(first, second):
            return
        place = next((place for name in names if (place := bound[name][1])), call.group.span)
        if place in self.told:
            return
        self.told.add(place)
        self.report.append(
            diagnose(
                "E1001",
                place,
                f"with this, step `{step.name.text}` may be late before its warning",
                (level.span, f"`{step.name.text}` is due here"),
                why=_reason(first, second),
                help="hand over a shorter time to warn before, or a longer one to be done within",
            )
        )


def _duration(expression: Expression, bound: Bound) -> Duration | None:
    return bound[expression.name][0] if isinstance(expression, Parameter) else _constant(expression)
