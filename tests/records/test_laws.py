"""Laws of reading: what is written is read again, all formats agree, and nothing is lost or raised."""

import csv
import io
import json
import tempfile
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.program.model import AttributeDefinition
from dro_lang.program.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    ID,
    INTEGER,
    TEXT,
    DurationType,
    EnumType,
    ListType,
    Type,
)
from dro_lang.program.values import Duration, Row, Value
from dro_lang.records.json_records import _elements
from dro_lang.records.json_text import NumberText, decode
from dro_lang.records.load import Accepted, InputError, Inputs, Problem, load
from dro_lang.records.validate import row_of, row_to_data, to_data, value_of
from tests.records.samples import COLLECTION, EUR, INVOICE, JOINED, PLAIN, PROGRAM, a, accepted, codes, read, write

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
amounts = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda millionths: Decimal(millionths).scaleb(-6))
offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
durations = st.one_of(
    st.builds(Duration, days=st.integers(-99_999, 99_999), seconds=st.integers(-99_999, 99_999)),
    st.builds(Duration, business_days=st.integers(-999, 999)),
)
scalars: dict[Type, st.SearchStrategy[Any]] = {
    ID: texts,
    TEXT: texts,
    BOOLEAN: st.booleans(),
    INTEGER: st.integers(-(2**63), 2**63 - 1),
    DECIMAL: amounts,
    EUR: amounts,
    DATE: st.dates(),
    DATETIME: st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=offsets),
    DurationType(): durations,
    EnumType("Risk"): st.sampled_from(["Low", "Medium", "High"]),
}


def rows(attributes: tuple[AttributeDefinition, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({attribute.name: values(attribute) for attribute in attributes})


def values(attribute: AttributeDefinition) -> st.SearchStrategy[Any]:
    of = attribute.type
    if isinstance(of, ListType):
        elements = rows(PROGRAM.records[of.record].attributes)
        known: st.SearchStrategy[Any] = st.lists(
            elements, max_size=2, unique_by=(lambda row: row["id"]) if of.items else None
        ).map(tuple)
    elif attribute.high is not None:
        known = st.integers(0, 100_000_000).map(lambda millionths: Decimal(millionths).scaleb(-6))
    else:
        known = scalars[of]
    return st.none() | known if attribute.optional else known


collections = st.lists(rows(COLLECTION.attributes), min_size=1, max_size=3, unique_by=lambda row: row["id"])


@given(st.sampled_from(sorted(scalars, key=str)).flatmap(lambda of: st.tuples(st.just(of), scalars[of])))
def test_data_of_a_value_gives_the_value_again(case: tuple[Type, Value]) -> None:
    of, value = case
    data = decode(json.dumps(to_data(value, of, PROGRAM)))
    assert value_of(data, a("x", of), PROGRAM) == value


@given(rows(COLLECTION.attributes))
def test_data_of_a_row_gives_the_row_again(row: Row) -> None:
    data = row_to_data(row, COLLECTION.attributes, PROGRAM)
    assert row_of(decode(json.dumps(data)), COLLECTION.attributes, PROGRAM) == row


def as_csv(records: list[dict[str, Any]], delimiter: str, end: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(records[0])
    for record in records:
        writer.writerow(
            json.dumps(cell) if isinstance(cell, list) else "" if cell is None else str(cell)
            for cell in record.values()
        )
    return out.getvalue()


@settings(max_examples=60, deadline=None)
@given(collections, st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_all_formats_agree(records: list[dict[str, Any]], delimiter: str, end: str, marked: bool) -> None:
    data = [row_to_data(row, COLLECTION.attributes, PROGRAM) for row in records]
    mark = "\ufeff" if marked else ""
    forms = {
        "r.json": json.dumps(data, indent=2 if marked else None, ensure_ascii=marked),
        "r.ndjson": end.join(json.dumps(record, ensure_ascii=marked) for record in data),
        "r.csv": as_csv(data, delimiter, end),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, text in forms.items():
            outcomes = read(write(Path(folder) / name, mark + text))
            assert [outcome.row for outcome in accepted(outcomes)] == records, name
            assert len(outcomes) == len(records)


@settings(max_examples=40, deadline=None)
@given(collections)
def test_joined_items_are_the_nested_ones(records: list[dict[str, Any]]) -> None:
    paths = {"id": "Id", "name": "Name", "start_date": "StartDate", "balance": "Account.Balance"}
    data, items = [], []
    for row in records:
        fields = row_to_data(row, COLLECTION.attributes, PROGRAM)
        for item in fields.pop("invoices"):
            source = {"Id": item.pop("id"), "Invoice": {"Balance": item.pop("balance")}}
            items.append({**item, **source, "PlanId": row["id"]})
        data.append({paths.get(name, name): value for name, value in fields.items()})
    with tempfile.TemporaryDirectory() as folder:
        rows_of_items = write(Path(folder) / "items.ndjson", items)
        outcomes = read(write(Path(folder) / "r.json", data), JOINED, items=rows_of_items)
    assert [outcome.row for outcome in accepted(outcomes)] == records
    assert len(outcomes) == len(records)


number_texts = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-", "+"]),
    st.text("0129", min_size=1, max_size=15),
    st.just("") | st.text("0129", min_size=1, max_size=9).map(".{}".format),
    st.just("") | st.integers(-30, 30).map("e{}".format),
)


@settings(max_examples=300)
@given(number_texts, st.booleans())
def test_a_number_is_read_exactly_or_refused(text: str, quoted: bool) -> None:
    exact = Fraction(text)
    raw = text if quoted else NumberText(text)
    read_decimal = value_of(raw, a("x", DECIMAL), PROGRAM)
    if abs(exact) < 10**12 and (exact * 10**6).denominator == 1:
        assert isinstance(read_decimal, Decimal)
        assert Fraction(read_decimal) == exact
        assert "E" not in str(read_decimal)
    else:
        assert isinstance(read_decimal, Problem)
        assert read_decimal.code == "R0107"
    read_integer = value_of(raw, a("x", INTEGER), PROGRAM)
    if exact.denominator == 1 and -(2**63) <= exact < 2**63:
        assert read_integer == exact
    else:
        assert isinstance(read_integer, Problem)
        assert read_integer.code == ("R0103" if exact.denominator != 1 else "R0107")


structures = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('"\\{}[], \n\u00e4', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('a"\\}', max_size=2), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.lists(structures, min_size=1, max_size=4), st.integers(1, 7), st.booleans())
def test_elements_of_an_array_are_found_however_it_is_cut_into_pieces(data: list[Any], size: int, wide: bool) -> None:
    text = json.dumps(data, indent=1 if wide else None)[1:]
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert [json.loads(element or "") for element, _ in _elements(pieces)] == data


@settings(max_examples=150)
@given(st.text('"\\{}[],\n a', max_size=30), st.integers(1, 5))
def test_pieces_never_matter(text: str, size: int) -> None:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    inside = [(element, end) for element, end in _elements(pieces) if end.name != "AFTER"]
    assert inside == [(element, end) for element, end in _elements([text]) if end.name != "AFTER"]


awkward = st.lists(
    st.sampled_from([b'"', b"\\", b"{", b"}", b"[", b"]", b",", b";", b"\n", b"\r", b"\0", b"\xff", b"\xc3\xa4", b"\t"])
    | st.sampled_from(
        [b"id,name,start_date,risk,balance\n", b"A,x,2026-01-01,Low,1", b'{"id":', b'"A"', b"NaN", b"1e9"]
    )
    | st.binary(max_size=4),
    max_size=14,
).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(awkward, st.sampled_from(["", ".ndjson", ".json", ".csv", ".tsv"]), st.booleans())
def test_no_bytes_raise_anything_but_the_documented_error(content: bytes, extension: str, items: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / f"r{extension}", content)
        inputs = Inputs((path,), items=path if items else None)
        try:
            outcomes = list(load(PROGRAM, JOINED if items else PLAIN, inputs))
        except InputError:
            return
    for outcome in outcomes:
        assert isinstance(outcome, Accepted) or outcome.problems


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["good", "cut", "empty id", "wrong", "twice", "bytes", "list"]), max_size=12))
def test_every_line_is_taken_or_told_once(kinds: list[str]) -> None:
    lines = []
    for number, kind in enumerate(kinds):
        record = {"id": str(number), "name": "x", "start_date": "2026-01-01", "risk": "Low", "balance": 1}
        changed = {"empty id": {"id": ""}, "wrong": {"risk": 1, "balance": "?"}, "twice": {"id": "0"}}.get(kind, {})
        line = json.dumps({**record, **changed}).encode()
        lines.append({"cut": line[:-1], "bytes": b"\xff" + line, "list": b"[" + line + b"]"}.get(kind, line))
    with tempfile.TemporaryDirectory() as folder:
        outcomes = read(write(Path(folder) / "r.ndjson", b"\n".join(lines)))
    expected: list[str | None] = []
    taken = False
    for number, kind in enumerate(kinds):
        is_zero = kind == "twice" or (number == 0 and kind == "good")
        code = {"cut": "R0101", "list": "R0101", "empty id": "R0102", "wrong": "R0103 R0103", "bytes": "R0110"}.get(
            kind
        )
        expected.append("R0106" if is_zero and taken else code)
        taken = taken or is_zero
    assert codes(outcomes) == expected


def test_the_strategies_cover_every_attribute() -> None:
    of = {type(attribute.type) for attribute in (*COLLECTION.attributes, *INVOICE.attributes)}
    assert of == {type(key) for key in scalars} | {ListType}
    assert value_of("2026-12-31", a("x", DATE), PROGRAM) == date(2026, 12, 31)
    assert to_data(datetime(2026, 1, 1, tzinfo=UTC), DATETIME, PROGRAM) == "2026-01-01T00:00:00Z"
