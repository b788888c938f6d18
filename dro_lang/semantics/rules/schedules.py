"""Schedules that cannot be (E1003), and the clock where it has no meaning (E1004)."""

from collections.abc import Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, Fix, Safety, diagnose
from dro_lang.program.types import DateTimeType, DateType, DurationType, DurationUnit
from dro_lang.semantics.rules.overview import Overview, clauses
from dro_lang.semantics.rules.texts import removal
from dro_lang.source import Span
from dro_lang.syntax import ast
from dro_lang.syntax.walk import walk


def check(overview: Overview) -> Iterator[Diagnostic]:
    for group in overview.all(ast.Group):
        for step in group.steps:
            for starts in clauses(step, ast.Starts):
                yield from _starts(overview, starts)
            for until in clauses(step, ast.Until):
                for node in walk(until):
                    if isinstance(node, ast.Now):
                        yield _now(step, node)


def _starts(overview: Overview, starts: ast.Starts) -> Iterator[Diagnostic]:
    if isinstance(starts.base, ast.Previous) and starts.relation == "before":
        yield diagnose(
            "E1003",
            starts.base.span,
            "a step cannot start before its waits are met",
            why="the moment its last wait was met",
            help="write `after previous`, or name a date",
        )
    elif starts.at is not None:
        yield from _at(overview, starts, starts.at)


def _at(overview: Overview, starts: ast.Starts, at: ast.TimeLiteral) -> Iterator[Diagnostic]:
    """A time of day goes with a day, not with a moment or with hours, which have a time of their own."""
    base = None if isinstance(starts.base, ast.Previous) else overview.typed.expressions.get(starts.base)
    delay = starts.delay and overview.typed.expressions.get(starts.delay)
    if starts.relation == "on" and base is not None and isinstance(base.type, DateTimeType):
        reason = f"`{starts.base.span.text}` is a moment, with a time of its own"
    elif base is not None and isinstance(base.type, DateType):
        return  # hours from a date have been refused as such
    elif delay and isinstance(delay.type, DurationType) and delay.type.unit is DurationUnit.ELAPSED:
        assert starts.delay is not None
        reason = f"`{starts.delay.span.text}` leads to a time of its own"
    else:
        return
    words = Span(at.span.source, starts.base.span.end, at.span.end)
    yield diagnose(
        "E1003",
        at.span,
        "this start has two times of day",
        why=reason,
        help="leave out `at`, or count from a date in days",
        fixes=(Fix("leave out `at`", (removal(words),), Safety.UNSAFE),),
    )


def _now(step: ast.Step, now: ast.Now) -> Diagnostic:
    return diagnose(
        "E1004",
        now.span,
        "`now` cannot stand in `until`",
        why=f"the clock alone never wakes `{step.name.text}`",
        notes=("`until` is looked at again when data changes, and at midnight if it names `today`",),
        help="write `today`; to go on at a time of day, give the next step a `starts` clause, "
        "and to give up, write `expires after`",
    )
