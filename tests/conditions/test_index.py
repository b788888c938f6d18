"""A decision tree over conditions leads every record to the conditions that may hold for it."""

from decimal import Decimal
from itertools import product
from random import Random

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.conditions import rules
from dro_lang.conditions.compiled import bits
from dro_lang.conditions.compiled.selector import compile_plan
from dro_lang.conditions.index.cuts import Cuts, formula
from dro_lang.conditions.index.levels import grow
from dro_lang.conditions.index.tree import Leaf, Split
from dro_lang.conditions.normal import Truth, normalize
from dro_lang.conditions.order import comparable
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import And, Attribute, Comparison, Constant, InRange, InSet, Known, Not, Or
from dro_lang.program.expressions import ComparisonOperator as Cmp
from dro_lang.program.model import Policy, Scenario
from dro_lang.program.types import BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, TEXT
from tests.conditions.strategies import CONTEXT, DAYS, EUR, POOLS, RISK, UNORDERED, conditions, environments
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
    tree = grow(cuts).tree
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


ASKED = {
    "risk": RISK,
    "mood": RISK,
    "nickname": TEXT,
    "blocked": BOOLEAN,
    "visits": INTEGER,
    "rank": INTEGER,
    "score": DECIMAL,
    "balance": EUR,
    "promised_on": DATE,
    "called_at": DATETIME,
    "notice": DAYS,
}


def asks(name):
    """Tests of an attribute against constants."""
    type = ASKED[name]
    attribute = Attribute(name, type)
    constant = st.sampled_from(POOLS[type][:12]).map(lambda value: Constant(value, type))
    if type == BOOLEAN:
        return st.sampled_from([attribute, Not(attribute), Known(attribute)])
    tests = [
        st.lists(constant, min_size=1, max_size=2).map(lambda members: InSet(attribute, tuple(members))),
        constant.map(lambda value: Comparison(Cmp.NOT_EQUAL, attribute, value)),
        st.just(Not(Known(attribute))),
    ]
    if type not in UNORDERED:
        ordered = st.sampled_from([Cmp.LESS, Cmp.LESS_OR_EQUAL, Cmp.GREATER, Cmp.GREATER_OR_EQUAL])
        tests += [
            st.builds(lambda low, high: InRange(attribute, low, high), constant, constant),
            st.builds(lambda operator, value: Comparison(operator, attribute, value), ordered, constant),
        ]
    return st.one_of(tests)


@st.composite
def grids(draw):
    """Many scenarios that all ask about the same few attributes; some ask about something else as well."""
    names = draw(st.lists(st.sampled_from(list(ASKED)), min_size=1, max_size=3, unique=True))
    scenarios = []
    for number in range(draw(st.integers(12, 40))):
        tests = [draw(asks(name)) for name in names]
        if draw(st.integers(0, 9)) == 0:
            tests.append(draw(conditions(1)))
        scenarios.append(Scenario(f"s{number}", And(tuple(tests)), runs=RUN))
    if draw(st.booleans()):
        scenarios.append(OTHERWISE)
    return names, plan(draw(st.sampled_from(list(Policy))), *scenarios)


@settings(max_examples=100, deadline=None)
@given(grids(), environments(), st.randoms(use_true_random=False))
def test_a_grid_chooses_what_the_rules_choose_at_every_edge(grid, run, drawn):
    names, plan = grid
    environment = of_record(run)
    choose = compile_plan(plan, LAYOUT, indexed_from=1)(environment)
    optional = {each.name for each in CONTEXT.attributes if each.optional}
    edges = [[*POOLS[ASKED[name]][:12], *([None] if name in optional else [])] for name in names]
    for values in drawn.sample(every := list(product(*edges)), min(15, len(every))):
        root = {**environment.root, **dict(zip(names, values, strict=True))}
        assert choose(LAYOUT.record(root)) == by_rules(plan, evolve(environment, root=root))


OVERLAPPING = ("visits", "rank", "score", "balance", "promised_on", "called_at", "mood", "nickname", "blocked")


def overlapping(drawn, count):
    """Conditions that ask about three of some attributes each, for intervals that overlap as they like."""
    asked = []
    for _ in range(count):
        tests = []
        for name in drawn.sample(OVERLAPPING, 3):
            type = ASKED[name]
            attribute, pool = Attribute(name, type), [Constant(value, type) for value in POOLS[type]]
            if type == BOOLEAN:
                tests.append(drawn.choice([attribute, Not(attribute), Not(Known(attribute))]))
            elif type in UNORDERED or drawn.random() < 0.2:
                among = InSet(attribute, tuple(drawn.sample(pool, 2)))
                tests.append(drawn.choice([among, Not(among), Or((among, Not(Known(attribute))))]))
            else:
                low, high = sorted(drawn.sample(pool, 2), key=lambda constant: comparable(constant.value))
                tests.append(drawn.choice([InRange(attribute, low, high), Not(InRange(attribute, low, high))]))
        asked.append(And(tuple(tests)))
    return asked


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), environments(), st.sampled_from(list(Policy)), st.booleans())
def test_conditions_that_overlap_are_told_by_bits(seed, run, policy, otherwise):
    drawn = Random(seed)
    asked = overlapping(drawn, 120)
    scenarios = [Scenario(f"s{number}", when, runs=RUN) for number, when in enumerate(asked)]
    some = plan(policy, *scenarios, *([OTHERWISE] if otherwise else []))
    environment = of_record(run)
    choose = compile_plan(some, LAYOUT, indexed_from=1)(environment)
    optional = {each.name for each in CONTEXT.attributes if each.optional}
    for _ in range(12):
        values = {name: drawn.choice([*POOLS[ASKED[name]], *[None] * (name in optional)]) for name in OVERLAPPING}
        root = {**environment.root, **values}
        assert choose(LAYOUT.record(root)) == by_rules(some, evolve(environment, root=root))


def test_what_overlaps_is_told_by_bits_and_cells_are_not():
    cuts = Cuts.of(map(normalize, overlapping(Random(1), 120)))
    assert bits.pay(cuts, grow(cuts).tree)
    cuts = Cuts.of(map(normalize, CELLS))
    assert not bits.pay(cuts, grow(cuts).tree)


CELLS = [
    And(
        (
            Comparison(Cmp.EQUAL, Attribute("name", TEXT), Constant(f"n{name}", TEXT)),
            InRange(
                Attribute("score", DECIMAL),
                Constant(Decimal(10 * band + name) / 100, DECIMAL),
                Constant(Decimal(10 * band + name + 7) / 100, DECIMAL),
            ),
        )
    )
    for name in range(64)
    for band in range(8)
]


def test_bounds_that_differ_from_branch_to_branch_are_kept_with_each():
    """For each name other bands of the score: in all more of them than a table for every name should have."""
    grown = grow(Cuts.of(map(normalize, CELLS)))
    assert [(level.operand.expression.name, level.shared) for level in grown.levels] == [
        ("name", True),
        ("score", False),
    ]
    scenarios = [Scenario(f"s{number}", when, runs=RUN) for number, when in enumerate(CELLS)]
    choose = compile_plan(plan(Policy.FIRST_MATCHING, *scenarios), LAYOUT)(None)
    row = {**dict.fromkeys(LAYOUT.attributes), "lines": (), "old_lines": ()}
    for name in range(0, 66, 5):
        for hundredths in (-1, name - 1, name, name + 7, name + 8, name + 70, name + 77, name + 78, 1000):
            for score in (Decimal(hundredths) / 100, Decimal(hundredths) / 100 + Decimal("0.000001")):
                band, over = divmod(int(score * 1_000_000) - 10_000 * name, 100_000)
                inside = name < 64 and 0 <= band < 8 and over <= 70_000
                expected = (f"s{name * 8 + band}",) if inside else ()
                assert choose(LAYOUT.record({**row, "name": f"n{name}", "score": score})).scenarios == expected
        assert choose(LAYOUT.record({**row, "name": f"n{name}"})).scenarios == ()


def test_a_small_whole_number_is_looked_up_by_its_place():
    grown = grow(Cuts.of(normalize(visits(low, low + 10)) for low in range(0, 640, 10)))
    assert [level.span for level in grown.levels] == [642]
    scenarios = [Scenario(f"s{low}", visits(low, low + 10), runs=RUN) for low in range(0, 640, 10)]
    choose = compile_plan(plan(Policy.FIRST_MATCHING, *scenarios), LAYOUT)(None)
    row = {**dict.fromkeys(LAYOUT.attributes), "lines": (), "old_lines": ()}
    for value in (-(2**63), -1, 0, 9, 10, 638, 639, 640, 641, 642, 2**63 - 1):
        expected = (f"s{value // 10 * 10}",) if 0 <= value < 640 else ()
        assert choose(LAYOUT.record({**row, "visits": value})).scenarios == expected


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

    assert depth(grow(cuts).tree) <= 7


def test_a_test_that_the_way_decides_is_not_made_again():
    cuts = Cuts.of([normalize(risk_in("Low")), normalize(risk_in("Medium")), normalize(risk_in("High"))])
    tree = grow(cuts).tree
    assert isinstance(tree, Split)
    assert all(node is True for _, below in tree.branches for _, node in below.candidates)


def test_conditions_without_anything_in_common_stay_as_they_are():
    first, second = Truth(True), normalize(risk_in("Low"))
    tree = grow(Cuts.of([first, second])).tree
    assert isinstance(tree, Leaf)
    assert [formula(node) for _, node in tree.candidates] == [first, second]
