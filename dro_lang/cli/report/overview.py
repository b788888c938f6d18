"""Many records of one scenario: what each step comes to over all of them, then a line for each record."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from attrs import define, field

from dro_lang.cli.report.alike import of_any_item
from dro_lang.cli.report.cells import FAINT, LOOKS, STRONG, Cell, Painter, date_of, padded, told
from dro_lang.cli.report.kept import Kept
from dro_lang.cli.report.results import Result
from dro_lang.diagnostics.render.columns import harmless, in_one_line, width
from dro_lang.kernel.states import FINISHED, StepStatus
from dro_lang.kernel.view import StepView

_NAME = 40
"""At most so many columns for the names of records."""
_REASONS = 3
"""At most so many reasons are told for the steps in one state."""
_SHORT = timedelta(days=300)
"""Within so long a day and a month say which year is meant."""


def marks(states: Collection[StepStatus]) -> list[tuple[str, str]]:
    """Each mark that lines of records with steps in some states use, with the name of its state."""
    return list(dict.fromkeys((look.mark, look.name) for state, look in LOOKS.items() if state in states))


@define
class _Days:
    """The first and the last of some moments."""

    first: datetime | None = None
    last: datetime | None = None

    def add(self, moment: datetime | None) -> None:
        if moment is not None:
            self.first = moment if self.first is None else min(self.first, moment)
            self.last = moment if self.last is None else max(self.last, moment)

    def add_all(self, other: "_Days") -> None:
        self.add(other.first)
        self.add(other.last)


# ---- the steps


@define
class _Standing:
    """Steps of many records that are in one state for one reason."""

    count: int = 0
    days: _Days = field(factory=_Days)

    def add(self, step: StepView) -> None:
        self.count += 1
        self.days.add(date_of(step))

    @property
    def when(self) -> str:
        if self.days.first is None:
            return ""
        first, last = f"{self.days.first:%Y-%m-%d}", f"{self.days.last:%Y-%m-%d}"
        return first if first == last else f"{first} to {last}"


def step_rows(results: Iterable[Result]) -> Iterator[list[Cell]]:
    """For each step, each state that it is in and each reason for that: how many, and when."""
    steps: dict[str, dict[StepStatus, dict[str, _Standing]]] = {}
    for result in results:
        for step in result.steps:
            reasons = steps.setdefault(f"{step.group}.{step.step}", {}).setdefault(step.state, {})
            reason = of_any_item(told, step)
            reasons.setdefault(reason, _Standing()).add(step)
    for name, states in steps.items():
        shown = name
        for state, look in LOOKS.items():
            for reason, standing in _told_at_most(states.get(state, {})).items():
                count, when = Cell(f"{standing.count:>6,}"), Cell(standing.when)
                yield [Cell(shown), Cell(look.name, look.style), count, when, Cell(reason, FAINT)]
                shown = ""


def _told_at_most(reasons: dict[str, _Standing]) -> dict[str, _Standing]:
    """Steps in one state by their reasons; together, where there are too many reasons to tell them all."""
    if len(reasons) <= _REASONS:
        return reasons
    commonest = max(reasons, key=lambda reason: reasons[reason].count)
    together = _Standing()
    for standing in reasons.values():
        together.count += standing.count
        together.days.add_all(standing.days)
    return {f"{commonest}; or one of {len(reasons) - 1} other reasons": together}


# ---- the records


@define
class RecordLines:
    """A line for each record: its id and name, and a mark and a date for each step. `ids` and `names` are how wide the
    widest of these are, `states` those that steps are in."""

    results: Kept
    steps: list[tuple[str, str]]
    states: set[StepStatus]
    form: str
    ids: int
    names: int
    heads: list[list[str]]
    widths: list[int]

    @classmethod
    def of(cls, results: Kept) -> "RecordLines":
        found: dict[tuple[str, str], None] = {}
        states, days, ids, names = set(), _Days(), 0, 0
        for result in results:
            ids = max(ids, width(in_one_line(result.record_id or "")))
            names = max(names, width(harmless(result.name)))
            for step in result.steps:
                found[step.group, step.step] = None
                states.add(step.state)
                days.add(date_of(step))
        steps, form = list(found), _form(days)
        alone = Counter(step for _, step in steps)
        labels = [f"{group}.{step}" if alone[step] > 1 else step for group, step in steps]
        bodies = [0] * len(steps)
        for result in results:
            bodies = list(map(max, bodies, (width(cell.text) for cell in _cells(result, steps, form))))
        heads = [_head(label, body) for label, body in zip(labels, bodies, strict=True)]
        widths = [max(body, *map(width, head)) for body, head in zip(bodies, heads, strict=True)]
        return cls(results, steps, states, form, ids, names, heads, widths)

    @property
    def narrowest(self) -> int:
        """The columns that the lines need, without names."""
        return 2 + self.ids + sum(2 + columns for columns in self.widths)

    def drawn(self, painter: Painter) -> Iterator[str]:
        label = min(self.names, _NAME, painter.columns - self.narrowest - 2)
        fixed = [self.ids, *([label] if label >= 8 else []), *self.widths]
        height = max(map(len, self.heads))
        for line in range(height):
            # Heads stand on the line above the records, whatever their height.
            parts = [head[line - height + len(head)] if line >= height - len(head) else "" for head in self.heads]
            cells = [Cell("")] * (len(fixed) - len(parts)) + [Cell(part, STRONG) for part in parts]
            yield from painter.row([*cells, Cell("")], fixed, indent=2)
        for result in self.results:
            cells = _cells(result, self.steps, self.form)
            first = [Cell(result.record_id or "")]
            first += [Cell(padded(harmless(result.name), label))] if label >= 8 else []
            yield from painter.row([*first, *cells, Cell("")], fixed, indent=2)


def _head(name: str, columns: int) -> list[str]:
    """The name of a step on as few lines as its column allows, broken at dots and underscores."""
    words = re.findall(r"[^._]+[._]*", name)
    room = max(columns, *(len(word.rstrip("._")) for word in words))
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1] + word.rstrip("._")) > room:
            lines.append("")
        lines[-1] += word
    return [line.rstrip("._") for line in lines]


def _form(days: _Days) -> str:
    short = days.first is None or days.last is None or days.last - days.first < _SHORT
    return "%d %b" if short else "%Y-%m-%d"


def _cells(result: Result, steps: Sequence[tuple[str, str]], form: str) -> list[Cell]:
    """The cells of a record, one for each of some steps."""
    instances: dict[tuple[str, str], list[StepView]] = {}
    for step in result.steps:
        instances.setdefault((step.group, step.step), []).append(step)
    return [_cell(instances.get(key, []), form) for key in steps]


def _cell(steps: Sequence[StepView], form: str) -> Cell:
    """A step of a record: its mark and date; of several items, where they stand apart, how many have finished."""
    if not steps:
        return Cell("")
    date = date_of(steps[0])
    look = LOOKS[steps[0].state]
    if len({(step.state, date_of(step)) for step in steps}) > 1:
        finished = sum(step.state in FINISHED for step in steps)
        open_step = next((step for step in steps if step.state not in FINISHED), steps[0])
        look = LOOKS[open_step.state]
        return Cell(f"{look.mark} {finished}/{len(steps)}", look.style)
    return Cell(f"{look.mark} {date:{form}}" if date else look.mark, look.style)
