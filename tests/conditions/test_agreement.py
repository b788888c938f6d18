"""The reference evaluator, the values and the trace mean what the naive evaluator, written apart, says."""

from decimal import Context, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.conditions import rules
from dro_lang.conditions.normal import All, Any, Truth, complement, normalize
from dro_lang.conditions.trace import trace
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import And, Known, Not, Or
from dro_lang.program.types import DATE, DATETIME, DECIMAL, INTEGER, MoneyType
from tests.conditions import naive
from tests.conditions.strategies import ORDERED, UNORDERED, conditions, environments, expressions

TYPES = (*ORDERED, *UNORDERED)


@settings(max_examples=400, deadline=None)
@given(conditions(), st.lists(environments(), min_size=1, max_size=4))
def test_rules_and_values_agree_with_the_naive_evaluator(condition, runs):
    for environment in runs:
        expected = naive.holds(condition, naive.world(environment))
        assert rules.holds(condition, environment) is expected
        assert (evaluate(condition, environment) is True) is expected
        assert trace(condition, environment).holds is expected


@settings(max_examples=200, deadline=None)
@given(conditions(), environments())
def test_a_negated_condition_holds_where_the_condition_is_known_to_fail(condition, environment):
    outcome = naive.value(condition, naive.world(environment))
    assert rules.holds(Not(condition), environment) is (outcome is False)
    assert rules.holds(Known(condition), environment) is (outcome is not None)
    assert rules.holds(Not(Known(condition)), environment) is (outcome is None)


@settings(max_examples=200, deadline=None)
@given(conditions(), environments())
def test_the_complement_holds_exactly_where_the_condition_does_not(condition, environment):
    rule = rules.lower_normal(complement(normalize(condition)))
    facts = rules.facts_class(rule.variables)(environment)
    assert rules.decide(rule, facts) is not naive.holds(condition, naive.world(environment))


@pytest.mark.parametrize("type", TYPES, ids=str)
def test_values_agree_with_the_naive_evaluator(type):
    @settings(max_examples=120, deadline=None)
    @given(expressions(type, 3), environments())
    def check(expression, environment):
        result = evaluate(expression, environment)
        assert naive.inward(result) == naive.value(expression, naive.world(environment))
        assert result is None or fits(result, type), result

    check()


def fits(value, type):
    """Numbers come as their type has them, decimals with no more than six places; moments with an offset."""
    if type == INTEGER:
        return value.__class__ is int
    if type == DECIMAL or isinstance(type, MoneyType):
        return value.__class__ is Decimal and value == value.quantize(Decimal("0.000001"), context=WIDE)
    if type == DATETIME:
        return value.utcoffset() is not None
    return type != DATE or value.__class__.__name__ == "date"


WIDE = Context(prec=10_000)


@given(conditions(2))
def test_the_normal_form_is_flat_and_without_idle_parts(condition):
    def check(normal):
        if isinstance(normal, All | Any):
            assert len(normal.parts) > 1
            assert len(set(normal.parts)) == len(normal.parts)
            assert not any(isinstance(part, type(normal) | Truth) for part in normal.parts)
            for part in normal.parts:
                check(part)

    check(normalize(condition))


@given(st.lists(conditions(1), min_size=2, max_size=3))
def test_negation_is_pushed_through_and_and_or(operands):
    negated = tuple(map(Not, operands))
    assert normalize(Not(And(tuple(operands)))) == normalize(Or(negated))
    assert normalize(Not(Or(tuple(operands)))) == normalize(And(negated))
    assert normalize(Not(Not(operands[0]))) == normalize(operands[0])
