"""Generated code means what the rules and the naive evaluator say, in environments and over records of slots."""

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.conditions import rules, selection
from dro_lang.conditions.compiled import evaluate
from dro_lang.conditions.compiled.records import Layout
from dro_lang.conditions.compiled.selector import compile_plan
from dro_lang.conditions.selection import Choice
from dro_lang.program.expressions import Attribute, Call, Function
from dro_lang.program.model import Policy, Scenario
from dro_lang.program.types import BOOLEAN, TEXT
from tests.conditions import naive
from tests.conditions.strategies import CONTEXT, LINE, conditions, environments
from tests.conditions.test_selection import RUN, plan, plans

LAYOUT = Layout(CONTEXT, {"Line": LINE})


@settings(max_examples=400, deadline=None)
@given(conditions(), st.lists(environments(), min_size=1, max_size=4))
def test_conditions_hold_where_the_rules_and_the_naive_evaluator_say(condition, runs):
    for environment in runs:
        expected = naive.holds(condition, naive.world(environment))
        assert evaluate.holds(condition, environment) is expected
        assert rules.holds(condition, environment) is expected


@settings(max_examples=150, deadline=None)
@given(plans(), st.lists(environments(), min_size=1, max_size=4))
def test_selections_of_environments_are_those_of_the_rules(plan, runs):
    for environment in runs:
        assert evaluate.select(plan, environment) == selection.select(plan, environment)


def of_record(environment):
    """The environment without what the conditions of scenarios do not see."""
    return evolve(environment, item=None, parameters={}, results={})


def by_rules(plan, environment):
    chosen = selection.select(plan, environment)
    return Choice(chosen.matched, chosen.error, chosen.reason)


@settings(max_examples=400, deadline=None)
@given(conditions(), environments(), st.lists(environments(), min_size=1, max_size=4))
def test_conditions_over_slots_hold_where_the_rules_say(condition, run, records):
    bind = compile_plan(plan(Policy.FIRST_MATCHING, Scenario("it", condition, runs=RUN)), LAYOUT)
    choose = bind(of_record(run))
    for record in records:
        expected = rules.holds(condition, evolve(of_record(run), root=record.root))
        assert (choose(LAYOUT.record(record.root)).error is None) is expected


@settings(max_examples=200, deadline=None)
@given(plans(), environments(), st.lists(environments(), min_size=1, max_size=4), st.sampled_from([1, 100]))
def test_selections_over_slots_are_those_of_the_rules(plan, run, records, indexed_from):
    choose = compile_plan(plan, LAYOUT, indexed_from)(of_record(run))
    for record in records:
        expected = by_rules(plan, evolve(of_record(run), root=record.root))
        assert choose(LAYOUT.record(record.root)) == expected
        assert choose(LAYOUT.record(record.root)) == expected


def test_a_text_may_be_looked_for_in_itself():
    """What is read twice is kept by what Python reads first: the part, and then the text."""
    nickname = Attribute("nickname", TEXT)
    itself = Call(Function.CONTAINS, (nickname, nickname), BOOLEAN)
    choose = compile_plan(plan(Policy.FIRST_MATCHING, Scenario("it", itself, runs=RUN)), LAYOUT)(None)
    row = {**dict.fromkeys(LAYOUT.attributes), "lines": (), "old_lines": ()}
    assert choose(LAYOUT.record({**row, "nickname": "a"})).scenarios == ("it",)
    assert choose(LAYOUT.record(row)).scenarios == ()
