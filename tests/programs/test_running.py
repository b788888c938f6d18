"""Whatever record a plan is run for, it runs, the same way each time, and keeps to the table of states."""

from datetime import date, datetime

from hypothesis import strategies as st

from dro_lang.kernel.states import FINISHED, PlanStatus, StepStatus
from dro_lang.kernel.view import StepView
from dro_lang.program.model import Join, Outcome, Plan, Program, Step, StepKind, Wait
from dro_lang.program.values import Row
from dro_lang.runtime.run import PlanOutcome, run_record
from tests.programs.laws import law
from tests.programs.records import DAYS, rows
from tests.programs.strategies import programs

NOT_BEGUN = {StepStatus.PENDING, StepStatus.SCHEDULED, StepStatus.SKIPPED, StepStatus.BYPASSED}
REFUSED = {StepStatus.FAILED, StepStatus.FATALLY_FAILED}
"""Where an argument does not fit the signature (R0301)."""

STATES = {
    StepKind.AUTO: NOT_BEGUN | REFUSED | {StepStatus.COMPLETED},
    StepKind.CALLOUT: NOT_BEGUN | REFUSED | {StepStatus.IN_PROGRESS, StepStatus.EXPIRED},
    StepKind.MANUAL: NOT_BEGUN | {StepStatus.READY, StepStatus.EXPIRED},
    StepKind.MILESTONE: NOT_BEGUN | {StepStatus.COMPLETED},
    StepKind.PAUSE: NOT_BEGUN | {StepStatus.IN_PROGRESS, StepStatus.COMPLETED, StepStatus.EXPIRED},
}
"""In which states a step can be while automations succeed at once, and nobody answers callouts or does tasks."""

Case = tuple[Program, Plan, Row, date, date]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A plan, a record, the day on which it comes, and the day up to which its plan is carried on."""
    program = draw(programs()).program
    (plan,) = program.plans.values()
    first, last = sorted((draw(DAYS), draw(DAYS)))
    return program, plan, draw(rows(program, plan)), first, last


def run(case: Case) -> PlanOutcome:
    program, plan, row, first, last = case
    return run_record(program, plan.name, row, first, last)


@law(60, case=cases())
def test_a_run_never_fails_and_comes_out_the_same_again(case: Case) -> None:
    outcome, again = run(case), run(case)
    assert again == outcome
    assert outcome.trace.keys() <= {verdict.scenario for verdict in outcome.selection.verdicts}
    assert [check.trace.holds for check in again.step_checks] == [check.trace.holds for check in outcome.step_checks]


@law(60, case=cases())
def test_steps_keep_to_the_table_of_states(case: Case) -> None:
    outcome = run(case)
    for step in outcome.steps:
        assert step.state in STATES[step.kind], step
        assert (step.started_at is None) or step.state not in NOT_BEGUN, step
        assert (step.finished_at is not None) == (step.state in FINISHED), step
        assert step.reason or step.state in (StepStatus.COMPLETED, StepStatus.READY, StepStatus.IN_PROGRESS), step
    if outcome.plan_state is not None:
        finished = all(step.state in FINISHED or step.outcome is Outcome.FAILED for step in outcome.steps)
        assert outcome.plan_state is (PlanStatus.COMPLETED if finished else PlanStatus.IN_PROGRESS)


@law(80, case=cases())
def test_no_step_begins_before_its_waits_are_met(case: Case) -> None:
    program, plan, _, _, _ = case
    outcome = run(case)
    calls = {call.instance: call.group for scenario in plan.scenarios for call in scenario.runs}
    for step in outcome.steps:
        definition = program.groups[calls[step.group]].step(step.step)
        assert definition is not None
        begun = step.ready_at or step.started_at or (step.finished_at if step.state is StepStatus.SKIPPED else None)
        if begun is not None and definition.join is not None:
            assert _met(definition.join, step, begun, outcome.steps, program, calls), step
        if begun is not None and step.scheduled_for is not None:
            assert begun >= step.scheduled_for


def _met(
    join: Join, step: StepView, moment: datetime, steps: tuple[StepView, ...], program: Program, calls: dict[str, str]
) -> bool:
    """Whether a join was met at a moment: what finished later counts as not finished."""
    verdicts = [_verdict(wait, step, moment, steps, program, calls) for wait in join.waits]
    if join.any_of:
        return True in verdicts
    return False not in verdicts and True in verdicts


def _verdict(
    wait: Wait, step: StepView, moment: datetime, steps: tuple[StepView, ...], program: Program, calls: dict[str, str]
) -> bool | None:
    """Whether a wait was met at a moment; None where nothing is left of it to wait for."""
    owner = wait.group or step.group
    seen = [each for each in steps if (each.group, each.step) == (owner, wait.step)]
    if wait.same_item:
        seen = [each for each in seen if each.item == step.item]
    if not seen:
        return True
    definition = program.groups[calls[owner]].step(wait.step)
    assert definition is not None
    left = [each for each in seen if not _is_out(each, wait, definition)]
    if not left:
        return False if wait.outcomes else None
    accepted = wait.outcomes or (Outcome.COMPLETED, Outcome.SKIPPED, Outcome.EXPIRED)
    return all(each.outcome in accepted and (each.finished_at or each.since or moment) <= moment for each in left)


def _is_out(awaited: StepView, wait: Wait, definition: Step) -> bool:
    """Bypassed, or for a plain wait skipped together with what depends on it alone."""
    if awaited.state is StepStatus.BYPASSED:
        return True
    return not wait.outcomes and definition.skip_branch and awaited.state is StepStatus.SKIPPED
