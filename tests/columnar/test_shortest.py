"""Numbers that are known by their length, or by how their value is written, are what the row readers say they are."""

from decimal import Decimal

import duckdb
import pytest

from dro_lang.records import numbers
from dro_lang.records.columnar.readings import Reading, staged
from dro_lang.records.columnar.shortest import decimal, places_of, whole

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
