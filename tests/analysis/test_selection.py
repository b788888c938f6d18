"""Scenario selection: what the analysis says agrees with trying every record of a small context."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.analysis.selection import Dead, Gap, Overlap, Unproved, examine
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import A_DAY
from dro_lang.conditions.selection import select
from dro_lang.program.expressions import (
    Aggregate,
    And,
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    InRange,
    InSet,
    ItemAttribute,
    Known,
    ListFunction,
    Not,
    Or,
)
from dro_lang.program.model import (
    AttributeDefinition,
    Context,
    EnumConstant,
    Enumeration,
    Plan,
    Policy,
    Program,
    RecordShape,
    Scenario,
)
from dro_lang.program.types import BOOLEAN, DATE, ID, INTEGER, EnumType, ListType
from dro_lang.program.values import Row, Value

RISK = EnumType("Risk")
CONSTANTS = ("Low", "Medium", "High")
DAYS = tuple(A_DAY + timedelta(days=n) for n in range(3))
OPEN, CLOSED = {"open": True}, {"open": False}
LINES: tuple[tuple[Row, ...], ...] = ((), (OPEN,), (CLOSED,), (OPEN, OPEN), (OPEN, CLOSED), (CLOSED, CLOSED))

VALUES: dict[str, tuple[Value, ...]] = {
    "count": (0, 1, 2, 3),
    "limit": (None, 0, 1, 2, 3),
    "risk": CONSTANTS,
    "disputed": (None, True, False),
    "due": DAYS,
    "lines": LINES,
}


def bounded(name: str, kind: object, low: Value, high: Value, optional: bool = False) -> AttributeDefinition:
    return AttributeDefinition(name, kind, optional, Constant(low, kind), Constant(high, kind))  # type: ignore[arg-type]


CONTEXT = Context(
    "C",
    (
        bounded("count", INTEGER, 0, 3),
        bounded("limit", INTEGER, 0, 3, optional=True),
        AttributeDefinition("risk", RISK),
        AttributeDefinition("disputed", BOOLEAN, optional=True),
        bounded("due", DATE, DAYS[0], DAYS[-1]),
        AttributeDefinition("lines", ListType("Line")),
    ),
)


def program_of(*scenarios: Scenario, policy: Policy = Policy.EXACTLY_ONE) -> tuple[Program, Plan]:
    plan = Plan("P", "C", "Generic", "M", policy, scenarios)
    program = Program(
        "m",
        enums={"Risk": Enumeration("Risk", tuple(EnumConstant(name, name) for name in CONSTANTS))},
        records={"Line": RecordShape("Line", (AttributeDefinition("open", BOOLEAN),))},
        contexts={"C": CONTEXT},
        plans={"P": plan},
    )
    return program, plan


def attribute(name: str) -> Attribute:
    definition = CONTEXT.attribute(name)
    assert definition is not None
    return Attribute(name, definition.type)


numbers = st.integers(-1, 4).map(lambda n: Constant(n, INTEGER))
number_attributes = st.sampled_from(["count", "limit"]).map(attribute)
operators = st.sampled_from(ComparisonOperator)
days = st.sampled_from(DAYS).map(lambda day: Constant(day, DATE))
constants = st.sampled_from(CONSTANTS).map(lambda name: Constant(name, RISK))

attribute_against_constant = st.one_of(
    st.builds(Comparison, operators, number_attributes, numbers),
    st.builds(Comparison, operators, numbers, number_attributes),
    st.builds(InRange, number_attributes, st.none() | numbers, st.none() | numbers),
    st.builds(InSet, st.just(attribute("risk")), st.lists(constants, min_size=1, max_size=2).map(tuple)),
    st.builds(Comparison, operators, st.just(attribute("due")), days),
    st.just(attribute("disputed")),
    st.sampled_from(["limit", "disputed"]).map(lambda name: Known(attribute(name))),
)

shifted = st.builds(
    lambda name, shift: Arithmetic(ArithmeticOperator.ADD, attribute(name), Constant(shift, INTEGER), INTEGER),
    st.sampled_from(["count", "limit"]),
    st.integers(-2, 2),
)
IS_OPEN = ItemAttribute("open", BOOLEAN)
any_leaf = st.one_of(
    attribute_against_constant,
    st.builds(Comparison, operators, number_attributes | shifted, number_attributes | shifted),
    st.sampled_from([ListFunction.ANY, ListFunction.ALL]).map(
        lambda function: Aggregate(function, "lines", None, IS_OPEN, BOOLEAN)
    ),
    st.builds(
        Comparison,
        operators,
        st.just(Aggregate(ListFunction.COUNT, "lines", None, Not(IS_OPEN), INTEGER)),
        st.integers(0, 2).map(lambda n: Constant(n, INTEGER)),
    ),
)


def conditions(leaves: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
        ),
        max_leaves=5,
    )


@st.composite
def scenarios(draw: st.DrawFn, leaves: st.SearchStrategy[Expression]) -> tuple[Scenario, ...]:
    whens = draw(st.lists(conditions(leaves), min_size=1, max_size=3))
    made = []
    for number, when in enumerate(whens):
        unless = draw(st.lists(st.sampled_from(range(number)), unique=True, max_size=2)) if number else []
        made.append(Scenario(f"s{number}", when, unless=tuple(f"s{other}" for other in unless)))
    if draw(st.booleans()):
        made.append(Scenario("rest", otherwise=True))
    return tuple(made)


def every_record() -> Iterator[Row]:
    for values in product(*VALUES.values()):
        yield dict(zip(VALUES, values, strict=True))


def matches(program: Program, plan: Plan, row: Row, today: date = A_DAY) -> frozenset[str]:
    verdicts = select(plan, Records(program, plan).environment(row, today)).verdicts
    return frozenset(verdict.scenario for verdict in verdicts if verdict.matches)


def compare(chosen: tuple[Scenario, ...], policy: Policy, always_decided: bool) -> None:
    program, plan = program_of(*chosen, policy=policy)
    seen = {matches(program, plan, row) for row in every_record()}
    findings = list(examine(program, plan))
    unproved = {finding.scenarios for finding in findings if isinstance(finding, Unproved)}
    overlaps = {(finding.first, finding.second) for finding in findings if isinstance(finding, Overlap)}
    gaps = [finding for finding in findings if isinstance(finding, Gap)]
    dead = {finding.scenario for finding in findings if isinstance(finding, Dead)}
    if always_decided:
        assert not unproved
    names = [scenario.name for scenario in chosen]
    if policy is Policy.EXACTLY_ONE:
        for position, first in enumerate(names):
            for second in names[position + 1 :]:
                real = any({first, second} <= together for together in seen)
                assert (first, second) in overlaps or (first, second) in unproved or not real
                assert real or (first, second) not in overlaps
        assert bool(gaps) == (frozenset() in seen) or () in unproved
    for finding in findings:
        if isinstance(finding, Overlap):
            assert {finding.first, finding.second} <= matches(program, plan, finding.example.row, finding.example.today)
        if isinstance(finding, Gap):
            assert not matches(program, plan, finding.example.row, finding.example.today)
    for name in dead:
        first_only = policy is Policy.FIRST_MATCHING
        assert not any(name in (sorted(one, key=names.index)[:1] if first_only else one) for one in seen)


@given(scenarios(attribute_against_constant), st.sampled_from(Policy))
@settings(max_examples=40, deadline=None)
def test_attributes_against_constants_are_always_decided_and_right(
    chosen: tuple[Scenario, ...], policy: Policy
) -> None:
    compare(chosen, policy, always_decided=True)


@given(scenarios(any_leaf))
@settings(max_examples=40, deadline=None)
def test_what_is_not_decidable_this_way_is_never_wrong(chosen: tuple[Scenario, ...]) -> None:
    compare(chosen, Policy.EXACTLY_ONE, always_decided=False)


def test_a_comparison_of_two_attributes_is_shown_with_a_record() -> None:
    longer = Comparison(ComparisonOperator.GREATER, attribute("count"), attribute("limit"))
    both = And((Known(attribute("limit")), longer))
    program, plan = program_of(Scenario("a", both), Scenario("b", otherwise=True), Scenario("c", both))
    overlap = next(finding for finding in examine(program, plan) if isinstance(finding, Overlap))
    assert (overlap.first, overlap.second) == ("a", "c")
    assert set(overlap.example.named) == {"count", "limit"}


def test_a_gap_between_two_ranges_is_the_value_between_them() -> None:
    low = InRange(attribute("count"), None, Constant(0, INTEGER))
    high = InRange(attribute("count"), Constant(2, INTEGER), None)
    program, plan = program_of(Scenario("low", low), Scenario("high", high))
    (gap,) = [finding for finding in examine(program, plan) if isinstance(finding, Gap)]
    assert gap.example.row["count"] == 1
    assert gap.example.named == ("count",)


def test_a_first_matching_scenario_behind_a_wider_one_is_dead() -> None:
    wide = Comparison(ComparisonOperator.GREATER_OR_EQUAL, attribute("count"), Constant(1, INTEGER))
    narrow = Comparison(ComparisonOperator.GREATER_OR_EQUAL, attribute("count"), Constant(2, INTEGER))
    program, plan = program_of(Scenario("wide", wide), Scenario("narrow", narrow), policy=Policy.FIRST_MATCHING)
    assert list(examine(program, plan)) == [Dead("narrow", earlier=True)]


def test_an_example_keeps_to_the_bounds_of_its_attributes() -> None:
    one_more = Arithmetic(ArithmeticOperator.ADD, attribute("limit"), Constant(1, INTEGER), INTEGER)
    none = Comparison(ComparisonOperator.EQUAL, attribute("count"), Constant(0, INTEGER))
    program, plan = program_of(
        Scenario("none", none), Scenario("more", Comparison(ComparisonOperator.EQUAL, attribute("count"), one_more))
    )
    assert not [finding for finding in examine(program, plan) if isinstance(finding, Overlap)]


def test_an_id_is_made_for_records_that_have_one() -> None:
    program, plan = program_of(Scenario("all"))
    records = Records(program, plan)
    assert records.plain(AttributeDefinition("id", ID)) == "X-1"


def test_no_record_has_an_empty_id() -> None:
    context = Context("C", (AttributeDefinition("id", ID),))
    not_empty = Comparison(ComparisonOperator.NOT_EQUAL, Attribute("id", ID), Constant("", ID))
    program, plan = program_of(Scenario("all", not_empty))
    assert list(examine(evolve(program, contexts={"C": context}), plan)) == []


def test_a_scenario_without_a_condition_is_said_to_overlap_once() -> None:
    few, many = (
        Comparison(operator, attribute("count"), Constant(1, INTEGER))
        for operator in (ComparisonOperator.LESS, ComparisonOperator.GREATER_OR_EQUAL)
    )
    program, plan = program_of(Scenario("few", few), Scenario("every"), Scenario("many", many))
    [found] = examine(program, plan)
    assert isinstance(found, Overlap)
    assert (found.first, found.second) == ("few", "every")
