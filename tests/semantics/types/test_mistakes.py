"""What is wrong with an expression: one code for one mistake, with the words that help."""

import pytest

from dro_lang.diagnostics.fixes import apply_fixes
from tests.semantics.types.sample import TEXT, typed

MISTAKES = {
    # names
    "blance > 5 EUR": "E0101 there is no attribute `blance` in `Sample`; did you mean `balance`?",
    "xyzzy > 5 EUR": "E0101 there is no attribute `xyzzy` in `Sample`; `Sample` has `id`, `name`",
    "high = risk": "E0101 there is no attribute `high` in `Sample`; did you mean the constant `High`?",
    "risk = Hihg": "E0101 `Risk` has no constant `Hihg`; did you mean `High`?",
    "Hgih": "E0101 there is no constant `Hgih`; did you mean `High`?",
    "lenght(name) = 2": "E0101 there is no function `lenght`; did you mean `length`?",
    "balance > 5 ERU": "E0101 there is no currency `ERU`; did you mean",
    "any(line where item.ready)": "E0101 there is no attribute `line` in `Sample`; did you mean `lines`?",
    "any(lines where item.redy)": "E0101 there is no attribute `redy` in `Line`; did you mean `ready`?",
    "lines.price > 5 EUR": "E0101 `lines` is a list: it has no `price` of its own; write `sum(lines.price)`",
    "due.year = 2026": "E0101 `due` is a Date: it has no `year`",
    "name = Acme": 'E0101 there is no constant `Acme`; a text stands in quotes: `"Acme"`',
    # types
    "not number": "E0201 `number` is an Integer, not a condition; compare it with something",
    "email or active": "E0301 `email` may be unknown here",
    'number = "7"': 'E0201 `"7"` is Text, and `number` is an Integer; leave out the quotes',
    'risk = "Very high"': 'E0201 `"Very high"` is Text, and `risk` is a constant of `Risk`; write `High`',
    'due = "2026-12-31"': 'E0201 `"2026-12-31"` is Text, and `due` is a Date; write `2026-12-31`, without quotes',
    "risk = Gold": "E0201 `Gold` is a constant of `Tier`, where one of `Risk` is wanted",
    "risk = tier": "E0201",
    "Low = Low": "E0201 `Low` is a constant of `Risk` and `Tier`, and nothing here says which is meant",
    "balance = Medium": "E0201 `Medium` is a constant of `Risk`, where Money in EUR is wanted",
    "wait > 30": "E0201 `30` is an Integer, and `wait` is a Duration; say the unit, as in `30 days`",
    "active = 1": "E0201",
    "length(number) > 2": "E0201 `length` takes Text, and `number` is an Integer",
    "length(lines) > 2": "E0201 `length` takes Text, and `lines` is a list of `Line`; write `count(lines)`",
    "count(number) > 2": "E0201 `count` takes a list, and `number` is an Integer",
    "sum(lines.ready) = 2": "E0201 `sum` takes numbers or amounts, and `ready` is a condition",
    "sum(lines.wait) = 2 days": "E0201 `sum` takes numbers or amounts, and `wait` is a Duration",
    "min(name, id) = name": "E0201 `min` takes what has an order, and `name` is Text",
    # operators
    'name < "b"': "E0202 `<` compares sizes, and `name` is Text",
    "active > true": "E0202",
    "risk >= Medium": "E0202 `>=` compares sizes, and `risk` is a constant of `Risk`",
    "id <= name": "E0202",
    "name in 1..2": "E0202 `name` is Text, which no range holds",
    "moment in 2026-01-01..": "E0202 `moment` is a DateTime, which no range holds; write `moment >= ...",
    "name + name = name": "E0202 there is no `+` for these",
    "due + due = due": "E0202 there is no `+` for these: `due` is a Date, and `due` is a Date; dates are subtracted",
    "due + 5 = due": "E0202",
    "5 days - due = due": "E0202",
    "balance * balance > 5 EUR": "E0202",
    "balance / dollars > 1": "E0202",
    "wait * 1.5 > 2 days": "E0202",
    "wait / 2 > 2 days": "E0202",
    "-name = name": "E0202 `name` is Text, which has no `-`",
    "lines is known": "E0202 `lines` is a list, which is always known, though it may be empty; write",
    # calls
    "round(rate) = 1": "E0203 `round` takes 2 arguments, not 1; write `round(x, 2)`",
    "round(rate, 7) = 1": "E0203 `round` keeps 0 to 6 places",
    "round(rate, size) = 1": "E0203 `round` keeps 0 to 6 places",
    "min(number) = 1": "E0203 `min` takes two values or more, or one list",
    "lower() = name": "E0203 `lower` takes 1 argument, not 0",
    "any(lines)": "E0203 `any` needs a condition; write `any(lines where ...)`",
    "any(lines.ready)": "E0203 `any` takes the list itself, not one attribute of its elements",
    "sum(lines) = 1": "E0203 `sum` takes an attribute of the list's elements; write `sum(invoices.balance",
    "count(lines, others) = 1": "E0203 `count` takes one list, not 2 arguments",
    'contains(name where active, "x")': "E0203 `contains` takes no `where`",
    # ranges and bounds
    "number in 9..1": "E0206 this range ends before it begins; write the smaller one first: `1..9`",
    "number in ..": "E0206 a range needs a bound",
    "number in 2026-01-01..": "E0206 `2026-01-01` is no bound for an Integer",
    "size > 101": "E0207 `size` is never 101; compare it with a value inside its bounds",
    "-1 = size": "E0207 `size` is never -1",
    "size in { 1, 200 }": "E0207 `size` is never 200",
    "size in 50..150": "E0207 `size` is never 150",
    "credit >= 500.01 EUR": "E0207",
    "window < 2025-12-31": "E0207",
    "rate = 1234567890123.5": "E0207 this number is too large",
    "rate = 1234567890123": "E0207 this number is too large",
    "rate = 0.1234567": "E0207 this number has too many digits",
    "number = 9223372036854775808": "E0207 this number is too large",
    "due + 99999999 days = due": "E0207 `99999999 days` is too long",
    # functions over lists do not nest
    "any(lines where count(others) > 1)": "E0211 `count` cannot stand inside `any`",
    "number / 0 = 1": "E0212 `number / 0` divides by zero",
    "number / 0.0 = 1": "E0212",
    "number / (1 - 1) = 1": "E0212",
    # presence
    "promised <= today": "E0301 `promised` may be unknown here; write `promised is known and ...`, or",
    "active or promised <= today": "E0301",
    "promised <= today and promised is known": "E0301",
    "promised is known or promised <= today": "E0301",
    "not (promised is known) and promised <= today": "E0301",
    "agreed": "E0301",
    "number / number > 1": "E0301 `number / number` is unknown where the divisor is zero",
    "min(lines.price) > 5 EUR": "E0301 `min(lines.price)` may be unknown: it is, where there are no elements",
    "sum(lines.discount) > 1": "E0301 `lines.discount` may be unknown; write `sum(lines.discount",
    "default(half, half) > 1": "E0301",
    "any(lines where item.note is known) and any(lines where item.note = name)": "E0301",
    "half + 1 is known": "E0301",
    # units and currencies
    "balance > 100": "E0302 `100` is an Integer, and `balance` is Money in EUR; write `100 EUR`",
    "-100 > balance": "E0302",
    "balance in 1..2 EUR": "E0302",
    "balance in { 1 }": "E0302",
    "balance + 1 > 2 EUR": "E0302",
    "balance > number": "E0302",
    "number > 100 EUR": "E0302",
    "balance > dollars": "E0303 `dollars` is Money in USD, and `balance` is Money in EUR; amounts are never converted",
    "balance + 1 USD > 5 EUR": "E0303",
    "balance in 1 USD..2 EUR": "E0303",
    "due - today > 2 business days": "E0304",
    "2 days + 2 business days > wait": "E0304",
    "due = moment": "E0305 `moment` is a DateTime, and `due` is a Date; declare both as `Date`, or both as `DateTime`",
    "moment > today": "E0305 `today` is a Date, and `moment` is a DateTime; write `now`",
    "due < now": "E0305 `now` is a DateTime, and `due` is a Date; write `today`",
    "moment > 2026-12-31": "E0305 `2026-12-31` is a Date, and `moment` is a DateTime; write `2026-12-31T00:00Z`",
    "due > 2026-12-31T09:00Z": "E0305",
    "due - moment > 1 day": "E0305",
    "due + 4 hours > today": "E0306 `4 hours` is not whole days, and `due` is a Date",
    "due + 48 hours > today": "E0306 `48 hours` is not whole days, and `due` is a Date; write `2 days`",
    "due + wait > today": "E0306 `wait` may hold hours, and `due` is a Date; declare the number of days as an Integer",
    "due + (1 day + 4 hours) > today": "E0306",
    "2 business hours < wait": "E0306 `2 business hours` is not a duration: business time is counted in",
    "1 business week < wait": "E0306 `1 business week` is not a duration: business time is counted in",
    "1.5 days < wait": "E0306 `1.5 days` is not a duration: days are counted whole; write `36 hours`",
    "0.5 seconds < wait": "E0306",
    "moment > 2026-12-31T09:00": "E0009 `2026-12-31T09:00` does not say its time zone; write",
    "moment > 9999-12-31T23:00-02:00": "E0009 `9999-12-31T23:00-02:00` is outside the calendar",
    # where there is no item, and no step
    "item.ready": "E0504 there is no item here whose `ready` could be meant",
    "approve.note is known": "E0210 the result `note` of the step `approve` cannot be read here",
    # not wrong, but odd
    "due is known": "W2004 this is always true: `due` is always known",
    "due is unknown": "W2004 this is always false: `due` is always known",
    "default(due, today) = due": "W2005 `due` is always known, so its default is never used",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_one_mistake_has_one_code_and_says_what_to_do(text: str) -> None:
    found = typed(text).diagnostics
    said = [f"{each.code} {each.message}; {each.help}" for each in found]
    assert len(said) == 1, said
    assert said[0].startswith(MISTAKES[text])


@pytest.mark.parametrize("text", [text for text, said in MISTAKES.items() if said[0] == "E"])
def test_what_a_mistake_is_part_of_is_silent(text: str) -> None:
    assert len(typed(f"not (({text}) and active) or number + 1 > size").diagnostics) == 1


@pytest.mark.parametrize("text", [text for text in MISTAKES if typed(text).diagnostics[0].fixes])
def test_a_fix_resolves_the_mistake(text: str) -> None:
    diagnostic = typed(text).diagnostics[0]
    fixed, _ = apply_fixes(diagnostic.span.source, [diagnostic.fixes[0]])
    before, after = TEXT.split("%s")
    mended = fixed.removeprefix(before).removesuffix(after)
    assert diagnostic.code not in [each.code for each in typed(mended).diagnostics]


KNOWN = [
    "promised is known and promised <= today",
    "promised is unknown or promised <= today",
    "not (promised is unknown) and promised <= today",
    "not (promised is known and promised <= today)",
    "(promised is known and paid is known) and promised <= today and paid > 5 EUR",
    "active and promised is known and (active or promised <= today)",
    "((promised is known and active) or promised is known) and promised <= today",
    "number / size is known and number / size > 2",
    "number / number is unknown or number / number > 2",
    "default(number / size, 0) > 2",
    "default(min(lines.price), 0 EUR) > 2 EUR",
    "max(lines.due) is known and max(lines.due) < today",
    "promised is known and any(lines where item.due < promised)",
    "count(lines where item.note is known and length(item.note) > 2) > 1",
    "sum(lines.discount where item.discount is known and item.ready) > 1",
    "agreed is known and agreed",
    "default(agreed, false)",
    "grade is known and grade in { Low, High }",
]


@pytest.mark.parametrize("text", KNOWN)
def test_knowledge_flows_from_left_to_right(text: str) -> None:
    assert typed(text).diagnostics == ()


def test_facts_about_one_element_do_not_hold_for_another() -> None:
    text = "any(lines where item.note is known) and any(others where length(item.note) > 2)"
    assert [each.code for each in typed(text).diagnostics] == ["E0301"]


def test_a_clash_shows_where_both_types_come_from() -> None:
    diagnostic = typed("due = moment").diagnostics[0]
    assert [(label.span.text, label.text) for label in diagnostic.labels] == [
        ("due : Date", "`due` is a Date"),
        ("moment : DateTime", "`moment` is a DateTime"),
    ]
