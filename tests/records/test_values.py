"""Data to typed values: every type, every way to write it, and what is refused with which code."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from dro_lang.program.types import BOOLEAN, DATE, DATETIME, DECIMAL, ID, INTEGER, TEXT, DurationType, EnumType, ListType
from dro_lang.program.values import Duration
from dro_lang.records.json_text import NotJson, NumberText, decode
from dro_lang.records.problems import Problem
from dro_lang.records.validate import row_of, value_of
from tests.records.samples import CONTACT, EUR, PROGRAM, a

RISK = EnumType("Risk")
DURATION = DurationType()
EAST = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("raw", "of", "value"),
    [
        ("C-1", ID, "C-1"),
        (NumberText("17"), ID, "17"),
        (NumberText("1" * 5000), ID, "1" * 5000),
        (NumberText("-0"), ID, "0"),
        (17, ID, "17"),
        ("007", ID, "007"),
        ("", TEXT, ""),
        ("  Acme\t", TEXT, "  Acme\t"),
        ("Müller 😀", TEXT, "Müller 😀"),
        (True, BOOLEAN, True),
        ("FALSE", BOOLEAN, False),
        ("True", BOOLEAN, True),
        (NumberText("5"), INTEGER, 5),
        (NumberText("5.0"), INTEGER, 5),
        ("5.0", INTEGER, 5),
        (NumberText("5e2"), INTEGER, 500),
        ("0e99999999999999999999", INTEGER, 0),
        ("-9223372036854775808", INTEGER, -(2**63)),
        (2**63 - 1, INTEGER, 2**63 - 1),
        (NumberText("1500.50"), DECIMAL, Decimal("1500.5")),
        ("-3", DECIMAL, Decimal(-3)),
        ("+.5", DECIMAL, Decimal("0.5")),
        ("1.5000000000", DECIMAL, Decimal("1.5")),
        ("0000000000000001", DECIMAL, Decimal(1)),
        ("999999999999.999999", DECIMAL, Decimal("999999999999.999999")),
        (Decimal("2.50"), DECIMAL, Decimal("2.5")),
        (NumberText("-0.0"), DECIMAL, Decimal(0)),
        ("250 EUR", EUR, Decimal(250)),
        ("-1500.50 EUR", EUR, Decimal("-1500.5")),
        ("250", EUR, Decimal(250)),
        (NumberText("0.1"), EUR, Decimal("0.1")),
        ("2026-12-31", DATE, date(2026, 12, 31)),
        (date(2026, 12, 31), DATE, date(2026, 12, 31)),
        ("2026-12-31T09:00Z", DATETIME, datetime(2026, 12, 31, 9, tzinfo=UTC)),
        ("2026-12-31T09:00:30.5+01:00", DATETIME, datetime(2026, 12, 31, 9, 0, 30, 500_000, EAST)),
        ("2026-12-31T09:00:00.000+0000", DATETIME, datetime(2026, 12, 31, 9, tzinfo=UTC)),
        ("2026-12-31T09:00:00.1234560000Z", DATETIME, datetime(2026, 12, 31, 9, 0, 0, 123_456, UTC)),
        ("5 days", DURATION, Duration(days=5)),
        ("1 day", DURATION, Duration(days=1)),
        ("2 weeks", DURATION, Duration(days=14)),
        ("2 business days", DURATION, Duration(business_days=2)),
        ("90 minutes", DURATION, Duration(seconds=5400)),
        ("P5D", DURATION, Duration(days=5)),
        ("PT4H", DURATION, Duration(seconds=14_400)),
        ("P1W2DT3H4M5S", DURATION, Duration(days=9, seconds=11_045)),
        ("-P1D", DURATION, Duration(days=-1)),
        ("P1DT-1H", DURATION, Duration(days=1, seconds=-3600)),
        ("Low", RISK, "Low"),
        ("Very high", RISK, "High"),
    ],
)
def test_what_is_read(raw: Any, of: Any, value: Any) -> None:
    got = value_of(raw, a("x", of), PROGRAM)
    assert (got, type(got)) == (value, type(value))


@pytest.mark.parametrize(
    ("raw", "of", "code", "said"),
    [
        ("", ID, "R0102", "must not be empty"),
        (NumberText("1.5"), ID, "R0103", "`1.5` is not an id"),
        (True, ID, "R0103", "`true`"),
        (NumberText("5"), TEXT, "R0103", "`5` is not text"),
        ({"a": 1}, TEXT, "R0103", "an object is not text"),
        ("a\0b", TEXT, "R0103", "NUL"),
        ("\ud800", TEXT, "R0103", "surrogate"),
        ("yes", BOOLEAN, "R0103", "neither `true` nor `false`"),
        (NumberText("1"), BOOLEAN, "R0103", "`1` is neither"),
        ("5.5", INTEGER, "R0103", "not a whole number"),
        ("9223372036854775808", INTEGER, "R0107", "-9223372036854775808 to 9223372036854775807"),
        (NumberText("1e400000"), INTEGER, "R0107", "does not fit"),
        (10**500, INTEGER, "R0107", "does not fit"),
        (True, INTEGER, "R0103", "`true` is not a whole number"),
        ("1234567890123", DECIMAL, "R0107", "more than 12 digits before the point"),
        ("0.1234567", DECIMAL, "R0107", "more than 6 digits after the point"),
        ("1e400000", DECIMAL, "R0107", "before the point"),
        ("1e-400000", DECIMAL, "R0107", "after the point"),
        ("1e99999999999999999999", DECIMAL, "R0107", "before the point"),
        (-(10**500), DECIMAL, "R0107", "before the point"),
        (NumberText("NaN"), DECIMAL, "R0103", "must be finite"),
        ("-Infinity", DECIMAL, "R0103", "must be finite"),
        (Decimal("NaN"), DECIMAL, "R0103", "must be finite"),
        (0.1, DECIMAL, "R0103", "floating-point number is not exact"),
        ("1,500.50", DECIMAL, "R0103", "without thousands separators"),
        ("1.500.000", DECIMAL, "R0103", "without thousands separators"),
        ("1 500", DECIMAL, "R0103", "without thousands separators"),
        ("1'500", DECIMAL, "R0103", "without thousands separators"),
        ("12,5", DECIMAL, "R0103", "decimal sign is a point"),
        (" 5", DECIMAL, "R0103", "spaces around"),
        ("5\n", DECIMAL, "R0103", "spaces around"),
        ("٣", DECIMAL, "R0103", "is not a number"),
        ("1_000", DECIMAL, "R0103", "is not a number"),
        ("", DECIMAL, "R0103", "is not a number"),
        (".", DECIMAL, "R0103", "is not a number"),
        ([1], DECIMAL, "R0103", "a list is not a number"),
        ("250 USD", EUR, "R0108", "is in USD, and the attribute is in EUR"),
        ("EUR 250", EUR, "R0103", "`250 EUR`"),
        ("250 eur", EUR, "R0103", "`250 EUR`"),
        ("250€", EUR, "R0103", "`250 EUR`"),
        ("1,500 EUR", EUR, "R0103", "without thousands separators"),
        ("0.1234567 EUR", EUR, "R0107", "after the point"),
        ("31.12.2026", DATE, "R0103", "days and months could be confused"),
        ("12/31/2026", DATE, "R0103", "days and months could be confused"),
        ("20261231", DATE, "R0103", "year-month-day"),
        ("2026-12-31T00:00Z", DATE, "R0103", "write the day alone, `2026-12-31`"),
        (datetime(2026, 12, 31, tzinfo=UTC), DATE, "R0103", "is not a date"),
        ("2026-02-30", DATE, "R0103", "no such day"),
        ("0000-01-01", DATE, "R0103", "no such day"),
        ("tomorrow", DATE, "R0103", "year-month-day"),
        (NumberText("20261231"), DATE, "R0103", "write it as text"),
        ("2026-12-31", DATETIME, "R0103", "no time of day"),
        ("2026-12-31T09:00", DATETIME, "R0103", "no offset"),
        ("2026-12-31 09:00Z", DATETIME, "R0103", "write `2026-12-31T09:00Z`"),
        ("2026-12-31T25:00Z", DATETIME, "R0103", "no such day, time or offset"),
        ("2026-12-31T09:00+24:00", DATETIME, "R0103", "no such day, time or offset"),
        ("2026-12-31T09:00+01:60", DATETIME, "R0103", "no such day, time or offset"),
        ("2026-12-31T09:00:00.1234567Z", DATETIME, "R0103", "not rounded"),
        ("0001-01-01T00:00+14:00", DATETIME, "R0103", "outside the years"),
        (datetime(2026, 12, 31), DATETIME, "R0103", "no offset"),
        (NumberText("0"), DATETIME, "R0103", "not a date and time"),
        ("5", DURATION, "R0103", "write `5 days`"),
        (NumberText("5"), DURATION, "R0103", "write `5 days`"),
        ("2 business weeks", DURATION, "R0103", "write `5 days`"),
        ("1.5 hours", DURATION, "R0103", "write `5 days`"),
        ("P", DURATION, "R0103", "write `5 days`"),
        ("P1DT", DURATION, "R0103", "write `5 days`"),
        ("P1M", DURATION, "R0103", "no fixed length"),
        ("P1Y", DURATION, "R0103", "no fixed length"),
        ("99999999 days", DURATION, "R0107", "longer than"),
        ("9" * 10_000 + " days", DURATION, "R0107", "longer than"),
        ("very high", RISK, "R0105", "did you mean `Very high`?"),
        ("High", RISK, "R0105", "did you mean `Very high`?"),
        ("Mediun", RISK, "R0105", "did you mean `Medium`?"),
        (" Low", RISK, "R0105", "did you mean `Low`?"),
        ("", RISK, "R0105", "it has `Low`, `Medium`, `Very high`"),
        (NumberText("1"), RISK, "R0103", "Risk is written as text"),
        (None, TEXT, "R0102", "a value is required"),
        ("x", ListType("Contact"), "R0103", "`x` is not a list"),
        ("[{", ListType("Contact"), "R0103", "a list that cannot be read"),
        ([5], ListType("Contact"), "R0103", "`5` is not an object"),
    ],
)
def test_what_is_refused(raw: Any, of: Any, code: str, said: str) -> None:
    problem = value_of(raw, a("x", of), PROGRAM)
    assert isinstance(problem, Problem)
    assert problem.code == code
    assert said in problem.reason
    assert (problem.attribute or "").startswith("x")
    assert problem.reason.isprintable()


def test_bounds_are_inclusive() -> None:
    percent = a("uptime", DECIMAL, low=Decimal(0), high=Decimal(100))
    assert value_of("0", percent, PROGRAM) == Decimal(0)
    assert value_of("100", percent, PROGRAM) == Decimal(100)
    below = value_of("-0.000001", percent, PROGRAM)
    above = value_of("100.000001", percent, PROGRAM)
    assert below == Problem("uptime", "R0104", "`-0.000001` is less than the least that is allowed, 0")
    assert above == Problem("uptime", "R0104", "`100.000001` is more than the most that is allowed, 100")
    open_above = a("day", DATE, low=date(2026, 1, 1))
    assert value_of("9999-12-31", open_above, PROGRAM) == date(9999, 12, 31)
    assert isinstance(value_of("2025-12-31", open_above, PROGRAM), Problem)


def test_what_is_optional_may_be_unknown_and_a_list_that_nobody_gives_is_empty() -> None:
    assert value_of(None, a("x", TEXT, optional=True), PROGRAM) is None
    assert value_of(None, a("x", ListType("Contact")), PROGRAM) == ()
    assert value_of(None, a("x", ListType("Invoice", items=True)), PROGRAM) == ()


def test_a_list_may_be_written_as_json_text() -> None:
    listed = value_of('[{"email": "a@b.example", "risk": null}]', a("x", ListType("Contact")), PROGRAM)
    assert listed == ({"email": "a@b.example", "risk": None},)


def test_a_row_has_every_attribute_and_nothing_else() -> None:
    row = row_of({"email": "a@b.example", "age": 3}, CONTACT.attributes, PROGRAM)
    assert row == {"email": "a@b.example", "risk": None}
    with pytest.raises(TypeError):
        row["email"] = "changed"  # type: ignore[index]


def test_a_row_tells_all_its_problems() -> None:
    problems = row_of({"risk": "low"}, CONTACT.attributes, PROGRAM)
    assert isinstance(problems, tuple)
    assert [(problem.attribute, problem.code) for problem in problems] == [("email", "R0102"), ("risk", "R0105")]
    assert isinstance(row_of(5, CONTACT.attributes, PROGRAM), tuple)


def test_items_have_ids_of_their_own() -> None:
    invoices = a("invoices", ListType("Invoice", items=True))
    problem = value_of([{"id": "I-1", "balance": 1}, {"id": "I-1", "balance": 2}], invoices, PROGRAM)
    assert problem == Problem("invoices[1].id", "R0106", "the id `I-1` is that of invoices[0] already")


def test_a_number_of_any_size_is_answered() -> None:
    problem = value_of(10**5000, a("x", DECIMAL), PROGRAM)
    assert isinstance(problem, Problem)
    assert problem.code == "R0107"


def test_a_long_value_is_shown_in_part() -> None:
    problem = value_of("x" * 10_000, a("x", DATE), PROGRAM)
    assert isinstance(problem, Problem)
    assert len(problem.reason) < 200


def test_json_numbers_keep_their_digits() -> None:
    data = decode('{"a": 0.1000000000000000055, "b": 12345678901234567890123, "c": NaN, "d": -1E+3}')
    assert data == {"a": "0.1000000000000000055", "b": "12345678901234567890123", "c": "NaN", "d": "-1E+3"}
    assert {type(value) for value in data.values()} == {NumberText}
    assert json.dumps(data["b"]) == '"12345678901234567890123"'


def test_one_key_too_many_is_found_among_very_many() -> None:
    keys = ", ".join(f'"{number}": 1' for number in [*range(200_000), 199_999])
    problem = decode(f"{{{keys}}}")
    assert problem == NotJson("the key `199999` stands twice in one object, and only one value could be kept")
