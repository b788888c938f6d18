"""What is written for numbers, texts, dates and durations, and what is refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dro_lang.syntax import ast
from tests.syntax.texts import findings, parsed


def text_with(literal: str) -> str:
    return f"language 1.0\nplan P for C {{ scenario a {{ when x = {literal} run G }} }}\n"


def value(literal: str) -> ast.Expression:
    result = parsed(text_with(literal))
    assert not result.diagnostics
    [plan] = result.tree.declarations
    assert isinstance(plan, ast.Plan)
    condition = plan.scenarios[0].when
    assert isinstance(condition, ast.Comparison)
    return condition.right


@given(st.decimals(min_value=0, max_value=10**12, places=6, allow_nan=False))
def test_a_number_is_exact(number: Decimal) -> None:
    parsed_number = value(f"{number:f}")
    assert isinstance(parsed_number, ast.Number)
    assert parsed_number.value == number


def test_a_number_tells_whether_it_has_a_point() -> None:
    assert value("1_000") == ast.Number(value("1").span, Decimal(1000), True)
    assert value("1_000.50") == ast.Number(value("1").span, Decimal("1000.50"), False)
    assert value("0") == ast.Number(value("1").span, Decimal(0), True)


@given(st.dates())
def test_a_date(day: date) -> None:
    literal = value(day.isoformat())
    assert isinstance(literal, ast.DateLiteral)
    assert literal.value == day


@pytest.mark.parametrize(
    ("literal", "moment"),
    [
        ("2026-12-31T09:00", datetime(2026, 12, 31, 9)),
        ("2026-12-31T09:00Z", datetime(2026, 12, 31, 9, tzinfo=UTC)),
        ("2026-12-31T09:00:30+01:00", datetime(2026, 12, 31, 9, 0, 30, tzinfo=timezone(timedelta(hours=1)))),
        ("2026-12-31T00:00-05:30", datetime(2026, 12, 31, tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
    ],
)
def test_a_moment(literal: str, moment: datetime) -> None:
    found = value(literal)
    assert isinstance(found, ast.DateTimeLiteral)
    assert (found.value, found.value.utcoffset()) == (moment, moment.utcoffset())


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00\n\r")))
def test_a_text_stands_for_itself(text: str) -> None:
    literal = value('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
    assert isinstance(literal, ast.Text)
    assert literal.value == text


def test_escapes() -> None:
    literal = value(r'"a\"b\\c\nd\te\u{1F600}\u{41}"')
    assert isinstance(literal, ast.Text)
    assert literal.value == 'a"b\\c\nd\te\U0001f600A'


@pytest.mark.parametrize("unit", ["second", "minute", "hour", "day", "week"])
@pytest.mark.parametrize("business", [False, True])
def test_a_duration(unit: str, business: bool) -> None:
    for number, word in ((1, unit), (2, unit + "s")):
        literal = value(f"{number} {'business ' if business else ''}{word}")
        assert isinstance(literal, ast.DurationLiteral)
        assert (literal.amount, literal.unit, literal.business) == (Decimal(number), unit, business)


def test_money() -> None:
    literal = value("250.50 EUR")
    assert isinstance(literal, ast.MoneyLiteral)
    assert (literal.amount, literal.currency.text) == (Decimal("250.50"), "EUR")


@pytest.mark.parametrize(
    ("literal", "place", "help"),
    [
        ("2026-02-29", "2026-02-29", "month 2 of 2026 has 28 days"),
        ("2026-13-01", "2026-13-01", "a month is 01 to 12"),
        ("0000-01-01", "0000-01-01", "years begin with 0001"),
        ("2026-12-31T24:00Z", "2026-12-31T24:00Z", "an hour is 00 to 23"),
        ("2026-12-31T09:60Z", "2026-12-31T09:60Z", "minutes and seconds are 00 to 59"),
        ("2026-12-31T09:00:60Z", "2026-12-31T09:00:60Z", "minutes and seconds are 00 to 59"),
        ("2026-12-31T09:00+24:00", "2026-12-31T09:00+24:00", "an offset is less than 24 hours"),
        ("2026-02-30T09:00Z", "2026-02-30T09:00Z", "month 2 of 2026 has 28 days"),
        ("1__0", "1__0", "one `_` may stand between two digits: `10`"),
        ("1_", "1_", "one `_` may stand between two digits: `1`"),
        ("1_.5", "1_.5", "one `_` may stand between two digits: `1.5`"),
        ("007", "007", "write `7`"),
        ("000", "000", "write `0`"),
        ("00.5", "00.5", "write `0.5`"),
        ("9" * 31, "9" * 31, "write a shorter one"),
        (r'"a\qb"', r"\q", None),
        (r'"\u{D800}"', r"\u{D800}", None),
        (r'"\u{110000}"', r"\u{110000}", None),
        ("12/31/2026", "12/31/2026", "write `2026-12-31`"),
        ("2026-12-31T09:00:00.000Z", "2026-12-31T09:00:00.000Z", "write it like `2026-12-31T09:00Z`"),
        ("2026-12-311", "2026-12-311", "write it like `2026-12-31` or `2026-12-31T09:00Z`"),
    ],
)
def test_a_literal_that_is_not_valid_is_pointed_at(literal: str, place: str, help: str | None) -> None:
    [finding] = findings(text_with(literal))
    assert (finding.code, finding.span.text) == ("E0009", place)
    assert help is None or finding.help == help
