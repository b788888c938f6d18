"""What would have to be different in a record: answers that were run before they are given."""

from datetime import date

from dro_lang.analysis.counterfactual.change import Answer, nearest
from dro_lang.analysis.counterfactual.goals import StepWanted, step_formula
from dro_lang.analysis.selection import applies
from dro_lang.analysis.solver.records import Records
from dro_lang.kernel.states import StepStatus
from dro_lang.kernel.view import StepView
from dro_lang.program.model import Plan, Program
from dro_lang.program.values import Row
from dro_lang.runtime.run import run_record

NOT_RUN = frozenset({StepStatus.SKIPPED, StepStatus.BYPASSED})
_NOT_BEGUN = frozenset({StepStatus.PENDING, StepStatus.SCHEDULED, StepStatus.BYPASSED})


def change_for_scenario(program: Program, plan: Plan, row: Row, today: date, scenario: str) -> Answer:
    """The smallest change after which a record gets a scenario. Raises KeyError for one that the plan does not have."""

    def gets_it(changed: Row) -> bool:
        outcome = run_record(program, plan.name, changed, today)
        return outcome.submit_status == "Success" and scenario in outcome.scenarios

    return nearest(applies(plan)[scenario], Records(program, plan), row, today, gets_it)


def change_for_step(
    program: Program,
    plan: Plan,
    row: Row,
    today: date,
    until: date | None,
    step: tuple[str, str],
    item: str | None,
    state: StepStatus | None,
) -> Answer:
    """The smallest change after which a record's plan has a step (of a group instance, by both names; of one item) in
    a state on the day `until`. Without a state: has it, neither skipped nor bypassed."""
    group, name = step

    def has_it(changed: Row) -> bool:
        found = run_record(program, plan.name, changed, today, until).steps
        return any(fits(each, group, name, item, state) for each in found)

    begins = state is not None and state not in _NOT_BEGUN
    runs = None if state in _NOT_BEGUN else state not in NOT_RUN
    ends = state is StepStatus.COMPLETED
    wanted = StepWanted(group, name, item, runs, ends, (until or today) if begins else None)
    records = Records(program, plan)
    formula = step_formula(wanted, records, earlier=True)
    # A step may also wait for one that is not skipped yet, so that what earlier steps need is a hint.
    exact = state is None and formula == step_formula(wanted, records)
    return nearest(formula, records, row, today, has_it, exact)


def fits(view: StepView, group: str, name: str, item: str | None, state: StepStatus | None) -> bool:
    """Whether a step of a plan is the one that is meant, in the state that is meant."""
    if (view.group, view.step) != (group, name) or item not in (None, view.item):
        return False
    return view.state not in NOT_RUN if state is None else view.state is state
