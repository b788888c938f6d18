"""One plan: how it stands, its steps with why they are as they are, and what happened to it."""

from collections.abc import Iterable, Iterator

from dro_lang.cli.report.alike import Alike, alike
from dro_lang.cli.report.cells import (
    CLOCK_WORDS,
    FAINT,
    LOOKS,
    PLAN_STATES,
    STRONG,
    Cell,
    Painter,
    day,
    label,
    why,
)
from dro_lang.cli.report.operations.lists import CLOCK, PLAN_STYLES
from dro_lang.cli.report.results import Result
from dro_lang.cli.report.why import explained
from dro_lang.conditions.time import in_zone
from dro_lang.diagnostics.render.columns import harmless, in_one_line
from dro_lang.kernel.history import (
    Assigned,
    DataChanged,
    IntegrationChanged,
    JeopardyChanged,
    PlanChanged,
    Refused,
    StepChanged,
)
from dro_lang.kernel.states import Jeopardy
from dro_lang.kernel.view import StepView
from dro_lang.runtime.embedded.port import Submitted
from dro_lang.runtime.operations.plan_view import Happened, HistoryLine, PlanView


def plan_lines(view: PlanView, painter: Painter) -> Iterator[str]:
    """A plan and its steps, group by group."""
    row, header = view.row, view.header
    name = "" if header.name == header.plan_id else f"  {in_one_line(header.name)}"
    state = painter.styled(PLAN_STATES[row.status], PLAN_STYLES[row.status])
    yield painter.styled(f"{in_one_line(header.plan_id)}{name}", STRONG) + f"  {state}"
    yield from painter.table([[Cell(name, FAINT), Cell(value)] for name, value in _facts(view)], 2)
    by_group: dict[str, list[StepView]] = {}
    for step in view.steps:
        by_group.setdefault(step.view.id.group + _copy(step.view), []).append(step.view)
    for title, steps in by_group.items():
        yield from ("", painter.styled(title, STRONG))
        yield from painter.table([_cells(each) for each in alike(steps)], 2)


def _facts(view: PlanView) -> Iterator[tuple[str, str]]:
    row, header = view.row, view.header
    yield "plan", f"{header.plan}: {' + '.join(view.state.scenarios)}"
    yield "record", f"{header.object} {header.record_id}"
    yield "submitted", f"{day(in_zone(header.submitted_at, view.zone))} by {view.submitted.by} ({view.zone})"
    yield "steps", f"{row.finished} of {row.steps} finished"
    if row.wake is not None:
        yield "next", day(in_zone(row.wake, view.zone))
    yield "program", header.program[:12]
    if view.state.offline:
        yield "offline", ", ".join(sorted(view.state.offline))
    if row.trouble:
        yield "trouble", row.trouble
    if view.points_of_no_return:
        yield "no return", ", ".join(map(label, view.points_of_no_return))


def _copy(step: StepView) -> str:
    return f" #{step.id.copy}" if step.id.copy else ""


def _cells(each: Alike) -> list[Cell]:
    step, item = each.first, each.id.item
    look = LOOKS[step.state]
    clock = each.due if step.jeopardy in (None, Jeopardy.ON_TIME) else CLOCK_WORDS[step.jeopardy]
    return [
        Cell(look.mark, look.style),
        Cell(step.step if item is None else f"{step.step} [{item}]"),
        Cell(look.name, look.style),
        Cell(each.when),
        Cell(clock, CLOCK[step.jeopardy]),
        Cell(each.said(why), FAINT),
    ]


def why_lines(view: PlanView, painter: Painter) -> Iterator[str]:
    """Why a plan is the one that it is, and its steps run or wait: the conditions, with the values of the record."""
    why = view.why
    result = Result(
        view.header.record_id,
        view.header.name,
        view.state.scenarios,
        "Success",
        None,
        "",
        view.state.status,
        verdicts=why.selection.verdicts,
        traces=why.traces,
        checks=why.checks,
    )
    yield from explained(view.kernel.blueprint.plan, result, painter)


def history_table(lines: Iterable[HistoryLine], view: PlanView, painter: Painter) -> Iterator[str]:
    """What happened to a plan, when, and by whom."""
    rows = []
    for line in lines:
        subject, said, reason, by = _happened(line.what)
        at = f"{in_zone(line.at, view.zone):%Y-%m-%d %H:%M:%S}"
        rows.append([Cell(at, FAINT), Cell(subject), said, Cell(by), Cell(reason, FAINT)])
    yield from painter.table(rows, 0)


def _happened(what: Happened) -> tuple[str, Cell, str, str]:
    """What it is about, what happened, why, and by whom."""
    match what:
        case Submitted():
            return "plan", Cell("submitted"), " + ".join(what.scenarios), what.by
        case StepChanged():
            look = LOOKS[what.target]
            return label(what.step), Cell(look.name, look.style), what.reason, what.by
        case JeopardyChanged():
            return label(what.step), Cell(CLOCK_WORDS[what.target], CLOCK[what.target]), "", ""
        case Assigned():
            return label(what.step), Cell(f"assigned to {harmless(what.user)}"), "", what.by
        case PlanChanged():
            return "plan", Cell(PLAN_STATES[what.target], PLAN_STYLES[what.target]), "", what.by
        case DataChanged():
            subject = "record" if what.item is None else f"item {harmless(what.item)}"
            return subject, Cell("changed"), ", ".join(what.attributes), what.by
        case IntegrationChanged():
            return what.integration, Cell("online" if what.online else "offline"), "", what.by
        case Refused():
            subject = "plan" if what.step is None else label(what.step)
            return subject, Cell(f"{what.event} refused", {"fg": "red"}), what.reason, what.by
