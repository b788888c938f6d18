"""Which atoms of a condition decide: held to what it means that another value would have turned the outcome."""

from datetime import UTC, date, datetime
from itertools import product
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.rules import decide, facts_class, lower_normal
from dro_lang.conditions.time import BusinessCalendar
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import Attribute
from dro_lang.program.types import BOOLEAN
from dro_lang.source import Source, Span
from dro_lang.testing.coverage.decisions import (
    Atom,
    Decision,
    Junction,
    Negation,
    atoms,
    deciding,
    formulas,
    shown,
)

NOWHERE = Span(Source("nowhere", ""), 0, 0)
Values = tuple[bool | None, ...]


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    """A condition over Boolean attributes `b0`, `b1` ..., each of them asked for once."""
    count = iter(range(100))

    def build(depth: int) -> Decision:
        kind = draw(st.sampled_from(["atom", "not", "and", "or"])) if depth else "atom"
        if kind == "atom":
            index = next(count)
            return Atom(index, Attribute(f"b{index}", BOOLEAN), NOWHERE)
        if kind == "not":
            return Negation(build(depth - 1))
        return Junction(tuple(build(depth - 1) for _ in range(draw(st.integers(2, 3)))), kind == "and")

    return build(draw(st.integers(1, 3)))


def environment(values: Values) -> Environment:
    row = {f"b{index}": value for index, value in enumerate(values)}
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return Environment(row, date(2026, 3, 2), now, ZoneInfo("UTC"), BusinessCalendar())


def outcome(whole: Decision, values: Values) -> bool:
    """What known values come to, by the plain meaning of `and`, `or` and `not`."""
    match whole:
        case Atom(index):
            known = values[index]
            assert known is not None
            return known
        case Negation(part):
            return not outcome(part, values)
        case Junction(parts, is_and):
            return (all if is_and else any)(outcome(part, values) for part in parts)


def turns(whole: Decision, values: Values, index: int) -> bool:
    """Whether another value of this atom turns the outcome, for some values of those that are unknown."""
    free = [[True, False] if value is None else [value] for value in values]
    for known in product(*free):
        other = (*known[:index], not known[index], *known[index + 1 :])
        if outcome(whole, known) != outcome(whole, other):
            return True
    return False


@st.composite
def cases(draw: st.DrawFn, unknown: bool) -> tuple[Decision, Values]:
    whole = draw(decisions())
    value = st.sampled_from([True, False, None] if unknown else [True, False])
    count = sum(1 for _ in atoms(whole))
    return whole, tuple(draw(st.lists(value, min_size=count, max_size=count)))


@settings(max_examples=150, deadline=None)
@given(cases(unknown=True))
def test_an_atom_decides_where_another_value_turns_the_outcome(case: tuple[Decision, Values]) -> None:
    whole, values = case
    if sum(value is None for value in values) > 6:
        return
    expected = {(i, value) for i, value in enumerate(values) if value is not None and turns(whole, values, i)}
    assert set(shown(whole, environment(values))) == expected


@settings(max_examples=100, deadline=None)
@given(cases(unknown=True))
def test_the_formula_of_an_atom_holds_exactly_where_it_decides(case: tuple[Decision, Values]) -> None:
    whole, values = case
    here = environment(values)
    for aim, formula in formulas(whole).items():
        rule = lower_normal(formula)
        holds = decide(rule, facts_class(rule.variables)(here))
        assert holds == (aim in set(shown(whole, here)))


@settings(max_examples=100, deadline=None)
@given(cases(unknown=False))
def test_the_condition_that_is_looked_for_makes_the_atom_decide(case: tuple[Decision, Values]) -> None:
    whole, values = case
    here = environment(values)
    for atom in atoms(whole):
        for value in (True, False):
            wanted = evaluate(deciding(whole, atom.index, value), here) is True
            assert wanted == ((atom.index, value) in set(shown(whole, here)))
