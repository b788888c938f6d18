"""The course of a plan over time: what happened, against what was planned when it was submitted."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from attrs import evolve

from dro_lang.conditions.time import in_zone
from dro_lang.interop.gantt import Chart, Gantt, svg_for_page
from dro_lang.kernel.events import SYSTEM
from dro_lang.kernel.history import Entry, StepChanged
from dro_lang.kernel.states import GroupKey, InstanceId, StepStatus
from dro_lang.runtime.embedded.port import Submitted
from dro_lang.runtime.operations.plan_view import HistoryLine, PlanView
from dro_lang.runtime.simulation.assumptions import AT_ONCE, Assumptions, Who
from dro_lang.runtime.simulation.bars import bars
from dro_lang.runtime.simulation.simulate import simulate

MOST_PLANNED = 200
"""Plans with more steps are shown without what was planned: to foresee them takes too long for a page."""

AHEAD = timedelta(days=366)

_BEGUN = (StepStatus.READY, StepStatus.IN_PROGRESS)

Span = tuple[datetime, datetime]


def timeline(view: PlanView, history: Iterable[HistoryLine], groups: frozenset[GroupKey], now: datetime) -> str:
    """The course of some groups of a plan, as SVG."""
    zone = view.zone
    now = in_zone(now, zone)
    began = in_zone(view.header.submitted_at, zone)
    composed = [
        (began, StepChanged(began, step.view.id, None, StepStatus.PENDING, "", SYSTEM))
        for step in view.steps
        if step.view.id.copy == 0
    ]
    happened: list[tuple[datetime, Entry]] = [
        (in_zone(line.at, zone), line.what) for line in history if not isinstance(line.what, Submitted)
    ]
    shown = [step.view for step in view.steps if step.view.id.group_key in groups]
    spans = planned(view)
    told = bars([*composed, *happened], [step.view for step in view.steps], now)
    drawn = tuple(evolve(bar, planned=spans.get(bar.step)) for bar in told if bar.step.group_key in groups)
    ends = [now, *(end for step in shown if (span := spans.get(step.id)) for end in span)]
    ends += [moment for step in shown for moment in (step.scheduled_for, step.due_at) if moment is not None]
    about = f"submitted {began.day} {began:%b %Y}, times in {zone.key}"
    chart = Chart(view.header.name, about, drawn)
    start = began.replace(hour=0, minute=0, second=0, microsecond=0)
    return svg_for_page(Gantt("", (), start, max(ends) + timedelta(hours=12), (chart,), now))


def planned(view: PlanView) -> Mapping[InstanceId, Span]:
    """From when until when each step was to run, had nobody been late and nothing failed: known when the plan was
    submitted, from its record as it was then."""
    if len(view.steps) > MOST_PLANNED:
        return {}
    at_once = Assumptions(takes={each: AT_ONCE for each in Who if each is not Who.OPERATORS})
    submitted = view.submitted
    until = submitted.at + AHEAD
    course = simulate(view.kernel, submitted.row, in_zone(submitted.at, view.zone), until, at_once)
    begun: dict[InstanceId, datetime] = {}
    found: dict[InstanceId, Span] = {}
    for happening in course.happenings:
        entry, step = happening.entry, happening.step
        if isinstance(entry, StepChanged) and entry.target in _BEGUN:
            begun.setdefault(entry.step, happening.at)
        if step is not None and step.id in begun and step.status in (*_BEGUN, StepStatus.COMPLETED, StepStatus.EXPIRED):
            due = None if step.due_at is None else in_zone(step.due_at, view.zone)
            found[step.id] = (begun[step.id], max(happening.at, due or happening.at))
    return found
