"""Conditions as SQL mean what the reference evaluator says, on every record."""

from random import Random

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.conditions import rules
from dro_lang.conditions.normal import Presence, complement, normalize
from dro_lang.program import expressions as e
from dro_lang.program.types import DateType, DurationType, DurationUnit, IntegerType
from dro_lang.program.values import Duration
from tests.columnar.database import Database
from tests.conditions.strategies import CONTEXT, POOLS, conditions, environments, rows

RECORDS = 60


@st.composite
def tables(draw):
    """As many records as a call of the database is worth, drawn from a few values each."""
    seeds = draw(st.lists(rows(CONTEXT), min_size=3, max_size=6))
    # One seed: as many choices as there are cells would be more than Hypothesis has room for.
    chooser = Random(draw(st.integers(0, 2**32 - 1)))
    return [{a.name: chooser.choice(seeds)[a.name] for a in CONTEXT.attributes} for _ in range(RECORDS)]


def of_records(expression):
    """The expression with the first value of each pool for what only a running plan has."""
    if isinstance(expression, e.Parameter | e.Result):
        return e.Constant(POOLS[expression.type][0], expression.type)
    return e.with_operands(expression, tuple(map(of_records, e.operands(expression))))


DRAWN = tables(), environments(), st.lists(conditions(), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(*DRAWN)
def test_columns_agree_with_the_reference(table, environment, some):
    database = Database(table)
    for condition in map(of_records, some):
        for normal in (normalize(condition), complement(normalize(condition))):
            expected = [n for n, row in enumerate(table) if decided(normal, evolve(environment, root=row))]
            found, helpers = database.holding(normal, environment)
            assert found == expected, [helper.reason for helper in helpers.values()]


@settings(max_examples=5, deadline=None)
@given(rows(CONTEXT), environments())
def test_no_time_a_number_of_times_is_unknown_where_the_number_is(row, environment):
    none = e.Constant(Duration(), DurationType(DurationUnit.DAYS))
    times = e.Arithmetic(e.ArithmeticOperator.MULTIPLY, none, e.Attribute("rank", IntegerType()), none.type)
    day = e.Arithmetic(e.ArithmeticOperator.ADD, times, e.Attribute("start_date", DateType()), DateType())
    database = Database([{**row, "rank": None}, {**row, "rank": 7}])
    for operand in (times, day):
        assert database.holding(Presence(operand, known=True), environment)[0] == [1]


def decided(normal, environment):
    rule = rules.lower_normal(normal)
    return rules.decide(rule, rules.facts_class(rule.variables)(environment))


@pytest.mark.slow
def test_columns_agree_at_length():
    agree = test_columns_agree_with_the_reference.hypothesis.inner_test
    at_length = given(*DRAWN)(lambda table, environment, some: agree(table, environment, some))
    settings(max_examples=300, deadline=None)(at_length)()
