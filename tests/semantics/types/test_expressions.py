"""The type of every form of expression."""

import pytest

from dro_lang.program.render import render
from tests.semantics.types.sample import typed

WELL_TYPED = {
    # literals
    "7": "Integer",
    "7.5": "Decimal",
    "-7": "Integer",
    '"x"': "Text",
    "true": "Boolean",
    "2026-12-31": "Date",
    "2026-12-31T09:00Z": "DateTime",
    "250 EUR": "Money in EUR",
    "90 minutes": "Duration in hours",
    "1.5 hours": "Duration in hours",
    "2 weeks": "Duration in days",
    "2 business days": "Duration in business days",
    "today": "Date",
    "now": "DateTime",
    "Medium": "Risk",
    # arithmetic
    "number + 1": "Integer",
    "number + 1.5": "Decimal",
    "number * number": "Integer",
    "number / 2": "Decimal",
    "rate - number": "Decimal",
    "-rate": "Decimal",
    "+rate": "Decimal",
    "balance + 5 EUR": "Money in EUR",
    "balance * 0.1": "Money in EUR",
    "2 * balance": "Money in EUR",
    "balance / 3": "Money in EUR",
    "balance / 3 EUR": "Decimal",
    "-balance": "Money in EUR",
    "due + 5 days": "Date",
    "due - 2 business days": "Date",
    "5 days + due": "Date",
    "moment + 90 minutes": "DateTime",
    "moment - 3 days": "DateTime",
    "due - start_date": "Duration in days",
    "today - due": "Duration in days",
    "now - moment": "Duration in hours",
    "2 days + 3 days": "Duration in days",
    "2 days + 3 hours": "Duration in hours",
    "1 business day + 2 business days": "Duration in business days",
    "wait + 2 days": "Duration",
    "wait + 2 hours": "Duration in hours",
    "number * 1 day": "Duration in days",
    "number * 2 business days": "Duration in business days",
    "wait * 2": "Duration",
    # functions
    'default(email, "")': "Text",
    "default(promised, due)": "Date",
    "default(half, 1)": "Decimal",
    "default(grade, Low)": "Risk",
    "lower(name)": "Text",
    "length(id)": "Integer",
    "abs(balance)": "Money in EUR",
    "round(rate, 2)": "Decimal",
    "round(number, 0)": "Decimal",
    "round(balance, 2)": "Money in EUR",
    "min(number, 3)": "Integer",
    "min(number, rate, 3)": "Decimal",
    "max(balance, 5 EUR)": "Money in EUR",
    "max(due, today)": "Date",
    "max(wait, 2 days)": "Duration",
    "year(due)": "Integer",
    "weekday(moment)": "Integer",
    # functions over lists
    "count(lines)": "Integer",
    "count(lines where item.ready)": "Integer",
    "sum(lines.price)": "Money in EUR",
    "sum(lines.count)": "Integer",
    "sum(others.weight where item.price > 5 EUR)": "Decimal",
    "sum(lines.discount where item.discount is known)": "Decimal",
    # conditions
    "any(lines where item.due < due)": "Boolean",
    "all(lines where item.note is known and item.note = name)": "Boolean",
    "active": "Boolean",
    "active = true": "Boolean",
    "active and not (number > 1 or rate <= 5)": "Boolean",
    "number = 1.5": "Boolean",
    "number < rate": "Boolean",
    'id = "CP-1"': "Boolean",
    "id = name": "Boolean",
    "risk = High": "Boolean",
    "High != risk": "Boolean",
    "risk in { Low, Medium }": "Boolean",
    "tier = Low": "Boolean",
    "size in 30..59": "Boolean",
    "number in ..-1": "Boolean",
    "rate in 1..1.5": "Boolean",
    "number in 1.5..9": "Boolean",
    "balance in -5 EUR..5 EUR": "Boolean",
    "due not in 2026-01-01..": "Boolean",
    "number in { 1, size, number * 2 }": "Boolean",
    "due - today > 5 days": "Boolean",
    "due - today > 36 hours": "Boolean",
    "wait > 2 days": "Boolean",
    "wait > 2 business days": "Boolean",
    'contains(name, "x")': "Boolean",
    "(balance > 5 EUR) = active": "Boolean",
}


@pytest.mark.parametrize("text", WELL_TYPED)
def test_the_type_of_an_expression(text: str) -> None:
    found = typed(text)
    assert found.diagnostics == ()
    assert found.expression is not None
    assert str(found.expression.type) == WELL_TYPED[text]


CONVERTED = {
    # whole numbers are decimals where decimals are wanted
    "percent = 5": "percent = 5",
    "rate in 1..2": "rate in 1..2",
    # one value has one form
    "1.50 + 2.50": "4",
    "2 * 3 + rate": "6 + rate",
    "-(5)": "-5",
    "1 week": "7 days",
    "24 hours": "24 hours",
    "1.0 EUR + 1 EUR": "2 EUR",
    "100 EUR * 0.1": "10 EUR",
    "7 / 2": "3.5",
    "2026-01-30 + 3 days": "2026-02-02",
    "2026-03-01 - 2026-02-01": "28 days",
    # the plan's calendar and zone are not known before the run
    "2026-01-30 + 1 business day": "2026-01-30 + 1 business day",
    "2026-01-30T09:00Z + 1 day": "2026-01-30T09:00Z + 1 day",
    "email is unknown": "email is unknown",
    "not email is known": "email is unknown",
    "(active)": "active",
}


@pytest.mark.parametrize("text", CONVERTED)
def test_conversions_and_constants_are_decided_once(text: str) -> None:
    found = typed(text)
    assert found.diagnostics == ()
    assert found.expression is not None
    assert render(found.expression) == CONVERTED[text]
