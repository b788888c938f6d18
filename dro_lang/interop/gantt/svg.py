"""A Gantt chart as SVG: one file that stands alone. Every state is told by its colour, its shape and its name."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from xml.sax.saxutils import escape

from attrs import evolve

from dro_lang.interop.gantt.chart import Chart, Gantt, Scale
from dro_lang.interop.gantt.style import style_of
from dro_lang.interop.graphs.states import LOOKS, word
from dro_lang.interop.graphs.svg.pieces import escaped, number, quoted, rectangle, text_line
from dro_lang.interop.graphs.svg.scene import PlacedLine
from dro_lang.interop.graphs.svg.style import style_sheet
from dro_lang.interop.graphs.svg.text import Font, Line, measure, wrap
from dro_lang.kernel.states import FINISHED, InstanceId, Jeopardy, StepStatus, spoken
from dro_lang.runtime.simulation.bars import Bar, Stretch

ROOT = "dro-gantt"
WIDTH, MARGIN = 1240.0, 24.0
ROW, BAR, BADGE = 28.0, 14.0, 17.0
GAP = 22.0
MOST_LABEL = 320.0
TICK_ROOM = 66.0
"""So much is left at least between two dates."""

_THINNEST = 2.0
"""What takes no time is drawn so wide."""

TITLE = Font("title", 20, 28, bold=True)
NOTE = Font("note", 12.5, 19)
NAME = Font("lane-name", 14.5, 24, bold=True)
ABOUT = Font("about", 12.5, 24)
LABEL = Font("label", 12.5, ROW)
TICK = Font("tick", 11, 18)
END = Font("end", 12, ROW)
LEGEND = Font("legend", 12, 20)
_FONTS = (TITLE, NOTE, NAME, ABOUT, LABEL, TICK, END, LEGEND)

_LINE = (StepStatus.SCHEDULED,)
_BOX = (
    *(StepStatus.READY, StepStatus.IN_PROGRESS, StepStatus.ON_HOLD),
    *(StepStatus.FAILED, StepStatus.FATALLY_FAILED),
)
_DASHED = (StepStatus.ON_HOLD, StepStatus.FAILED)
_AT_RISK = (Jeopardy.IN_JEOPARDY, Jeopardy.LATE)
_LEGEND: tuple[tuple[StepStatus, str], ...] = (
    (StepStatus.SCHEDULED, "waits for its date"),
    (StepStatus.READY, "ready, not begun"),
    (StepStatus.IN_PROGRESS, "in progress"),
    (StepStatus.ON_HOLD, "on hold"),
    (StepStatus.FAILED, "failed, will be tried again"),
)


def svg(gantt: Gantt) -> str:
    """The chart as an SVG document."""
    head = [
        'role="img" aria-labelledby="gantt-title gantt-description"',
        f'<title id="gantt-title">{escaped(gantt.title)}</title>',
        f'<desc id="gantt-description">{escaped(_described(gantt))}</desc>',
        f"<style>\n{escape(styles())}\n</style>",
    ]
    return _drawn(gantt, head)


def svg_for_page(gantt: Gantt) -> str:
    """The chart for a page that has `styles`."""
    label = quoted(_described(gantt))
    return _drawn(gantt, [f'role="img" aria-label={label}'])


def styles() -> str:
    """The style sheet of charts."""
    fonts = [(font.name, font.size, font.bold) for font in _FONTS]
    return style_sheet(ROOT, fonts, tuple(StepStatus)) + "\n" + style_of(ROOT)


def _drawn(gantt: Gantt, head: list[str]) -> str:
    attributes, *inside = head
    lines = [*wrap(gantt.title, TITLE, WIDTH - 2 * MARGIN)]
    lines += [line for note in gantt.notes for line in wrap(note, NOTE, WIDTH - 2 * MARGIN)]
    scale = _scale(gantt)
    parts: list[str] = []
    y = MARGIN
    for line in lines:
        parts.append(text_line(PlacedLine(line, MARGIN, y)))
        y += line.font.line_height
    for chart in gantt.charts:
        y += GAP
        parts += _chart(chart, scale, y, gantt.now)
        y += NAME.line_height + TICK.line_height + ROW * len(chart.bars) + 6
    y += GAP
    legend, y = _legend(gantt, y)
    parts += legend
    height = number(y + MARGIN)
    return (
        "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" class="{ROOT}" {attributes} '
                f'width="{number(WIDTH)}" height="{height}" viewBox="0 0 {number(WIDTH)} {height}">',
                *inside,
                rectangle("ground", 0, 0, WIDTH, y + MARGIN),
                *parts,
                "</svg>",
            ]
        )
        + "\n"
    )


def _scale(gantt: Gantt) -> Scale:
    """The scale of all charts, between the names of steps and their last states."""
    bars = [bar for chart in gantt.charts for bar in chart.bars]
    left = MARGIN + max((_label(bar.step).width for bar in bars), default=0) + 16
    right = WIDTH - MARGIN - max((measure(_end(bar), END) for bar in bars), default=0) - 14
    return Scale(gantt.start, gantt.end, left, right - left - BADGE)


def _chart(chart: Chart, scale: Scale, y: float, now: datetime | None) -> Iterator[str]:
    name = Line(chart.name, NAME)
    yield text_line(PlacedLine(name, MARGIN, y))
    yield text_line(PlacedLine(Line(chart.about, ABOUT), MARGIN + name.width + 12, y))
    y += NAME.line_height
    bottom = y + TICK.line_height + ROW * len(chart.bars)
    for tick in scale.ticks(TICK_ROOM):
        x = number(scale.x(tick))
        yield f'<path class="grid" d="M{x} {number(y + TICK.line_height - 3)} V{number(bottom)}"/>'
        yield text_line(PlacedLine(Line(f"{tick:%d %b}", TICK), scale.x(tick), y, centered=True))
    end = scale.left + scale.width
    yield f'<path class="until" d="M{number(end)} {number(y + 4)} V{number(bottom)}"/>'
    y += TICK.line_height
    if now is not None:
        yield f'<path class="now" d="M{number(scale.x(now))} {number(y - 3)} V{number(bottom)}"/>'
    for bar in chart.bars:
        middle = y + ROW / 2
        yield f"<g><title>{escaped(_tip(bar))}</title>"
        yield f'<path class="row" d="M{number(scale.left)} {number(middle)} H{number(end)}"/>'
        yield text_line(PlacedLine(_label(bar.step), MARGIN, y))
        if bar.planned is not None:
            start, due = map(scale.x, bar.planned)
            yield _planned(start, due, middle)
        yield from (_state(stretch, scale, middle) for stretch in _by_state(bar.stretches))
        yield from (_risk(stretch, scale, middle) for stretch in bar.stretches if _is_at_risk(stretch))
        if bar.state in FINISHED or bar.state is StepStatus.FATALLY_FAILED:
            yield _badge(bar.state, scale.x(bar.at), middle)
        risk = f" {bar.risk}" if bar.risk in _AT_RISK else ""
        text = text_line(PlacedLine(Line(_end(bar), END), end + BADGE + 14, y))
        yield text.replace('class="end"', f'class="end{risk}"')
        yield "</g>"
        y += ROW


def _by_state(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """The stretches, those in one state as one, whatever the risk."""
    for _, own in groupby(stretches, key=lambda stretch: stretch.state):
        first, *others = own
        yield evolve(first, end=others[-1].end) if others else first


def _state(stretch: Stretch, scale: Scale, middle: float) -> str:
    """A line for a step that waits for its date, a box for one that can be worked on; nothing for one that waits for
    others."""
    start, end = scale.x(stretch.start), scale.x(stretch.end)
    if stretch.state in _LINE:
        line = f'<path class="shape" d="M{number(start)} {number(middle)} H{number(end)}"/>'
        return f'<g class="{stretch.state} faint">{line}</g>'
    if stretch.state not in _BOX:
        return ""
    faint = " faint" if stretch.state in _DASHED else ""
    box = rectangle("shape", start, middle - BAR / 2, max(end - start, _THINNEST), BAR, 2)
    return f'<g class="{stretch.state}{faint}">{box}</g>'


def _planned(start: float, end: float, middle: float) -> str:
    """A bracket above the box."""
    top, bottom = number(middle - BAR / 2 - 4), number(middle - BAR / 2)
    return f'<path class="planned" d="M{number(start)} {bottom} V{top} H{number(max(end, start + 5))} V{bottom}"/>'


def _is_at_risk(stretch: Stretch) -> bool:
    return stretch.risk in _AT_RISK and stretch.state in _BOX


def _risk(stretch: Stretch, scale: Scale, middle: float) -> str:
    """A line below the box: broken in jeopardy, whole where it is late."""
    start, y = scale.x(stretch.start), number(middle + BAR / 2 + 3)
    end = max(scale.x(stretch.end), start + _THINNEST)
    return f'<path class="{stretch.risk} risk" d="M{number(start)} {y} H{number(end)}"/>'


def _badge(state: StepStatus, x: float, middle: float) -> str:
    """The mark of a state on a disc of its colour, where the step came into it."""
    place = f'transform="translate({number(x - 6)} {number(middle - 6)})"'
    disc = f'<circle class="badge" cx="{number(x)}" cy="{number(middle)}" r="{number(BADGE / 2)}"/>'
    return f'<g class="{state}">{disc}<path class="glyph" {place} d="{LOOKS[state].glyph}"/></g>'


def _legend(gantt: Gantt, y: float) -> tuple[list[str], float]:
    """What the signs mean that are drawn, and where they end."""
    stretches = [stretch for chart in gantt.charts for bar in chart.bars for stretch in bar.stretches]
    states = {stretch.state for stretch in stretches}
    ended = {bar.state for chart in gantt.charts for bar in chart.bars}
    risks = {stretch.risk for stretch in stretches if _is_at_risk(stretch)}
    sample = Scale(gantt.start, gantt.end, 0, 26)
    entries: list[tuple[str, str]] = []
    for state, text in _LEGEND:
        if state in states:
            shown = Stretch(state, None, gantt.start, gantt.end)
            entries.append((_state(shown, sample, 10), text))
    for risk, text in zip(_AT_RISK, ("in jeopardy", "late"), strict=True):
        if risk in risks:
            entries.append((f'<path class="{risk} risk" d="M0 10 H26"/>', text))
    if any(bar.planned for chart in gantt.charts for bar in chart.bars):
        entries.append((_planned(2, 24, 16), "as planned"))
    if gantt.now is not None:
        entries.append(('<path class="now" d="M13 2 V18"/>', "now"))
    for state in StepStatus:
        if state in ended and (state in FINISHED or state is StepStatus.FATALLY_FAILED):
            entries.append((_badge(state, 13, 10), word(state).lower()))
    drawn: list[str] = []
    x = MARGIN
    for sign, text in entries:
        width = 36 + measure(text, LEGEND)
        if x > MARGIN and x + width > WIDTH - MARGIN:
            x, y = MARGIN, y + 26
        drawn.append(f'<g transform="translate({number(x)} {number(y)})">{sign}</g>')
        drawn.append(text_line(PlacedLine(Line(text, LEGEND), x + 36, y)))
        x += width + 24
    return drawn, y + LEGEND.line_height


# ---- words


def _label(step: InstanceId) -> Line:
    return wrap(_name(step), LABEL, MOST_LABEL, lines=1)[0]


def _name(step: InstanceId) -> str:
    copy = f"#{step.copy}" if step.copy > 1 else ""
    return f"{step.group}{copy}.{step.step}" + ("" if step.item is None else f" [{step.item}]")


def _end(bar: Bar) -> str:
    """The last state of a step with its risk, and since when."""
    since = "" if bar.state is StepStatus.PENDING else _moment(bar.at)
    return " · ".join(part for part in (word(bar.state), _risk_word(bar.risk), since) if part)


def _risk_word(risk: Jeopardy | None) -> str:
    return "" if risk is None or risk not in _AT_RISK else risk.replace("_", " ")


def _moment(moment: datetime) -> str:
    return f"{moment:%d %b}" if (moment.hour, moment.minute) == (0, 0) else f"{moment:%d %b %H:%M}"


def _tip(bar: Bar) -> str:
    """What a pointer that rests on a step is told: its whole life."""
    lines = [_name(bar.step), *(_told(stretch) for stretch in bar.stretches), _end(bar)]
    return "\n".join([*lines, bar.reason] if bar.reason else lines)


def _told(stretch: Stretch) -> str:
    said = ", ".join(part for part in (spoken(stretch.state), _risk_word(stretch.risk)) if part)
    return f"{said}: {_moment(stretch.start)} to {_moment(stretch.end)}"


def _described(gantt: Gantt) -> str:
    """The chart in words, for those who do not see it."""
    lines = list(gantt.notes)
    for chart in gantt.charts:
        steps = "; ".join(f"{_name(bar.step)}: {_end(bar)}" for bar in chart.bars)
        lines.append(f"{chart.name} ({chart.about}): {steps or 'no steps'}.")
    return "\n".join(lines)
