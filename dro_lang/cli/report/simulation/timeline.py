"""The course of single plans over time, drawn with characters: a line for each step, denser where it is at risk."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from dro_lang.cli.output import plural
from dro_lang.cli.report.cells import BAD, FAINT, LOOKS, PLAIN, PLAN_STATES, STRONG, Painter, Style, label, padded
from dro_lang.cli.report.simulation.outcome import Outlook
from dro_lang.cli.report.simulation.plans import Drawn, left_out
from dro_lang.cli.report.table import summary
from dro_lang.diagnostics.render.columns import in_one_line, width
from dro_lang.kernel.states import FINISHED, Jeopardy, StepStatus
from dro_lang.runtime.simulation.bars import Bar, Stretch, bars_of

_LABEL, _LEAST = 40, 24
"""At most so many columns for the names of steps, and at least so many for time."""

_TICK = 9
"""So many columns at least for a date below the axis."""

_STEPS = (1, 2, 7, 14, 28, 91, 182, 364)
"""Between two dates on the axis there are so many days."""

_FILLS: dict[StepStatus, tuple[str, Style]] = {
    StepStatus.SCHEDULED: ("·", FAINT),
    StepStatus.READY: ("░", {"fg": "yellow"}),
    StepStatus.IN_PROGRESS: ("▒", {"fg": "yellow"}),
    StepStatus.ON_HOLD: ("‖", {"fg": "yellow"}),
    StepStatus.FAILED: ("!", {"fg": "red"}),
    StepStatus.FATALLY_FAILED: ("✗", BAD),
}
_RISKS: dict[Jeopardy, tuple[str, Style]] = {
    Jeopardy.IN_JEOPARDY: ("▓", {"fg": "bright_red"}),
    Jeopardy.LATE: ("█", BAD),
}
_AT_WORK = (StepStatus.READY, StepStatus.IN_PROGRESS)
_KEY = (
    *(("·", "scheduled"), ("░", "ready"), ("▒", "in progress"), ("▓", "in jeopardy"), ("█", "late")),
    *((LOOKS[state].mark, LOOKS[state].name.lower()) for state in (StepStatus.COMPLETED, StepStatus.SKIPPED)),
    *((LOOKS[state].mark, LOOKS[state].name.lower()) for state in (StepStatus.EXPIRED, StepStatus.FATALLY_FAILED)),
)


@frozen
class _Scale:
    """Where moments stand on a line of so many columns."""

    start: datetime
    end: datetime
    columns: int

    def column(self, moment: datetime) -> int:
        whole = max((self.end - self.start).total_seconds(), 1.0)
        part = (moment - self.start).total_seconds() / whole
        return min(int(part * self.columns), self.columns - 1)

    def axis(self) -> str:
        """Dates along the line."""
        days = max((self.end.date() - self.start.date()).days, 1)
        step = next((each for each in _STEPS if each * self.columns / days >= _TICK), days)
        line = ""
        for number in range(0, days + 1, step):
            at = self.column(self.start + timedelta(days=number))
            if at >= len(line) and at + _TICK - 2 <= self.columns:
                line = line.ljust(at) + f"{self.start + timedelta(days=number):%d %b}" + "  "
        return line.rstrip()


def timeline(outlook: Outlook, plans: Sequence[Drawn], painter: Painter) -> Iterator[str]:
    """The lines of the timeline."""
    asked = outlook.asked
    days = f"from {asked.today} to {asked.until} ({asked.plan.timezone}), seed {asked.seed}"
    yield painter.styled(f"{asked.plan.name}: {plural(outlook.tally.records, 'record')} {days}", STRONG)
    charts = [(drawn, bars_of(drawn.simulated)) for drawn in plans]
    bars = [bar for _, own in charts for bar in own]
    names = min(max((width(label(bar.step)) for bar in bars), default=0), _LABEL)
    ends = max((width(_end(bar)) for bar in bars), default=0)
    scale = _Scale(asked.began, asked.ends, max(painter.columns - names - ends - 8, _LEAST))
    for drawn, own in charts:
        yield ""
        yield from _plan(drawn, own, scale, names, painter)
    yield ""
    if plans:
        yield from painter.key(_KEY)
    yield from left_out(outlook, plans)
    yield from painter.wrapped(summary(asked.plan, outlook.tally), 0)


def _plan(drawn: Drawn, bars: Sequence[Bar], scale: _Scale, names: int, painter: Painter) -> Iterator[str]:
    result = drawn.result
    assert result.plan_state is not None  # a plan is drawn
    named = in_one_line("  ".join(part for part in (result.record_id or "", result.name) if part))
    state = f"{' + '.join(result.scenarios)}  {PLAN_STATES[result.plan_state]}"
    yield f"  {painter.styled(named, STRONG)}  {painter.styled(state, FAINT)}"
    yield " " * (names + 6) + painter.styled(scale.axis(), FAINT)
    for bar in bars:
        look = LOOKS[bar.state]
        drawn_bar = "".join(painter.styled(mark, style) for mark, style in _line(bar, scale))
        yield f"    {padded(label(bar.step), names)}  {drawn_bar}  {painter.styled(_end(bar), look.style)}".rstrip()


def _end(bar: Bar) -> str:
    """The state in words, with its risk."""
    risk = f", {bar.risk.replace('_', ' ')}" if bar.risk in _RISKS and bar.risk is not None else ""
    return LOOKS[bar.state].name + risk


def _line(bar: Bar, scale: _Scale) -> list[tuple[str, Style]]:
    cells: list[tuple[str, Style]] = [(" ", PLAIN)] * scale.columns
    for stretch in bar.stretches:
        fill = _fill(stretch)
        if fill is not None:
            first, last = scale.column(stretch.start), scale.column(stretch.end)
            cells[first : last + 1] = [fill] * (last + 1 - first)
    if bar.state in FINISHED and bar.at is not None:
        cells[scale.column(bar.at)] = LOOKS[bar.state].mark, LOOKS[bar.state].style
    return cells


def _fill(stretch: Stretch) -> tuple[str, Style] | None:
    """How a stretch looks; nothing where a step only waits for others, or is finished."""
    if stretch.risk in _RISKS and stretch.state in _AT_WORK:
        return _RISKS[stretch.risk]
    return _FILLS.get(stretch.state)
