"""The design of a plan as the workspace shows it: groups in their order, steps and dependencies, each with its usage
type and scope in the words of the designer."""

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from dro_lang.interop.graphs import Pointing, picture_of, svg_for_page
from dro_lang.program.clauses import clauses, definition
from dro_lang.program.model import Group, GroupCall, Plan, Program, Propagation, Step, StepKind
from dro_lang.program.render import render

TYPES: Mapping[StepKind, str] = {
    StepKind.AUTO: "Auto Task",
    StepKind.CALLOUT: "Callout",
    StepKind.MANUAL: "Manual Task",
    StepKind.MILESTONE: "Milestone",
    StepKind.PAUSE: "Pause",
}
"""The kinds of steps by the names that DRO's designer has for them."""

_PROPAGATES: Mapping[Propagation | None, str] = {
    None: "None",
    Propagation.AMENDS: "Amended",
    Propagation.CANCELS: "Canceled",
    Propagation.CHANGES: "Both",
}


@frozen
class ScenarioLine:
    name: str
    doc: str
    condition: str
    usage: str
    groups: tuple[str, ...]


@frozen
class GroupLine:
    """A group in the order of the workspace. `scenarios` are those that bring it; none for one of compensation."""

    order: int
    name: str
    group: str
    usage: str
    doc: str
    parameters: tuple[str, ...]
    scenarios: tuple[str, ...]
    steps: int


@frozen
class StepLine:
    group: str
    name: str
    kind: StepKind
    type: str
    scope: str
    usage: str
    doc: str
    clauses: Mapping[str, str]


@frozen
class DependencyLine:
    group: str
    step: str
    on: str
    scope: str
    outcomes: str
    propagates: str
    usage: str
    one_of_many: bool


@frozen
class Workspace:
    """A plan. `drawn` is its graph."""

    plan: Plan
    object: str
    scenarios: tuple[ScenarioLine, ...]
    groups: tuple[GroupLine, ...]
    steps: tuple[StepLine, ...]
    dependencies: tuple[DependencyLine, ...]
    drawn: str


def workspace(program: Program, plan: Plan) -> Workspace:
    calls = tuple(_calls(program, plan))
    return Workspace(
        plan,
        program.mappings[plan.mapping].object,
        tuple(_scenarios(plan)),
        tuple(_group(program, plan, order, call) for order, call in enumerate(calls, 1)),
        tuple(_step(program, plan, call, step) for call in calls for step in program.groups[call.group].steps),
        tuple(each for call in calls for each in _dependencies(program, plan, call)),
        _graph(program, plan),
    )


def _calls(program: Program, plan: Plan) -> Iterator[GroupCall]:
    """The groups that a plan may hold, in the order of writing; then those with which steps are made up for."""
    calls = [call for scenario in plan.scenarios for call in scenario.runs]
    seen: set[str] = set()
    while calls:
        call = calls.pop(0)
        if call.instance in seen:
            continue
        seen.add(call.instance)
        yield call
        steps = program.groups[call.group].steps
        calls += [each.call for step in steps for each in (step.on_amend, step.on_cancel) if each is not None]


def _scenarios(plan: Plan) -> Iterator[ScenarioLine]:
    for each in plan.scenarios:
        condition = "otherwise" if each.otherwise else "always" if each.when is None else render(each.when)
        condition += f", unless {', '.join(each.unless)}" if each.unless else ""
        groups = tuple(call.instance for call in each.runs)
        yield ScenarioLine(each.name, each.doc, condition, each.usage or plan.usage, groups)


def _group(program: Program, plan: Plan, order: int, call: GroupCall) -> GroupLine:
    group = program.groups[call.group]
    own = [each.name for each in plan.scenarios if any(run.instance == call.instance for run in each.runs)]
    return GroupLine(
        order,
        call.instance,
        group.name,
        _usage(group, plan),
        group.doc,
        tuple(map(definition, group.parameters)),
        tuple(own),
        len(group.steps),
    )


def _usage(group: Group, plan: Plan) -> str:
    return group.usage or plan.usage


def _step(program: Program, plan: Plan, call: GroupCall, step: Step) -> StepLine:
    group = program.groups[call.group]
    scope = "Item" if step.per_item else "Plan"
    said = {name: text for name, text in clauses(step).items() if name not in ("kind", "after")}
    target = f" {step.target}" if step.target else ""
    return StepLine(
        call.instance, step.name, step.kind, TYPES[step.kind] + target, scope, _usage(group, plan), step.doc, said
    )


def _dependencies(program: Program, plan: Plan, call: GroupCall) -> Iterator[DependencyLine]:
    group = program.groups[call.group]
    for step in group.steps:
        for wait in step.join.waits if step.join is not None else ():
            yield DependencyLine(
                call.instance,
                step.name,
                f"{wait.group or call.instance}.{wait.step}",
                "Item" if wait.same_item else "Plan",
                " or ".join(wait.outcomes) or "finished",
                _PROPAGATES[wait.passing],
                _usage(group, plan),
                step.join is not None and step.join.any_of and len(step.join.waits) > 1,
            )


def _graph(program: Program, plan: Plan) -> str:
    picture = picture_of(program, plan)
    links = {node.id: f"#step-{node.key}" for node in picture.nodes}
    return svg_for_page(evolve(picture, title="", doc="", facts=()), "design", Pointing(links))
