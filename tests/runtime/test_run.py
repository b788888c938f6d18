"""What becomes of one record: its scenarios, its plan, or the reason why there is none."""

from datetime import date
from decimal import Decimal

import pytest

from dro_lang.program.model import Policy, Scenario
from dro_lang.runtime.run import run_record
from tests.kernel.builders import (
    DAY_ONE,
    EUR,
    attribute,
    auto,
    callout,
    case,
    compare,
    const,
    days,
    group,
    is_known,
    manual,
    milestone,
    on,
    parameter,
    program,
    run,
)

RICH = compare(attribute("balance"), ">", const(Decimal(50), EUR))
POOR = compare(attribute("balance"), "<=", const(Decimal(50), EUR))


def test_a_record_gets_the_groups_of_every_matching_scenario() -> None:
    declared = program(
        group("G", milestone("a")),
        group("H", milestone("b")),
        scenarios=[Scenario("rich", RICH, runs=(run("G"),)), Scenario("poor", POOR, runs=(run("H"),))],
    )
    outcome = run_record(declared, "P", case(), DAY_ONE)
    assert (outcome.scenarios, outcome.submit_status, outcome.error_code) == (("rich",), "Success", None)
    assert [view.step for view in outcome.steps] == ["a"]
    assert outcome.plan_state == "completed"


def test_a_record_that_no_scenario_matches_is_r0202() -> None:
    declared = program(group("G"), scenarios=[Scenario("s", is_known("email"), runs=(run("G"),))])
    outcome = run_record(declared, "P", case(), DAY_ONE)
    assert (outcome.submit_status, outcome.error_code, outcome.plan_state, outcome.steps) == (
        "Error",
        "R0202",
        None,
        (),
    )


def test_an_argument_outside_its_bounds_is_r0204() -> None:
    pay = group("Pay", manual("a"), parameters=(parameter("most", EUR, high=const(Decimal(50), EUR)),))
    declared = program(pay, scenarios=[Scenario("s", runs=(run("Pay", most=attribute("balance")),))])
    outcome = run_record(declared, "P", case(), DAY_ONE)
    assert (outcome.submit_status, outcome.error_code) == ("Error", "R0204")
    assert outcome.reason == "`most` of `Pay` is 90 EUR, outside ..50 EUR"
    assert outcome.scenarios == ("s",)


def test_one_group_with_different_arguments_is_r0203() -> None:
    remind = group("Remind", manual("a"), parameters=(parameter("first"),))
    scenarios = [Scenario(f"s{n}", runs=(run("Remind", first=days(n)),)) for n in (1, 2)]
    assert run_record(program(remind, scenarios=scenarios), "P", case(), DAY_ONE).error_code == "R0203"


def test_without_an_end_only_the_first_day_is_carried_out() -> None:
    declared = program(group("G", auto("a"), auto("b", starts=on("due_date"))))
    outcome = run_record(declared, "P", case(), DAY_ONE)
    assert [view.state for view in outcome.steps] == ["completed", "scheduled"]


def test_until_a_day_all_that_is_due_is_carried_out() -> None:
    declared = program(group("G", auto("a"), auto("b", starts=on("due_date"))))
    outcome = run_record(declared, "P", case(), DAY_ONE, date(2026, 3, 20))
    assert (outcome.plan_state, [view.state for view in outcome.steps]) == ("completed", ["completed"] * 2)


@pytest.mark.parametrize("integration", ["Erp", "Bank"])
def test_nothing_outside_answers(integration: str) -> None:
    declared = program(group("G", callout("a", target=integration)))
    [view] = run_record(declared, "P", case(), DAY_ONE, date(2027, 1, 1)).steps
    assert (view.state, view.reason) == ("in_progress", f"waits for {integration} to answer")


def test_the_trace_says_why_each_scenario_matched_or_not() -> None:
    declared = program(
        group("G"),
        scenarios=[Scenario("rich", RICH, runs=(run("G"),)), Scenario("rest", otherwise=True, runs=(run("G"),))],
        policy=Policy.EXACTLY_ONE,
    )
    outcome = run_record(declared, "P", case(), DAY_ONE)
    assert {name: (trace.text, trace.holds, trace.values) for name, trace in outcome.trace.items()} == {
        "rich": ("balance > 50 EUR", True, (("balance", "90 EUR"),))
    }


def test_a_plan_that_there_is_not_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        run_record(program(group("G")), "Q", case(), DAY_ONE)
