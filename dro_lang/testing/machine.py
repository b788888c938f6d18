"""A state machine over a running plan, for Hypothesis: what can happen to a plan are its rules.

    class Dunning(PlanMachine):
        program = drolang.load("dunning.dro")

        @invariant()
        def nobody_is_called_twice(self) -> None:
            assert len(self.in_state("Remind.call_customer", "ready")) <= 1

    TestDunning = Dunning.TestCase

Rules and invariants can be added. A failure shows what was done as a `test` block.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import ClassVar

from attrs import frozen
from hypothesis import assume, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from dro_lang.analysis.solver.regions import A_DAY
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.schedule import later
from dro_lang.kernel.states import InstanceId, PlanState, PlanStatus, StepState, StepStatus, item_rows
from dro_lang.kernel.view import StepView
from dro_lang.program.expressions import Expression
from dro_lang.program.model import Program, StepKind
from dro_lang.program.tests import (
    Answer,
    Change,
    ChangeLine,
    Complete,
    Discard,
    Fail,
    Freeze,
    InstanceName,
    Offline,
    Online,
    RetryNow,
    SetData,
    TestLine,
    Unfreeze,
)
from dro_lang.program.values import Row
from dro_lang.runtime.outside.willing import Willing
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import moment_in, submit
from dro_lang.testing.blocks import block, passed
from dro_lang.testing.strategies.records import plan_of, records
from dro_lang.testing.strategies.worlds import Worlds

_OUTSIDE = (StepKind.AUTO, StepKind.CALLOUT)
_DOING = (StepStatus.READY, StepStatus.IN_PROGRESS)
_FAILED = (StepStatus.FAILED, StepStatus.FATALLY_FAILED)
_NOT_BEGUN = (StepStatus.PENDING, StepStatus.SCHEDULED, StepStatus.READY, StepStatus.ON_HOLD)


@frozen(eq=False)
class _Made:
    """What all machines of one class share."""

    kernel: Kernel
    records: st.SearchStrategy[Row]
    worlds: Worlds


def _with(*statuses: PlanStatus) -> Callable[["PlanMachine"], bool]:
    return lambda machine: machine.simulation.plan.status in statuses


_running = precondition(_with(PlanStatus.IN_PROGRESS))
_going_on = precondition(lambda machine: machine.simulation.plan.status is not PlanStatus.COMPLETED)


class PlanMachine(RuleBasedStateMachine):
    """Runs a plan of `program` (its only one where `plan` is None), for a record that `where` holds for, from `today`.

    A record that gets no plan is not tried. `simulation` is the plan as it runs.
    """

    program: ClassVar[Program]
    plan: ClassVar[str | None] = None
    where: ClassVar[str | Expression | None] = None
    today: ClassVar[date] = A_DAY

    def __init__(self) -> None:
        super().__init__()
        self.record: Row = {}
        self.lines: list[TestLine] = []
        self.simulation: Simulation

    @classmethod
    def _made(cls) -> _Made:
        known = cls.__dict__.get("_known")
        if not isinstance(known, _Made):
            kernel = Kernel(cls.program, plan_of(cls.program, cls.plan).name)
            known = _Made(kernel, records(cls.program, kernel.plan, cls.where, cls.today), Worlds(kernel.blueprint))
            cls._known = known
        return known

    _known: ClassVar[_Made | None] = None

    @initialize(data=st.data())
    def submit_a_record(self, data: st.DataObject) -> None:
        made = self._made()
        self.record = data.draw(made.records, label="record")
        submitted = submit(made.kernel, self.record, moment_in(made.kernel, self.today)).plan
        assume(submitted is not None)
        assert submitted is not None
        self.simulation = Simulation(made.kernel, submitted, Willing(made.kernel.blueprint, callouts=True))

    def teardown(self) -> None:
        if self.record:
            note(self.as_test())

    # ---- what invariants look at

    @property
    def steps(self) -> tuple[StepView, ...]:
        """The steps as they are now."""
        return self.simulation.steps

    @property
    def status(self) -> PlanStatus:
        return self.simulation.plan.status

    def in_state(self, step: str, state: str) -> list[StepView]:
        """The instances of a step, named `Group.step`, that are in a state."""
        return [view for view in self.steps if f"{view.group}.{view.step}" == step and view.state == state]

    def as_test(self, name: str = "a run") -> str:
        """What was done so far, as a `test` block that does the same again."""
        return block(self._made().kernel.blueprint, name, self.record, self.today, self.lines)

    # ---- what can happen

    @rule(data=st.data())
    def let_time_pass(self, data: st.DataObject) -> None:
        """As long as some duration of the plan, or some days."""
        delay = data.draw(self._made().worlds.delays, label="time")
        self._advance_to(later(self.simulation.now, delay))

    @precondition(lambda self: self.simulation.plan.timer is not None)
    @rule()
    def wait_for_the_timer(self) -> None:
        timer = self.simulation.plan.timer
        assert timer is not None
        self._advance_to(timer)

    @precondition(lambda self: bool(self._to_complete()))
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        """A person does a task, or completes a step that has failed."""
        step = self._one_of(data, self._to_complete())
        results = self._results(data, step)
        self._did(self.simulation.complete(step.id, results), Complete(_name(step.id), results, line=0))

    @precondition(lambda self: bool(self._asked()))
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        step = self._one_of(data, self._asked())
        results = self._results(data, step)
        self._did(self.simulation.answer(step.id, results), Answer(_name(step.id), results, line=0))

    @precondition(lambda self: bool(self._can_fail()))
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        """The running attempt of an auto or a callout fails, or else the next one."""
        step = self._one_of(data, self._can_fail())
        code = data.draw(self._made().worlds.codes, label="code")
        self._did(self.simulation.fail(step.id, code), Fail(_name(step.id), code, line=0))

    @precondition(lambda self: bool(self._of(_FAILED)))
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        step = self._one_of(data, self._of(_FAILED))
        self._did(self.simulation.retry(step.id), RetryNow(_name(step.id), line=0))

    @precondition(lambda self: bool(self._of(_NOT_BEGUN)))
    @rule(data=st.data())
    def discard(self, data: st.DataObject) -> None:
        step = self._one_of(data, self._of(_NOT_BEGUN))
        self._did(self.simulation.discard(step.id), Discard(_name(step.id), line=0))

    @_going_on
    @rule(data=st.data())
    def set(self, data: st.DataObject) -> None:
        """Attributes that the plan looks at get other values."""
        values = self._made().worlds.draw_values(data.draw, self.simulation.plan)
        if values:
            self._did(self.simulation.set(values), SetData(values, line=0))

    @_running
    @rule()
    def freeze(self) -> None:
        self._did(self.simulation.freeze(), Freeze(line=0))

    @precondition(_with(PlanStatus.FREEZING, PlanStatus.FROZEN))
    @rule()
    def unfreeze(self) -> None:
        self._did(self.simulation.unfreeze(), Unfreeze(line=0))

    @precondition(_with(PlanStatus.FROZEN))
    @rule(data=st.data(), change=st.sampled_from(Change))
    def change(self, data: st.DataObject, change: Change) -> None:
        """The plan, or one of its items, is amended or canceled."""
        items = item_rows(self.simulation.plan.row, self._made().kernel.blueprint.item_node)
        item = data.draw(st.sampled_from([None, *items]), label="item")
        do = self.simulation.amend if change is Change.AMEND else self.simulation.cancel
        self._did(do(item, {}), ChangeLine(change, item, line=0))

    @precondition(lambda self: bool(self._integrations()))
    @rule(data=st.data())
    def switch(self, data: st.DataObject) -> None:
        """An integration goes offline, or comes online again."""
        integration = data.draw(st.sampled_from(self._integrations()), label="integration")
        if integration in self.simulation.plan.offline:
            self._did(self.simulation.online(integration), Online(integration, line=0))
        else:
            self._did(self.simulation.offline(integration), Offline(integration, line=0))

    # ---- the machinery

    def _did(self, refused: str | None, line: TestLine) -> None:
        if refused is None:
            self.lines.append(line)

    def _advance_to(self, moment: datetime) -> None:
        self.simulation.advance_to(moment)
        passed(self.lines, self._made().kernel.blueprint, self.simulation.now)

    def _of(self, states: tuple[StepStatus, ...], *kinds: StepKind) -> list[StepState]:
        """The steps in some states, of some kinds, of a plan that has not ended."""
        plan = self.simulation.plan
        if plan.status is PlanStatus.COMPLETED:
            return []
        found = [step for step in plan.steps if not step.finished and step.status in states]
        return [step for step in found if not kinds or self._kind(plan, step) in kinds]

    def _kind(self, plan: PlanState, step: StepState) -> StepKind:
        group = plan.group(step.id.group_key)
        assert group is not None  # the group of a step in the plan
        return self._made().kernel.blueprint.step(group.group, step.id.step).kind

    def _to_complete(self) -> list[StepState]:
        return [*self._of(_DOING, StepKind.MANUAL), *self._of(_FAILED)]

    def _asked(self) -> list[StepState]:
        return self._of((StepStatus.IN_PROGRESS,), StepKind.CALLOUT)

    def _can_fail(self) -> list[StepState]:
        return self._of(tuple(StepStatus), *_OUTSIDE)

    def _integrations(self) -> list[str]:
        if self.simulation.plan.status is PlanStatus.COMPLETED:
            return []
        return self._made().worlds.integrations

    def _one_of(self, data: st.DataObject, steps: list[StepState]) -> StepState:
        return steps[data.draw(st.integers(0, len(steps) - 1), label="step")]

    def _results(self, data: st.DataObject, step: StepState) -> Row:
        return data.draw(self._made().worlds.results(step.id.group, step.id.step), label="results")


def _name(step: InstanceId) -> InstanceName:
    return InstanceName(step.group, step.step, step.item)
