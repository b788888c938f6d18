"""Midnights at which nothing happens are left out, and nothing else changes for that."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.kernel.machine import Kernel, Transition
from dro_lang.program.expressions import And, Today
from dro_lang.program.model import Program
from dro_lang.runtime.foresight import first_that_holds, next_event, wake_of
from dro_lang.runtime.outside.willing import Willing
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import moment_in, submit
from tests.kernel.builders import DAY_ONE, attribute, case, compare, group, is_known, pause, program
from tests.kernel.strategies import programs

PROMISED = And((is_known("promised_on"), compare(attribute("promised_on"), "<=", Today())))


def simulation(of: Program, turns: list[Transition] | None = None, **row: Any) -> Simulation:
    kernel = Kernel(of, "P")
    submission = submit(kernel, case(**row), moment_in(kernel, DAY_ONE))
    assert submission.plan is not None
    observe = None if turns is None else turns.append
    return Simulation(kernel, submission.plan, Willing(kernel.blueprint, callouts=True), observe=observe)


@settings(max_examples=150, deadline=None)
@given(programs(), st.none() | st.integers(-3, 60), st.lists(st.integers(1, 40), max_size=4))
def test_time_passes_the_same_whether_somebody_looks_or_not(
    of: Program, promised: int | None, pauses: list[int]
) -> None:
    row: dict[str, Any] = {} if promised is None else {"promised_on": DAY_ONE + timedelta(promised)}
    seen = simulation(of, turns=[], **row)
    unseen = simulation(of, **row)
    when = DAY_ONE
    for days in [0, *pauses]:
        when += timedelta(days)
        seen.advance_to(when)
        unseen.advance_to(when)
        assert unseen.plan == seen.plan
        assert unseen.history == seen.history


def test_a_pause_is_looked_at_on_the_day_on_which_it_ends_and_on_the_last_one() -> None:
    plan = simulation(program(group("G", pause("wait", until=PROMISED))), promised_on=date(2026, 3, 20))
    blueprint = plan.kernel.blueprint
    end = moment_in(plan.kernel, date(2026, 4, 30))
    assert next_event(blueprint, plan.plan, end) == moment_in(plan.kernel, date(2026, 3, 20))
    assert next_event(blueprint, plan.plan, moment_in(plan.kernel, date(2026, 3, 19))) is None
    plan.advance_to(date(2026, 3, 19))
    assert plan.plan.moment == moment_in(plan.kernel, date(2026, 3, 19))


def test_a_pause_that_waits_for_ever_ends_on_no_day() -> None:
    plan = simulation(program(group("G", pause("wait", until=PROMISED))))
    days = map(date.fromordinal, range(DAY_ONE.toordinal(), DAY_ONE.toordinal() + 1000))
    assert first_that_holds(plan.kernel.blueprint, plan.plan, days) is None


def test_a_driver_looks_on_the_day_on_which_a_pause_ends_and_within_some_months() -> None:
    waits = simulation(program(group("G", pause("wait", until=PROMISED))), promised_on=date(2026, 3, 20))
    assert wake_of(waits.kernel.blueprint, waits.plan) == moment_in(waits.kernel, date(2026, 3, 20))
    never = simulation(program(group("G", pause("wait", until=PROMISED))))
    wake = wake_of(never.kernel.blueprint, never.plan)
    assert wake is not None
    assert never.plan.timer is not None
    assert timedelta(days=90) < wake - never.plan.timer <= timedelta(days=100)


@settings(max_examples=100, deadline=None)
@given(programs(), st.none() | st.integers(-3, 60), st.integers(1, 40))
def test_until_then_nothing_happens(of: Program, promised: int | None, days: int) -> None:
    row: dict[str, Any] = {} if promised is None else {"promised_on": DAY_ONE + timedelta(promised)}
    turns: list[Transition] = []
    plan = simulation(of, turns, **row)
    plan.advance_to(DAY_ONE + timedelta(days))
    wake = wake_of(plan.kernel.blueprint, plan.plan)
    begun = len(turns)
    plan.advance_to(DAY_ONE + timedelta(days + 120))
    for done in turns[begun:]:
        if wake is None or done.state.moment < wake:
            assert not done.history
