"""The pieces of tables for a terminal: states by name, mark and colour, dates, and text in columns."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import click
from attrs import field, frozen

from dro_lang.diagnostics.render.columns import harmless, in_one_line, width
from dro_lang.kernel.states import InstanceId, Jeopardy, PlanStatus, StepStatus
from dro_lang.kernel.view import StepView

_NARROW = 40
"""A column with less room than this is not worth wrapping text in."""
_WIDE = 60
"""A column is no wider than this, whatever stands in it."""

Style = dict[str, Any]
PLAIN: Style = {}
STRONG: Style = {"bold": True}
FAINT: Style = {"dim": True}
BAD: Style = {"fg": "red", "bold": True}


@frozen
class Look:
    """How a state is shown: its name, a mark of one column, and a style for both."""

    name: str
    mark: str
    style: Style


LOOKS = {
    StepStatus.PENDING: Look("Pending", "·", FAINT),
    StepStatus.SCHEDULED: Look("Scheduled", "»", {"fg": "blue"}),
    StepStatus.READY: Look("Ready", "○", {"fg": "yellow"}),
    StepStatus.IN_PROGRESS: Look("In Progress", "►", {"fg": "yellow"}),
    StepStatus.ON_HOLD: Look("On Hold", "‖", {"fg": "yellow"}),
    StepStatus.COMPLETED: Look("Completed", "✓", {"fg": "green"}),
    StepStatus.FAILED: Look("Failed", "!", {"fg": "red"}),
    StepStatus.FATALLY_FAILED: Look("Fatally Failed", "✗", BAD),
    StepStatus.SKIPPED: Look("Skipped", "-", FAINT),
    StepStatus.BYPASSED: Look("Skipped", "-", FAINT),
    StepStatus.EXPIRED: Look("Expired", "◌", {"fg": "magenta"}),
    StepStatus.AMENDED: Look("Amended", "~", {"fg": "cyan"}),
    StepStatus.CANCELED: Look("Canceled", "c", FAINT),
    StepStatus.DISCARDED: Look("Discarded", "d", FAINT),
}
"""States by DRO's names, which shows what is bypassed as Skipped."""

PLAN_STATES = {
    PlanStatus.NOT_STARTED: "Not Started",
    PlanStatus.IN_PROGRESS: "In Progress",
    PlanStatus.FREEZING: "Freezing",
    PlanStatus.FROZEN: "Frozen",
    PlanStatus.COMPLETED: "Completed",
}


CLOCK_WORDS = {Jeopardy.ON_TIME: "on time", Jeopardy.IN_JEOPARDY: "in jeopardy", Jeopardy.LATE: "late"}


def date_of(step: StepView) -> datetime | None:
    """The date that matters for a step: when it ended, else since when it can run or runs, else when it is to."""
    return step.finished_at or step.started_at or step.ready_at or step.scheduled_for


def day(moment: datetime | None) -> str:
    """A moment as a date, with its time of day unless that is midnight."""
    if moment is None:
        return ""
    return f"{moment:%Y-%m-%d %H:%M}" if (moment.hour, moment.minute) != (0, 0) else f"{moment:%Y-%m-%d}"


def told(step: StepView) -> str:
    """What `why` says; before that, whether the step is late or in jeopardy."""
    if step.jeopardy in (None, Jeopardy.ON_TIME):
        return why(step)
    return "; ".join(part for part in (CLOCK_WORDS[step.jeopardy], why(step)) if part)


def why(step: StepView) -> str:
    """Why a step is in its state; nothing where its date says it."""
    return "" if step.state is StepStatus.SCHEDULED else harmless(step.reason)


def label(step: InstanceId) -> str:
    """The step as `Group.step`, with its item, and the number of its group where that makes up for something."""
    name = f"{step.group}.{step.step}" + (f" #{step.copy}" if step.copy else "")
    return name if step.item is None else f"{name} [{harmless(step.item)}]"


def padded(text: str, columns: int) -> str:
    """The text, filled up to a number of columns, or cut to it."""
    if width(text) > columns:
        while text and width(text) > columns - 1:
            text = text[:-1]
        text += "…" * (columns > 0)
    return text + " " * (columns - width(text))


@frozen
class Cell:
    """A text in a style. Whatever the text is, it can neither drive the terminal nor leave its line."""

    text: str = field(converter=in_one_line)
    style: Style = PLAIN


def terminal_columns() -> int:
    """How wide the terminal is; 100 where there is none."""
    return shutil.get_terminal_size(fallback=(100, 24)).columns


class Painter:
    """Puts cells into rows of columns. Where the last cell of a row does not fit, it is wrapped below itself, or put on
    lines of its own below the second column if there is little room."""

    def __init__(self, columns: int, color: bool) -> None:
        self.columns = columns
        self.color = color

    def styled(self, text: str, style: Style) -> str:
        return click.style(text, **style) if self.color and style and text else text

    def row(self, cells: Sequence[Cell], widths: Sequence[int], indent: int, gap: int = 2) -> Iterator[str]:
        """The lines of a row. There is a width for every cell but the last."""
        *fixed, last = cells
        head = [(" " * indent, PLAIN)]
        for cell, columns in zip(fixed, widths, strict=True):
            head += [(padded(cell.text, columns), cell.style), (" " * gap, PLAIN)]
        start = indent + sum(widths) + gap * len(widths)
        if last.text and width(last.text) > self.columns - start < _NARROW and widths:
            yield self._line(head)
            start = indent + widths[0] + 2 * gap
            head = [(" " * start, PLAIN)]
        wrapped = textwrap.wrap(last.text, max(self.columns - start, _NARROW // 2), break_on_hyphens=False) or [""]
        yield self._line([*head, (wrapped[0], last.style)])
        for more in wrapped[1:]:
            yield self._line([(" " * start, PLAIN), (more, last.style)])

    def wrapped(self, text: str, indent: int) -> list[str]:
        """The text as lines that fit behind an indent."""
        return textwrap.wrap(text, max(self.columns - indent, _NARROW // 2), break_on_hyphens=False)

    def key(self, marks: Iterable[tuple[str, str]]) -> Iterator[str]:
        """What marks stand for, in as many lines as that takes."""
        line: list[tuple[str, str]] = []
        for mark, name in marks:
            if line and sum(width(f"{each} {word}") + 3 for each, word in (*line, (mark, name))) - 3 > self.columns:
                yield self._key_line(line)
                line = []
            line.append((mark, name))
        yield self._key_line(line)

    def _key_line(self, marks: Iterable[tuple[str, str]]) -> str:
        return "   ".join(f"{self.styled(mark, STRONG)} {name}" for mark, name in marks)

    def _line(self, parts: list[tuple[str, Style]]) -> str:
        """The parts in their styles, without the spaces at the end of the line."""
        while parts and not parts[-1][0].strip():
            parts = parts[:-1]
        if not parts:
            return ""
        *first, (text, style) = parts
        return "".join(self.styled(*part) for part in [*first, (text.rstrip(), style)])

    def table(self, rows: Sequence[Sequence[Cell]], indent: int) -> Iterator[str]:
        """The lines of rows with columns as wide as their widest cell."""
        widths = widths_of(rows)
        for row in rows:
            yield from self.row(row, widths, indent)

    def listed(self, head: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
        """A table with a head; nothing where there are no rows, for a head alone looks like a result."""
        yield from self.table([head, *rows] if rows else [], 0)


def widths_of(rows: Iterable[Sequence[Cell]]) -> list[int]:
    """The width of every column but the last."""
    widths: list[int] = []
    for row in rows:
        own = [min(width(cell.text), _WIDE) for cell in row[:-1]]
        widths = [max(pair) for pair in zip(widths, own, strict=True)] if widths else own
    return widths
