"""A decision tree over conditions leads every record to the conditions that may hold for it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.conditions import rules
from dro_lang.conditions.compiled.selector import compile_plan
from dro_lang.conditions.index.cuts import Cuts, formula
from dro_lang.conditions.index.tree import Leaf, Split, grow
from dro_lang.conditions.normal import Truth, normalize
from dro_lang.conditions.order import comparable
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import And, Attribute, Comparison, Constant, Not, Or
from dro_lang.program.expressions import ComparisonOperator as Cmp
from dro_lang.program.model import Policy, Scenario
from dro_lang.program.types import INTEGER
from tests.conditions.strategies import conditions, environments
from tests.conditions.test_compiled import LAYOUT, by_rules, of_record
from tests.conditions.test_selection import OTHERWISE, RUN, plan, risk_in


def about_few_operands():
    """Conditions that ask much of the same few attributes, which a tree is for."""
    leaf = st.one_of(conditions(0), conditions(0), st.sampled_from([risk_in("Low"), risk_in("Medium", "High")]))
    joined = st.lists(leaf, min_size=1, max_size=3).map(tuple)
    return st.one_of(leaf, joined.map(And), joined.map(Or), joined.map(And).map(Not))


@st.composite
def large_plans(draw):
    scenarios = []
    for number, when in enumerate(draw(st.lists(about_few_operands(), min_size=5, max_size=14))):
        earlier = [scenario.name for scenario in scenarios]
        unless = tuple(draw(st.lists(st.sampled_from(earlier), unique=True, max_size=2))) if earlier else ()
        scenarios.append(Scenario(f"s{number}", when, unless=unless, runs=RUN))
    if draw(st.booleans()):
        scenarios.append(OTHERWISE)
    return plan(draw(st.sampled_from(list(Policy))), *draw(st.permutations(scenarios)))


def holds(normal, environment):
    rule = rules.lower_normal(normal)
    return rules.decide(rule, rules.facts_class(rule.variables)(environment))


def region(operand, environment):
    value = evaluate(operand.expression, environment)
    return operand.unknown if value is None else operand.region(comparable(value))


@settings(max_examples=150, deadline=None)
@given(st.lists(about_few_operands(), min_size=3, max_size=12), st.lists(environments(), min_size=1, max_size=4))
def test_what_is_left_at_a_leaf_says_what_the_conditions_say(asked, runs):
    cuts = Cuts.of(map(normalize, asked))
    tree = grow(cuts)
    for environment in runs:
        at = tree
        while isinstance(at, Split):
            here = region(at.operand, environment)
            (at,) = (below for mask, below in at.branches if mask >> here & 1)
        left = dict(at.candidates)
        for number, condition in enumerate(asked):
            assert holds(formula(left.get(number, False)), environment) is rules.holds(condition, environment)


@settings(max_examples=200, deadline=None)
@given(large_plans(), environments(), st.lists(environments(), min_size=1, max_size=6))
def test_a_tree_chooses_what_the_rules_choose(plan, run, records):
    choose = compile_plan(plan, LAYOUT, indexed_from=1)(of_record(run))
    in_a_row = compile_plan(plan, LAYOUT, indexed_from=100)(of_record(run))
    for record in records:
        environment = of_record(run)
        expected = by_rules(plan, type(environment)(record.root, *_rest(environment)))
        assert choose(LAYOUT.record(record.root)) == expected
        assert in_a_row(LAYOUT.record(record.root)) == expected


def _rest(environment):
    return environment.today, environment.now, environment.zone, environment.calendar


def visits(low, high):
    attribute = Attribute("visits", INTEGER)
    return And(
        (
            Comparison(Cmp.GREATER_OR_EQUAL, attribute, Constant(low, INTEGER)),
            Comparison(Cmp.LESS, attribute, Constant(high, INTEGER)),
        )
    )


def test_bands_of_one_operand_are_halved_until_few_are_left():
    cuts = Cuts.of(normalize(visits(low, low + 10)) for low in range(0, 640, 10))

    def depth(tree):
        if isinstance(tree, Leaf):
            assert len(tree.candidates) <= 2
            return 0
        return 1 + max(depth(below) for _, below in tree.branches)

    assert depth(grow(cuts)) <= 7


def test_a_test_that_the_way_decides_is_not_made_again():
    cuts = Cuts.of([normalize(risk_in("Low")), normalize(risk_in("Medium")), normalize(risk_in("High"))])
    tree = grow(cuts)
    assert isinstance(tree, Split)
    assert all(node is True for _, below in tree.branches for _, node in below.candidates)


def test_conditions_without_anything_in_common_stay_as_they_are():
    first, second = Truth(True), normalize(risk_in("Low"))
    tree = grow(Cuts.of([first, second]))
    assert isinstance(tree, Leaf)
    assert [formula(node) for _, node in tree.candidates] == [first, second]
