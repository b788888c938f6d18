"""Coverage as text, and as JSON."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import click

from dro_lang.diagnostics.render.columns import harmless
from dro_lang.testing.coverage.goals import Goal, Kind
from dro_lang.testing.coverage.measure import Count, Coverage


def text(coverage: Coverage, color: bool) -> str:
    """A summary, and what is missing, by file and line."""

    def strong(words: str) -> str:
        return click.style(words, bold=True) if color else words

    lines = [strong("coverage")]
    counts = {**{kind.value: coverage.count(kind) for kind in Kind}, "total": coverage.count()}
    for name, count in counts.items():
        lines.append(f"  {name:<10}  {f'{count.reached} of {count.total}':>12}  {int(count.percent):>3} %")
    if coverage.missing:
        lines += ["", strong("not shown by any test")]
    for file, goals in groupby(coverage.missing, lambda goal: goal.span.source.name):
        lines += [harmless(file), *_missing(list(goals))]
    return "\n".join(lines) + "\n"


def _missing(goals: list[Goal]) -> Iterator[str]:
    width = max(len(str(line_of(goal))) for goal in goals)
    return (f"  {line_of(goal):>{width}}  {harmless(goal.subject)}: {goal.missing}" for goal in goals)


def line_of(goal: Goal) -> int:
    return goal.span.source.position(goal.span.start)[0]


def document(coverage: Coverage) -> dict[str, Any]:
    """The counts, and every goal with its place and whether it was reached."""
    return {
        "total": _count(coverage.count()),
        **{kind.value: _count(coverage.count(kind)) for kind in Kind},
        "goals": [
            {
                "file": mark.goal.span.source.name,
                "line": line_of(mark.goal),
                "column": mark.goal.span.source.position(mark.goal.span.start)[1],
                "kind": mark.goal.kind.value,
                "subject": mark.goal.subject,
                "missing": mark.goal.missing,
                "reached": mark.reached,
            }
            for mark in coverage.marks
        ],
    }


def _count(count: Count) -> dict[str, Any]:
    return {"reached": count.reached, "total": count.total, "percent": round(count.percent, 2)}
