"""Numbered lines of a source with its marked stretches underlined. Marks over several lines get a bar at the left."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click
from attrs import define, field, frozen

from dro_lang.diagnostics.diagnostic import Label
from dro_lang.diagnostics.render.columns import harmless, laid_out
from dro_lang.source import Source

Style = dict[str, Any]
FRAME: Style = {"fg": "blue", "bold": True}
PLAIN: Style = {}

_WHOLE = 5
"""A mark over more lines than this shows its first and last ones only."""


def styled(text: str, style: Style, color: bool) -> str:
    """The text in a style where colour is wanted, else as it is."""
    return click.style(text, **style) if color and style and text else text


@frozen
class Mark:
    """A label with the style of its underline: `^` for what a finding is about, `-` for the other places."""

    label: Label
    primary: bool
    style: Style


@frozen
class _Stretch:
    """A mark in display columns, counted from 0: lines are inclusive, the last column is not."""

    mark: Mark
    first_line: int
    start: int
    last_line: int
    end: int

    @classmethod
    def of(cls, mark: Mark) -> "_Stretch":
        span = mark.label.span
        source = span.source
        first_line, start = source.position(span.start)
        last_line, end = source.position(span.end)
        if end == 1 and last_line > first_line:  # it takes in the line's end, but nothing of the next line
            last_line -= 1
            end = len(source.line(last_line)) + 1
        columns = laid_out(source.line(first_line))[1]
        left = columns[min(start - 1, len(columns) - 1)]
        last_columns = laid_out(source.line(last_line))[1]
        right = last_columns[min(end - 1, len(last_columns) - 1)]
        return cls(mark, first_line, left, last_line, max(right, left + 1) if first_line == last_line else right)

    @property
    def text(self) -> str:
        return harmless(self.mark.label.text)

    @property
    def sign(self) -> str:
        return "^" if self.mark.primary else "-"


@define
class _Row:
    """A line of the picture, drawn from pieces at columns; a later piece covers an earlier one."""

    cells: list[tuple[str, Style]] = field(factory=list)

    def put(self, column: int, text: str, style: Style) -> None:
        self.cells.extend((" ", PLAIN) for _ in range(column + len(text) - len(self.cells)))
        self.cells[column : column + len(text)] = [(character, style) for character in text]

    def text(self, color: bool) -> str:
        runs: list[tuple[str, Style]] = []
        for character, style in self.cells:
            if runs and runs[-1][1] is style:
                runs[-1] = (runs[-1][0] + character, style)
            else:
                runs.append((character, style))
        return "".join(styled(text, style, color) for text, style in runs).rstrip()


def excerpt(source: Source, marks: Iterable[Mark], gutter: int, color: bool) -> Iterator[str]:
    """The lines of a source that marks touch, each followed by its underlines; `gutter` is the width for numbers."""
    stretches = [_Stretch.of(mark) for mark in marks]
    bars = _columns([s for s in stretches if s.first_line != s.last_line])
    edge = styled(f"{' ' * gutter} |", FRAME, color)
    yield edge
    previous = None
    for number in _shown_lines(stretches):
        if previous is not None and number > previous + 1:
            yield styled("...", FRAME, color)
        previous = number
        picture = _Line(number, bars)
        row = picture.row()
        row.put(picture.margin, laid_out(source.line(number))[0], PLAIN)
        yield f"{styled(f'{number:>{gutter}} |', FRAME, color)} {row.text(color)}".rstrip()
        here = [s for s in stretches if s.first_line == s.last_line == number]
        for row in (*picture.underlines(here), *picture.openings(), *picture.closings()):
            yield f"{edge} {row.text(color)}".rstrip()


def _columns(tall: Sequence[_Stretch]) -> list[list[_Stretch]]:
    """The columns of bars at the left: a bar shares one with those that end before its first line."""
    columns: list[list[_Stretch]] = []
    for bar in sorted(tall, key=lambda s: (s.first_line, -s.last_line)):
        free = next((column for column in columns if column[-1].last_line < bar.first_line), None)
        if free is None:
            columns.append([bar])
        else:
            free.append(bar)
    return columns


def _shown_lines(stretches: Iterable[_Stretch]) -> list[int]:
    lines: set[int] = set()
    for stretch in stretches:
        inner = range(stretch.first_line, stretch.last_line + 1)
        lines.update(inner if len(inner) <= _WHOLE else (inner[0], inner[1], inner[-1]))
    # A gap of one line is shown rather than told.
    lines.update([number + 1 for number in lines if number + 2 in lines])
    return sorted(lines)


@define
class _Line:
    """The rows of one line: its own, and those with underlines below it. Each begins with the bars that run there."""

    number: int
    columns: Sequence[Sequence[_Stretch]]
    opened: list[_Stretch] = field(factory=list)
    closed: list[_Stretch] = field(factory=list)

    @property
    def margin(self) -> int:
        """The columns that bars take, and a space."""
        return len(self.columns) + 1 if self.columns else 0

    def bars(self) -> Iterator[tuple[int, _Stretch]]:
        for column, bars in enumerate(self.columns):
            for bar in bars:
                yield column, bar

    def row(self) -> _Row:
        row = _Row()
        for column, bar in self.bars():
            begun = bar.first_line < self.number or bar in self.opened
            if begun and self.number <= bar.last_line and bar not in self.closed:
                row.put(column, "|", bar.mark.style)
        return row

    def underlines(self, here: Sequence[_Stretch]) -> Iterator[_Row]:
        """Underlines within the line: the last one's text beside it, the others' below, hanging from their starts."""
        if not here:
            return
        row = self.row()
        for stretch in sorted(here, key=lambda s: s.mark.primary):
            row.put(self.margin + stretch.start, stretch.sign * (stretch.end - stretch.start), stretch.mark.style)
        told = sorted((s for s in here if s.text), key=lambda s: (s.start, s.mark.primary), reverse=True)
        if told and told[0].end == max(s.end for s in here):
            row.put(self.margin + told[0].end + 1, told[0].text, told[0].mark.style)
            del told[0]
        yield row
        if told:
            yield self._hanging(told)
        while told:
            stretch = told.pop(0)
            row = self._hanging(told)
            row.put(self.margin + stretch.start, stretch.text, stretch.mark.style)
            yield row

    def _hanging(self, stretches: Iterable[_Stretch]) -> _Row:
        row = self.row()
        for stretch in stretches:
            row.put(self.margin + stretch.start, "|", stretch.mark.style)
        return row

    def openings(self) -> Iterator[_Row]:
        """For each bar that begins in this line, a row from the bar to the place."""
        for column, bar in self.bars():
            if bar.first_line == self.number:
                row = self.row()
                row.put(column + 1, "_" * (self.margin + bar.start - column - 1) + bar.sign, bar.mark.style)
                self.opened.append(bar)
                yield row

    def closings(self) -> Iterator[_Row]:
        """For each bar that ends in this line, a row from the bar to the place, with its text; the innermost first."""
        for column, bar in reversed(list(self.bars())):
            if bar.last_line == self.number:
                row = self.row()
                line = "_" * (self.margin + max(bar.end, 1) - column - 2) + bar.sign
                row.put(column + 1, line, bar.mark.style)
                row.put(column + len(line) + 2, bar.text, bar.mark.style)
                self.closed.append(bar)
                yield row
