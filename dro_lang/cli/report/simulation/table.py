"""The table for people: how many steps are in each state and at risk at the end of each day, and who has which work."""

from collections import Counter
from collections.abc import Iterator, Sequence

from dro_lang.cli.output import plural
from dro_lang.cli.report.cells import BAD, FAINT, LOOKS, PLAIN, PLAN_STATES, STRONG, Cell, Painter
from dro_lang.cli.report.simulation.outcome import Outlook
from dro_lang.cli.report.table import summary
from dro_lang.diagnostics.render.columns import harmless, width
from dro_lang.kernel.states import PlanStatus
from dro_lang.runtime.simulation.days import Day, Desk, Load, weeks
from dro_lang.runtime.simulation.totals import StepTotal

_MANY_DAYS = 70
"""More days than these are told by the week."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
Row = list[Cell]


def table(outlook: Outlook, painter: Painter) -> Iterator[str]:
    """The lines of the table: a line for each day, or for each week if there are many. Those in which nothing changes
    are left out."""
    asked = outlook.asked
    records = plural(outlook.tally.records, "record")
    head = (
        f"{asked.plan.name}: {records} from {asked.today} to {asked.until} ({asked.plan.timezone}), seed {asked.seed}"
    )
    yield painter.styled(head, STRONG)
    yield from painter.row([Cell("assumed:", FAINT), Cell("; ".join(asked.assumed), FAINT)], [8], 0, gap=1)
    days = list(outlook.days)
    is_long = len(days) > _MANY_DAYS
    shown = list(weeks(days)) if is_long else days
    if outlook.totals.steps:
        yield from ("", painter.styled(f"steps at the end of each {'week' if is_long else 'day'}", STRONG))
        yield from _numbers(painter, _state_rows(shown))
        for desk in outlook.days.desks:
            yield from ("", _title(painter, desk, days))
            yield from _numbers(painter, _load_rows(desk, shown))
        yield from ("", painter.styled(f"each step at {asked.until} 00:00", STRONG))
        yield from painter.table([_head_of_steps(), *map(_step_row, outlook.totals.steps.values())], indent=2)
    yield ""
    yield from _ended(days[-1])
    yield from painter.wrapped(summary(asked.plan, outlook.tally), 0)


def _state_rows(days: Sequence[Day]) -> list[Row]:
    names = list(dict.fromkeys(look.name for state, look in LOOKS.items() if any(day.steps[state] for day in days)))
    risks = any(day.in_jeopardy or day.late for day in days)
    heads = [*names, *(["In Jeopardy", "Late"] if risks else []), "Plans done"]
    rows = [[Cell("", FAINT), *(Cell(head, FAINT) for head in heads)]]
    before: list[str] | None = None
    for day in days:
        counts = Counter[str]()
        for state, count in day.steps.items():
            counts[LOOKS[state].name] += count
        numbers = [counts[name] for name in names]
        numbers += [day.in_jeopardy, day.late] if risks else []
        numbers.append(day.plans[PlanStatus.COMPLETED])
        told = [f"{number:,}" if number else "·" for number in numbers]
        if told != before:
            styles = [*(PLAIN for _ in names), *([PLAIN, BAD if day.late else PLAIN] if risks else []), PLAIN]
            rows.append([Cell(str(day.day)), *(Cell(text, style) for text, style in zip(told, styles, strict=True))])
        before = told
    return rows


def _title(painter: Painter, desk: Desk, days: Sequence[Day]) -> str:
    peak = max(days, key=lambda day: day.desks[desk].open)
    came = sum(day.desks[desk].came for day in days)
    kind = "fatally failed, for" if desk.is_fallout else "tasks for"
    title = painter.styled(f"{kind} {harmless(desk.owner or 'nobody in particular')}", STRONG)
    return f"{title}  {came:,} in all; most open: {peak.desks[desk].open:,}, at the end of {peak.day}"


def _load_rows(desk: Desk, days: Sequence[Day]) -> list[Row]:
    """What came to a desk, what went and what lies there, where something moved."""
    loads = [(day.day, day.desks[desk]) for day in days]
    late = any(load.late for _, load in loads)
    heads = ["", "New", "Done", "Open", *(["Late"] if late else [])]
    rows = [[Cell(head, FAINT) for head in heads]]
    return rows + [[Cell(str(day)), *_load(load, late)] for day, load in loads if load.came or load.went]


def _load(load: Load, late: bool) -> Row:
    numbers = [load.came, load.went, load.open, *([load.late] if late else [])]
    styles = [PLAIN, PLAIN, PLAIN, BAD if load.late else PLAIN]
    return [Cell(f"{number:,}" if number else "·", style) for number, style in zip(numbers, styles, strict=False)]


def _numbers(painter: Painter, rows: Sequence[Row]) -> Iterator[str]:
    """A table with numbers on the right side of their columns; of one that is too wide, some columns at a time."""
    widths = [max(width(cell.text) for cell in column) for column in zip(*rows, strict=True)]
    start = 1
    while start < len(widths):
        end, total = start, 2 + widths[0]
        while end < len(widths) and (end == start or total + 2 + widths[end] <= painter.columns):
            total += 2 + widths[end]
            end += 1
        yield from [""] if start > 1 else []
        for row in rows:
            cells = [Cell(cell.text.rjust(columns), cell.style) for cell, columns in zip(row, widths, strict=True)]
            yield from painter.row([row[0], *cells[start:end], Cell("")], [widths[0], *widths[start:end]], indent=2)
        start = end


def _head_of_steps() -> Row:
    heads = ("", "Median", "9 of 10", "Late", "")
    return [Cell(head, FAINT) for head in heads]


def _step_row(total: StepTotal) -> Row:
    counts = Counter[str]()
    for state, look in LOOKS.items():
        counts[look.name] += total.states[state]
    states = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    late = Cell(f"{total.late:,}" if total.late else "", BAD)
    return [Cell(total.name), Cell(_length(total.time(0.5))), Cell(_length(total.time(0.9))), late, Cell(states, FAINT)]


def _length(seconds: float | None) -> str:
    """A length of time in its two largest units."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return "at once" if seconds < 1 else f"{seconds:.0f} s"
    days, rest = divmod(int(seconds), _DAY)
    hours, rest = divmod(rest, _HOUR)
    parts = ((days, "d"), (hours, "h"), (rest // _MINUTE, "min"))
    return " ".join([f"{number} {unit}" for number, unit in parts if number][:2])


def _ended(day: Day) -> Iterator[str]:
    plans = ", ".join(f"{count:,} {PLAN_STATES[state]}" for state, count in sorted(day.plans.items()))
    if plans:
        late = f"; {plural(day.late, 'step')} late" if day.late else ""
        yield f"plans at {day.day} 00:00: {plans}{late}"
