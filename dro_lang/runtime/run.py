"""What `drolang run` does with one record: choose its scenarios, compose its plan, carry it on to a day."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property, lru_cache

from attrs import field, frozen

from dro_lang.conditions.evaluators import COMPILED, Evaluator
from dro_lang.conditions.selection import Selection
from dro_lang.conditions.trace import Trace, trace
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.board import Board
from dro_lang.kernel.compose import plan_environment
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import InstanceId, PlanState, PlanStatus, StepStatus
from dro_lang.kernel.turn import environment_of
from dro_lang.kernel.view import StepView
from dro_lang.program.model import Program
from dro_lang.program.values import Row
from dro_lang.runtime.outside.willing import Willing
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import moment_in, submit


@frozen
class StepCheck:
    """A condition of a step that was looked at: `clause` is `only if` or `until`, `at` when it was last looked at."""

    step: InstanceId
    clause: str
    at: datetime
    trace: Trace


@frozen
class PlanOutcome:
    """What became of a record. `submit_status` is Success or Error; with an error there is a code and a reason, and no
    plan. `selection` says for every scenario why it matched or not; `trace` takes its condition apart, and
    `step_checks` those of steps."""

    scenarios: tuple[str, ...]
    selection: Selection
    submit_status: str
    error_code: str | None
    reason: str
    plan_state: PlanStatus | None
    steps: tuple[StepView, ...]
    _kernel: Kernel = field(eq=False, repr=False)
    _row: Row = field(eq=False, repr=False)
    _today: date = field(eq=False, repr=False)
    _plan: PlanState | None = field(eq=False, repr=False)

    @cached_property
    def trace(self) -> dict[str, Trace]:
        """Why the condition of each scenario held or not, by scenario; not of those without one."""
        environment = plan_environment(self._kernel.blueprint, self._row, moment_in(self._kernel, self._today))
        scenarios = self._kernel.blueprint.plan.scenarios
        return {scenario.name: trace(scenario.when, environment) for scenario in scenarios if scenario.when is not None}

    @cached_property
    def step_checks(self) -> tuple[StepCheck, ...]:
        """The conditions of steps that were looked at, in the order of the steps."""
        return () if self._plan is None else tuple(step_checks(self._kernel.blueprint, self._plan))


def step_checks(blueprint: Blueprint, plan: PlanState) -> Iterator[StepCheck]:
    """The conditions of steps that were looked at so far, in the order of the steps."""
    board = Board(blueprint, plan)
    for step in plan.steps:
        definition = board.definition(step.id)
        begun = step.ready_at or step.started_at or (step.finished_at if step.status is StepStatus.SKIPPED else None)
        if begun is None:
            continue
        looked_at = [("only if", definition.only_if, begun)]
        if step.started_at is not None:
            looked_at.append(("until", definition.until, step.finished_at or plan.moment))
        for clause, condition, at in looked_at:
            if condition is not None:
                yield StepCheck(step.id, clause, at, trace(condition, environment_of(board, at, step.id)))


def run_record(
    program: Program,
    plan: str,
    row: Row,
    today: date,
    until: date | None = None,
    evaluator: Evaluator = COMPILED,
) -> PlanOutcome:
    """Submit a record at 00:00 of `today` in the plan's zone, and carry its plan on to 00:00 of `until`, timers due
    then included (None: no further).

    Nothing outside is touched: automations succeed, nobody answers a callout or does a task. Raises KeyError for a plan
    that the program does not have.
    """
    kernel = _kernel(_Same(program), plan, evaluator)
    submission = submit(kernel, row, moment_in(kernel, today))
    state: PlanState | None = None
    steps: tuple[StepView, ...] = ()
    if submission.plan is not None:
        simulation = Simulation(kernel, submission.plan, Willing(kernel.blueprint, callouts=False))
        simulation.advance_to(until or today)
        state, steps = simulation.plan, simulation.steps
    return PlanOutcome(
        scenarios=submission.selection.matched,
        selection=submission.selection,
        submit_status="Success" if submission.plan is not None else "Error",
        error_code=submission.error_code,
        reason=submission.reason,
        plan_state=None if state is None else state.status,
        steps=steps,
        kernel=kernel,
        row=row,
        today=today,
        plan=state,
    )


@frozen
class _Same:
    """A program as a key: the very object, which is cheaper to compare than all that it holds."""

    program: Program = field(eq=id)


@lru_cache(maxsize=16)
def _kernel(key: _Same, plan: str, evaluator: Evaluator) -> Kernel:
    return Kernel(key.program, plan, evaluator=evaluator)
