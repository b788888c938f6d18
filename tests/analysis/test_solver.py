"""Attributes compared with each other: what the analysis proves and refutes is what a solver (z3) says of it.

Everything is in whole numbers: a date is its day, a decimal its millionths, and whether an attribute is known is a
Boolean beside it.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import A_DAY, axis, limits, type_limits
from dro_lang.analysis.solver.satisfy import Example, Never, satisfy
from dro_lang.conditions.normal import All, Normal, Presence, Range, Relation, Truth, normalize
from dro_lang.conditions.normal import Any as AnyOf
from dro_lang.conditions.order import COMPARISONS
from dro_lang.conditions.rules import holds
from dro_lang.program.expressions import (
    And,
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    InRange,
    Known,
    Negate,
    Not,
    Or,
    Today,
)
from dro_lang.program.model import AttributeDefinition, Context, Plan, Policy, Program
from dro_lang.program.types import DATE, DECIMAL, INTEGER, DurationType, DurationUnit, Type
from dro_lang.program.values import MICRO, Duration, Value, scaled

z3: Any = pytest.importorskip("z3")

DAYS = DurationType(DurationUnit.DAYS)


def definition(
    name: str, kind: Type, low: Value = None, high: Value = None, optional: bool = False
) -> AttributeDefinition:
    lowest, highest = (None if bound is None else Constant(bound, kind) for bound in (low, high))
    return AttributeDefinition(name, kind, optional, lowest, highest)


CONTEXT = Context(
    "C",
    (
        definition("i", INTEGER, 0, 3),
        definition("j", INTEGER, optional=True),
        definition("k", INTEGER, high=5),
        definition("x", DECIMAL, Decimal("0"), Decimal("1.5")),
        definition("y", DECIMAL, optional=True),
        definition("d", DATE, optional=True),
        definition("e", DATE, A_DAY, A_DAY + timedelta(days=9)),
        definition("f", DATE),
    ),
)
PLAN = Plan("P", "C", "Generic", "M", Policy.EXACTLY_ONE, ())
RECORDS = Records(Program("m", contexts={"C": CONTEXT}, plans={"P": PLAN}), PLAN)


def attributes(*names: str) -> st.SearchStrategy[Expression]:
    return st.sampled_from([Attribute(each.name, each.type) for each in CONTEXT.attributes if each.name in names])


operators = st.sampled_from(ComparisonOperator)
signs = st.sampled_from([ArithmeticOperator.ADD, ArithmeticOperator.SUBTRACT])
whole = st.integers(-4, 4).map(lambda number: Constant(number, INTEGER))
halves = st.integers(-4, 4).map(lambda number: Constant(Decimal(number) / 2, DECIMAL))
days = st.integers(-3, 12).map(lambda number: Constant(A_DAY + timedelta(days=number), DATE))
lengths = st.builds(
    lambda d, h: Constant(Duration(days=d, seconds=h * 3600), DAYS), st.integers(-4, 4), st.sampled_from([0, 12])
)
whole_days = st.integers(-4, 4).map(lambda number: Constant(Duration(days=number), DAYS))

integers, decimals = attributes("i", "j", "k"), attributes("x", "y")
dates = attributes("d", "e", "f") | st.just(Today())


def shifted(
    terms: st.SearchStrategy[Expression], by: st.SearchStrategy[Constant], kind: Type
) -> st.SearchStrategy[Expression]:
    return terms | st.builds(Arithmetic, signs, terms, by, st.just(kind))


def compared(left: st.SearchStrategy[Any], right: st.SearchStrategy[Any]) -> st.SearchStrategy[Expression]:
    return st.builds(Comparison, operators, left, right)


def between(terms: st.SearchStrategy[Expression], kind: Type) -> st.SearchStrategy[Expression]:
    return st.builds(lambda a, b: Arithmetic(ArithmeticOperator.SUBTRACT, a, b, kind), terms, terms)


whole_terms, decimal_terms = shifted(integers, whole, INTEGER), shifted(decimals, halves, DECIMAL)
atoms = st.one_of(
    compared(whole_terms, whole_terms),
    compared(whole_terms, whole),
    compared(between(integers, INTEGER), whole),
    st.builds(InRange, between(integers, INTEGER), st.none() | whole, whole),
    compared(decimal_terms, decimal_terms),
    compared(integers.map(lambda each: Negate(each, INTEGER)), whole),
    compared(shifted(dates, whole_days, DATE), dates),
    compared(dates, days),
    compared(between(dates, DAYS), lengths),
    st.sampled_from(["j", "y", "d"]).flatmap(attributes).map(Known),
)
mixed = compared(decimal_terms, integers)


def conditions(leaves: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    literals = leaves | leaves.map(Not)
    clauses = st.lists(literals, min_size=1, max_size=3).map(lambda parts: Or(tuple(parts)))
    return st.lists(clauses, min_size=1, max_size=7).map(lambda parts: And(tuple(parts)))


def number(value: object) -> int:
    """A value as a whole number: numbers in millionths, dates and durations in seconds."""
    if isinstance(value, Duration):
        return value.total_seconds
    return value.toordinal() * 86_400 if isinstance(value, date) else scaled(value)  # type: ignore[arg-type]


def term(expression: Expression) -> Any:
    match expression:
        case Constant(value):
            return z3.IntVal(number(value))
        case Negate(operand):
            return -term(operand)
        case Arithmetic(operator, left, right):
            return term(left) + term(right) if operator is ArithmeticOperator.ADD else term(left) - term(right)
        case Attribute(name, kind):
            return z3.Int(name) * (MICRO if kind == INTEGER else 86_400 if kind == DATE else 1)
        case Today():
            return z3.Int("today") * 86_400
    raise TypeError(expression)


def said(formula: Normal) -> Any:
    match formula:
        case Truth(value):
            return z3.BoolVal(value)
        case All(parts):
            return z3.And(*map(said, parts))
        case AnyOf(parts):
            return z3.Or(*map(said, parts))
        case Presence(operand, known):
            names = {name for name in ("j", "y", "d") if f"'{name}'" in repr(operand)}
            all_known = z3.And(*(z3.Bool(f"{name} known") for name in names))
            return all_known if known else z3.Not(all_known)
        case Relation(operator, left, right):
            return COMPARISONS[operator](term(left), term(right))
        case Range(operand, low, high, inside):
            within = z3.And(
                True if low is None else term(operand) >= term(low),
                True if high is None else term(operand) <= term(high),
            )
            return within if inside else z3.Not(within)
    raise TypeError(formula)


def solved(formula: Normal) -> bool:
    solver = z3.Solver()
    for each in CONTEXT.attributes:
        low, high = limits(each)
        solver.add(z3.Int(each.name) >= low, z3.Int(each.name) <= high)
    low, high = type_limits(DATE)
    solver.add(z3.Int("today") >= low, z3.Int("today") <= high)
    solver.add(said(formula))
    answer = solver.check()
    assert answer in (z3.sat, z3.unsat)
    return bool(answer == z3.sat)


def compare(condition: Expression, decided: bool) -> None:
    formula = normalize(condition)
    answer = satisfy(formula, RECORDS)
    if isinstance(answer, Example):
        assert holds(condition, RECORDS.environment(answer.row, answer.today))
        for each in CONTEXT.attributes:
            value = answer.row[each.name]
            assert (
                each.optional if value is None else limits(each)[0] <= axis(each.type).point(value) <= limits(each)[1]
            )
    assert isinstance(answer, Example | Never) or not decided
    if isinstance(answer, Example | Never):
        assert isinstance(answer, Example) == solved(formula)


@given(conditions(atoms))
@settings(max_examples=150, deadline=None)
def test_differences_are_always_decided_and_right(condition: Expression) -> None:
    compare(condition, decided=True)


@given(conditions(atoms | mixed))
@settings(max_examples=60, deadline=None)
def test_whole_numbers_that_meet_decimals_are_never_decided_wrongly(condition: Expression) -> None:
    compare(condition, decided=False)


@pytest.mark.slow
@given(conditions(atoms))
@settings(max_examples=10_000, deadline=None)
def test_ten_thousand_conditions_are_decided_and_right(condition: Expression) -> None:
    compare(condition, decided=True)
