"""Autos and callouts: attempts, retries, fallout, integrations that are offline, results."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dro_lang.kernel.commands import CallOut, OpenTask, RaiseFallout, RunAction, SetTimer
from dro_lang.kernel.events import Failed, Retry, Succeeded
from dro_lang.program.expressions import Arithmetic, ArithmeticOperator, Result
from dro_lang.program.model import Argument, FalloutRule, RuleTarget, StepKind
from dro_lang.program.model import Retry as RetryClause
from dro_lang.program.types import INTEGER
from tests.kernel.builders import (
    EUR,
    Running,
    after,
    at,
    attribute,
    auto,
    callout,
    case,
    compare,
    const,
    every,
    group,
    hours,
    immediately,
    is_known,
    manual,
    minutes,
    on,
    pause,
    staggered,
    start,
    wait,
)


def keys(plan: Running, kind: type[RunAction] | type[CallOut] = RunAction) -> list[str]:
    return [str(command.key) for command in plan.given(kind)]


# ---- attempts


def test_an_auto_runs_its_action_with_its_arguments() -> None:
    plan = start(group("G", auto("a", arguments=(Argument("text", attribute("name")),), run_as="robot")))
    assert plan["G.a"] == "in_progress"
    [command] = plan.given(RunAction)
    assert (command.action, command.arguments, command.run_as) == ("Send", {"text": "Acme"}, "robot")
    assert str(command.key) == "C-1/G.a/-/1"


def test_a_callout_says_whether_its_answer_comes_later() -> None:
    plan = start(group("G", callout("a"), callout("b", target="Bank")))
    assert [command.asynchronous for command in plan.given(CallOut)] == [True, False]


def test_an_answer_completes_the_step_and_its_results_are_kept() -> None:
    plan = start(group("G", auto("a", target="Look")))
    plan.succeed("G.a", score=3)
    assert (plan["G.a"], plan.step("G.a").results, plan.status) == ("completed", {"score": 3}, "completed")


def test_a_key_names_plan_step_item_and_attempt() -> None:
    plan = start(group("G", auto("a", per_item=True, retry=immediately(1))), row=case("p/1"))
    plan.fail("G.a", item="p/1")
    assert keys(plan) == ["C-1/G.a/=p%2F1/1", "C-1/G.a/=p%2F1/2"]


def test_an_answer_to_an_earlier_attempt_is_refused() -> None:
    plan = start(group("G", auto("a", retry=immediately(1))))
    plan.fail("G.a")
    late = plan.send(Succeeded(plan.now, at("G.a"), {}, attempt=1))
    assert (late.refusal, plan["G.a"]) == ("attempt 1 is not the present one (2)", "in_progress")


def test_the_same_failure_twice_costs_one_retry() -> None:
    plan = start(group("G", auto("a", retry=immediately(5))))
    failure = Failed(plan.now, at("G.a"), None, attempt=1)
    plan.send(failure)
    plan.send(failure)
    assert plan.step("G.a").attempt == 2


def test_an_answer_that_does_not_fit_the_signature_is_a_failure() -> None:
    plan = start(group("G", auto("a", target="Look")))
    plan.succeed("G.a", score=99)
    assert (plan["G.a"], plan.step("G.a").error) == ("fatally_failed", "UNFIT_RESULTS")


# ---- arguments


def test_arguments_are_evaluated_when_the_step_starts() -> None:
    plan = start(group("G", auto("a", starts=on("due_date"), arguments=(Argument("text", attribute("name")),))))
    plan.set(name="Beta")
    plan.to(datetime(2026, 3, 20, tzinfo=UTC))
    assert plan.given(RunAction)[0].arguments == {"text": "Beta"}


def test_an_argument_outside_its_bounds_fails_the_step_with_r0301() -> None:
    tenfold = Arithmetic(ArithmeticOperator.MULTIPLY, attribute("balance"), const(10), EUR)
    plan = start(group("G", auto("a", target="Pay", arguments=(Argument("amount", tenfold),))))
    assert (plan["G.a"], plan.step("G.a").error) == ("fatally_failed", "R0301")
    assert plan.view("G.a").reason == "failed with R0301: its argument `amount` is 900 EUR, outside ..100 EUR"
    assert plan.given(RunAction) == []


def test_an_unknown_argument_fails_the_step_with_r0301() -> None:
    unknown = Result(None, "none", "rate", EUR)
    plan = start(group("G", auto("a", target="Pay", arguments=(Argument("amount", unknown),))))
    assert plan.step("G.a").error == "R0301"


def test_an_optional_argument_may_be_unknown() -> None:
    plan = start(group("G", auto("a", arguments=(Argument("text", attribute("email")),))))
    assert plan.given(RunAction)[0].arguments == {"text": None}


def test_a_step_that_failed_with_r0301_is_retried_by_the_rules() -> None:
    amount = (Argument("amount", attribute("balance")),)
    steps = group("G", auto("a", target="Pay", arguments=amount, retry=every(minutes(5), 2)))
    plan = start(steps, row=case(balance=Decimal(500)))
    plan.set(balance=Decimal(50))
    plan.later(minutes=5)
    assert plan["G.a"] == "in_progress"


def test_results_are_arguments_and_conditions_of_later_steps() -> None:
    score = Result(None, "look", "score", INTEGER)
    steps = (
        auto("look", target="Look"),
        auto("good", after("look"), only_if=compare(score, ">", const(5))),
        auto("bad", after("look"), only_if=compare(score, "<=", const(5))),
    )
    plan = start(group("G", *steps))
    plan.succeed("G.look", score=9)
    assert (plan["G.good"], plan["G.bad"]) == ("in_progress", "skipped")


def test_results_of_another_group_are_read_by_its_name() -> None:
    score = Result("G", "look", "score", INTEGER)
    plan = start(
        group("G", auto("look", target="Look")),
        group("H", manual("a", after("G.look"), only_if=compare(score, "=", const(3)))),
    )
    plan.succeed("G.look", score=3)
    assert plan["H.a"] == "ready"


def test_results_of_a_step_per_item_are_those_of_the_same_item() -> None:
    score = Result(None, "look", "score", INTEGER)
    steps = (
        auto("look", target="Look", per_item=True),
        manual("a", after(wait("look", same=True)), per_item=True, only_if=compare(score, "=", const(3))),
    )
    plan = start(group("G", *steps), row=case("p1", "p2"))
    plan.succeed("G.look", "p1", score=3)
    plan.succeed("G.look", "p2", score=4)
    assert (plan["G.a", "p1"], plan["G.a", "p2"]) == ("ready", "skipped")


def test_results_of_a_step_that_was_skipped_are_unknown() -> None:
    score = Result(None, "look", "score", INTEGER)
    steps = (
        auto("look", target="Look", only_if=is_known("email")),
        manual("a", after("look"), only_if=compare(score, "=", const(3))),
    )
    assert start(group("G", *steps))["G.a"] == "skipped"


# ---- retries


def test_immediate_retries_come_at_once() -> None:
    plan = start(group("G", auto("a", retry=immediately(2))))
    plan.fail("G.a")
    plan.fail("G.a")
    assert (plan["G.a"], plan.step("G.a").attempt) == ("in_progress", 3)
    plan.fail("G.a")
    assert plan["G.a"] == "fatally_failed"


def test_monotonous_retries_come_at_equal_intervals() -> None:
    plan = start(group("G", auto("a", retry=every(minutes(5), 2))))
    plan.fail("G.a")
    assert plan["G.a"] == "failed"
    plan.later(minutes=4)
    assert plan["G.a"] == "failed"
    plan.later(minutes=1)
    assert plan["G.a"] == "in_progress"
    plan.fail("G.a")
    plan.later(minutes=5)
    plan.fail("G.a")
    assert plan["G.a"] == "fatally_failed"


def test_staggered_retries_come_after_10_then_15_then_40_minutes() -> None:
    plan = start(group("G", auto("a", retry=staggered(minutes(10), minutes(15), minutes(40)))))
    begun = []
    for gap in (10, 15, 40):
        plan.fail("G.a")
        plan.later(minutes=gap - 1)
        begun.append(plan["G.a"])
        plan.later(minutes=1)
        begun.append(plan["G.a"])
    assert begun == ["failed", "in_progress"] * 3
    plan.fail("G.a")
    assert plan["G.a"] == "fatally_failed"


def test_without_a_rule_a_failure_is_fatal() -> None:
    plan = start(group("G", auto("a")))
    plan.fail("G.a", "BUSY")
    assert (plan["G.a"], plan.step("G.a").error) == ("fatally_failed", "BUSY")


def test_a_fatally_failed_step_goes_to_the_fallout_queue() -> None:
    plan = start(group("G", auto("a", retry=immediately(0, "Fallout"))))
    plan.fail("G.a", "BUSY")
    [command] = plan.given(RaiseFallout)
    assert (command.queue, command.error, plan.step("G.a").queue) == ("Fallout", "BUSY", "Fallout")


@pytest.mark.parametrize(
    ("target", "code", "retries"),
    [
        ("Send", "BUSY", 4),  # kind, target and code
        ("Send", "OTHER", 3),  # kind and target
        ("Look", "BUSY", 2),  # kind and code
        ("Look", None, 1),  # kind
    ],
)
def test_the_most_specific_fallout_rule_wins(target: str, code: str | None, retries: int) -> None:
    def rule(named: str | None, error: str | None, count: int) -> FalloutRule:
        return FalloutRule(RuleTarget(StepKind.AUTO, named, error), immediately(count))

    rules = (rule(None, None, 1), rule("Send", "BUSY", 4), rule("Send", None, 3), rule(None, "BUSY", 2))
    plan = start(group("G", auto("a", target=target)), fallout=rules)
    for _ in range(retries):
        plan.fail("G.a", code)
        assert plan["G.a"] == "in_progress"
    plan.fail("G.a", code)
    assert plan["G.a"] == "fatally_failed"


def test_a_rule_that_names_the_target_wins_over_one_that_names_the_code() -> None:
    rules = (
        FalloutRule(RuleTarget(StepKind.AUTO, None, "BUSY"), immediately(1)),
        FalloutRule(RuleTarget(StepKind.AUTO, "Send"), immediately(0)),
    )
    plan = start(group("G", auto("a")), fallout=rules)
    plan.fail("G.a", "BUSY")
    assert plan["G.a"] == "fatally_failed"


def test_a_steps_own_retry_wins_over_the_plans_rules() -> None:
    rules = (FalloutRule(RuleTarget(StepKind.AUTO, "Send", "BUSY"), immediately(5, "Fallout")),)
    plan = start(group("G", auto("a", retry=immediately(0))), fallout=rules)
    plan.fail("G.a", "BUSY")
    assert (plan["G.a"], plan.given(RaiseFallout)[0].queue) == ("fatally_failed", None)


def test_a_rule_for_another_kind_does_not_apply() -> None:
    rules = (FalloutRule(RuleTarget(StepKind.CALLOUT), immediately(5)),)
    plan = start(group("G", auto("a")), fallout=rules)
    plan.fail("G.a")
    assert plan["G.a"] == "fatally_failed"


def test_an_operator_retries_a_fatally_failed_step() -> None:
    plan = start(group("G", auto("a", retry=immediately(0))))
    plan.fail("G.a")
    plan.retry("G.a")
    assert (plan["G.a"], plan.step("G.a").attempt) == ("in_progress", 2)
    plan.succeed("G.a")
    assert plan.status == "completed"


def test_an_operators_retry_does_not_count_as_an_automatic_one() -> None:
    plan = start(group("G", auto("a", retry=staggered(minutes(10), minutes(15)))))
    plan.fail("G.a")
    plan.retry("G.a")
    plan.fail("G.a")
    plan.later(minutes=10)
    assert plan["G.a"] == "in_progress"


@pytest.mark.parametrize("rule", [None, every(minutes(5), 2)])
def test_a_failed_step_can_be_completed_by_hand(rule: RetryClause | None) -> None:
    plan = start(group("G", auto("a", retry=rule)))
    plan.fail("G.a")
    plan.complete("G.a")
    plan.later(minutes=10)
    assert (plan["G.a"], plan.status) == ("completed", "completed")


def test_a_step_that_is_not_failed_is_not_retried() -> None:
    plan = start(group("G", auto("a"), manual("b")))
    assert plan.retry("G.a").refusal == "it is in progress"
    assert plan.retry("G.b").refusal == "it is ready"


# ---- integrations


def test_a_callout_of_an_offline_integration_is_on_hold_instead_of_failing() -> None:
    plan = start(group("G", manual("a"), callout("b", after("a"))))
    plan.offline()
    plan.complete("G.a")
    assert (plan["G.b"], plan.given(CallOut)) == ("on_hold", [])
    assert plan.view("G.b").reason == "its integration Erp is offline"


def test_it_resumes_when_the_integration_is_online_again() -> None:
    plan = start(group("G", manual("a"), callout("b", after("a"))))
    plan.offline()
    plan.complete("G.a")
    plan.online()
    assert (plan["G.b"], keys(plan, CallOut)) == ("in_progress", ["C-1/G.b/-/1"])


def test_a_running_callout_goes_on_hold_and_is_sent_again_with_its_key() -> None:
    plan = start(group("G", callout("a")))
    plan.offline()
    assert plan["G.a"] == "on_hold"
    plan.online()
    assert (plan["G.a"], keys(plan, CallOut)) == ("in_progress", ["C-1/G.a/-/1"] * 2)


def test_an_answer_that_comes_while_on_hold_is_taken() -> None:
    plan = start(group("G", callout("a")))
    plan.offline()
    plan.succeed("G.a")
    assert plan["G.a"] == "completed"


def test_a_failure_that_comes_while_on_hold_costs_no_retry() -> None:
    plan = start(group("G", callout("a")))
    plan.offline()
    plan.fail("G.a", "DOWN")
    assert plan["G.a"] == "on_hold"
    plan.online()
    assert (plan["G.a"], plan.step("G.a").attempt) == ("in_progress", 2)


def test_a_retry_that_is_due_while_the_integration_is_offline_waits_for_it() -> None:
    plan = start(group("G", callout("a", retry=every(minutes(5), 1))))
    plan.fail("G.a")
    plan.offline()
    plan.later(minutes=5)
    assert plan["G.a"] == "on_hold"
    plan.online()
    assert plan["G.a"] == "in_progress"


def test_other_integrations_go_on() -> None:
    plan = start(group("G", callout("a", target="Bank"), callout("b")))
    plan.offline("Bank")
    assert (plan["G.a"], plan["G.b"]) == ("on_hold", "in_progress")


def test_an_operator_cannot_complete_a_step_on_hold() -> None:
    plan = start(group("G", callout("a")))
    plan.offline()
    assert plan.complete("G.a").refusal == "it is on hold"


def test_an_unknown_integration_cannot_go_offline() -> None:
    assert start(group("G", manual("a"))).offline("Nope").refusal == "there is no integration Nope"


def test_a_callout_on_hold_that_has_started_cannot_be_discarded() -> None:
    plan = start(group("G", callout("a"), manual("z"), callout("b", after("z"))))
    plan.offline()
    plan.complete("G.z")
    assert plan.discard("G.a").refusal == "it is on hold"
    assert plan.discard("G.b").refusal is None


def test_a_step_is_ready_from_when_its_turn_came_and_started_from_its_first_attempt() -> None:
    plan = start(group("G", manual("z"), callout("a", after("z"), retry=immediately(3))))
    plan.offline()
    plan.complete("G.z")
    turn = plan.now
    plan.later(hours=1)
    plan.online()
    begun = plan.now
    plan.later(hours=1)
    plan.fail("G.a")
    assert (plan.step("G.a").ready_at, plan.step("G.a").started_at) == (turn, begun)


def test_asking_twice_for_a_retry_of_one_attempt_is_refused() -> None:
    amount = (Argument("amount", attribute("balance")),)
    plan = start(group("G", auto("a", target="Pay", arguments=amount)), row=case(balance=Decimal(500)))
    ask = Retry(plan.now, at("G.a"), attempt=1, by="ann")
    plan.send(ask)
    assert (plan["G.a"], plan.step("G.a").attempt) == ("fatally_failed", 2)
    assert plan.send(ask).refusal == "attempt 1 is not the present one (2)"


def test_a_step_that_expires_when_its_retry_is_due_is_not_tried_again() -> None:
    plan = start(group("G", callout("a", expires=hours(1), retry=every(minutes(60), 3))))
    plan.fail("G.a")
    plan.later(hours=1)
    assert (plan["G.a"], plan.step("G.a").attempt) == ("expired", 1)


def test_after_a_crash_everything_unanswered_is_asked_for_again_with_the_same_keys() -> None:
    steps = (auto("a"), callout("b"), manual("c"), manual("d"), pause("p", expires=hours(9)), auto("e"))
    plan = start(group("G", *steps))
    plan.complete("G.d")
    plan.fail("G.e", "BUSY")
    unanswered = [
        command
        for command in plan.commands
        if isinstance(command, RunAction | CallOut | OpenTask) and command.key.step.step in "abc"
    ]
    [fallout] = plan.given(RaiseFallout)
    again = list(plan.kernel.outstanding(plan.state))
    assert again == [*unanswered, fallout, SetTimer(datetime(2026, 3, 2, 9, tzinfo=UTC))]
