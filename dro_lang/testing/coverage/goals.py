"""What there is to show of the plans of a program, and where it stands.

A scenario is to be got by a record. A step is to end in each of the ways that it was written with: completed; skipped
where it has an `only if`; expired where it has an `expires`; failed where some step waits for that. A wait is to be met
by each outcome that it accepts and that the step can have. Each atom of a condition is to decide, as true and as false.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias

from attrs import define, field, frozen

from dro_lang.program.model import Group, GroupCall, Outcome, Plan, Program, Step, ToRouting, Wait
from dro_lang.semantics.lower.typed import Typed
from dro_lang.semantics.lower.world import lower
from dro_lang.semantics.modules import World
from dro_lang.source import Span
from dro_lang.syntax import ast
from dro_lang.testing.coverage.decisions import Decision, atoms, decision
from dro_lang.testing.watch import OfRoute, OfScenario, OfStep


class Kind(StrEnum):
    SCENARIO = "scenarios"
    STEP = "steps"
    WAIT = "waits"
    CONDITION = "conditions"


Owner = OfScenario | OfRoute | OfStep


@frozen
class Gets:
    """A record gets the scenario."""

    scenario: OfScenario


@frozen
class Ends:
    """A step ends so."""

    group: str
    step: str
    outcome: Outcome


@frozen
class Met:
    """A wait of a step, counted from 0, is met by this outcome."""

    group: str
    step: str
    wait: int
    outcome: Outcome


@frozen
class Decides:
    """An atom of a condition, counted from 0, decides with this value."""

    owner: Owner
    atom: int
    value: bool


Aim: TypeAlias = Gets | Ends | Met | Decides
"""What is to be shown, in the names of a program."""


@frozen
class Goal:
    """An aim, the place in the text that it is about, and words for it: whose it is, and what is to be shown of it."""

    aim: Aim
    kind: Kind
    span: Span
    subject: str
    shown: str

    @property
    def missing(self) -> str:
        """What it means that it was not reached."""
        return "no record gets it" if self.kind is Kind.SCENARIO else f"never {self.shown}"


@define
class Goals:
    """The goals of a program, and the structure of the conditions that they are about."""

    all: list[Goal] = field(factory=list)
    decisions: dict[Owner, Decision] = field(factory=dict)


def goals_of(world: World, program: Program) -> Goals:
    """Everything there is to show of the plans that stand in a program, in order of writing."""
    typed, _ = lower(world)
    return _Collector(world, program, typed).collect()


def groups_of(program: Program) -> Mapping[str, list[tuple[Plan, GroupCall]]]:
    """The groups that the plans run, with the calls that run them; those that make up for changed steps too."""
    found: dict[str, list[tuple[Plan, GroupCall]]] = {}
    todo = [(plan, call) for plan in program.plans.values() for scenario in plan.scenarios for call in scenario.runs]
    while todo:
        plan, call = todo.pop(0)
        calls = found.setdefault(call.group, [])
        if (plan, call) not in calls:
            calls.append((plan, call))
            for step in program.groups[call.group].steps:
                todo += [(plan, each.call) for each in (step.on_amend, step.on_cancel) if each is not None]
    return found


@define
class _Collector:
    world: World
    program: Program
    typed: Typed
    found: Goals = field(factory=Goals)

    def collect(self) -> Goals:
        groups = groups_of(self.program)
        for _, plan in self.world.declarations(ast.Plan):
            if self.program.plans.get(plan.name.text) == self.typed.plans.get(plan):
                self._plan(plan)
        for _, group in self.world.declarations(ast.Group):
            typed = self.typed.groups.get(group)
            if group.name.text in groups and self.program.groups.get(group.name.text) == typed:
                self._group(group, self.program.groups[group.name.text])
        routings = {
            step.assignment.routing
            for name in groups
            for step in self.program.groups[name].steps
            if isinstance(step.assignment, ToRouting)
        }
        for _, routing in self.world.declarations(ast.Routing):
            if routing.name.text in self._handed_over(routings):
                for index, route in enumerate(routing.routes):
                    self._condition(OfRoute(routing.name.text, index), route.when, f"routing {routing.name.text}")
        return self.found

    def _handed_over(self, routings: set[str]) -> set[str]:
        """The routings, and those to which they hand over."""
        todo, found = list(routings), set(routings)
        while todo:
            routing = self.program.routings[todo.pop()]
            for assignment in (*(route.assignment for route in routing.routes), routing.otherwise):
                if isinstance(assignment, ToRouting) and assignment.routing not in found:
                    found.add(assignment.routing)
                    todo.append(assignment.routing)
        return found

    def _plan(self, plan: ast.Plan) -> None:
        for scenario in plan.scenarios:
            owner = OfScenario(plan.name.text, scenario.name.text)
            subject = f"scenario {scenario.name.text}"
            self._add(Gets(owner), Kind.SCENARIO, scenario.name.span, subject, "a record gets it")
            if scenario.when is not None:
                self._condition(owner, scenario.when, subject)

    def _group(self, node: ast.Group, group: Group) -> None:
        for written in node.steps:
            step = group.step(written.name.text)
            assert step is not None  # the typed form of this very step
            subject = f"{group.name}.{step.name}"
            for outcome in endings(self.program, group, step):
                shown = outcome.value
                self._add(Ends(group.name, step.name, outcome), Kind.STEP, written.name.span, subject, shown)
            for clause in written.clauses:
                match clause:
                    case ast.After():
                        self._waits(group, step, clause, subject)
                    case ast.OnlyIf(condition=condition):
                        self._condition(OfStep(group.name, step.name, "only if"), condition, subject)
                    case ast.Until(condition=condition):
                        self._condition(OfStep(group.name, step.name, "until"), condition, subject)

    def _waits(self, group: Group, step: Step, clause: ast.After, subject: str) -> None:
        assert step.join is not None
        for index, (wait, written) in enumerate(zip(step.join.waits, clause.dependencies, strict=True)):
            for outcome in _accepted(self.program, group, wait):
                name = wait.step if wait.group is None else f"{wait.group}.{wait.step}"
                shown = f"goes on after {name} {outcome}"
                self._add(Met(group.name, step.name, index, outcome), Kind.WAIT, written.span, subject, shown)

    def _condition(self, owner: Owner, node: ast.Expression, subject: str) -> None:
        whole = decision(node, self.typed)
        self.found.decisions[owner] = whole
        for atom in atoms(whole):
            for value in (True, False):
                shown = f"decides by being {'true' if value else 'false'}"
                text = f"{subject}: {_one_line(atom.span.text)}"
                self._add(Decides(owner, atom.index, value), Kind.CONDITION, atom.span, text, shown)

    def _add(self, aim: Aim, kind: Kind, span: Span, subject: str, shown: str) -> None:
        self.found.all.append(Goal(aim, kind, span, subject, shown))


def endings(program: Program, group: Group, step: Step) -> Iterator[Outcome]:
    """How a step can end, as it is written."""
    yield Outcome.COMPLETED
    if step.only_if is not None:
        yield Outcome.SKIPPED
    if step.expires is not None:
        yield Outcome.EXPIRED
    if _failure_is_awaited(program, group, step):
        yield Outcome.FAILED


def _accepted(program: Program, group: Group, wait: Wait) -> Iterator[Outcome]:
    """The outcomes that meet a wait and that the step can have."""
    if wait.outcomes:
        yield from wait.outcomes
        return
    awaited = awaited_by(program, group, wait)
    for outcome in endings(program, *awaited) if awaited is not None else ():
        branch = outcome is Outcome.SKIPPED and awaited is not None and awaited[1].skip_branch
        if outcome is not Outcome.FAILED and not branch:
            yield outcome


def awaited_by(program: Program, group: Group, wait: Wait) -> tuple[Group, Step] | None:
    """The step that a wait is for. Where scenarios give one name to several groups, it is in the first of them."""
    names = [group.name]
    if wait.group is not None:
        calls = (call for plan in program.plans.values() for scenario in plan.scenarios for call in scenario.runs)
        names = [call.group for call in calls if call.instance == wait.group]
    found = ((program.groups[name], program.groups[name].step(wait.step)) for name in names)
    return next(((home, step) for home, step in found if step is not None), None)


def _failure_is_awaited(program: Program, group: Group, step: Step) -> bool:
    return any(
        Outcome.FAILED in wait.outcomes and awaited_by(program, other, wait) == (group, step)
        for other in program.groups.values()
        for each in other.steps
        for wait in (each.join.waits if each.join else ())
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())
