"""Carrying out the lines of a test, in order, against a plan on a virtual clock."""

from datetime import date, datetime

from dro_lang.conditions.selection import Selection
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.view import StepView
from dro_lang.program.tests import (
    Advance,
    AdvanceTo,
    ExpectPlan,
    ExpectRejected,
    ExpectScenarios,
    ExpectStep,
    Given,
    InstanceName,
    Offline,
    Online,
    Test,
    TestLine,
    TodayLine,
)
from dro_lang.program.values import Row
from dro_lang.records.problems import Problem
from dro_lang.records.validate import row_of
from dro_lang.runtime.outside.willing import Willing
from dro_lang.runtime.simulation.lines import DoneToPlan, DoneToSteps, do
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import moment_in, submit
from dro_lang.testing import failures
from dro_lang.testing.failures import Broken
from dro_lang.testing.watch import Watch

TWICE = "R0106"
"""The code of a record with the id of one that came before."""


class Script:
    """The state of a test between two lines: the clock, the record at hand, and its plan if it has one.

    A record is submitted when the first line asks for it, so that `today` may follow `given`; without `today` a test
    begins on the record's start date. A further `given` submits another record; a further `today` sets the clock anew.
    """

    def __init__(self, kernel: Kernel, watch: Watch | None = None) -> None:
        self.kernel = kernel
        self.watch = watch
        self.selection: Selection | None = None
        self.problems: tuple[Problem, ...] = ()
        self.simulation: Simulation | None = None
        self.row: Row = {}
        self.submitted_at: datetime | None = None
        self._clock: datetime | None = None
        self._given: Given | None = None
        self._waiting: Given | None = None
        self._expected = False
        self._ids: set[str] = set()
        self._offline: dict[str, None] = {}

    def carry_out(self, test: Test) -> tuple[TestLine, Broken] | None:
        """Carry out every line. Gives the first one that is broken, with what is wrong."""
        for line in test.lines:
            done_with_record = isinstance(line, Given) or (isinstance(line, TodayLine) and self._waiting is None)
            if done_with_record and (left := self._left_without_a_plan()) is not None:
                return left
            broken = self.do(line)
            if broken is not None:
                return (self._given if broken.of_record and self._given is not None else line), broken
        return self._left_without_a_plan()

    def _left_without_a_plan(self) -> tuple[TestLine, Broken] | None:
        """The record at hand, if it was to get a plan and did not."""
        self.submit()
        if self._given is None or self.simulation is not None or self._expected:
            return None
        return self._given, failures.no_plan(self)

    def do(self, line: TestLine) -> Broken | None:
        """Carry out one line. Gives what is wrong with it."""
        match line:
            case TodayLine(moment):
                if self._waiting is None:
                    self._forget()
                self._clock = moment_in(self.kernel, moment)
                return None
            case Given():
                self._forget()
                self._waiting = line
                return None
            case Offline(integration) if self._is_before_a_record():
                self._offline[integration] = None
                return None
            case Online(integration) if self._is_before_a_record():
                self._offline.pop(integration, None)
                return None
        if self._is_before_a_record():
            return Broken("T0109", "there is no record yet", help="write `given { ... }` before this line")
        self.submit()
        match line:
            case ExpectScenarios(scenarios):
                return self._expect_scenarios(scenarios)
            case ExpectRejected(code):
                return self._expect_rejected(code)
        if self.simulation is None:
            return failures.no_plan(self)
        return self._on_plan(self.simulation, line)

    # ---- records

    def _is_before_a_record(self) -> bool:
        return self._given is None and self._waiting is None

    def _forget(self) -> None:
        """Another record is to come, or another day."""
        if self.simulation is not None:
            self._clock = self.simulation.now
        self._given = self.simulation = self.selection = None
        self.problems, self._expected = (), False

    def submit(self) -> None:
        """Validate and submit the record that waits for it, if one does."""
        line, self._waiting = self._waiting, None
        if line is None:
            return
        self._given = line
        blueprint = self.kernel.blueprint
        row = row_of(line.record, blueprint.context.attributes, blueprint.program)
        if isinstance(row, tuple):
            self.problems = row
            return
        id = str(row["id"])
        if id in self._ids:
            self.problems = (Problem("id", TWICE, f"an earlier record of this test has the id `{id}`"),)
            return
        self._ids.add(id)
        moment = self._clock if self._clock is not None else _beginning(self.kernel, row)
        self.row, self.submitted_at = row, moment
        submission = submit(self.kernel, row, moment)
        self.selection = submission.selection
        if self.watch is not None:
            self.watch.submission(blueprint, row, moment, submission)
        if submission.plan is None:
            self.problems = (Problem(None, str(submission.error_code), submission.reason),)
            return
        watch = self.watch
        observe = None if watch is None else lambda done: watch.turn(blueprint, done)
        self.simulation = Simulation(self.kernel, submission.plan, Willing(blueprint, callouts=True), observe=observe)
        for integration in self._offline:
            self.simulation.offline(integration)

    def _expect_scenarios(self, expected: tuple[str, ...]) -> Broken | None:
        if self.selection is None:
            return failures.no_plan(self)
        matching = self.selection.matched or tuple(v.scenario for v in self.selection.verdicts if v.matches)
        if set(matching) != set(expected) or (expected and not self.selection.matched):
            return failures.other_scenarios(self, self.selection, expected, matching)
        # A record that is to get no scenario is to get no plan.
        self._expected = self._expected or not expected
        return None

    def _expect_rejected(self, code: str) -> Broken | None:
        if code not in {problem.code for problem in self.problems}:
            return failures.not_rejected(self, code)
        self._expected = True
        return None

    # ---- a plan that runs

    def _on_plan(self, simulation: Simulation, line: TestLine) -> Broken | None:
        match line:
            case ExpectPlan(state):
                return failures.other_plan_state(self, state) if simulation.plan.status.value != state.value else None
            case ExpectStep(name, state, on):
                return self._expect_step(simulation, name, state.value, on)
            case Advance(duration):
                simulation.advance(duration)
            case AdvanceTo(when):
                moment = moment_in(self.kernel, when)
                if moment < simulation.now:
                    return failures.time_goes_back(self, moment)
                simulation.advance_to(moment)
            case _:
                return self._did(do(simulation, line))
        return None

    def _expect_step(self, simulation: Simulation, name: InstanceName, state: str, on: date | None) -> Broken | None:
        """Every instance that is meant is in the state, and came into it on the day."""
        plan = simulation.plan
        instances = set(simulation.find(name.group, name.step, name.item))
        if not instances:
            return failures.no_such_step(self, name)
        views = [view for view in self.kernel.view(plan) if view.id in instances]
        others = [view for view in views if view.state.value != state]
        if others:
            return failures.other_state(self, others, len(views), state)
        late = [view for view in views if on is not None and _day(view) != on]
        return failures.other_day(self, late[0], on) if late and on is not None else None

    def _did(self, done: DoneToSteps | DoneToPlan | None) -> Broken | None:
        """Broken where the plan has no step that is meant, or something refuses."""
        match done:
            case DoneToSteps(_, name, ()):
                return failures.no_such_step(self, name)
            case DoneToSteps(verb, _, answers):
                refused = [(instance, reason) for instance, reason in answers if reason is not None]
                return failures.step_refused(self, verb, refused, len(answers)) if refused else None
            case DoneToPlan(verb, refusal) if refusal is not None:
                return failures.plan_refused(self, verb, refusal)
        return None


def _beginning(kernel: Kernel, row: Row) -> datetime:
    start = row["start_date"]
    assert isinstance(start, date)  # every context has one, and it is a Date or a DateTime
    return moment_in(kernel, start)


def _day(view: StepView) -> date | None:
    return None if view.since is None else view.since.date()
