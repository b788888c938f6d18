"""Lists of plans, of steps and of tasks."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeAlias
from zoneinfo import ZoneInfo

from dro_lang.cli.output import plural
from dro_lang.cli.report.cells import (
    BAD,
    CLOCK_WORDS,
    FAINT,
    LOOKS,
    PLAIN,
    PLAN_STATES,
    STRONG,
    Cell,
    Painter,
    Style,
    day,
    label,
)
from dro_lang.conditions.time import in_zone
from dro_lang.diagnostics.render.columns import harmless, in_one_line
from dro_lang.kernel.states import Jeopardy, PlanStatus, StepStatus
from dro_lang.runtime.embedded.port import Header, PlanRow, StepRow

Zones: TypeAlias = Callable[[Header], ZoneInfo]
"""The time zone of a plan."""

PLAN_STYLES: dict[PlanStatus, Style] = {
    PlanStatus.NOT_STARTED: FAINT,
    PlanStatus.IN_PROGRESS: {"fg": "yellow"},
    PlanStatus.FREEZING: {"fg": "cyan"},
    PlanStatus.FROZEN: {"fg": "cyan"},
    PlanStatus.COMPLETED: {"fg": "green"},
}
CLOCK: dict[Jeopardy | None, Style] = {
    None: {},
    Jeopardy.ON_TIME: {"fg": "blue"},
    Jeopardy.IN_JEOPARDY: {"fg": "bright_yellow"},
    Jeopardy.LATE: BAD,
}
"""The jeopardy clock: blue on time, orange in jeopardy, red late."""


def plans_table(rows: Sequence[PlanRow], zones: Zones, painter: Painter, grouped: bool) -> Iterator[str]:
    """Plans, below the name of their plan where they are `grouped`, which takes them out of their order."""
    if not grouped:
        yield from painter.listed(_HEAD_OF_PLANS, [_plan_cells(row, zones, named=True) for row in rows])
        return
    by_name: dict[str, list[PlanRow]] = {}
    for row in rows:
        by_name.setdefault(row.header.plan, []).append(row)
    for name, group in by_name.items():
        yield from ("", painter.styled(f"{name}: {plural(len(group), 'plan')}", STRONG))
        yield from painter.table([_plan_cells(row, zones, named=False) for row in group], 2)


_HEAD_OF_PLANS = [Cell(text, FAINT) for text in ("plan", "id", "name", "state", "steps", "next", "")]


def _plan_cells(row: PlanRow, zones: Zones, named: bool) -> list[Cell]:
    header = row.header
    trouble = f"cannot be carried on: {row.trouble}" if row.trouble else ""
    return [
        *([Cell(header.plan)] if named else []),
        Cell(header.plan_id, STRONG),
        Cell("" if header.name == header.plan_id else harmless(header.name)),
        Cell(PLAN_STATES[row.status], PLAN_STYLES[row.status]),
        Cell(f"{row.finished}/{row.steps}", FAINT),
        Cell(local(row.wake, header, zones)),
        Cell(trouble, BAD),
    ]


def steps_table(rows: Sequence[StepRow], zones: Zones, painter: Painter, grouped: bool) -> Iterator[str]:
    """Steps, below their plan where they are in the order of plans."""
    if not grouped:
        yield from painter.listed(_HEAD_OF_STEPS, [[_plan_cell(row), *_step_cells(row, zones)] for row in rows])
        return
    for (_, title), group in groupby(rows, key=lambda row: (row.plan_id, _titled(row.header))):
        yield from ("", painter.styled(title, STRONG))
        yield from painter.table([_step_cells(row, zones) for row in group], 2)


_HEAD_OF_STEPS = [Cell(text, FAINT) for text in ("id", "step", "state", "since", "due", "with")]


def _plan_cell(row: StepRow) -> Cell:
    return Cell(row.plan_id, STRONG)


def _titled(header: Header) -> str:
    name = "" if header.name == header.plan_id else f"  {header.name}"
    return in_one_line(f"{header.plan_id}{name}  ({header.plan})")


def _step_cells(row: StepRow, zones: Zones) -> list[Cell]:
    look = LOOKS[row.status]
    return [
        Cell(label(row.id)),
        Cell(look.name, look.style),
        Cell(local(row.since, row.header, zones)),
        due_cell(row, zones),
        Cell(harmless("  ".join(part for part in (_who(row), _note(row)) if part)), BAD if row.error else PLAIN),
    ]


def due_cell(row: StepRow, zones: Zones) -> Cell:
    """When a step is due, in the colour of its clock."""
    if row.due_at is None:
        return Cell("")
    clock = "" if row.jeopardy in (None, Jeopardy.ON_TIME) else f" {CLOCK_WORDS[row.jeopardy]}"
    return Cell(f"{local(row.due_at, row.header, zones)}{clock}", CLOCK[row.jeopardy])


def _who(row: StepRow) -> str:
    """Who or what a step is with."""
    if row.status in (StepStatus.FAILED, StepStatus.FATALLY_FAILED) or row.target is not None:
        return row.target or ""
    return " ".join(part for part in (row.assignee or "", f"[{row.queue}]" if row.queue else "") if part)


def _note(row: StepRow) -> str:
    attempts = f"attempt {row.attempt}" if row.attempt > 1 else ""
    fallen = f"in {row.queue}" if row.status is StepStatus.FATALLY_FAILED and row.queue else ""
    return ", ".join(part for part in (row.error or "", attempts, fallen) if part)


def tasks_table(rows: Sequence[StepRow], zones: Zones, painter: Painter) -> Iterator[str]:
    """The inbox: tasks with their dates, and whose they are."""
    yield from painter.listed(_HEAD_OF_TASKS, [_task_cells(row, zones) for row in rows])


_HEAD_OF_TASKS = [Cell(text, FAINT) for text in ("due", "id", "name", "task", "state", "with")]


def _task_cells(row: StepRow, zones: Zones) -> list[Cell]:
    look = LOOKS[row.status]
    return [
        due_cell(row, zones) if row.due_at else Cell("-", FAINT),
        _plan_cell(row),
        Cell("" if row.header.name == row.plan_id else harmless(row.header.name)),
        Cell(label(row.id)),
        Cell(look.name, look.style),
        Cell(harmless(_who(row)) or "nobody", PLAIN if row.assignee else FAINT),
    ]


def local(moment: datetime | None, header: Header, zones: Zones) -> str:
    """A moment in the zone of a plan."""
    return "" if moment is None else day(in_zone(moment, zones(header)))
