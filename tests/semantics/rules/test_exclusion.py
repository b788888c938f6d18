"""Conditions that are said to contradict each other have no record in common."""

from datetime import UTC, date, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.time import BusinessCalendar
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import (
    And,
    Attribute,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    InRange,
    InSet,
    Known,
    Not,
    Or,
)
from dro_lang.program.types import BOOLEAN, INTEGER, EnumType
from dro_lang.program.values import Row
from dro_lang.semantics.rules.exclusion import contradict

RISK = EnumType("Risk")
NUMBER, OTHER, LEVEL, FLAG = (
    Attribute("number", INTEGER),
    Attribute("other", INTEGER),
    Attribute("level", RISK),
    Attribute("flag", BOOLEAN),
)
RECORDS: list[Row] = [
    {"number": number, "other": other, "level": level, "flag": flag}
    for number, other, level, flag in product((None, *range(5)), (0, 3), (None, "Low", "High", "Top"), (True, False))
]

numbers = st.integers(0, 4).map(lambda number: Constant(number, INTEGER))
levels = st.sampled_from(("Low", "High", "Top")).map(lambda level: Constant(level, RISK))
same_or_not = st.sampled_from((ComparisonOperator.EQUAL, ComparisonOperator.NOT_EQUAL))
atoms: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Comparison, st.sampled_from(ComparisonOperator), st.sampled_from((NUMBER, OTHER)), numbers),
    st.builds(Comparison, st.sampled_from(ComparisonOperator), st.just(NUMBER), st.just(OTHER)),
    st.builds(InRange, st.just(NUMBER), st.none() | numbers, st.none() | numbers),
    st.builds(InSet, st.just(NUMBER), st.lists(numbers, min_size=1, max_size=3).map(tuple)),
    st.builds(InSet, st.just(LEVEL), st.lists(levels, min_size=1, max_size=2).map(tuple)),
    st.builds(Comparison, same_or_not, st.just(LEVEL), levels),
    st.sampled_from((FLAG, Known(NUMBER), Known(LEVEL))),
)
literals = atoms | atoms.map(Not)
conditions = st.one_of(
    literals,
    st.lists(literals, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
    st.lists(literals, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
)


def holds(condition: Expression, record: Row) -> bool:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    environment = Environment(record, date(2026, 6, 1), now, ZoneInfo("UTC"), BusinessCalendar())
    return evaluate(condition, environment) is True


@given(conditions, conditions)
def test_what_contradicts_has_no_record_in_common(one: Expression, other: Expression) -> None:
    if contradict(one, other):
        assert not [record for record in RECORDS if holds(one, record) and holds(other, record)]


@given(conditions, conditions)
def test_the_order_makes_no_difference(one: Expression, other: Expression) -> None:
    assert contradict(one, other) == contradict(other, one)


def at_least(number: int) -> Expression:
    return Comparison(ComparisonOperator.GREATER_OR_EQUAL, NUMBER, Constant(number, INTEGER))


def below(number: int) -> Expression:
    return Comparison(ComparisonOperator.LESS, NUMBER, Constant(number, INTEGER))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (below(3), at_least(3), True),
        (below(3), at_least(2), False),
        (And((FLAG, below(3))), And((at_least(3), Known(NUMBER))), True),
        (FLAG, Not(FLAG), True),
        (below(3), Not(Known(NUMBER)), True),
        (Known(NUMBER), Not(Known(NUMBER)), True),
        (Or((below(3), FLAG)), at_least(3), False),
        (Not(InRange(NUMBER, None, Constant(2, INTEGER))), below(3), False),
    ],
)
def test_what_is_seen(one: Expression, other: Expression, expected: bool) -> None:
    assert contradict(one, other) is expected
