"""A state machine over a running plan."""

from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from dro_lang.kernel.states import PlanStatus
from dro_lang.program.tests import TestLine
from dro_lang.testing import PlanMachine
from dro_lang.testing.results import Verdict
from dro_lang.testing.suite import run_file
from tests.testing.python.plans import PLAN, check, group, program

STEPS = """
  step mail: auto Send { only if email is known retry 1 times every 1 hour }
  step paid: pause { until balance = 0 EUR expires after 14 days }
  step chase: manual { after paid expired only if balance > 0 EUR }
  step visit: callout Erp for each item { on cancel run Undo }
"""
PARTS = (PLAN, group(STEPS), group("step undo: manual for each item", "Undo"))

FEW = settings(max_examples=30, stateful_step_count=20, deadline=None, derandomize=True)


class Machine(PlanMachine):
    program = program(*PARTS)
    done: ClassVar[set[type[TestLine]]] = set()
    ended: ClassVar[int] = 0

    @invariant()
    def a_plan_that_ended_has_nothing_left_to_do(self) -> None:
        if self.status is PlanStatus.COMPLETED:
            type(self).ended += 1
            assert all(step.finished for step in self.simulation.plan.steps)

    def teardown(self) -> None:
        self.done.update(type(line) for line in self.lines)
        super().teardown()


def test_everything_can_happen_to_a_plan() -> None:
    run_state_machine_as_test(Machine, settings=settings(FEW, max_examples=300, stateful_step_count=30))
    assert {kind.__name__ for kind in Machine.done} == {
        *("AdvanceTo", "Complete", "Answer", "Fail", "RetryNow", "Discard", "SetData"),
        *("Freeze", "Unfreeze", "ChangeLine", "Offline", "Online"),
    }
    assert Machine.ended


def test_a_failure_shows_what_was_done_as_a_test(capsys: pytest.CaptureFixture[str]) -> None:
    class Chasing(PlanMachine):
        program = Machine.program
        where = "balance > 100 EUR"

        @invariant()
        def nobody_is_chased(self) -> None:
            assert not self.in_state("G.chase", "ready")

    with pytest.raises(AssertionError) as failure:
        run_state_machine_as_test(Chasing, settings=FEW)
    told = "\n".join(getattr(failure.value, "__notes__", []))
    block = told[told.index('test "a run"') :].split("\n}\n")[0] + "\n}\n"
    assert "balance: 101 EUR" in block
    assert block.splitlines()[-2].startswith("  advance to")
    shown = block.replace("\n}\n", "\n  expect step G.chase ready\n}\n")
    result = run_file(check(*PARTS, "\n", shown))
    assert [test.verdict for test in result.tests] == [Verdict.PASSED]


def test_records_fit_what_is_asked_for() -> None:
    class Known(PlanMachine):
        program = Machine.program
        where = "email is known and risk = High"

        @invariant()
        def it_was_so_in_the_beginning(self) -> None:
            assert self.record["email"] is not None
            assert self.record["risk"] == "High"

    run_state_machine_as_test(Known, settings=settings(FEW, max_examples=10))
