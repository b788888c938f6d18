"""From a checked program to the picture of one of its plans."""

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from dro_lang.analysis.substitution import arguments_of
from dro_lang.interop.graphs.picture import Edge, Fact, Lane, Node, Picture
from dro_lang.interop.graphs.wording import about, details, wait_label
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.rules import level_of
from dro_lang.kernel.states import StepStatus
from dro_lang.program.expressions import Expression
from dro_lang.program.model import GroupCall, Plan, Program, Scenario, Step
from dro_lang.program.render import render

States = Mapping[str, StepStatus]
"""The states of the steps of a run, by `Group.step` (the group's name in the plan)."""


@frozen
class _Run:
    """A group with its arguments, and the scenarios that run it so."""

    call: GroupCall
    arguments: dict[str, Expression]
    scenarios: tuple[str, ...]


def picture_of(
    program: Program, plan: Plan, scenarios: Sequence[str] | None = None, states: States | None = None
) -> Picture:
    """The picture of a plan: of all its groups, or of those that the named scenarios run together.

    A group that scenarios run with different arguments has a lane for each. Raises ValueError for a scenario that the
    plan does not have.
    """
    names = [scenario.name for scenario in plan.scenarios]
    if scenarios is not None and (unknown := set(scenarios) - set(names)):
        raise ValueError(f"plan {plan.name} has no scenario {min(unknown)}")
    chosen = [one for one in plan.scenarios if scenarios is None or one.name in scenarios]
    runs = _runs(program, chosen)
    lanes = tuple(_lane(program, plan, run, i, states or {}) for i, run in enumerate(runs))
    return Picture(
        title=plan.name if scenarios is None else f"{plan.name}: {', '.join(one.name for one in chosen)}",
        doc=plan.doc,
        facts=tuple(map(_fact, chosen)),
        lanes=lanes,
        edges=tuple(edge for i, run in enumerate(runs) for edge in _edges(program, runs, run, i)),
    )


def _runs(program: Program, scenarios: Sequence[Scenario]) -> list[_Run]:
    runs: list[_Run] = []
    for scenario in scenarios:
        for call in scenario.runs:
            arguments = arguments_of(call, program.groups[call.group])
            for i, run in enumerate(runs):
                if (run.call.instance, run.call.group, run.arguments) == (call.instance, call.group, arguments):
                    if scenario.name not in run.scenarios:
                        runs[i] = evolve(run, scenarios=(*run.scenarios, scenario.name))
                    break
            else:
                runs.append(_Run(call, arguments, (scenario.name,)))
    return runs


def _fact(scenario: Scenario) -> Fact:
    if scenario.otherwise:
        condition = "otherwise"
    else:
        condition = "always" if scenario.when is None else f"when {render(scenario.when)}"
    unless = f", unless {', '.join(scenario.unless)}" if scenario.unless else ""
    runs = ", ".join(call.instance for call in scenario.runs)
    return Fact(scenario.name, f"{condition}{unless}; runs {runs}", scenario.doc)


def _lane(program: Program, plan: Plan, run: _Run, index: int, states: States) -> Lane:
    group, name = program.groups[run.call.group], run.call.instance
    lines = [f"group {group.name}" if run.call.alias else ""]
    lines.append(", ".join(f"{parameter}: {render(value)}" for parameter, value in run.arguments.items()))
    if len(plan.scenarios) > 1:
        lines.append(f"scenario{'s' * (len(run.scenarios) > 1)} {', '.join(run.scenarios)}")
    blueprint = Blueprint(program, plan)
    nodes = []
    for step in group.steps:
        key = f"{name}.{step.name}"
        nodes.append(
            Node(
                id=f"{index}.{step.name}",
                key=key,
                name=step.name,
                kind=step.kind,
                about=about(step),
                details=details(step, level_of(blueprint, step), run.arguments),
                stacked=step.per_item,
                doc=step.doc,
                state=states.get(key),
            )
        )
    return Lane(str(index), name, tuple(line for line in lines if line), group.doc, tuple(nodes))


def _edges(program: Program, runs: Sequence[_Run], run: _Run, index: int) -> list[Edge]:
    edges = []
    for step in program.groups[run.call.group].steps:
        for wait in step.join.waits if step.join else ():
            for i, awaited in _awaited(program, runs, run, wait.group, wait.step, index):
                label = wait_label(wait, awaited.per_item)
                one_of_many = step.join is not None and step.join.any_of and len(step.join.waits) > 1
                edges.append(Edge(f"{i}.{awaited.name}", f"{index}.{step.name}", label, one_of_many))
    return edges


def _awaited(
    program: Program, runs: Sequence[_Run], run: _Run, group: str | None, step: str, index: int
) -> list[tuple[int, Step]]:
    """The steps that a wait names, each with the number of its lane: in every scenario the one that it runs."""
    lanes = [index]
    if group is not None:
        together = (i for i, other in enumerate(runs) if set(other.scenarios) & set(run.scenarios))
        lanes = [i for i in together if runs[i].call.instance == group]
    found = [(i, program.groups[runs[i].call.group].step(step)) for i in lanes]
    return [(i, awaited) for i, awaited in found if awaited is not None]
