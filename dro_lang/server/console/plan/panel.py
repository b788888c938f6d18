"""The panel of a step: all that there is to know of it, and what may be done to it."""

from collections.abc import Iterable, Mapping

from attrs import frozen

from dro_lang.kernel.history import Assigned, JeopardyChanged, Refused, StepChanged
from dro_lang.kernel.states import InstanceId, PlanStatus, StepStatus
from dro_lang.program.clauses import clauses
from dro_lang.program.model import StepKind
from dro_lang.runtime.operations.actions import ELIGIBLE, StepVerb
from dro_lang.runtime.operations.plan_view import HistoryLine, PlanView, StepInPlan
from dro_lang.runtime.run import StepCheck
from dro_lang.server.console.values import Named, named
from dro_lang.server.plans.acting import OPERATIONS
from dro_lang.server.rights.permissions import Subject
from dro_lang.server.web.caller import Caller

SHOWN_INSTANCES = 200


@frozen
class Panel:
    """One step instance. `asks`: completing it takes results. `downstream` are the steps that wait for it."""

    step: StepInPlan
    doc: str
    clauses: Mapping[str, str]
    checks: tuple[StepCheck, ...]
    results: tuple[Named, ...]
    arguments: tuple[tuple[str, str], ...]
    history: tuple[HistoryLine, ...]
    verbs: frozenset[StepVerb]
    asks: bool
    downstream: tuple[InstanceId, ...]
    run_as: str | None
    point_of_no_return: bool


@frozen
class Several:
    """A step that is there for each item: its instances."""

    group: str
    step: str
    doc: str
    instances: tuple[StepInPlan, ...]
    total: int


def panel(caller: Caller, view: PlanView, wanted: InstanceId, history: Iterable[HistoryLine]) -> Panel | Several | None:
    """What the panel shows of a step; None for a step that the plan does not have."""
    own = [each for each in view.steps if (each.view.id.group_key, each.view.step) == (wanted.group_key, wanted.step)]
    if not own:
        return None
    found = next((each for each in own if each.view.id == wanted), own[0] if len(own) == 1 else None)
    if found is None:
        shown = tuple(own[:SHOWN_INSTANCES])
        return Several(wanted.group, wanted.step, own[0].definition.doc, shown, len(own))
    blueprint = view.kernel.blueprint
    gives = blueprint.gives(found.definition)
    return Panel(
        step=found,
        doc=found.definition.doc,
        clauses=clauses(found.definition),
        checks=tuple(each for each in view.why.checks if each.step == found.view.id),
        results=named(found.view.results, gives, blueprint.program) if found.view.results else (),
        arguments=_arguments(view, found),
        history=tuple(line for line in history if _about(line, found.view.id)),
        verbs=verbs(caller, view, found),
        asks=bool(gives),
        downstream=tuple(
            each.view.id for each in view.steps if any(found.view.id in wait.steps for wait in each.waits)
        ),
        run_as=found.definition.run_as,
        point_of_no_return=found.view.id in view.points_of_no_return,
    )


def _arguments(view: PlanView, step: StepInPlan) -> tuple[tuple[str, str], ...]:
    """What its action or integration was called with, as far as it was."""
    state = view.state.step(step.view.id)
    given = state.arguments if state is not None else {}
    takes = view.kernel.blueprint.takes(step.definition)
    values = named(given, takes, view.kernel.program) if given else ()
    return tuple((each.name, each.value or "") for each in values)


def _about(line: HistoryLine, step: InstanceId) -> bool:
    entry = line.what
    return isinstance(entry, StepChanged | JeopardyChanged | Assigned | Refused) and entry.step == step


_RUNNING: Mapping[StepVerb, frozenset[PlanStatus]] = {
    StepVerb.RETRY: frozenset({PlanStatus.IN_PROGRESS}),
    StepVerb.COMPLETE: frozenset({PlanStatus.IN_PROGRESS, PlanStatus.FREEZING}),
    StepVerb.CLAIM: frozenset({PlanStatus.IN_PROGRESS}),
    StepVerb.ASSIGN: frozenset({PlanStatus.IN_PROGRESS}),
    StepVerb.DISCARD: frozenset(PlanStatus) - {PlanStatus.COMPLETED},
}


def verbs(caller: Caller, view: PlanView, step: StepInPlan) -> frozenset[StepVerb]:
    """What is offered: what the state of the step and the rights of the caller allow. Whether it may be done is asked
    again when it is done."""
    seen = step.view
    subject = Subject(view.header.object, seen.queue, seen.assignee)
    found = {
        verb
        for verb, states in ELIGIBLE.items()
        if seen.state in states and view.row.status in _RUNNING[verb] and caller.may(OPERATIONS[verb], subject)
    }
    if seen.kind is not StepKind.MANUAL:
        found -= {StepVerb.CLAIM, StepVerb.ASSIGN}
        found -= {StepVerb.COMPLETE} if seen.state is StepStatus.READY else set()
    if seen.assignee not in (None, caller.principal.name):
        found -= {StepVerb.CLAIM}
    if view.row.status is PlanStatus.FREEZING and seen.state is not StepStatus.IN_PROGRESS:
        found -= {StepVerb.COMPLETE}
    return frozenset(found)
