"""Composition: from matched scenarios to a plan."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dro_lang.kernel.expressions import fold
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import PlanState
from dro_lang.program.expressions import Arithmetic, ArithmeticOperator, Expression, Parameter
from dro_lang.program.model import GroupCall, Scenario, Schedule, ScheduleRelation
from dro_lang.program.types import DATE, INTEGER, DurationType
from dro_lang.program.values import Duration
from tests.kernel.builders import (
    DURATION,
    EUR,
    Running,
    attribute,
    before,
    case,
    const,
    days,
    group,
    hours,
    manual,
    parameter,
    program,
    rejected,
    run,
    start,
)

NOW = datetime(2026, 3, 2, tzinfo=UTC)
REMIND = group("Remind", manual("a"), parameters=(parameter("first"),))


def scenario(name: str, *calls: GroupCall) -> Scenario:
    return Scenario(name, runs=calls)


def composed(*calls: GroupCall) -> list[str]:
    declared = program(REMIND, scenarios=[scenario(f"s{n}", call) for n, call in enumerate(calls)])
    return [group.name for group in Running(declared, case(), NOW).state.groups]


def plus(left: Expression, right: Expression) -> Arithmetic:
    return Arithmetic(ArithmeticOperator.ADD, left, right, DURATION)


def test_the_groups_of_all_matched_scenarios_together_are_the_plan() -> None:
    declared = program(
        group("G", manual("a")),
        group("H", manual("b")),
        group("I", manual("c")),
        scenarios=[scenario("one", run("G")), scenario("two", run("H")), scenario("three", run("I"))],
    )
    plan = Kernel(declared, "P").compose(["one", "three"], case(), "C-1", NOW)
    assert isinstance(plan, PlanState)
    assert [str(step.id) for step in plan.steps] == ["G.a", "I.c"]
    assert plan.scenarios == ("one", "three")


def test_a_group_run_twice_with_the_same_arguments_stands_in_the_plan_once() -> None:
    assert composed(run("Remind", first=days(5)), run("Remind", first=days(5))) == ["Remind"]


def test_arguments_are_compared_after_constant_folding() -> None:
    assert composed(run("Remind", first=days(5)), run("Remind", first=plus(days(2), days(3)))) == ["Remind"]


@pytest.mark.parametrize("other", [days(6), hours(120), plus(days(2), Parameter("x", DURATION))])
def test_different_arguments_under_one_name_are_r0203(other: Expression) -> None:
    calls = [scenario("one", run("Remind", first=days(5))), scenario("two", run("Remind", first=other))]
    problem = rejected(program(REMIND, scenarios=calls), case())
    assert (problem.code, problem.reason) == ("R0203", "`Remind` is run twice with different arguments")


def test_arguments_of_equal_value_but_different_form_are_different() -> None:
    amount = group("Pay", manual("a"), parameters=(parameter("amount", EUR),))
    calls = [
        scenario("one", run("Pay", amount=attribute("balance"))),
        scenario("two", run("Pay", amount=const(Decimal(90), EUR))),
    ]
    assert rejected(program(amount, scenarios=calls), case()).code == "R0203"


def test_a_default_is_an_argument_like_any_other() -> None:
    remind = group("Remind", manual("a"), parameters=(parameter("first", default=days(5)),))
    declared = program(
        remind, scenarios=[scenario("one", run("Remind")), scenario("two", run("Remind", first=days(5)))]
    )
    assert [dict(group.arguments) for group in Running(declared, case(), NOW).state.groups] == [
        {"first": Duration(days=5)}
    ]


def test_a_name_of_its_own_makes_an_instance_of_its_own() -> None:
    assert composed(run("Remind", first=days(5)), run("Remind", "early", first=days(9))) == ["Remind", "early"]


def test_one_name_for_two_groups_is_r0203() -> None:
    calls = [scenario("one", run("Remind", "x", first=days(5))), scenario("two", run("Other", "x"))]
    assert rejected(program(REMIND, group("Other"), scenarios=calls), case()).code == "R0203"


def test_an_argument_outside_the_bounds_of_its_parameter_is_r0204() -> None:
    pay = group("Pay", manual("a"), parameters=(parameter("most", EUR, high=const(Decimal(50), EUR)),))
    problem = rejected(program(pay, scenarios=[scenario("one", run("Pay", most=attribute("balance")))]), case())
    assert (problem.code, problem.reason) == ("R0204", "`most` of `Pay` is 90 EUR, outside ..50 EUR")


def test_arguments_are_bound_by_value_when_the_plan_is_composed() -> None:
    due = group(
        "G",
        manual("a", starts=Schedule(ScheduleRelation.ON, Parameter("day", DATE))),
        parameters=(parameter("day", DATE),),
    )
    plan = start(due, scenarios=[scenario("one", run("G", day=attribute("due_date")))])
    plan.set(due_date=date(2026, 4, 1))
    assert plan.step("G.a").scheduled_for == datetime(2026, 3, 20, tzinfo=UTC)


def test_parameters_are_those_of_the_groups_own_instance() -> None:
    first = Parameter("first", DurationType())
    remind = group("Remind", manual("a", starts=before(first, "due_date")), parameters=(parameter("first"),))
    calls = (run("Remind", first=days(5)), run("Remind", "early", first=days(9)))
    plan = start(remind, scenarios=[scenario("one", *calls)])
    dates = [step.scheduled_for.day for step in plan.state.steps if step.scheduled_for]
    assert dates == [15, 11]


def test_steps_are_one_per_plan_or_one_per_item_in_the_order_of_the_items() -> None:
    plan = start(group("G", manual("a"), manual("b", per_item=True)), row=case("p2", "p1"))
    assert [str(step.id) for step in plan.state.steps] == ["G.a", 'G.b for item "p2"', 'G.b for item "p1"']


def test_a_plan_is_not_started_before_its_first_event() -> None:
    plan = Running(program(group("G", manual("a"))), case(), NOW)
    assert (plan.status, plan["G.a"]) == ("not_started", "pending")
    assert plan.complete("G.a").refusal == "it is pending, and the plan not started"
    assert plan.start().status == "in_progress"


def test_a_plan_pins_the_hash_of_its_program() -> None:
    declared = program(group("G", manual("a")))
    plan = Kernel(declared, "P", "abc").compose(["all"], case(), "C-1", NOW)
    assert isinstance(plan, PlanState)
    assert (plan.program, plan.plan, plan.id) == ("abc", "P", "C-1")
    with pytest.raises(ValueError, match="plan C-1 is one of P of program abc"):
        Kernel(declared, "P", "def").step(plan, Running(declared, case(), NOW).start().events[0])


def test_folding_replaces_parts_made_of_constants() -> None:
    environment = start(group("G")).kernel.blueprint
    from dro_lang.kernel.compose import plan_environment

    here = plan_environment(environment, case(), NOW)
    two, three = const(2), const(3)
    sum_ = Arithmetic(ArithmeticOperator.ADD, two, three, INTEGER)
    open_ = Arithmetic(ArithmeticOperator.ADD, Parameter("x", INTEGER), sum_, INTEGER)
    assert fold(sum_, here) == const(5)
    assert fold(open_, here) == Arithmetic(ArithmeticOperator.ADD, Parameter("x", INTEGER), const(5), INTEGER)
