"""The smallest change of a record: what is found is so, is small, and what is said to be impossible is."""

from datetime import timedelta
from math import inf
from operator import ne
from typing import cast

from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.analysis.counterfactual.change import Answer, nearest
from dro_lang.analysis.selection import applies
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import A_DAY
from dro_lang.program.expressions import (
    And,
    Arithmetic,
    ArithmeticOperator,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    InSet,
    Today,
)
from dro_lang.program.model import Plan, Policy, Program, Scenario
from dro_lang.program.types import DATE, INTEGER, DurationType, DurationUnit
from dro_lang.program.values import Duration, Row
from tests.analysis.test_selection import (
    CONSTANTS,
    RISK,
    VALUES,
    any_leaf,
    attribute,
    attribute_against_constant,
    every_record,
    matches,
    program_of,
    scenarios,
)

ROWS = list(every_record())
WITHOUT_LINES = [row for row in ROWS if row["lines"] == ()]
PLAIN: Row = {"count": 0, "limit": None, "risk": "Low", "disputed": None, "due": A_DAY, "lines": ()}


@define
class World:
    """A plan whose last scenario is asked for, and what a record gets by the real selection."""

    chosen: tuple[Scenario, ...]
    policy: Policy
    made: tuple[Program, Plan] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.made = program_of(*self.chosen, policy=self.policy)

    def wanted(self, row: Row) -> bool:
        matching = matches(*self.made, row)
        first = next((each.name for each in self.chosen if each.name in matching), None)
        name = self.chosen[-1].name
        return name == first if self.policy is Policy.FIRST_MATCHING else name in matching

    def ask(self, row: Row) -> Answer:
        goal = applies(self.made[1])[self.chosen[-1].name]
        return nearest(goal, Records(*self.made), row, A_DAY, self.wanted)


def differing(one: Row, other: Row) -> float:
    """How many values of two records differ, those in lists one by one; infinitely many where elements come or go."""
    ours, theirs = cast(tuple[Row, ...], one["lines"]), cast(tuple[Row, ...], other["lines"])
    if len(ours) != len(theirs):
        return inf
    return sum(one[name] != other[name] for name in VALUES if name != "lines") + sum(map(ne, ours, theirs))


def law(world: World, row: Row, rows: list[Row], decided: bool) -> None:
    """Held against every record of the small context."""
    answer = world.ask(row)
    reached = [other for other in rows if world.wanted(other)]
    fewest = min((differing(row, other) for other in reached), default=None)
    assert answer.already == (fewest == 0)
    assert not (answer.impossible and reached)
    for found in answer.found:
        assert world.wanted(found.row)
        assert len(found.changes) == differing(row, found.row)
        assert fewest is not None
    assert fewest in (None, 0) or answer.ruled_out < fewest
    if decided:
        assert answer.already or answer.impossible or answer.found
        if fewest in (1, 2):
            assert {len(found.changes) for found in answer.found} == {fewest}


@given(scenarios(attribute_against_constant), st.sampled_from(Policy), st.sampled_from(WITHOUT_LINES))
@settings(max_examples=40, deadline=None)
def test_attributes_against_constants_always_have_an_answer_with_the_fewest_changes(
    chosen: tuple[Scenario, ...], policy: Policy, row: Row
) -> None:
    law(World(chosen, policy), row, WITHOUT_LINES, decided=True)


@given(scenarios(any_leaf), st.sampled_from(ROWS))
@settings(max_examples=15, deadline=None)
def test_what_is_found_or_ruled_out_is_never_wrong(chosen: tuple[Scenario, ...], row: Row) -> None:
    law(World(chosen, Policy.EVERY_MATCHING), row, ROWS, decided=False)


def only(when: Expression, row: Row = PLAIN) -> dict[str, object]:
    """What a single scenario asks of a record."""
    answer = World((Scenario("wanted", when),), Policy.EVERY_MATCHING).ask(row)
    return {each.place.definition.name: each.after for each in answer.found[0].changes}


def test_the_nearest_of_several_values_is_taken() -> None:
    least = Comparison(ComparisonOperator.GREATER_OR_EQUAL, attribute("count"), Constant(2, INTEGER))
    assert only(least) == {"count": 2}
    worse = InSet(attribute("risk"), tuple(Constant(name, RISK) for name in CONSTANTS[1:]))
    assert only(worse) == {"risk": "Medium"}


def test_two_attributes_that_are_compared_move_together() -> None:
    count, limit = attribute("count"), attribute("limit")
    least = Comparison(ComparisonOperator.GREATER_OR_EQUAL, limit, Constant(2, INTEGER))
    more = Comparison(ComparisonOperator.GREATER, count, limit)
    assert only(And((least, more))) == {"count": 3, "limit": 2}


def test_the_day_of_the_run_stays() -> None:
    late = Arithmetic(ArithmeticOperator.SUBTRACT, Today(), attribute("due"), DurationType(DurationUnit.DAYS))
    early = Comparison(
        ComparisonOperator.LESS_OR_EQUAL, late, Constant(Duration(days=-2), DurationType(DurationUnit.DAYS))
    )
    assert only(early) == {"due": A_DAY + timedelta(days=2)}


def test_no_record_can_do_what_bounds_forbid() -> None:
    beyond = Comparison(ComparisonOperator.GREATER, attribute("count"), Constant(3, INTEGER))
    assert World((Scenario("wanted", beyond),), Policy.EVERY_MATCHING).ask(PLAIN).impossible


def test_three_changes_are_found_and_said_to_be_needed() -> None:
    chosen = And(
        (
            Comparison(ComparisonOperator.EQUAL, attribute("count"), Constant(3, INTEGER)),
            Comparison(ComparisonOperator.EQUAL, attribute("risk"), Constant("High", RISK)),
            Comparison(ComparisonOperator.GREATER, attribute("due"), Constant(A_DAY, DATE)),
        )
    )
    answer = World((Scenario("wanted", chosen),), Policy.EVERY_MATCHING).ask(PLAIN)
    assert answer.proved
    [found] = answer.found
    assert {each.place.definition.name for each in found.changes} == {"count", "risk", "due"}
