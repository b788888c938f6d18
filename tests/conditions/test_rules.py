"""The reference evaluator, and each trap of the business-rules library that it closes."""

import json
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from business_rules.engine import check_conditions_recursively, run_all
from business_rules.operators import NumericType, SelectType
from hypothesis import given, settings

from dro_lang.conditions import rules
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.rule_types import OPERATORS, TYPES, RuleError
from dro_lang.conditions.rules import Operand, Role, Rule, Variable, holds, lower
from dro_lang.conditions.time import BusinessCalendar
from dro_lang.program.expressions import (
    Aggregate,
    And,
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Call,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    Function,
    InRange,
    InSet,
    ItemAttribute,
    Known,
    ListFunction,
    Not,
    Or,
    Today,
)
from dro_lang.program.types import BOOLEAN, DATE, DECIMAL, INTEGER, TEXT, ListType
from dro_lang.program.values import Duration
from tests.conditions.strategies import DAYS, RISK, conditions

EQUAL, NOT_EQUAL = ComparisonOperator.EQUAL, ComparisonOperator.NOT_EQUAL
LESS, GREATER = ComparisonOperator.LESS, ComparisonOperator.GREATER
ROOT = Path(__file__).parents[2]
NOW = datetime.fromisoformat("2026-06-01T12:00:00+02:00")


def run(item=None, **root) -> Environment:
    return Environment(root, date(2026, 6, 1), NOW, ZoneInfo("Europe/Berlin"), BusinessCalendar(), item)


def of(name, type) -> Attribute:
    return Attribute(name, type)


def compared(name, operator, value, type) -> Comparison:
    return Comparison(operator, Attribute(name, type), Constant(value, type))


class TestNumbers:
    """Trap 1: the library's numbers are equal within a millionth."""

    def test_the_library_takes_a_millionth_for_nothing(self):
        more = NumericType(Decimal("1000000.000001"))
        assert not more.greater_than(Decimal(1000000))
        assert more.equal_to(Decimal(1000000))

    def test_the_language_does_not(self):
        environment = run(amount=Decimal("1000000.000001"))
        limit = Decimal(1000000)
        assert holds(compared("amount", GREATER, limit, DECIMAL), environment)
        assert holds(compared("amount", NOT_EQUAL, limit, DECIMAL), environment)
        assert not holds(compared("amount", EQUAL, limit, DECIMAL), environment)
        assert not holds(InRange(of("amount", DECIMAL), None, Constant(limit, DECIMAL)), environment)

    def test_numbers_longer_than_pythons_context_stay_exact(self):
        product = of("n", INTEGER)
        for _ in range(4):
            product = Arithmetic(ArithmeticOperator.MULTIPLY, product, of("n", INTEGER), INTEGER)
        huge = (2**63 - 1) ** 5
        assert holds(Comparison(EQUAL, product, Constant(huge, INTEGER)), run(n=2**63 - 1))
        assert not holds(Comparison(EQUAL, product, Constant(huge + 1, INTEGER)), run(n=2**63 - 1))

    def test_decimals_stand_in_the_tree_as_text(self):
        rule = lower(compared("rate", EQUAL, Decimal("0.1"), DECIMAL))
        assert rule.tree == {
            "all": [
                {"name": "rate is known", "operator": "is_true", "value": None},
                {"name": "rate", "operator": "equal_to", "value": "0.1"},
            ]
        }

    @pytest.mark.parametrize("value", [0.1, Decimal("NaN"), Decimal("Infinity"), True, "0.1"])
    def test_what_is_no_number_is_refused(self, value):
        with pytest.raises(RuleError, match="no number"):
            holds(compared("rate", EQUAL, Decimal("0.1"), DECIMAL), run(rate=value))


class TestText:
    """Trap 2: the library's selections ignore case."""

    def test_the_library_ignores_case(self):
        assert SelectType(["Low"]).contains("LOW")

    def test_the_language_does_not(self):
        names = tuple(Constant(name, TEXT) for name in ("ab", "Straße"))
        for name, found in (("ab", True), ("AB", False), ("Strasse", False), ("Straße", True)):
            assert holds(InSet(of("name", TEXT), names), run(name=name)) is found
            assert holds(Not(InSet(of("name", TEXT), names)), run(name=name)) is not found

    def test_constants_of_an_enum_are_codes(self):
        low = Constant("Low", RISK)
        assert holds(Comparison(EQUAL, of("risk", RISK), low), run(risk="Low"))
        assert not holds(Comparison(EQUAL, of("risk", RISK), low), run(risk="LOW"))

    def test_no_normal_form_of_code_points(self):
        composed, decomposed = "\u00e9", "e\u0301"
        assert not holds(compared("name", EQUAL, composed, TEXT), run(name=decomposed))


class TestUnknown:
    """Trap 3: for the library an absent text is empty, and anything else that is absent an AssertionError."""

    @pytest.mark.parametrize("operator", list(ComparisonOperator))
    def test_a_comparison_with_an_unknown_operand_is_false_negated_or_not(self, operator):
        for condition in (
            compared("x", operator, 5, INTEGER),
            Comparison(operator, of("x", INTEGER), of("y", INTEGER)),
        ):
            assert not holds(condition, run(x=None, y=5))
            assert not holds(Not(condition), run(x=None, y=5))

    def test_an_unknown_text_is_not_the_empty_one(self):
        empty = compared("name", EQUAL, "", TEXT)
        assert holds(empty, run(name=""))
        assert not holds(empty, run(name=None))
        assert holds(Known(of("name", TEXT)), run(name=""))
        assert not holds(Known(of("name", TEXT)), run(name=None))

    def test_an_unknown_boolean_is_neither(self):
        flag = of("flag", BOOLEAN)
        assert not holds(flag, run(flag=None))
        assert not holds(Not(flag), run(flag=None))
        assert holds(Not(flag), run(flag=False))

    def test_and_decides_by_what_is_known(self):
        unknown, no = of("flag", BOOLEAN), Constant(False, BOOLEAN)
        assert holds(Not(And((unknown, no))), run(flag=None))
        assert not holds(Or((unknown, no)), run(flag=None))

    def test_a_guard_of_the_users_stands_in_the_tree_once(self):
        guarded = And((Known(of("x", INTEGER)), compared("x", LESS, 5, INTEGER)))
        assert [leaf["name"] for leaf in lower(guarded).tree["all"]] == ["x is known", "x"]


class TestOperators:
    """Trap 4: no `not equal`, dates, durations, ranges or sets in the library; negation goes to the leaves."""

    def test_negation_becomes_another_operator(self):
        def operator(condition):
            return lower(condition).tree["all"][-1]["operator"]

        number, date_set = of("n", INTEGER), InSet(of("d", DATE), (Constant(date(2026, 6, 1), DATE),))
        bounds = InRange(number, Constant(1, INTEGER), None)
        assert operator(Not(compared("n", LESS, 5, INTEGER))) == "greater_than_or_equal_to"
        assert operator(compared("n", NOT_EQUAL, 5, INTEGER)) == "not_equal_to"
        assert operator(bounds) == "is_between"
        assert operator(Not(bounds)) == "is_not_between"
        assert operator(date_set) == "is_one_of"
        assert operator(Not(date_set)) == "is_not_one_of"

    def test_a_constant_on_the_left_changes_sides(self):
        mirrored = Comparison(LESS, Constant(5, INTEGER), of("n", INTEGER))
        assert lower(mirrored).tree == lower(compared("n", GREATER, 5, INTEGER)).tree

    def test_what_the_library_lacks_becomes_a_variable(self):
        due, paid = of("due", DATE), of("paid", DATE)
        overdue = Comparison(
            GREATER, Today(), Arithmetic(ArithmeticOperator.ADD, due, Constant(Duration(days=5), DAYS), DATE)
        )
        late = Comparison(GREATER, paid, due)
        ready = Comparison(
            ComparisonOperator.GREATER_OR_EQUAL,
            Aggregate(ListFunction.COUNT, "sites", None, ItemAttribute("ready", BOOLEAN), INTEGER),
            Constant(1, INTEGER),
        )
        names = [variable.name for variable in lower(And((overdue, late, ready))).variables]
        assert "today <=> due + 5 days" in names
        assert "paid <=> due" in names
        assert "count(sites where item.ready)" in names
        environment = run(due=date(2026, 5, 26), paid=date(2026, 5, 27), sites=({"ready": False}, {"ready": True}))
        assert holds(And((overdue, late, ready)), environment)

    def test_a_list_does_not_compare(self):
        lines = Attribute("lines", ListType("Line"))
        with pytest.raises(RuleError, match="does not compare"):
            lower(Comparison(EQUAL, lines, Constant((), ListType("Line"))))


def rule(tree, type="number") -> Rule:
    return Rule(tree, (Variable("n", type, Role.VALUE, (Operand("n", of("n", INTEGER)),)),))


class TestMalformed:
    """Trap 5: errors are bare AssertionErrors, half of them gone under `python -O`; operators are found by getattr."""

    @pytest.mark.parametrize(
        "tree",
        [
            {},
            {"all": []},
            {"any": []},
            {"all": [{"any": []}]},
            {"all": [True]},
            {"all": "n"},
            {"all": [], "any": []},
            {"name": "n", "operator": "equal_to"},
            {"name": "n", "operator": "equal_to", "value": 1, "all": []},
            {"name": "m", "operator": "equal_to", "value": 1},
            {"name": "__class__", "operator": "equal_to", "value": 1},
            {"name": "n", "operator": "__eq__", "value": 1},
            {"name": "n", "operator": "__init__", "value": 1},
            {"name": "n", "operator": "get_all_operators", "value": 1},
            {"name": "n", "operator": "read", "value": 1},
            {"name": "n", "operator": "contains", "value": 1},
            {"name": "n", "operator": ["equal_to"], "value": 1},
        ],
        ids=str,
    )
    def test_a_tree_that_is_not_well_formed_is_refused(self, tree):
        with pytest.raises(RuleError):
            rule(tree)

    def test_a_type_that_is_not_ours_is_refused(self):
        with pytest.raises(RuleError, match="no operator of type numeric"):
            rule({"name": "n", "operator": "equal_to", "value": 1}, "numeric")

    @pytest.mark.parametrize("value", [None, 0.5, True, "1e3", "NaN", "", "1_000", "٣", [1]])
    def test_a_value_that_does_not_fit_is_refused(self, value):
        with pytest.raises(RuleError, match="is no number"):
            rule({"name": "n", "operator": "equal_to", "value": value})

    @pytest.mark.parametrize("operator", ["is_between", "is_not_between", "is_one_of", "is_not_one_of"])
    @pytest.mark.parametrize("value", ["12", 1, {"1": 2}, [1, "x"], None])
    def test_a_list_that_does_not_fit_is_refused(self, operator, value):
        with pytest.raises(RuleError):
            rule({"name": "n", "operator": operator, "value": value})

    @pytest.mark.parametrize("bounds", [[], [1], [1, 2, 3]])
    def test_a_range_has_two_bounds(self, bounds):
        with pytest.raises(RuleError, match="two bounds"):
            rule({"name": "n", "operator": "is_between", "value": bounds})

    @pytest.mark.parametrize(("type", "value"), [("date", "tomorrow"), ("moment", "2026-06-01T00:00"), ("moment", "x")])
    def test_dates_and_moments_that_are_none_are_refused(self, type, value):
        with pytest.raises(RuleError, match=f"is no {type}"):
            TYPES[type].read(value)

    def test_a_record_that_was_not_validated_gives_no_bare_assertion(self):
        with pytest.raises(RuleError, match="not a valid boolean"):
            holds(of("flag", BOOLEAN), run(flag="yes"))

    def test_without_assertions_the_same_errors(self):
        code = (
            "import tests.conditions.test_rules as t\n"
            "tests = t.TestMalformed()\n"
            "try: t.rule({'all': []})\n"
            "except t.RuleError as error: print(error)\n"
            "try: t.holds(t.of('flag', t.BOOLEAN), t.run(flag='yes'))\n"
            "except t.RuleError as error: print(error)\n"
            "print(t.holds(t.compared('n', t.LESS, 5, t.INTEGER), t.run(n=4)))\n"
        )
        done = subprocess.run([sys.executable, "-O", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        assert done.stdout.splitlines() == [
            "`all` must stand alone, with at least one condition",
            "yes is not a valid boolean type",
            "True",
        ]


class TestResults:
    """Trap 6: operators do not always return a bool."""

    def test_every_verdict_is_a_bool(self):
        for condition in (compared("n", LESS, 5, INTEGER), Constant(True, BOOLEAN), Constant(False, BOOLEAN)):
            assert holds(condition, run(n=4)).__class__ is bool

    def test_conditions_that_are_always_or_never_true(self):
        assert holds(Constant(True, BOOLEAN), run())
        assert not holds(Constant(False, BOOLEAN), run())
        assert not holds(And((of("flag", BOOLEAN), Constant(False, BOOLEAN))), run(flag=True))
        assert holds(Or((of("flag", BOOLEAN), Constant(True, BOOLEAN))), run(flag=None))


class TestNames:
    @pytest.mark.parametrize("name", ["__class__", "__init__", "_value", "_known", "get_all_variables", "value", "all"])
    def test_an_attribute_may_be_called_like_anything_in_python(self, name):
        condition = And((compared(name, LESS, 5, INTEGER), compared("other", LESS, 5, INTEGER)))
        assert holds(condition, run(**{name: 4, "other": 4}))
        assert not holds(condition, run(**{name: 5, "other": 4}))

    def test_text_that_looks_like_a_name_of_the_tree(self):
        assert holds(compared("name", EQUAL, "all", TEXT), run(name="all"))


def test_a_variable_is_computed_once_in_an_evaluation():
    calls = []

    class Watched(dict):
        def get(self, name, default=None):
            calls.append(name)
            return super().get(name, default)

    several = Or(tuple(compared("n", EQUAL, n, INTEGER) for n in range(5)))
    assert holds(several, Environment(Watched(n=4), NOW.date(), NOW, ZoneInfo("UTC"), BusinessCalendar()))
    assert calls == ["n"]


def test_the_step_own_item_is_reached_outside_list_functions():
    assert holds(ItemAttribute("ready", BOOLEAN), run({"ready": True}))
    assert not holds(Known(ItemAttribute("ready", BOOLEAN)), run())


def test_dates_beyond_the_calendar_are_unknown():
    last = Arithmetic(ArithmeticOperator.ADD, of("due", DATE), Constant(Duration(days=1), DAYS), DATE)
    condition = Comparison(GREATER, last, Today())
    assert holds(condition, run(due=date(2026, 6, 1)))
    assert not holds(condition, run(due=date.max))
    assert not holds(Not(condition), run(due=date.max))


@settings(max_examples=60, deadline=None)
@given(conditions())
def test_a_rule_is_json_and_names_its_variables(condition):
    lowered = lower(condition)
    assert json.loads(json.dumps(lowered.tree)) == lowered.tree
    leaves = list(leaves_of(lowered.tree))
    types = {variable.name: variable.type for variable in lowered.variables}
    assert {leaf["name"] for leaf in leaves} == types.keys()
    assert all(leaf["operator"] in OPERATORS[types[leaf["name"]]] for leaf in leaves)


def leaves_of(tree):
    parts = tree.get("all") or tree.get("any")
    if parts is None:
        yield tree
    else:
        for part in parts:
            yield from leaves_of(part)


def test_the_library_itself_runs_the_rules():
    """No evaluator of ours between the tree and the verdict."""
    condition = Call(Function.STARTS_WITH, (of("name", TEXT), Constant("A", TEXT)), BOOLEAN)
    lowered = lower(condition)
    facts = rules.facts_class(lowered.variables)(run(name="Acme"))
    assert check_conditions_recursively(lowered.tree, facts)
    assert run_all([{"conditions": lowered.tree, "actions": []}], facts, None)


def test_expressions_are_hashable_so_that_rules_are_kept():
    first: Expression = compared("n", LESS, 5, INTEGER)
    assert lower(first) is lower(compared("n", LESS, 5, INTEGER))
