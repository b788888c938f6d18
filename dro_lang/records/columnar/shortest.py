"""Numbers and days in columns of text, read without a regular expression where they are written as programs write them.

A regular expression costs more than to read the number. A whole number that is written the shortest way is known by its
length; a decimal, by what its value is written as with as many places as most have. All others meet the expression.
"""

import re
from collections import Counter
from collections.abc import Iterable

from dro_lang.conditions.columnar.terms import name, text_literal
from dro_lang.program.values import WHOLE_DIGITS

Step = tuple[str, str]
"""A column that others are made of, with its text."""

_DECIMAL = re.compile(r"-?[0-9]+(?:\.([0-9]{1,6}))?")


def places_of(texts: Iterable[str]) -> int | None:
    """How many digits most of some numbers have after the point; None where none is a number of up to six."""
    found = Counter(len(match[1] or "") for match in map(_DECIMAL.fullmatch, texts) if match)
    return found.most_common(1)[0][0] if found else None


def whole(attribute: str, text: str) -> tuple[Step, str]:
    """The value of a whole number as a column, and a test that is true only of text that is nothing else.

    DuckDB takes more for a whole number than the language does, but all of that is longer than its digits: spaces, a
    point, underscores, another base. Only with an exponent could there be room for a space: below 1,000 there is none
    left, and above there is where the number ends with three zeros. Another base is longer below a million.
    """
    value = name(f"#whole {attribute}")
    digits = " ".join(f"WHEN {value} < {10**count} THEN {count}" for count in (1, 2, 3))
    more = " ".join(f"WHEN {value} < {10**count} THEN {count}" for count in (4, 5, 6))
    length = f"CASE {digits} WHEN {value} % 1000 = 0 THEN 0 {more} ELSE 0 END"
    return (value, f"TRY_CAST({text} AS BIGINT)"), f"({value} >= 0 AND strlen({text}) = {length})"


def decimal(attribute: str, text: str, places: int, otherwise: str) -> tuple[list[Step], str, str]:
    """The columns that a decimal is made of, its value, which is `otherwise` where it is not written with so many
    places, and the test that it is."""
    value, same = name(f"#decimal {attribute}"), name(f"#same {attribute}")
    # No more digits before the point than fit in the type of all decimals.
    steps = [
        (value, f"TRY_CAST({text} AS DECIMAL({WHOLE_DIGITS + places}, {places}))"),
        (same, f"CAST({value} AS VARCHAR) = {text}"),
    ]
    return steps, f"CASE WHEN {same} THEN CAST({value} AS DECIMAL(18, 6)) ELSE {otherwise} END", same


def day(attribute: str, text: str, before: str, behind: str) -> tuple[Step, str]:
    """The day in a text as a column, and a test that is true only where it is written as `2026-12-31` between two other
    texts, neither of which is empty, has a `%` in it, or a space at its outer end.

    DuckDB reads the day and what stands around it at once. It takes months and days of one digit too, and white space
    around all: a text with both, as long as it should be, is either less than any that is right, or ends otherwise. A
    year 0 is less as well.
    """
    value = name(f"#day {attribute}")
    length = len(before) + 10 + len(behind)
    tests = [
        f"strlen({text}) = {length}",
        f"{text} >= {text_literal(before + '0001')}",
        f"suffix({text}, {text_literal(behind)})",
        f"{value} IS NOT NULL",
    ]
    return (value, f"CAST(try_strptime({text}, {text_literal(f'{before}%Y-%m-%d{behind}')}) AS DATE)"), " AND ".join(
        tests
    )
