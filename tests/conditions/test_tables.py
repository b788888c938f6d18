"""Every operator and function on every pair of boundary values: the evaluators against the naive one, exhaustively."""

from datetime import date
from itertools import product

import pytest

from dro_lang.conditions import rules
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.values import evaluate
from dro_lang.program import expressions as e
from dro_lang.program.expressions import ArithmeticOperator as Op
from dro_lang.program.expressions import ComparisonOperator as Cmp
from dro_lang.program.expressions import Function as F
from dro_lang.program.types import BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, TEXT
from tests.conditions import naive
from tests.conditions.strategies import (
    BUSINESS,
    CALENDARS,
    DAYS,
    ELAPSED,
    EUR,
    ORDERED,
    POOLS,
    UNORDERED,
    ZONES,
)

NOW = POOLS[DATETIME][0]


def run(zone=ZONES[1], calendar=CALENDARS[1], **root):
    return Environment(root, date(2026, 3, 29), NOW, zone, calendar)


def both(type):
    return e.Attribute("x", type), e.Attribute("y", type)


@pytest.mark.parametrize("type", [*ORDERED, *UNORDERED, BOOLEAN], ids=str)
def test_comparisons(type):
    """Of two attributes, with a constant on either side, plain and negated, with unknown operands too."""
    x, y = both(type)
    operators = list(Cmp) if type in ORDERED else [Cmp.EQUAL, Cmp.NOT_EQUAL]
    for left, right in product([*POOLS[type], None], repeat=2):
        environment = run(x=left, y=right)
        for operator in operators:
            forms = [e.Comparison(operator, x, y)]
            if right is not None:
                forms.append(e.Comparison(operator, x, e.Constant(right, type)))
            if left is not None:
                forms.append(e.Comparison(operator, e.Constant(left, type), y))
            for form in forms:
                for condition in (form, e.Not(form)):
                    expected = naive.holds(condition, naive.world(environment))
                    assert rules.holds(condition, environment) is expected, (condition, left, right)


@pytest.mark.parametrize("type", [INTEGER, DECIMAL, EUR, DATE], ids=str)
def test_ranges(type):
    x, _ = both(type)
    bounds = [None, *(e.Constant(value, type) for value in POOLS[type][:6])]
    for low, high in product(bounds, repeat=2):
        form = e.InRange(x, low, high)
        for value in [*POOLS[type], None]:
            for condition in (form, e.Not(form)):
                environment = run(x=value)
                expected = naive.holds(condition, naive.world(environment))
                assert rules.holds(condition, environment) is expected, (condition, value)


@pytest.mark.parametrize("type", [*ORDERED, *UNORDERED, BOOLEAN], ids=str)
def test_sets(type):
    """Of constants, of constants and an attribute, of an attribute alone."""
    x, y = both(type)
    first, second = (e.Constant(value, type) for value in POOLS[type][:2])
    for left, right in product([*POOLS[type], None], repeat=2):
        environment = run(x=left, y=right)
        for members in ((first, second), (first, y), (y,)):
            for condition in (e.InSet(x, members), e.Not(e.InSet(x, members))):
                expected = naive.holds(condition, naive.world(environment))
                assert rules.holds(condition, environment) is expected, (condition, left, right)


UNARY = [
    *((function, TEXT, TEXT) for function in (F.LOWER, F.UPPER, F.TRIM)),
    (F.LENGTH, TEXT, INTEGER),
    *((F.ABS, type, type) for type in (INTEGER, DECIMAL, EUR, DAYS, ELAPSED)),
    *((part, type, INTEGER) for part in (F.YEAR, F.MONTH, F.DAY, F.WEEKDAY) for type in (DATE, DATETIME)),
]


@pytest.mark.parametrize(("function", "type", "result"), UNARY, ids=str)
def test_functions_of_one_value(function, type, result):
    call = e.Call(function, (e.Attribute("x", type),), result)
    for zone, value in product(ZONES, [*POOLS[type], None]):
        agree(call, run(zone, x=value))


BINARY = [
    *((function, TEXT, TEXT, BOOLEAN) for function in (F.CONTAINS, F.STARTS_WITH, F.ENDS_WITH)),
    *((function, type, type, type) for function in (F.MIN, F.MAX, F.DEFAULT) for type in ORDERED),
]


@pytest.mark.parametrize(("function", "left", "right", "result"), BINARY, ids=str)
def test_functions_of_two_values(function, left, right, result):
    call = e.Call(function, (e.Attribute("x", left), e.Attribute("y", right)), result)
    for x, y in product([*POOLS[left], None], [*POOLS[right], None]):
        agree(call, run(x=x, y=y))


def test_default_as_a_condition():
    x, y = both(BOOLEAN)
    for form in (e.Call(F.DEFAULT, (x, y), BOOLEAN), e.Call(F.DEFAULT, (x, e.Not(y)), BOOLEAN)):
        for left, right in product([True, False, None], repeat=2):
            environment = run(x=left, y=right)
            for condition in (form, e.Not(form)):
                expected = naive.holds(condition, naive.world(environment))
                assert rules.holds(condition, environment) is expected, (condition, left, right)


@pytest.mark.parametrize("type", [DECIMAL, EUR], ids=str)
def test_round(type):
    for places, value in product(range(7), POOLS[type]):
        agree(e.Call(F.ROUND, (e.Attribute("x", type), e.Constant(places, INTEGER)), type), run(x=value))


ARITHMETIC = [
    *((op, INTEGER, INTEGER, INTEGER) for op in (Op.ADD, Op.SUBTRACT, Op.MULTIPLY)),
    *((op, left, right, DECIMAL) for op in Op for left, right in product((INTEGER, DECIMAL), repeat=2)),
    *((op, EUR, EUR, EUR) for op in (Op.ADD, Op.SUBTRACT)),
    (Op.DIVIDE, EUR, EUR, DECIMAL),
    *((op, EUR, number, EUR) for op in (Op.MULTIPLY, Op.DIVIDE) for number in (INTEGER, DECIMAL)),
    *((op, type, type, type) for op in (Op.ADD, Op.SUBTRACT) for type in (DAYS, ELAPSED, BUSINESS)),
    *((op, DATE, move, DATE) for op in (Op.ADD, Op.SUBTRACT) for move in (DAYS, BUSINESS)),
    *((op, DATETIME, move, DATETIME) for op in (Op.ADD, Op.SUBTRACT) for move in (DAYS, ELAPSED, BUSINESS)),
    (Op.ADD, DAYS, DATE, DATE),
    (Op.ADD, ELAPSED, DATETIME, DATETIME),
    (Op.SUBTRACT, DATE, DATE, DAYS),
    (Op.SUBTRACT, DATETIME, DATETIME, ELAPSED),
    (Op.MULTIPLY, DAYS, INTEGER, DAYS),
    (Op.MULTIPLY, INTEGER, ELAPSED, ELAPSED),
]


@pytest.mark.parametrize(("operator", "left", "right", "result"), ARITHMETIC, ids=str)
def test_arithmetic(operator, left, right, result):
    """In every zone where a zone matters, by every calendar where business days do."""
    calculation = e.Arithmetic(operator, e.Attribute("x", left), e.Attribute("y", right), result)
    zones = ZONES if result == DATETIME else ZONES[:1]
    calendars = CALENDARS if BUSINESS in (left, right) else CALENDARS[:1]
    for zone, calendar in product(zones, calendars):
        for x, y in product([*POOLS[left], None], [*POOLS[right], None]):
            agree(calculation, run(zone, calendar, x=x, y=y))


def agree(expression, environment):
    result = naive.inward(evaluate(expression, environment))
    assert result == naive.value(expression, naive.world(environment)), (expression, environment.root)
