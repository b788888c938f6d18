"""The table for people: records grouped by scenario, with their steps, dates and reasons.

A few records are told one by one, step by step. Of many there is an overview for each scenario: its steps with how many
records stand where and why, then a line for each record with a mark and a date for each step.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from attrs import frozen

from dro_lang.cli.output import plural
from dro_lang.cli.report.alike import Alike, alike
from dro_lang.cli.report.cells import (
    BAD,
    FAINT,
    LOOKS,
    PLAN_STATES,
    STRONG,
    Cell,
    Painter,
    label,
    told,
    widths_of,
)
from dro_lang.cli.report.kept import Kept
from dro_lang.cli.report.overview import RecordLines, marks, step_rows
from dro_lang.cli.report.results import NO_SCENARIO, Result, Tally, to_blame
from dro_lang.conditions.trace import Trace
from dro_lang.diagnostics.render.columns import in_one_line
from dro_lang.kernel.states import StepStatus
from dro_lang.program.model import Plan

T = TypeVar("T")

FEW = 12
"""Up to so many records are told one by one."""


@frozen
class Run:
    """What the table is about: the plan, and the days (as text) from which and, if at all, to which time went."""

    plan: Plan
    today: str
    until: str | None


def table(
    run: Run, plans: Mapping[tuple[str, ...], Kept], others: Kept, tally: Tally, painter: Painter
) -> Iterator[str]:
    """The lines of the table, of the records that got a plan by their scenarios, and the others."""
    days = f"from {run.today} to {run.until}" if run.until else f"on {run.today}"
    yield painter.styled(f"{run.plan.name}: {plural(tally.records, 'record')} {days} ({run.plan.timezone})", STRONG)
    lined: set[StepStatus] = set()
    for scenarios, group in _ordered(run.plan, plans.items()):
        many = tally.records > FEW and len(group) > FEW // 4
        yield ""
        states = Counter(map(_plan_state, group))
        told = ", ".join(f"{count:,} {state}" for state, count in states.items()) if many else ""
        yield painter.styled(f"{' + '.join(scenarios)}: {plural(len(group), 'record')}", STRONG) + (many * f"  {told}")
        lines = RecordLines.of(group) if many else None
        if lines is not None:
            yield ""
            yield from painter.table(list(step_rows(group)), indent=2)
            yield ""
        if lines is not None and lines.narrowest <= painter.columns:
            yield from lines.drawn(painter)
            lined |= lines.states
        else:
            yield from _one_by_one(painter, group)
    if lined:
        yield ""
        yield from painter.key(marks(lined))
    yield from _without_plan(painter, others)
    yield ""
    yield from painter.wrapped(summary(run.plan, tally), 0)


def summary(plan: Plan, tally: Tally) -> str:
    """How many records there were, and what became of them: `200 records: 132 gentle, 40 firm; 2 rejected`."""
    parts = [", ".join(f"{count:,} {' + '.join(names)}" for names, count in _ordered(plan, tally.plans.items()))]
    parts += [f"{count:,} without a scenario" for code, count in tally.errors.items() if code == NO_SCENARIO]
    parts += [f"{count:,} refused ({code})" for code, count in tally.errors.items() if code != NO_SCENARIO]
    parts += [f"{tally.rejected:,} rejected"] if tally.rejected else []
    parts += [f"{plural(tally.items, 'row')} of items rejected"] if tally.items else []
    counted = "; ".join(part for part in parts if part)
    return plural(tally.records, "record") + (f": {counted}" if counted else "")


def _ordered(plan: Plan, groups: Iterable[tuple[tuple[str, ...], T]]) -> list[tuple[tuple[str, ...], T]]:
    """What there is by scenarios, in the order in which the plan has these."""
    order = {scenario.name: place for place, scenario in enumerate(plan.scenarios)}
    return sorted(groups, key=lambda group: [order[name] for name in group[0]])


def _one_by_one(painter: Painter, results: Kept) -> Iterator[str]:
    widths = widths_of(_step_cells(each) for result in results for each in alike(result.steps))
    for result in results:
        yield ""
        state = painter.styled(_plan_state(result), FAINT)
        yield f"  {painter.styled(_named(result), STRONG)}  {state}"
        for each in alike(result.steps):
            yield from painter.row(_step_cells(each), widths, indent=4)


def _named(result: Result) -> str:
    return in_one_line("  ".join(part for part in (result.record_id, result.name) if part))


def _step_cells(each: Alike) -> list[Cell]:
    look = LOOKS[each.first.state]
    return [Cell(label(each.id)), Cell(look.name, look.style), Cell(each.when), Cell(each.said(told), FAINT)]


def _plan_state(result: Result) -> str:
    assert result.plan_state is not None  # of a record that got a plan
    return PLAN_STATES[result.plan_state]


_UNMATCHED, _REFUSED, _REJECTED = f"no scenario ({NO_SCENARIO})", "refused", "rejected"


def _without_plan(painter: Painter, results: Kept) -> Iterator[str]:
    """The records that no scenario matches, those that were refused for another reason, and those that do not fit."""
    counts = Counter(map(_trouble, results))
    for title in (_UNMATCHED, _REFUSED, _REJECTED):
        if not counts[title]:
            continue
        yield from ("", painter.styled(f"{title}: {plural(counts[title], 'record')}", BAD))
        if title == _UNMATCHED:
            yield from _unmatched(painter, results)
            continue
        widths = widths_of(_error_cells(result) for result in results if _trouble(result) == title)
        for result in results:
            if _trouble(result) == title:
                yield from painter.row(_error_cells(result), widths, indent=2)


def _trouble(result: Result) -> str:
    if result.place is not None:
        return _REJECTED
    return _UNMATCHED if result.error_code == NO_SCENARIO else _REFUSED


def _unmatched(painter: Painter, results: Kept) -> Iterator[str]:
    """What kept every scenario away, then the records for which it did."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for result in results:
        if _trouble(result) == _UNMATCHED:
            groups.setdefault(tuple(_kept_away(result)), []).append(" ".join(_named(result).split()))
    for reasons, names in groups.items():
        yield ""
        yield from painter.row([Cell(", ".join(names), STRONG)], [], indent=2)
        for reason in reasons:
            yield from painter.row([Cell(reason)], [], indent=4)


def _kept_away(result: Result) -> Iterator[str]:
    for verdict in result.verdicts:
        traced = result.traces.get(verdict.scenario)
        if traced is not None and not traced.holds:
            yield f"{verdict.scenario}: " + ", ".join(map(_verdict, to_blame(traced)))
        elif verdict.blocked_by:
            yield f"{verdict.scenario}: {verdict.blocked_by} matches"


def _error_cells(result: Result) -> list[Cell]:
    first = [result.place] if result.place else []
    parts = [*first, result.record_id or "-", result.error_code or ""]
    return [*(Cell(part) for part in parts), Cell(result.reason)]


def _verdict(part: Trace) -> str:
    values = ", ".join(f"{name} {value}" if value == "unknown" else f"{name} = {value}" for name, value in part.values)
    return f"`{part.text}` is {'true' if part.holds else 'false'}" + (f" ({values})" if values else "")
