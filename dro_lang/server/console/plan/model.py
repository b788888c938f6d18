"""What is on the page of a plan."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from attrs import frozen

from dro_lang.conditions.trace import Trace
from dro_lang.kernel.states import InstanceId, Jeopardy, StepStatus
from dro_lang.runtime.operations.actions import CHANGEABLE, PlanVerb
from dro_lang.runtime.operations.plan_view import HistoryLine, PlanView, StepInPlan
from dro_lang.server.console.plan.graph import Part
from dro_lang.server.console.plan.panel import Panel, Several
from dro_lang.server.console.plan.steps import Filter, Show
from dro_lang.server.console.values import Named, Table, named, tables
from dro_lang.server.plans.acting import OPERATIONS
from dro_lang.server.rights.permissions import Subject
from dro_lang.server.summary.summarise import DONE_FIRST
from dro_lang.server.web.caller import Caller


class Tab(StrEnum):
    GRAPH = "graph"
    TIMELINE = "timeline"
    STEPS = "steps"
    HISTORY = "history"
    RECORD = "record"
    WHY = "why"


TABS: Mapping[Tab, str] = {
    Tab.GRAPH: "Graph",
    Tab.TIMELINE: "Timeline",
    Tab.STEPS: "Steps",
    Tab.HISTORY: "History",
    Tab.RECORD: "Record",
    Tab.WHY: "Why this plan",
}


@frozen
class ScenarioSaid:
    """A scenario of the plan's program: whether the record matched it, and its condition taken apart."""

    name: str
    doc: str
    matches: bool
    taken: bool
    otherwise: bool
    blocked_by: str | None
    unless: tuple[str, ...]
    trace: Trace | None


@frozen
class PlanPage:
    """`drawn` is the graph or the timeline, as SVG; `lines` are those of the list of steps or of the history, as far as
    they are on this page."""

    view: PlanView
    tab: Tab
    states: Mapping[StepStatus, int]
    risk: Jeopardy | None
    verbs: frozenset[PlanVerb]
    panel: Panel | Several | None
    filter: Filter
    counts: Mapping[Show, int]
    parts: tuple[Part, ...]
    part: Part | None
    now: datetime
    drawn: str = ""
    lines: tuple[StepInPlan, ...] = ()
    total: int = 0
    history: tuple[HistoryLine, ...] = ()
    next: int | None = None

    @property
    def percent(self) -> int:
        return 100 * self.view.row.finished // self.view.row.steps if self.view.row.steps else 100

    @property
    def record(self) -> tuple[Named, ...]:
        return named(self.view.state.row, self.view.kernel.blueprint.context.attributes, self.view.kernel.program)

    @property
    def items(self) -> tuple[Table, ...]:
        return tables(self.view.state.row, self.view.kernel.blueprint.context.attributes, self.view.kernel.program)

    @property
    def scenarios(self) -> tuple[ScenarioSaid, ...]:
        why, plan = self.view.why, self.view.kernel.blueprint.plan
        verdicts = {each.scenario: each for each in why.selection.verdicts}
        return tuple(
            ScenarioSaid(
                each.name,
                each.doc,
                verdicts[each.name].matches,
                each.name in self.view.state.scenarios,
                each.otherwise,
                verdicts[each.name].blocked_by,
                each.unless,
                why.traces.get(each.name),
            )
            for each in plan.scenarios
        )

    @property
    def points_of_no_return(self) -> tuple[InstanceId, ...]:
        return self.view.points_of_no_return


def states_of(view: PlanView) -> Mapping[StepStatus, int]:
    """How many steps are in which state, as a bar shows them."""
    found = Counter(step.view.state for step in view.steps)
    return {state: found[state] for state in DONE_FIRST if found[state]}


def plan_verbs(caller: Caller, view: PlanView) -> frozenset[PlanVerb]:
    """What is offered: what the state of the plan and the rights of the caller allow."""
    subject = Subject(view.header.object)
    return frozenset(
        verb
        for verb, states in CHANGEABLE.items()
        if view.row.status in states and caller.may(OPERATIONS[verb], subject)
    )
