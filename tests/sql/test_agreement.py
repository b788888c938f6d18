"""A query gives for every record what the reference evaluator says."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlglot
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dro_lang.conditions.selection import select
from dro_lang.conditions.sql.dialects import DIALECTS
from dro_lang.conditions.sql.query import query
from dro_lang.conditions.values import evaluate
from dro_lang.program import expressions as e
from dro_lang.program.expressions import ComparisonOperator as Cmp
from dro_lang.program.expressions import ListFunction
from dro_lang.program.model import Policy, Scenario
from dro_lang.program.types import BOOLEAN, DECIMAL
from tests.columnar.test_agreement import of_records, tables
from tests.conditions.strategies import EUR, conditions, environments, expressions
from tests.sql.plans import JOINED, NESTED, expected, plan_of, program_of, sayable, target_of, text_of

SETTINGS = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
UTC = ZoneInfo("UTC")
SOME = st.lists(conditions(), min_size=1, max_size=6)


def without_nul(value):
    """The value as databases can have it."""
    if isinstance(value, tuple):
        return tuple({name: without_nul(each) for name, each in row.items()} for row in value)
    return value.replace("\0", "") if isinstance(value, str) else value


def records(table):
    return [
        {**{name: without_nul(value) for name, value in row.items()}, "id": f"R-{number}"}
        for number, row in enumerate(table)
    ]


def agree(database, table, environment, some, mapping):
    """Whether there was something to be asked of the database, and it agreed."""
    table = records(table)
    some = sayable(map(of_records, some), database.dialect, environment, mapping)
    if some:
        database.load(table)
        assert database.answers(text_of(some, database.dialect, environment, mapping)) == expected(
            some, table, environment
        )


@SETTINGS
@given(tables(), environments(), SOME, st.sampled_from([NESTED, JOINED]))
def test_duckdb(duck, table, environment, some, mapping):
    agree(duck, table, environment, some, mapping)


@SETTINGS
@given(tables(), environments(), SOME, st.sampled_from([NESTED, JOINED]))
def test_postgres(postgresql, table, environment, some, mapping):
    agree(postgresql, table, environment, some, mapping)


CALCULATED = st.sampled_from([DECIMAL, EUR]).flatmap(lambda type: expressions(type, 2))


def to_the_last_digit(database, table, environment, calculation):
    """A calculation equals in each row what it is worth there, and nothing else."""
    table, calculation = records(table), of_records(calculation)
    worth = {evaluate(calculation, evolve(environment, root=row)) for row in table} - {None}
    some = [
        e.Comparison(Cmp.EQUAL, calculation, e.Constant(Decimal(number), calculation.type))
        for number in sorted(worth)[:6]
    ]
    agree(database, table, environment, some, NESTED)


@SETTINGS
@given(tables(), environments(), CALCULATED)
def test_the_last_digit_in_duckdb(duck, table, environment, calculation):
    to_the_last_digit(duck, table, environment, calculation)


@SETTINGS
@given(tables(), environments(), CALCULATED)
def test_the_last_digit_in_postgres(postgresql, table, environment, calculation):
    to_the_last_digit(postgresql, table, environment, calculation)


@settings(SETTINGS, max_examples=1)
@given(tables(), environments())
def test_a_list_that_a_condition_names_and_does_not_need(duck, table, environment):
    least = e.Aggregate(ListFunction.MIN, "lines", "amount", None, EUR)
    agree(duck, table, environment, [e.Or((e.Known(least), e.Constant(True, BOOLEAN)))], JOINED)


@settings(SETTINGS, max_examples=1)
@given(tables(), environments())
def test_a_quotient_by_nothing_is_unknown(postgresql, table, environment):
    quotient = e.Arithmetic(
        e.ArithmeticOperator.DIVIDE, e.Constant(Decimal(1), EUR), e.Constant(Decimal(0), EUR), DECIMAL
    )
    within = e.InRange(quotient, e.Constant(Decimal(-1), DECIMAL), e.Constant(Decimal(1), DECIMAL))
    agree(postgresql, table, environment, [within], NESTED)


@pytest.mark.parametrize("name", ["snowflake", "bigquery"])
@SETTINGS
@given(tables(), environments(), SOME)
def test_the_others_as_sqlglot_reads_them(duck, name, table, environment, some):
    """No database of these is at hand. As far as DuckDB has the same types and tables, it says what they would, if
    sqlglot reads them rightly."""
    dialect, table = DIALECTS[name], records(table)
    duck.load(table)
    for condition in sayable(map(of_records, some), dialect, environment, JOINED):
        text = text_of([condition], dialect, environment, JOINED)
        if not any(word in text for word in ("NUMERIC", "DECIMAL", "FLATTEN")):
            [read] = sqlglot.transpile(text, read=name, write="duckdb")
            assert duck.answers(read) == expected([condition], table, environment)


@pytest.mark.slow
def test_both_at_length(duck, postgresql):
    for test, database in ((test_duckdb, duck), (test_postgres, postgresql)):
        at_length(test)(database)


def at_length(test):
    inner = test.hypothesis.inner_test
    return lambda database: settings(SETTINGS, max_examples=600)(
        given(tables(), environments(), SOME, st.sampled_from([NESTED, JOINED]))(
            lambda table, environment, some, mapping: inner(database, table, environment, some, mapping)
        )
    )()


@st.composite
def plans(draw):
    """Scenarios with every policy, that except and follow each other."""
    some = draw(st.lists(conditions(depth=1), min_size=1, max_size=5))
    plan = plan_of(map(of_records, some), policy=draw(st.sampled_from(Policy)))
    scenarios = [
        evolve(
            scenario, unless=tuple(draw(st.sets(st.sampled_from([f"s{n}" for n in range(number)])))) if number else ()
        )
        for number, scenario in enumerate(plan.scenarios)
    ]
    # Exceptions lead back, or forth: only not in circles.
    order = draw(st.permutations(scenarios))
    if draw(st.booleans()):
        order = [*order, Scenario("rest", otherwise=True)]
    return evolve(plan, scenarios=tuple(order))


@SETTINGS
@given(tables(), environments(), plans())
def test_every_policy(duck, table, environment, plan):
    table = records(table)
    environment = evolve(environment, zone=UTC)
    text = query(program_of(NESTED), plan, target_of(duck.dialect, environment))
    if isinstance(text, str):
        duck.load(table)
        assert duck.answers(text) == sorted(chosen(plan, row, environment) for row in table)


def chosen(plan, row, environment):
    found = select(plan, evolve(environment, root=row))
    matched = list(found.matched) if plan.policy is Policy.EVERY_MATCHING else "".join(found.matched)
    return row["id"], matched or None, found.error
