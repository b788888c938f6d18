"""Numbers that are known by their length, or by how their value is written, are what the row readers say they are."""

from decimal import Decimal

import duckdb
import pytest

from dro_lang.records import numbers, times
from dro_lang.records.columnar.readings import Reading, staged
from dro_lang.records.columnar.shortest import day, decimal, places_of, whole
from dro_lang.records.problems import Problem

SIGNS = "0129 .e-+_x\t"


def texts(length):
    """All texts of these signs of up to a length, as a table of DuckDB."""
    connection = duckdb.connect()
    each = ", ".join(f"chr({ord(sign)})" for sign in SIGNS)
    connection.execute(f"CREATE TABLE texts AS SELECT unnest([{each}]) AS text")
    for _ in range(length - 1):
        connection.execute(
            f"CREATE OR REPLACE TABLE texts AS SELECT DISTINCT text FROM (FROM texts UNION ALL "
            f"SELECT text || sign AS text FROM texts, (SELECT unnest([{each}]) AS sign))"
        )
    return connection


def trusted(connection, steps, value, test, source="texts"):
    query = f"SELECT text, value FROM (SELECT text, {value} AS value, {test} AS fits FROM {{}}) WHERE fits"
    return connection.execute(query.format(staged(source, [Reading(value, test, tuple(steps))]))).fetchall()


@pytest.mark.parametrize("length", [4, pytest.param(6, marks=pytest.mark.slow)])
def test_every_short_text_that_is_trusted_is_such_a_whole_number(length):
    step, test = whole("n", "text")
    found = trusted(texts(length), [step], step[0], test)
    assert {"0", "9", "19", "100", "1e2", "1001"} <= {text for text, _ in found}
    for text, value in found:
        assert numbers.integer(text) == value, text


def test_texts_as_long_as_a_number_that_are_none():
    """Exponents leave room for a space, and there are other bases; long numbers are left to the expression."""
    step, test = whole("n", "text")
    some = [f"{space}{digits}e{power}" for digits in (1, 12, 5) for power in range(3, 19) for space in ("", " ", "  ")]
    some += [f"{number:#x}".replace("x", sign) for number in range(0, 2**20, 997) for sign in "xX"]
    some += [f"{number:#b}" for number in range(600)] + [f"{number:#o}" for number in range(600)]
    some += ["9.5", "99.5", "999.5", "1.e3", "10.e3", " 1e3", "1e3 ", "1_000", "-5", "007", "1000000", "999999"]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE texts AS SELECT unnest(?) AS text", [some])
    for text, value in trusted(connection, [step], step[0], test):
        assert numbers.integer(text) == value, text


@pytest.mark.parametrize("places", range(7))
@pytest.mark.parametrize("length", [4, pytest.param(6, marks=pytest.mark.slow)])
def test_every_short_text_that_is_trusted_is_such_a_decimal(places, length):
    steps, value, test = decimal("d", "text", places, "CAST(NULL AS DECIMAL(18, 6))")
    connection = texts(length)
    more = ["1234567890123.5", "123456789012." + "5" * places, "-0.00", "-0.50", "0.05", "9.995", "999999999999.999999"]
    connection.execute("INSERT INTO texts SELECT unnest(?)", [more])
    found = trusted(connection, steps, value, test)
    assert found
    for text, given in found:
        assert Decimal(text) == given == numbers.decimal(text), text


def test_the_places_that_most_numbers_have():
    assert places_of(["1.50", "2.25", "3", "x", "", "1.5000000"]) == 2
    assert places_of(["3", "-4"]) == 0
    assert places_of(["x", "1e5", ".5", "1."]) is None


def test_every_text_that_is_trusted_as_a_day_is_one():
    days = ["2026-01-05", "2024-02-29", "2026-02-29", "0000-01-01", "0001-01-01", "9999-12-31", "2026-12-30"]
    some = {f"{space}{each}{behind}" for each in days for space in ("", " ", "\t") for behind in ("", " ", "\n", "T")}
    # Each of them with one or two signs put in the place of others, or taken away.
    for _ in range(2):
        some |= {
            text[:at] + sign + text[at + 1 :]
            for text in some
            if len(text) < 12
            for at in range(10)
            for sign in ("", " ", "/")
        }
    some |= {each[:at] + sign + each[at + 1 :] for each in days for at in range(10) for sign in "0139-+.\u0663\\'\""}
    texts = [f'day":"{text}"' for text in some] + [f'{space}day":"{text}"{space}' for text in some for space in " \t"]
    texts += [f'day":"{text}" ' for text in some] + [f' day":"{text}"' for text in some]
    connection = duckdb.connect()
    connection.execute("CREATE TABLE texts AS SELECT unnest(?) AS text", [texts])
    step, test = day("d", "text", 'day":"', '"')
    found = trusted(connection, [step], step[0], test)
    right = {text for text in some if not isinstance(times.date_value(text), Problem)}
    assert dict(found) == {f'day":"{text}"': times.date_value(text) for text in right}
