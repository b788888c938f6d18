"""Which scenarios a record gets: `when`, `unless`, `otherwise`, the plan's policy, and the errors R0201 and R0202."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from business_rules.actions import BaseActions, rule_action
from business_rules.engine import run_all
from business_rules.fields import FIELD_TEXT
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.export import export
from dro_lang.conditions.matching import matching
from dro_lang.conditions.rules import decide, facts_class, lower_normal
from dro_lang.conditions.selection import Verdict, select
from dro_lang.conditions.time import BusinessCalendar
from dro_lang.diagnostics.registry import registered
from dro_lang.program.expressions import Attribute, Comparison, ComparisonOperator, Constant, InSet, Known
from dro_lang.program.model import GroupCall, Plan, Policy, Scenario
from dro_lang.program.types import DATE
from tests.conditions import naive
from tests.conditions.strategies import RISK, conditions, environments

NOW = datetime.fromisoformat("2026-06-01T12:00:00+02:00")
RUN = (GroupCall("G"),)


def run(**root) -> Environment:
    return Environment(root, date(2026, 6, 1), NOW, ZoneInfo("Europe/Berlin"), BusinessCalendar())


def plan(policy, *scenarios) -> Plan:
    return Plan("Dunning", "Case", "Generic", "Cases", policy, tuple(scenarios))


def risk_in(*names):
    return InSet(Attribute("risk", RISK), tuple(Constant(name, RISK) for name in names))


PROMISED_ON = Attribute("promised_on", DATE)
PROMISED = Scenario("promised", Known(PROMISED_ON), runs=RUN)
GENTLE = Scenario("gentle", risk_in("Low", "Medium"), unless=("promised",), runs=RUN)
FIRM = Scenario("firm", risk_in("High"), unless=("promised",), runs=RUN)
ANY_RISK = Scenario("any_risk", unless=("firm",), runs=RUN)
OTHERWISE = Scenario("rest", otherwise=True, runs=RUN)


def matched(plan, **root):
    return select(plan, run(**root)).matched


class TestExactlyOne:
    DUNNING = plan(Policy.EXACTLY_ONE, PROMISED, GENTLE, FIRM)

    def test_the_one_that_matches(self):
        assert matched(self.DUNNING, risk="Low", promised_on=None) == ("gentle",)
        assert matched(self.DUNNING, risk="High", promised_on=None) == ("firm",)

    def test_a_scenario_blocks_those_that_are_for_all_unless_it(self):
        chosen = select(self.DUNNING, run(risk="Low", promised_on=date(2026, 6, 5)))
        assert chosen.matched == ("promised",)
        assert chosen.error is None
        assert chosen.verdicts == (
            Verdict("promised", True),
            Verdict("gentle", True, blocked_by="promised"),
            Verdict("firm", False, blocked_by="promised"),
        )

    def test_two_that_match_are_an_error(self):
        scenarios = (PROMISED, GENTLE, FIRM, ANY_RISK)
        chosen = select(plan(Policy.EXACTLY_ONE, *scenarios), run(risk="Low", promised_on=None))
        assert (chosen.matched, chosen.error) == ((), "R0201")
        assert chosen.reason == "`gentle` and `any_risk` match this record, and plan `Dunning` takes exactly one"
        assert registered("R0201")

    def test_none_that_matches_is_an_error(self):
        chosen = select(plan(Policy.EXACTLY_ONE, PROMISED), run(promised_on=None))
        assert (chosen.matched, chosen.error) == ((), "R0202")
        assert chosen.reason == "no scenario of plan `Dunning` matches this record"
        assert registered("R0202")


def test_the_first_that_matches_in_order_of_writing():
    first = plan(Policy.FIRST_MATCHING, ANY_RISK, PROMISED, GENTLE, FIRM)
    assert matched(first, risk="Low", promised_on=None) == ("any_risk",)
    assert matched(first, risk="High", promised_on=None) == ("firm",)
    assert select(plan(Policy.FIRST_MATCHING, PROMISED), run(promised_on=None)).error == "R0202"


def test_every_one_that_matches():
    every = plan(Policy.EVERY_MATCHING, ANY_RISK, PROMISED, GENTLE, FIRM)
    assert matched(every, risk="Low", promised_on=None) == ("any_risk", "gentle")
    assert select(plan(Policy.EVERY_MATCHING, PROMISED), run(promised_on=None)).error == "R0202"


@pytest.mark.parametrize("policy", list(Policy))
def test_otherwise_matches_when_no_other_scenario_does(policy):
    for scenarios in ((OTHERWISE, PROMISED), (PROMISED, OTHERWISE)):
        assert matched(plan(policy, *scenarios), promised_on=None) == ("rest",)
        assert matched(plan(policy, *scenarios), promised_on=date(2026, 6, 1)) == ("promised",)


def test_otherwise_does_not_look_at_when_alone():
    """`gentle` holds, but is blocked: the one that blocks it matches."""
    chosen = select(
        plan(Policy.EXACTLY_ONE, PROMISED, GENTLE, OTHERWISE), run(risk="Low", promised_on=date(2026, 6, 1))
    )
    assert chosen.matched == ("promised",)
    assert chosen.verdicts[-1] == Verdict("rest", False, otherwise=True)


def test_unless_looks_at_whether_the_other_matches_not_at_its_when():
    """`calm` blocks `loud`, and `promised` blocks `calm`: with a promise, `loud` is free."""
    calm = Scenario("calm", risk_in("Low"), unless=("promised",), runs=RUN)
    loud = Scenario("loud", risk_in("Low"), unless=("calm",), runs=RUN)
    every = plan(Policy.EVERY_MATCHING, loud, calm, PROMISED)
    assert matched(every, risk="Low", promised_on=None) == ("calm",)
    assert matched(every, risk="Low", promised_on=date(2026, 6, 1)) == ("loud", "promised")


def test_unless_passes_where_the_other_is_false_for_what_is_unknown():
    due = Scenario("due", Comparison(ComparisonOperator.LESS, PROMISED_ON, Constant(date(2026, 6, 1), DATE)), runs=RUN)
    free = Scenario("free", unless=("due",), runs=RUN)
    assert matched(plan(Policy.EXACTLY_ONE, due, free), promised_on=None) == ("free",)


def test_two_plans_that_are_equal_or_not_do_not_mix():
    risky = Scenario("promised", risk_in("Low"), runs=RUN)
    plans = [plan(Policy.EXACTLY_ONE, scenario) for scenario in (PROMISED, PROMISED, risky)]
    assert [matched(each, risk="Low", promised_on=None) for each in plans] == [(), (), ("promised",)]


@st.composite
def plans(draw):
    """Scenarios that are for all unless earlier ones match, in any order, perhaps with an `otherwise`."""
    scenarios = []
    for number in range(draw(st.integers(1, 4))):
        earlier = [scenario.name for scenario in scenarios]
        unless = tuple(draw(st.lists(st.sampled_from(earlier), unique=True, max_size=2))) if earlier else ()
        scenarios.append(Scenario(f"s{number}", draw(st.none() | conditions(1)), unless=unless, runs=RUN))
    if draw(st.booleans()):
        scenarios.append(OTHERWISE)
    return plan(draw(st.sampled_from(list(Policy))), *draw(st.permutations(scenarios)))


def expected(plan, environment):
    """What matches, from the text of the language: `when`, then `unless` in the order that the names allow."""
    matches = {}
    for scenario in sorted(plan.scenarios, key=lambda scenario: (scenario.otherwise, scenario.name)):
        if scenario.otherwise:
            matches[scenario.name] = not any(matches.values())
        else:
            held = scenario.when is None or naive.holds(scenario.when, naive.world(environment))
            matches[scenario.name] = held and not any(matches[name] for name in scenario.unless)
    return [scenario.name for scenario in plan.scenarios if matches[scenario.name]]


@settings(max_examples=150, deadline=None)
@given(plans(), environments())
def test_selection_follows_the_language(plan, environment):
    chosen, names = select(plan, environment), expected(plan, environment)
    assert [verdict.scenario for verdict in chosen.verdicts] == [scenario.name for scenario in plan.scenarios]
    assert [verdict.scenario for verdict in chosen.verdicts if verdict.matches] == names
    if not names:
        assert (chosen.matched, chosen.error) == ((), "R0202")
    elif plan.policy is Policy.EXACTLY_ONE and len(names) > 1:
        assert (chosen.matched, chosen.error) == ((), "R0201")
    else:
        first_only = plan.policy is Policy.FIRST_MATCHING
        assert (list(chosen.matched), chosen.error) == (names[:1] if first_only else names, None)


@settings(max_examples=100, deadline=None)
@given(plans(), environments())
def test_the_conditions_of_matching_say_the_same(plan, environment):
    names = expected(plan, environment)
    for name, condition in matching(plan).items():
        rule = lower_normal(condition)
        assert decide(rule, facts_class(rule.variables)(environment)) is (name in names)


class Actions(BaseActions):
    def __init__(self):
        self.ran = []

    @rule_action(params={"scenario": FIELD_TEXT})
    def run_scenario(self, scenario):
        self.ran.append(scenario)


@settings(max_examples=60, deadline=None)
@given(plans(), environments())
def test_the_library_runs_what_is_exported(plan, environment):
    exported = export(plan)
    rules = {name: lower_normal(condition) for name, condition in matching(plan).items()}
    facts = facts_class(variable for rule in rules.values() for variable in rule.variables)(environment)
    actions = Actions()
    run_all(exported["rules"], facts, actions, stop_on_first_trigger=exported["stop_on_first_trigger"])
    names = expected(plan, environment)
    assert actions.ran == (names[:1] if plan.policy is Policy.FIRST_MATCHING else names)
    described = {variable["name"]: variable["field_type"] for variable in exported["variables"]}
    assert described == {variable["name"]: variable["field_type"] for variable in facts.get_all_variables()}
    assert set(described.values()) <= exported["variable_type_operators"].keys()
    assert exported["actions"][0]["name"] == Actions.get_all_actions()[0]["name"]
