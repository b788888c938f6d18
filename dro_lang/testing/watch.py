"""What a plan looked at on its way, and how far it came."""

from collections.abc import Iterator
from datetime import datetime

from attrs import define, field, frozen

from dro_lang.conditions.environment import Environment
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.board import Board
from dro_lang.kernel.compose import plan_environment
from dro_lang.kernel.events import SYSTEM
from dro_lang.kernel.history import StepChanged
from dro_lang.kernel.machine import Transition
from dro_lang.kernel.standings import Standing, Verdict
from dro_lang.kernel.states import InstanceId, StepStatus
from dro_lang.kernel.turn import environment_of
from dro_lang.kernel.waits import judge
from dro_lang.program.expressions import Expression
from dro_lang.program.model import Assignment, Outcome, StepKind, ToRouting
from dro_lang.program.values import Row
from dro_lang.runtime.submission import Submission

_BEFORE_ITS_TURN = (StepStatus.PENDING, StepStatus.SCHEDULED)
_NOT_ITS_TURN = (StepStatus.SCHEDULED, StepStatus.BYPASSED, StepStatus.DISCARDED)
_OUTCOMES = {
    Standing.COMPLETED: Outcome.COMPLETED,
    Standing.SKIPPED: Outcome.SKIPPED,
    Standing.SKIPPED_BRANCH: Outcome.SKIPPED,
    Standing.EXPIRED: Outcome.EXPIRED,
    Standing.FAILED: Outcome.FAILED,
    Standing.CANCELED: Outcome.CANCELED,
}


@frozen
class OfScenario:
    """The condition of a scenario."""

    plan: str
    scenario: str


@frozen
class OfRoute:
    """The condition of a route of a routing, counted from 0."""

    routing: str
    index: int


@frozen
class OfStep:
    """A condition of a step, by the name of its group itself: `clause` is `only if` or `until`."""

    group: str
    step: str
    clause: str


@frozen(eq=False)
class Look:
    """A look at a condition; `instance` is the step's whose condition it is, if it is one's."""

    owner: OfScenario | OfRoute | OfStep
    condition: Expression
    environment: Environment
    instance: InstanceId | None = None


@define
class Watch:
    """Collects, in the order in which it came: every look at a condition; the scenarios that records got; the states
    that steps came into (`group` and `step` as declared); and what the waits of steps that had their turn were met by
    (`group`, `step`, the number of the wait, the outcome)."""

    looks: list[Look] = field(factory=list)
    scenarios: set[OfScenario] = field(factory=set)
    states: set[tuple[str, str, StepStatus]] = field(factory=set)
    met: set[tuple[str, str, int, Outcome]] = field(factory=set)

    def submission(self, blueprint: Blueprint, row: Row, moment: datetime, submission: Submission) -> None:
        """The scenarios of a record were chosen."""
        environment = plan_environment(blueprint, row, moment)
        plan = blueprint.plan
        for scenario in plan.scenarios:
            if scenario.when is not None:
                self.looks.append(Look(OfScenario(plan.name, scenario.name), scenario.when, environment))
        self.scenarios |= {OfScenario(plan.name, name) for name in submission.selection.matched}

    def turn(self, blueprint: Blueprint, done: Transition) -> None:
        """A plan was carried on by one event."""
        board = Board(blueprint, done.state)
        for entry in done.history:
            if isinstance(entry, StepChanged):
                self._changed(board, entry)
        for step in done.state.steps:
            until = board.definition(step.id).until
            if step.status is StepStatus.IN_PROGRESS and until is not None:
                self._look(board, step.id, "until", until, done.state.moment)

    def _changed(self, board: Board, entry: StepChanged) -> None:
        """A step changed: what was looked at for that, and what met its waits."""
        step = board.definition(entry.step)
        group = board.groups[entry.step.group_key].group
        self.states.add((group, step.name, entry.target))
        begun = entry.source in _BEFORE_ITS_TURN and entry.target not in _NOT_ITS_TURN
        if begun and step.only_if is not None:
            self._look(board, entry.step, "only if", step.only_if, entry.at)
        by_itself = entry.target is StepStatus.COMPLETED and entry.by == SYSTEM
        if step.until is not None and entry.source is StepStatus.IN_PROGRESS and by_itself:
            self._look(board, entry.step, "until", step.until, entry.at)
        if begun and step.kind is StepKind.MANUAL and entry.target is StepStatus.READY:
            self.looks += _routes(board, step.assignment, environment_of(board, entry.at, entry.step))
        if begun or (entry.source is StepStatus.PENDING and entry.target is StepStatus.SCHEDULED):
            for index, awaited in enumerate(board.roles[entry.step].waits):
                tally = board.tally(awaited)
                if judge(awaited.wait, tally).verdict is Verdict.MET:
                    outcomes = (_OUTCOMES[standing] for standing in tally if standing in _OUTCOMES)
                    self.met |= {(group, step.name, index, outcome) for outcome in outcomes}

    def _look(self, board: Board, instance: InstanceId, clause: str, condition: Expression, at: datetime) -> None:
        owner = OfStep(board.groups[instance.group_key].group, instance.step, clause)
        self.looks.append(Look(owner, condition, environment_of(board, at, instance), instance))


def _routes(board: Board, assignment: Assignment | None, environment: Environment) -> Iterator[Look]:
    """The routes that were looked at to find out whom a task is for."""
    while isinstance(assignment, ToRouting):
        routing = board.blueprint.program.routings[assignment.routing]
        assignment = routing.otherwise
        for index, route in enumerate(routing.routes):
            yield Look(OfRoute(routing.name, index), route.when, environment)
            if board.blueprint.evaluator.holds(route.when, environment):
                assignment = route.assignment
                break
