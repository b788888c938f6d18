"""Steps as scenarios compose them: with arguments in the place of parameters, clause by clause."""

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from dro_lang.analysis.difference.declarations import Clauses, edits
from dro_lang.analysis.difference.model import Edit, StepPath, Version
from dro_lang.analysis.substitution import arguments_of, substitute
from dro_lang.program.clauses import clauses
from dro_lang.program.expressions import Expression
from dro_lang.program.model import GroupCall, Program, Step
from dro_lang.program.render import render

Composed = Mapping[tuple[str, str], Clauses]
"""What the steps of a plan say, by group instance and step."""


def calls_of(version: Version, scenarios: Iterable[str]) -> list[GroupCall]:
    """What these scenarios run."""
    chosen = set(scenarios)
    return [call for scenario in version.plan.scenarios if scenario.name in chosen for call in scenario.runs]


def paths(version: Version, scenarios: Iterable[str]) -> tuple[StepPath, ...]:
    """The steps in the plan of a record with these scenarios."""
    found = (
        StepPath(call.instance, step.name, step.per_item)
        for call in calls_of(version, scenarios)
        for step in version.program.groups[call.group].steps
    )
    return tuple(dict.fromkeys(found))


def lost(before: Iterable[StepPath], after: Iterable[StepPath]) -> tuple[StepPath, ...]:
    """The steps that there were, and are no more."""
    there = set(after)
    return tuple(path for path in before if path not in there)


def composed(version: Version, scenario: str) -> Composed:
    """What the steps of a scenario's plan say."""
    return {
        (call.instance, step.name): _bound(step, arguments_of(call, version.program.groups[call.group]))
        for call in calls_of(version, (scenario,))
        for step in version.program.groups[call.group].steps
    }


def _bound(step: Step, arguments: Mapping[str, Expression]) -> Clauses:
    return clauses(step, lambda part: render(substitute(part, arguments)))


def step_edits(old: Version, new: Version, kept: Mapping[str, str]) -> Iterator[Edit]:
    """How the steps differ that scenarios of both versions compose (`kept`: old name to new). What differs wherever the
    step is, is told once."""
    found: dict[Edit, list[str]] = {}
    homes: dict[tuple[str, str], set[str]] = {}
    for before_name, after_name in kept.items():
        before, after = composed(old, before_name), composed(new, after_name)
        for group, step in dict.fromkeys((*before, *after)):
            homes.setdefault((group, step), set()).add(after_name)
            for edit in edits("step", f"{group}.{step}", before.get((group, step)), after.get((group, step))):
                found.setdefault(edit, []).append(after_name)
    for edit, scenarios in found.items():
        group, _, step = edit.name.rpartition(".")
        everywhere = homes[group, step] == set(scenarios)
        yield edit if everywhere else evolve(edit, scenarios=tuple(scenarios))


def other_groups(old: Program, new: Program) -> Iterator[Edit]:
    """How the steps differ of groups that no scenario runs, but a step that is amended or canceled may."""
    plans = (*old.plans.values(), *new.plans.values())
    run = {call.group for plan in plans for scenario in plan.scenarios for call in scenario.runs}
    for name in old.groups:
        if name in run or name not in new.groups:
            continue
        before, after = ({step.name: clauses(step) for step in side.groups[name].steps} for side in (old, new))
        for step in dict.fromkeys((*before, *after)):
            yield from edits("step", f"{name}.{step}", before.get(step), after.get(step))
