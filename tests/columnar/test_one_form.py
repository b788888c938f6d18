"""NDJSON of one form whose values are written in ways that come close to the usual one: what is trusted is what the row
readers take, value for value."""

import pytest

from tests.columnar.plans import agree, plan_of

PROGRAM = plan_of()
USUAL = {
    "id": '"R-%s"',
    "start_date": '"2026-01-31"',
    "Label": '"Anna"',
    "risk": '"low"',
    "vip": "true",
    "visits": "5",
    "rate": "1.5",
    "balance": "100.50",
    "promised_on": '"2026-11-27"',
}
DAYS = [
    '"2026-01-5"',
    '"2026-01-5" ',
    '"2026-1-05" ',
    '"2026-1-5"  ',
    ' "2026-01-5"',
    '"2026-01-05" ',
    '" 2026-01-5"',
    '"2026-01-5 "',
    '"\t026-01-05"',
    '" 026-01-05"',
    '"+026-01-05"',
    '"2026/01/05"',
    '"2026 01 05"',
    '"2026-02-30"',
    '"2024-02-29"',
    '"0000-01-01"',
    '"0001-01-01"',
    '"9999-12-31"',
    '"10000-1-01"',
    '"02026-1-05"',
    '"2026-01-0\u0665"',
    '"2026-01-\\u0030"',
    '"infinity  "',
    '"epoch     "',
    '"2026-01-05"}',
    "2026-01-05",
    '""',
    "null",
    "true",
]
TEXTS = ['""', '"it\'s"', '"a"b"', '"a\\"b"', '"a\\\\"', '"a\\u0041"', '"a\tb"', '"a\x01b"', '"a\x7fb"', '"\u00e9"']
TEXTS += [
    '"\u0301"',
    '"',
    '"","',
    '","',
    '","x"',
    'x"',
    '" "',
    '"x" ',
    ' "x"',
    '"\U0001f600"',
    "null",
    "5",
    '"\\x41"',
    '"%"',
]
CONSTANTS = ['"low"', '"very high"', '"Low"', '"low" ', ' "low"', '"lo\\u0077"', '""', "null", "0"]
TRUTHS = ["true", "false", "TRUE", '"true"', "true ", " true", "tru", "1", "null"]
NUMBERS = [
    "5",
    "5.0",
    "5.",
    ".5",
    "05",
    "-0",
    "+5",
    " 5",
    "5 ",
    "1e1",
    "1E1",
    "1e-1",
    "1_0",
    "0x5",
    "0b1",
    '"5"',
    "5.000000",
]
NUMBERS += [
    "1.0000005",
    "9.995",
    "99999999999999999999",
    "1" * 400,
    "1e999999999",
    "\u0665",
    "NaN",
    "-",
    "null",
    "5\x00",
]
TRAPS = {
    "id": TEXTS,
    "start_date": DAYS,
    "Label": TEXTS,
    "risk": CONSTANTS,
    "vip": TRUTHS,
    "visits": NUMBERS,
    "rate": NUMBERS,
    "balance": NUMBERS,
    "promised_on": DAYS,
}


def line(record, comma=",", colon=":"):
    return "{" + comma.join(f'"{key}"{colon}{value}' for key, value in record.items()) + "}"


@pytest.mark.parametrize("last", ["promised_on", "Label", "risk", "balance"])
@pytest.mark.parametrize("spaced", [False, True])
def test_values_that_are_nearly_written_as_usual(tmp_path, last, spaced):
    marks = (", ", ": ") if spaced else (",", ":")
    keys = [key for key in USUAL if key != last] + [last]
    records = [{key: USUAL[key] for key in keys} for _ in range(100)]
    records += [{**records[0], key: trap} for key, traps in TRAPS.items() for trap in traps]
    lines = [line(record, *marks).replace("%s", str(number)) for number, record in enumerate(records)]
    # A key that is another one by a space, with a value that is as much too short.
    lines += [each.replace('"start_date"', '" start_date"').replace("01-31", "01-3") for each in lines[:2]]
    lines += [each.replace('"Label"', '"Lable"') for each in lines[:2]] + ["", " ", "{}", lines[0] + " "]
    path = tmp_path / "records.ndjson"
    path.write_text("\n".join(lines), encoding="utf-8")
    selected = agree(PROGRAM, tmp_path, path)
    assert selected.looked_at < len(lines) - 100


def test_a_key_that_begins_with_a_space(tmp_path):
    program = plan_of()
    path = tmp_path / "records.ndjson"
    lines = [line({" promised_on": '"2026-01-5"', **USUAL}).replace("%s", str(number)) for number in range(120)]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert agree(program, tmp_path, path).looked_at == 0
