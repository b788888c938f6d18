"""By columns and record by record, a file gives the same picks and the same rejects."""

import csv
import io
import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.runtime.batch.job import Limits
from tests.columnar.plans import agree, plan_of

PROGRAM = plan_of()
FIELDS = {
    "id": ["A-1", "A-2", "a-2", "", "77", "x" * 30, "ä"],
    "start_date": ["2026-01-31", "2026-02-30", "2026-1-1", "", "9999-12-31", "0000-01-01", " 2026-01-01"],
    "Label": ["", "Anna", "b", 'a "quoted" name', "comma, name", "two\nlines", "Ä", " a", "b,'"],
    "risk": ["low", "very high", "Low", "", "high"],
    "vip": ["true", "FALSE", "", "yes", "1"],
    "visits": [
        "0",
        "5",
        "100",
        "101",
        "-1",
        "5.0",
        "1e1",
        "+3",
        " 3",
        "1_0",
        "0x1F",
        "",
        "99999999999999999999",
        "007",
    ],
    "rate": ["", "1.5", "-0.000001", "1.0000005", ".5", "5.", "1e-7", "nan", "1,5", "999999999999.999999", "1_0.5"],
    "balance": ["0", "100.5", "100.500001", "250 EUR", "250 USD", "-1", "1e2", "EUR 5", "250  EUR", "1234567890123"],
    "promised_on": ["", "2026-11-27", "2026-11-28", "2019-12-31", "2031-01-01", "tomorrow", "2026-11-27T00:00Z"],
    "opened_at": [
        "",
        "2026-01-01T00:00Z",
        "2025-12-31T23:30:00.5Z",
        "2026-01-01T00:30:00+01:00",
        "2026-01-01T00:00",
        "2025-01-01T24:00Z",
        "2025-06-30T23:59:60Z",
        "9999-12-31T23:59Z",
        "2025-01-01t00:00z",
    ],
    "patience": [
        "",
        "2 days",
        "49 hours",
        "P3D",
        "1 business day",
        "3 weeks",
        "2 fortnights",
        "-1 day",
        "10 business hours",
    ],
    "lines": ["", "[]", '[{"id": "1", "amount": 20}]', "[1]", "many"],
}
USUAL = {
    field: values[0] if field not in ("Label", "visits", "balance") else values[1] for field, values in FIELDS.items()
}


@st.composite
def records(draw):
    """Records that mostly fit: a few cells each are anything at all."""
    some = []
    for number in range(draw(st.integers(1, 25))):
        record = dict(USUAL, id=f"R-{number:03}")
        for field in draw(st.lists(st.sampled_from(list(FIELDS)), max_size=3, unique=True)):
            record[field] = draw(st.sampled_from(FIELDS[field]))
        some.append(record)
    return some


def folder_for(test):
    def run(data):
        with tempfile.TemporaryDirectory() as folder:
            test(Path(folder), data)

    return run


@st.composite
def csv_files(draw):
    delimiter = draw(st.sampled_from(",;\t"))
    text = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer = csv.DictWriter(text, FIELDS, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    writer.writeheader()
    writer.writerows(draw(records()))
    lines = text.getvalue().split("\n")
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(1, len(lines)))
        lines.insert(
            at, draw(st.sampled_from(["", "A-9", "," * 30, 'x"y', " ", delimiter * (len(FIELDS) - 1), "\udcff"]))
        )
    end = draw(st.sampled_from(["\n", "\r\n", "\n"]))
    return end.join(lines).encode("utf-8", "surrogateescape")


@settings(max_examples=80, deadline=None)
@given(csv_files(), st.sampled_from([10**9, 600]))
def test_csv(data, part):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "records.csv")
        path.write_bytes(data)
        agree(PROGRAM, Path(folder), path, limits=Limits(part_bytes=part))


def json_value(draw, field, text, nothing):
    """The text as JSON has it, in one of the ways that programs write it."""
    if text == "":
        return draw(st.sampled_from(nothing))
    ways = [json.dumps(text)]
    if field in ("visits", "rate", "balance", "vip", "id", "lines"):
        ways.append(text)
    return draw(st.sampled_from(ways))


@st.composite
def ndjson_files(draw):
    comma, colon = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    nothing = draw(st.sampled_from([[None], [None, "", ...]]))
    lines = []
    for record in draw(records()):
        pairs = []
        for field, text in record.items():
            value = json_value(draw, field, text, nothing)
            if value is ... and len(lines):
                continue
            pairs.append(f'"{field}"{colon}{"null" if value is None or value is ... else value or json.dumps("")}')
        lines.append("{" + comma.join(pairs) + "}")
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(1, len(lines)))
        lines.insert(
            at, draw(st.sampled_from(["", " ", "[1]", "{}", lines[0][:-1] + ",}", "\udcff", lines[0] + " ", "x"]))
        )
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return end.join(lines).encode("utf-8", "surrogateescape")


@settings(max_examples=80, deadline=None)
@given(ndjson_files(), st.sampled_from([10**9, 600]))
def test_ndjson(data, part):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "records.ndjson")
        path.write_bytes(data)
        agree(PROGRAM, Path(folder), path, limits=Limits(part_bytes=part))
