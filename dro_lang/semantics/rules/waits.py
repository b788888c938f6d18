"""Waits: each is for a step that is there (E0101, E0602), with outcomes that it can have (E0603, E0605), and named once
(E0604)."""

from collections.abc import Iterator

from attrs import define, field

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety, diagnose
from dro_lang.program.model import Outcome
from dro_lang.semantics.modules import did_you_mean
from dro_lang.semantics.rules.overview import Overview, Run, clauses
from dro_lang.semantics.rules.references import beside, is_alias, links, target, waits
from dro_lang.semantics.rules.texts import insertion, listed, suggestion
from dro_lang.syntax import ast

OUTCOMES = tuple(outcome.value for outcome in Outcome)
CAN_FAIL = ("auto", "callout")


def check(overview: Overview) -> Iterator[Diagnostic]:
    for group in overview.all(ast.Group):
        for step in group.steps:
            for after in clauses(step, ast.After):
                yield from _twice(after)
        for _, dependency in waits(group):
            displaced = _displaced(overview, group, dependency)
            yield from displaced or _unknown_step(overview, group, dependency)
            yield from () if displaced else _outcomes(overview, group, dependency)
    yield from _Presence(overview).check()


# ---- unknown steps


def _unknown_step(overview: Overview, group: ast.Group, dependency: ast.Dependency) -> Iterator[Diagnostic]:
    reference = dependency.step
    if reference.group is None:
        yield from _in_group(overview, group, reference.step)
    elif is_alias(reference.group):
        yield from _by_alias(overview, group, reference, reference.group)
    else:
        problems: list[Diagnostic] = []
        owner = overview.world.find(overview.module(group), reference.group, ast.Group, problems)
        yield from problems
        if owner is not None:
            yield from _in_group(overview, owner, reference.step)


def _in_group(overview: Overview, owner: ast.Group, name: ast.Name) -> Iterator[Diagnostic]:
    if overview.step(owner, name.text) is None and overview.is_whole(owner):
        steps = [step.name.text for step in owner.steps]
        yield diagnose(
            "E0101",
            name.span,
            f"group `{owner.name.text}` has no step `{name.text}`",
            help=suggestion(name.text, steps, "steps") if steps else None,
        )


def _by_alias(
    overview: Overview, group: ast.Group, reference: ast.StepReference, alias: ast.Name
) -> Iterator[Diagnostic]:
    runs = list(beside(overview, group))
    named = [run for run in runs if run.instance == alias.text]
    if named:
        owners = {id(run.group): run.group for run in named}.values()
        yield from _in_group(overview, next(iter(owners)), reference.step)
    elif runs:
        names = sorted({run.call.alias.text for run in runs if run.call.alias})
        match = did_you_mean(alias.text, names)
        yield diagnose(
            "E0101",
            alias.span,
            f"no scenario that runs `{group.name.text}` runs a group as `{alias.text}`",
            help=f"did you mean `{match}`?" if match else f"write `run Group as {alias.text}` in the scenario",
        )


# ---- words in the wrong order


def _displaced(overview: Overview, group: ast.Group, dependency: ast.Dependency) -> tuple[Diagnostic, ...]:
    """A word that is no step, and behind it a step where an outcome belongs: one mistake, which is one of order."""
    word, outcomes = dependency.step.step, dependency.outcomes
    if dependency.step.group is not None or not outcomes or outcomes[0].text in OUTCOMES:
        return ()
    name = outcomes[0].text
    if overview.step(group, word.text) is not None or overview.step(group, name) is None:
        return ()
    if word.text in OUTCOMES:
        help = f"an outcome stands behind the step: `after {name} {word.text}`"
    elif word.text == "any":
        help = f"write `after any of {name}, ...`"
    else:
        help = f"write `after {name}`"
    message = f"`{word.text}` is no step of group `{group.name.text}`"
    return (diagnose("E0101", word.span, message, (outcomes[0].span, "this is one"), help=help),)


# ---- the same wait twice


def _twice(after: ast.After) -> Iterator[Diagnostic]:
    seen: dict[object, ast.Dependency] = {}
    for dependency in after.dependencies:
        key = (dependency.step, dependency.scope)
        first = seen.setdefault(key, dependency)
        if first is not dependency:
            name = dependency.step.step.text
            yield diagnose(
                "E0604",
                dependency.span,
                f"`{name}` is waited for twice",
                (first.span, "first named here"),
                help=f"name it once, with all outcomes that will do: `{name} completed or expired`"
                if dependency.outcomes or first.outcomes
                else "leave out one of them",
            )


# ---- outcomes


def _outcomes(overview: Overview, group: ast.Group, dependency: ast.Dependency) -> Iterator[Diagnostic]:
    awaited = target(overview, group, dependency)
    seen: dict[str, ast.Name] = {}
    for word in dependency.outcomes:
        if word.text not in OUTCOMES:
            match = did_you_mean(word.text, OUTCOMES)
            yield diagnose(
                "E0605",
                word.span,
                f"`{word.text}` is no outcome of a step",
                why=f"did you mean `{match}`?" if match else "",
                help=f"the outcomes are {listed(OUTCOMES)}",
                fixes=(Fix(f"write `{match}`", (Edit(word.span, match),), Safety.UNSAFE),) if match else (),
            )
        elif word.text in seen:
            yield diagnose(
                "E0604",
                word.span,
                f"outcome `{word.text}` is named twice",
                (seen[word.text].span, "first named here"),
                help="leave out one of them",
            )
        elif awaited is not None and overview.is_whole(overview.home(awaited)):
            yield from _impossible(awaited, word, alone=len(dependency.outcomes) == 1)
        seen.setdefault(word.text, word)


_VERBS = {"expired": "expire", "skipped": "be skipped", "failed": "fail"}


def _impossible(step: ast.Step, word: ast.Name, alone: bool) -> Iterator[Diagnostic]:
    name, kind = step.name.text, step.kind.name
    if word.text == "expired" and not any(clauses(step, ast.Expires)):
        reason = f"`{name}` has no `expires`"
        help = f"give `{name}` an `expires after` clause, or wait for another outcome"
        if kind not in ("pause", "manual", "callout"):
            reason, help = f"`{name}` is `{kind}`, which never expires", "wait for another outcome"
    elif word.text == "skipped" and not any(clauses(step, ast.OnlyIf)):
        reason = f"`{name}` has no `only if`"
        help = f"give `{name}` an `only if` clause, or wait for another outcome"
    elif word.text == "failed" and kind not in CAN_FAIL:
        reason = f"`{name}` is `{kind}`; only `auto` and `callout` steps fail"
        help = "wait for another outcome"
    else:
        return
    yield diagnose(
        "E0603",
        word.span,
        f"`{name}` can never {_VERBS[word.text]}",
        (step.name.span, reason),
        why="this wait can never be met" if alone else "",
        help=help,
    )


# ---- steps that a scenario lacks


@define(eq=False)
class _Presence:
    """Finds, for each scenario, the waits of its groups for groups that it does not run; each wait is told once."""

    overview: Overview
    lacking: dict[int, tuple[ast.Dependency, list[tuple[Run, tuple[Run, ...]]]]] = field(factory=dict)
    _links: dict[int, tuple[ast.Dependency, ...]] = field(factory=dict)

    def check(self) -> Iterator[Diagnostic]:
        for plan in self.overview.plans:
            for runs in plan.scenarios:
                if runs and len(runs) == len(runs[0].scenario.runs):
                    self.scenario(runs)
        for dependency, places in self.lacking.values():
            yield _lacks(self.overview, dependency, places)

    def scenario(self, runs: tuple[Run, ...]) -> None:
        instances = {run.instance for run in runs}
        for run in runs:
            for dependency in self.links(run.group):
                name = dependency.step.group
                if name and name.text not in instances and target(self.overview, run.group, dependency):
                    _, places = self.lacking.setdefault(id(dependency), (dependency, []))
                    places.append((run, runs))

    def links(self, group: ast.Group) -> tuple[ast.Dependency, ...]:
        if id(group) not in self._links:
            self._links[id(group)] = links(group)
        return self._links[id(group)]


def _lacks(overview: Overview, dependency: ast.Dependency, places: list[tuple[Run, tuple[Run, ...]]]) -> Diagnostic:
    owner = dependency.step.group
    assert owner is not None
    first, beside_it = places[0]
    named = next((run.instance for run in beside_it if run.call.alias and run.group.name.text == owner.text), None)
    if named is not None:
        help = f"`{owner.text}` runs there as `{named}`: write `{named}.{dependency.step.step.text}`"
    elif is_alias(owner):
        help = f"write `run Group as {owner.text}` in the scenario too"
    else:
        help = (
            f"add `{owner.text}` to `run`; a group that two matching scenarios run with the same arguments stands in "
            "the plan once"
        )
    declared = overview.find(owner, ast.Group)
    last = {id(run.scenario): runs[-1].call.span for run, runs in places}
    edits = tuple(insertion(span, f", {owner.text}") for span in last.values())
    can_be_run = named is None and declared and all(parameter.default for parameter in declared.parameters)
    return diagnose(
        "E0602",
        dependency.step.span,
        f"scenario `{first.scenario.name.text}` runs `{first.group.name.text}`, but not `{owner.text}`",
        *((run.call.span, f"`{run.scenario.name.text}` runs `{run.group.name.text}` here") for run, _ in places),
        why=f"waits for a step of `{owner.text}`",
        help=help,
        fixes=(Fix(f"run `{owner.text}` too", edits, Safety.UNSAFE),) if can_be_run else (),
    )
