"""Why a condition holds or not."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.rules import holds
from dro_lang.conditions.time import BusinessCalendar
from dro_lang.conditions.trace import lines, trace
from dro_lang.program.expressions import (
    Aggregate,
    And,
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Comparison,
    ComparisonOperator,
    Constant,
    InSet,
    ItemAttribute,
    Known,
    ListFunction,
    Not,
    Or,
    Today,
)
from dro_lang.program.types import BOOLEAN, DATE, INTEGER, TEXT
from dro_lang.program.values import Duration
from tests.conditions.strategies import DAYS, EUR, RISK, conditions, environments

NOW = datetime.fromisoformat("2026-06-01T12:00:00+02:00")
RISKY = InSet(Attribute("risk", RISK), (Constant("Low", RISK), Constant("Medium", RISK)))
PROMISED = Attribute("promised_on", DATE)
VIP = Attribute("vip", BOOLEAN)


def run(**root) -> Environment:
    return Environment(root, date(2026, 6, 1), NOW, ZoneInfo("Europe/Berlin"), BusinessCalendar())


def test_one_comparison_is_one_line():
    assert lines(trace(RISKY, run(risk="Low"))) == ["true   risk in { Low, Medium }    risk = Low"]


def test_parts_stand_below_their_whole_with_their_values_in_a_column():
    kept = And((Known(PROMISED), Comparison(ComparisonOperator.LESS_OR_EQUAL, PROMISED, Today())))
    condition = Or((And((RISKY, Not(Or((VIP, kept))))), VIP))
    assert lines(trace(condition, run(risk="High", vip=False, promised_on=None))) == [
        "false  (risk in { Low, Medium } and not (vip or (promised_on is known and promised_on <= today))) or vip",
        "false    risk in { Low, Medium } and not (vip or (promised_on is known and promised_on <= today))",
        "false      risk in { Low, Medium }       risk = High",
        "true       not (vip or (promised_on is known and promised_on <= today))",
        "false        vip or (promised_on is known and promised_on <= today)",
        "false          vip                       vip = false",
        "false          promised_on is known and promised_on <= today",
        "false            promised_on is known    promised_on unknown",
        "false            promised_on <= today    promised_on unknown, today = 2026-06-01",
        "false    vip                             vip = false",
    ]


def test_names_are_given_once_whatever_they_stand_in():
    balance = Attribute("balance", EUR)
    twice = Arithmetic(ArithmeticOperator.ADD, balance, balance, EUR)
    traced = trace(Comparison(ComparisonOperator.GREATER, twice, Constant(5, EUR)), run(balance=3))
    assert traced.values == (("balance", "3 EUR"),)


def test_a_negated_comparison_is_one_part():
    assert lines(trace(Not(Known(PROMISED)), run(promised_on=None))) == [
        "true   promised_on is unknown    promised_on unknown"
    ]


def test_a_function_over_a_list_is_a_name_with_a_value():
    ready = Aggregate(ListFunction.COUNT, "sites", None, ItemAttribute("ready", BOOLEAN), INTEGER)
    traced = trace(Comparison(ComparisonOperator.GREATER_OR_EQUAL, ready, Constant(1, INTEGER)), run(sites=()))
    assert lines(traced) == ["false  count(sites where item.ready) >= 1    count(sites where item.ready) = 0"]


def of_sites(function: ListFunction, *ready: bool | None) -> list[str]:
    where = And((ItemAttribute("ready", BOOLEAN), VIP))
    sites = tuple({"ready": each} for each in ready)
    return lines(trace(Aggregate(function, "sites", None, where, BOOLEAN), run(sites=sites, vip=True)))


def test_any_and_all_say_which_element_decided():
    [line] = of_sites(ListFunction.ANY, False, True, True)
    assert line.endswith("vip)    element = 2 of 3, item.ready = true, vip = true")
    [line] = of_sites(ListFunction.ALL, True, True, None)
    assert line.endswith("vip)    element = 3 of 3, item.ready unknown, vip = true")


def test_where_no_element_decided_any_and_all_say_how_many_there_are():
    assert of_sites(ListFunction.ANY, False, None) == ["false  any(sites where item.ready and vip)    elements = 2"]
    assert of_sites(ListFunction.ALL) == ["true   all(sites where item.ready and vip)    elements = 0"]


def test_a_negated_any_says_which_element_decided():
    ready = Aggregate(ListFunction.ANY, "sites", None, ItemAttribute("ready", BOOLEAN), BOOLEAN)
    [line] = lines(trace(Not(ready), run(sites=({"ready": True},))))
    assert line == "false  not any(sites where item.ready)    element = 1 of 1, item.ready = true"


def test_a_list_that_is_unknown_decides():
    [line] = lines(trace(Aggregate(ListFunction.ANY, "sites", None, VIP, BOOLEAN), run(sites=None)))
    assert line.endswith("    sites unknown")


def test_a_text_that_reads_unknown_is_a_text():
    condition = Known(Attribute("name", TEXT))
    assert lines(trace(condition, run(name="unknown"))) == ['true   name is known    name = "unknown"']


def test_constants_have_no_values():
    week = Comparison(ComparisonOperator.LESS, Constant(Duration(days=1), DAYS), Constant(Duration(days=2), DAYS))
    assert lines(trace(week, run())) == ["true   1 day < 2 days"]


@settings(max_examples=100, deadline=None)
@given(conditions(), environments())
def test_every_verdict_is_that_of_the_reference_evaluator(condition, environment):
    def check(traced, expression):
        assert traced.holds is holds(expression, environment)
        operands = expression.operands if isinstance(expression, And | Or) else ()
        if isinstance(expression, Not) and traced.parts:
            operands = (expression.operand,)
        for part, operand in zip(traced.parts, operands, strict=True):
            check(part, operand)

    check(trace(condition, environment), condition)
