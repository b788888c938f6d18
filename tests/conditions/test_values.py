"""What calculations, functions and functions over lists are worth, by example."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.time import BusinessCalendar
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import (
    Aggregate,
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Call,
    Comparison,
    ComparisonOperator,
    Constant,
    Function,
    InRange,
    ItemAttribute,
    ListFunction,
    Negate,
    Parameter,
    Result,
)
from dro_lang.program.types import BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, TEXT, ListType
from dro_lang.program.values import Duration
from tests.conditions.strategies import BUSINESS, DAYS, ELAPSED, EUR

NOW = datetime.fromisoformat("2026-06-01T12:00:00+02:00")
D = Decimal


def run(**root):
    return Environment(root, date(2026, 6, 1), NOW, ZoneInfo("Europe/Berlin"), BusinessCalendar(holidays="DE"))


def constant(value, type):
    return Constant(value, type)


def calculated(left, operator, right, result, types=(DECIMAL, DECIMAL)):
    values = constant(left, types[0]), constant(right, types[1])
    return evaluate(Arithmetic(ArithmeticOperator(operator), *values, result), run())


def called(function, *arguments, type=TEXT, of=TEXT):
    return evaluate(Call(function, tuple(constant(argument, of) for argument in arguments), type), run())


def test_products_and_quotients_are_rounded_half_even_left_to_right():
    assert calculated(D("0.000001"), "*", D("0.5"), DECIMAL) == 0
    assert calculated(D("0.000003"), "*", D("0.5"), DECIMAL) == D("0.000002")
    assert calculated(2, "/", 3, DECIMAL) == D("0.666667")
    third = Arithmetic(ArithmeticOperator.DIVIDE, constant(1, INTEGER), constant(3, INTEGER), DECIMAL)
    assert evaluate(Arithmetic(ArithmeticOperator.MULTIPLY, third, constant(3, INTEGER), DECIMAL), run()) == D(
        "0.999999"
    )


def test_sums_are_exact_beyond_the_limits_of_attributes():
    most = D("999999999999.999999")
    assert calculated(most, "+", D("0.000001"), DECIMAL) == D("1000000000000")
    assert calculated(-most, "-", most, DECIMAL) == D("-1999999999999.999998")


def test_division_by_zero_is_unknown():
    assert calculated(1, "/", 0, DECIMAL) is None
    assert calculated(D("1"), "/", D("0.000000"), DECIMAL) is None


def test_negation_keeps_every_digit_and_has_no_negative_zero():
    long = D("123456789012345678901234567890.123456")
    assert evaluate(Negate(constant(long, DECIMAL), DECIMAL), run()) == long.copy_negate()
    assert str(evaluate(Negate(constant(D("0.0"), DECIMAL), DECIMAL), run())) == "0"


def test_dates_and_durations():
    day, notice = date(2026, 12, 24), Duration(days=10)
    assert calculated(day, "-", notice, DATE, (DATE, DAYS)) == date(2026, 12, 14)
    assert calculated(day, "+", Duration(business_days=1), DATE, (DATE, BUSINESS)) == date(2026, 12, 28)
    assert calculated(day, "-", date(2026, 12, 31), DAYS, (DATE, DATE)) == Duration(days=-7)
    assert calculated(Duration(days=2), "*", 3, DAYS, (DAYS, INTEGER)) == Duration(days=6)


def test_the_time_between_moments_elapses():
    before, after = (datetime.fromisoformat(text) for text in ("2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"))
    assert calculated(after, "-", before, ELAPSED, (DATETIME, DATETIME)) == Duration(seconds=23 * 3600)
    assert calculated(before, "-", after, ELAPSED, (DATETIME, DATETIME)) == Duration(seconds=-23 * 3600)


def test_the_fraction_of_a_second_is_dropped():
    before, after = (datetime.fromisoformat(text) for text in ("2026-01-01T00:00:00.500Z", "2026-01-01T00:00:02.400Z"))
    assert calculated(after, "-", before, ELAPSED, (DATETIME, DATETIME)) == Duration(seconds=1)
    assert calculated(before, "-", after, ELAPSED, (DATETIME, DATETIME)) == Duration(seconds=-1)


def test_comparing_durations_a_day_is_24_hours():
    day = Duration(days=1)
    for operator, other in (("=", 86_400), ("<", 86_401), (">", 86_399)):
        seconds = constant(Duration(seconds=other), ELAPSED)
        assert evaluate(Comparison(ComparisonOperator(operator), constant(day, DAYS), seconds), run()) is True


def test_lower_and_upper_touch_ascii_letters_only():
    assert called(Function.LOWER, "ÄB Cß İ") == "Äb cß İ"
    assert called(Function.UPPER, "äb cß \u0131") == "äB Cß \u0131"


def test_trim_takes_space_tab_and_line_ends_only():
    assert called(Function.TRIM, " \t\r\n a b \n") == "a b"
    assert called(Function.TRIM, "\u00a0\u2003a\f") == "\u00a0\u2003a\f"


def test_length_counts_code_points():
    assert called(Function.LENGTH, "e\u0301😀", type=INTEGER) == 3


def test_parts_of_a_text():
    assert called(Function.CONTAINS, "Acme", "cm", type=BOOLEAN) is True
    assert called(Function.CONTAINS, "Acme", "CM", type=BOOLEAN) is False
    assert called(Function.STARTS_WITH, "Acme", "", type=BOOLEAN) is True
    assert called(Function.ENDS_WITH, "Acme", "me", type=BOOLEAN) is True


def test_round_goes_half_even():
    values = [D("0.5"), D("1.5"), D("2.5"), D("-0.5"), D("-1.5")]
    places = constant(0, INTEGER)
    rounded = [evaluate(Call(Function.ROUND, (constant(v, DECIMAL), places), DECIMAL), run()) for v in values]
    assert rounded == [0, 2, 2, 0, -2]


def test_parts_of_a_date():
    sunday = date(2026, 3, 29)
    parts = [called(part, sunday, type=INTEGER, of=DATE) for part in (Function.YEAR, Function.MONTH, Function.DAY)]
    assert parts == [2026, 3, 29]
    assert called(Function.WEEKDAY, sunday, type=INTEGER, of=DATE) == 7
    assert called(Function.WEEKDAY, date(2026, 3, 30), type=INTEGER, of=DATE) == 1


def test_parts_of_a_moment_are_those_of_the_plans_zone():
    late = datetime.fromisoformat("2026-12-31T23:30Z")
    assert called(Function.YEAR, late, type=INTEGER, of=DATETIME) == 2027
    assert called(Function.DAY, late, type=INTEGER, of=DATETIME) == 1


def test_numbers_come_as_their_type_has_them():
    whole = Call(Function.DEFAULT, (Attribute("rate", DECIMAL), constant(0, INTEGER)), DECIMAL)
    assert repr(evaluate(whole, run(rate=None))) == "Decimal('0')"
    least = Call(Function.MIN, (constant(2, INTEGER), constant(D("2.5"), DECIMAL)), DECIMAL)
    assert repr(evaluate(least, run())) == "Decimal('2')"
    rounded = Call(Function.ROUND, (constant(2, INTEGER), constant(0, INTEGER)), DECIMAL)
    assert repr(evaluate(rounded, run())) == "Decimal('2')"


def test_what_the_environment_lacks_is_unknown():
    assert evaluate(Parameter("first", DAYS), run()) is None
    assert evaluate(Result(None, "visit", "note", TEXT), run()) is None
    assert evaluate(Attribute("email", TEXT), run()) is None


def test_parameters_and_results_come_from_the_environment():
    environment = Environment(
        {},
        NOW.date(),
        NOW,
        ZoneInfo("UTC"),
        BusinessCalendar(),
        parameters={"first": Duration(days=5)},
        results={(None, "visit", "note"): "done", ("Remind", "visit", "note"): "late"},
    )
    assert evaluate(Parameter("first", DAYS), environment) == Duration(days=5)
    assert evaluate(Result(None, "visit", "note", TEXT), environment) == "done"
    assert evaluate(Result("Remind", "visit", "note", TEXT), environment) == "late"


INVOICES = (
    {"amount": D("10.5"), "paid": D("1"), "due": date(2026, 5, 1), "disputed": False},
    {"amount": D("20"), "paid": None, "due": date(2026, 7, 1), "disputed": True},
    {"amount": D("0.5"), "paid": D("3"), "due": None, "disputed": False},
)
DISPUTED = ItemAttribute("disputed", BOOLEAN)


def over(function, attribute=None, where=None, type=INTEGER, rows=INVOICES):
    return evaluate(Aggregate(function, "invoices", attribute, where, type), run(invoices=rows, limit=D(5)))


def test_functions_over_a_list():
    assert over(ListFunction.COUNT) == 3
    assert over(ListFunction.COUNT, where=DISPUTED) == 1
    assert over(ListFunction.ANY, where=DISPUTED, type=BOOLEAN) is True
    assert over(ListFunction.ALL, where=DISPUTED, type=BOOLEAN) is False
    assert over(ListFunction.SUM, "amount", type=EUR) == D("31")
    assert over(ListFunction.MIN, "due", type=DATE) == date(2026, 5, 1)
    assert over(ListFunction.MAX, "amount", DISPUTED, EUR) == D(20)


def test_inside_one_the_root_is_still_there():
    above = Comparison(ComparisonOperator.GREATER, ItemAttribute("amount", EUR), Attribute("limit", EUR))
    assert over(ListFunction.COUNT, where=above) == 2


def test_of_nothing():
    none = constant(False, BOOLEAN)
    for rows, where in (((), None), (INVOICES, none)):
        assert over(ListFunction.COUNT, where=where, rows=rows) == 0
        assert over(ListFunction.ANY, where=where, rows=rows, type=BOOLEAN) is False
        assert repr(over(ListFunction.SUM, "amount", where, EUR, rows)) == "Decimal('0')"
        assert over(ListFunction.MIN, "amount", where, EUR, rows) is None
        assert over(ListFunction.MAX, "amount", where, EUR, rows) is None
    assert over(ListFunction.ALL, where=none, rows=(), type=BOOLEAN) is True


def test_an_element_whose_attribute_is_unknown_adds_nothing():
    assert over(ListFunction.SUM, "paid", type=EUR) == D(4)
    assert over(ListFunction.MIN, "paid", type=EUR) == D(1)


def test_an_element_of_which_a_condition_is_not_known_does_not_count():
    much = InRange(ItemAttribute("paid", EUR), constant(D(0), EUR), None)
    assert over(ListFunction.COUNT, where=much) == 2
    assert over(ListFunction.ALL, where=much, type=BOOLEAN) is False


def test_a_list_that_is_unknown_makes_the_function_unknown():
    assert over(ListFunction.COUNT, rows=None) is None


def test_operands_that_the_checker_refuses_are_a_defect():
    with pytest.raises(TypeError):
        calculated("a", "+", 1, TEXT)
    with pytest.raises(TypeError):
        called(Function.YEAR, "2026", type=INTEGER)
    with pytest.raises(TypeError):
        evaluate(Negate(constant("a", TEXT), TEXT), run())
    with pytest.raises(TypeError):
        over(ListFunction.SUM)


def test_a_list_is_a_value_too():
    assert evaluate(Attribute("invoices", ListType("Invoice")), run(invoices=INVOICES)) == INVOICES
