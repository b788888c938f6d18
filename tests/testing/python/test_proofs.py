"""What is proved of random plans is never broken by a run of theirs."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dro_lang.analysis.claims.assumed import Assumed
from dro_lang.analysis.claims.prove import Proved, prove
from dro_lang.kernel.machine import Kernel
from dro_lang.program.model import Program
from dro_lang.program.states import StepStatus
from dro_lang.program.tests import AlwaysStep, Claim, Ends, NeverStep, Order, StepName
from dro_lang.testing.claims import breach
from dro_lang.testing.strategies.runs import Runs
from dro_lang.testing.strategies.worlds import Kinds
from tests.kernel.strategies import programs


def steps(program: Program) -> list[StepName]:
    calls = [call for scenario in program.plans["P"].scenarios for call in scenario.runs]
    return [StepName(call.instance, step.name) for call in calls for step in program.groups[call.group].steps]


def orders(program: Program) -> Iterator[Claim]:
    return (Order(first, then, line=1) for first in steps(program) for then in steps(program) if first != then)


def never(program: Program) -> Iterator[Claim]:
    return (NeverStep(step, state, line=1) for step in steps(program) for state in StepStatus)


def never_bypassed(program: Program) -> Iterator[Claim]:
    return (NeverStep(step, StepStatus.BYPASSED, line=1) for step in steps(program))


def always(program: Program) -> Iterator[Claim]:
    return (AlwaysStep(step, state, line=1) for step in steps(program) for state in StepStatus)


def ends(program: Program) -> Iterator[Claim]:
    return iter([Ends(line=1)])


@pytest.mark.parametrize("claims", [orders, never, never_bypassed, always, ends])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(), st.data())
def test_no_run_breaks_what_is_proved(
    claims: Callable[[Program], Iterator[Claim]], program: Program, data: st.DataObject
) -> None:
    assumed = Assumed(program, program.plans["P"])
    proved = [claim for claim in claims(program) if isinstance(prove(assumed, claim), Proved)]
    if not proved:
        return
    runs = Runs(Kernel(program, "P"), None)
    cases = runs.cases()
    assert cases is not None
    is_fair = claims in (always, ends)
    run = data.draw(runs.of(cases, Kinds(never=not is_fair, idle=not is_fair)))
    for claim in proved:
        assert breach(claim, run) is None
