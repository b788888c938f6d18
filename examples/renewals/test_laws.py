"""The third way: Hypothesis. What is said of all contracts and of all that can happen to them; what breaks it is made
as small as can be."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis.stateful import invariant

import dro_lang as drolang
from dro_lang.program.values import Row
from dro_lang.testing import PlanMachine, Run, records, runs

PROGRAM = drolang.load(Path(__file__).with_name("renewals.dro"))


@given(records(PROGRAM, where="value >= 10_000 EUR and not automatic"))
@settings(deadline=None)
def test_large_contracts_are_looked_at(record: Row) -> None:
    plan = drolang.simulate(PROGRAM, record)
    assert plan.find("Review", "terms")


@given(runs(PROGRAM))
@settings(deadline=None, max_examples=50)
def test_nobody_is_called_who_has_renewed(run: Run) -> None:
    """Whatever is answered, fails, comes late or changes meanwhile."""
    if "completed" in run.states("answer"):
        assert "ready" not in run.states("call")


class Renewal(PlanMachine):
    """A contract's plan to which anything can happen, in any order: tasks are done, mail fails, data changes, time
    passes, somebody freezes the plan or discards a step."""

    program = PROGRAM

    @invariant()
    def a_plan_that_has_ended_leaves_nobody_with_a_task(self) -> None:
        if self.status == "completed":
            assert not self.in_state("Offer.call", "ready")


TestRenewal = Renewal.TestCase
TestRenewal.settings = settings(deadline=None, max_examples=20, stateful_step_count=15)
