"""NDJSON whose records differ in form: parsed line by line, and trusted only where the row readers say the same."""

import json
import tempfile
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.records.columnar.json_lines import lines_of
from dro_lang.records.columnar.ndjson import first_lines, form_of
from dro_lang.runtime.batch.job import Limits
from tests.columnar.plans import agree
from tests.columnar.test_nested import PROGRAM, RECORD, plan_of

COMPACT, SPACED = (",", ":"), (", ", ": ")
LINES = [{"id": "1", "amount": 20, "pieces": 2}, {"id": "2", "amount": 5.25}]


def text_of(record, separators=COMPACT):
    return json.dumps(record, separators=separators, ensure_ascii=False)


def varied(number):
    """Records that programs write which leave out what is empty, with their keys in any order."""
    record = dict(RECORD, id=f"A-{number:03}", more={"any": ["1", "2"], "thing": {"at": "all"}}, tags=["a", "b"])
    record["lines"] = LINES[: number % 3]
    if number % 4 == 0:
        del record["last"], record["visits"]
        record["visits"] = number % 100
    if number % 5 == 0:
        record["owner"] = {"name": "Anna, with a comma"}
    if number % 7 == 0:
        del record["lines"], record["tags"]
    return record


@pytest.mark.parametrize("separators", [COMPACT, SPACED])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_keys_that_vary_and_lists_are_not_looked_at_one_by_one(tmp_path, separators, end):
    path = tmp_path / "records.ndjson"
    lines = [text_of(varied(number), separators) for number in range(120)]
    path.write_bytes("".join(line + end for line in lines).encode())
    assert form_of(first_lines(path)) is None
    assert agree(PROGRAM, tmp_path, path).looked_at == 0


def test_orders_of_keys_beyond_those_that_are_known(tmp_path):
    path = tmp_path / "records.ndjson"
    orders = permutations(RECORD.items())
    lines = [text_of(dict(next(orders), id=f"A-{number}")) for number in range(60)]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert agree(PROGRAM, tmp_path, path).looked_at == 0


PARTS = [
    '"visits":5,"visits":6',
    '"owner":{"name":"Ann","name":"Bea"}',
    '"owner":{"phone":{"home":"1","home":"2"}}',
    '"more":{"a":{"b":{"c":{"d":{"e":1,"e":2}}}}}',
    '"lines":[{"id":"1","amount":1,"amount":2}]',
    '"lines":[{"id":"1","amount":1,"more":{"x":1,"x":2}}]',
    '"lines":[{"id":"1","amount":1},{"id":"1","amount":2}]',
    '"lines":[{"id":"1","amount":1},5]',
    '"lines":[{"id":"1","amount":1},null]',
    '"lines":[{"id":"1","amount":"1 EUR"},{"id":2,"amount":1.50}]',
    '"lines":[{"id":"1{","amount":1}]',
    '"lines":{"id":"1","amount":1}',
    '"lines":"[]"',
    '"lines":null',
    '"lines":[]',
    '"lines":[5]',
    '"lines":[[{"id":"1","amount":1}]]',
    '"visits":NaN',
    '"more":Infinity',
    '"more":[1,2,]',
    '"visits":5,',
    '"visits":5/*five*/',
    '"visits":05',
    '"visits":5.0',
    '"visits":5e0',
    '"visits":"5"',
    '"visits":-0',
    '"visits":100000000000000000000',
    '"terms":{"rate":1.10000000000000001,"due":{"EUR":"1"}}',
    '"terms":{"rate":0.1234567,"due":{"EUR":"1"}}',
    '"terms":{"rate":123456789012.123456,"due":{"EUR":"1"}}',
    '"terms":{"rate":1.50,"due":{"EUR":123456789012.12}}',
    '"terms":{"rate":1e-7,"due":{"EUR":1e2}}',
    '"owner":{"name":"a, "}',
    '"owner":{"name":"}, {"}',
    '"owner":{"name":"},{"}',
    '"owner":{"name":"x\\": y"}',
    '"owner":{"name":"\\u00e9\\n\\/"}',
    '"owner":{"name":"\\ud800"}',
    '"owner":{"name":"\\u0000"}',
    '"owner":{"name":"tab\tin it"}',
    '"owner":{"name":"one\x01two"}',
    '"owner":{"name":"\x7f\u2028\U0001f600"}',
    '"owner":{"name":null}',
    '"owner":null',
    '"owner":"Ann"',
    '"owner":["Ann"]',
    '"owner.name":"Bea"',
    '"owner.name":null',
    '"OWNER":{"name":"Bea"}',
    '"last":{"vip":"TRUE"}',
    '"id":"A-0"',
    '"id":7',
    '"id":null',
    '"risk":"low, "',
    '"start_date":"2026-1-1"',
]
WHOLE = ["", " ", "\t", "[1]", "{}", "null", "{bad", '{"id":"A-1"}{"id":"A-2"}', "\udcff", '["id"]', "{}}"]


@st.composite
def files(draw):
    """Lines that mostly fit: with parts in the place of others, at the beginning or the end, with spaces or without."""
    separators = draw(st.sampled_from([COMPACT, SPACED]))
    lines = []
    for number in range(draw(st.integers(1, 12))):
        record = varied(number)
        for part in draw(st.lists(st.sampled_from(PARTS), max_size=2)):
            record.pop(part.split('"')[1], None)
            if not draw(st.booleans()):
                continue
            if separators == SPACED and draw(st.booleans()):
                part = part.replace('":', '": ').replace(",", ", ")
            record = {"#": 0, **record} if draw(st.booleans()) else {**record, "#": 0}
            text = text_of(record, separators).replace(text_of({"#": 0}, separators)[1:-1], part)
            break
        else:
            text = text_of(record, separators)
        lines.append(text)
    for _ in range(draw(st.integers(0, 2))):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(WHOLE)))
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return (end.join(lines) + draw(st.sampled_from(["", end]))).encode("utf-8", "surrogateescape")


@settings(max_examples=120, deadline=None)
@given(files(), st.sampled_from([10**9, 900]))
def test_what_is_not_certain_is_looked_at(data, part):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "records.ndjson")
        path.write_bytes(data)
        agree(PROGRAM, Path(folder), path, limits=Limits(part_bytes=part))


@pytest.mark.parametrize("separators", [COMPACT, SPACED])
def test_each_odd_part_among_records_of_all_kinds(tmp_path, separators):
    """In one file, so that every part meets what the first records have shown."""
    path = tmp_path / "records.ndjson"
    lines = [text_of(varied(number), separators) for number in range(60)]
    for number, part in enumerate(PARTS):
        record = dict(varied(number), id=f"B-{number}")
        record.pop(part.split('"')[1], None)
        lines.append(text_of(record, separators)[:-1] + separators[0] + part + "}")
        lines.append("{" + part + separators[0] + text_of(record, separators)[1:])
    path.write_text("\n".join([*lines, *(each for each in WHOLE if each != "\udcff")]), encoding="utf-8")
    agree(PROGRAM, tmp_path, path)


def test_items_whose_values_have_other_names(tmp_path):
    program = plan_of('items in "positions" { amount from "price" id from "nr" }')
    path = tmp_path / "records.ndjson"
    rows = [[], [{"nr": "1", "price": 20}], [{"price": 5, "nr": "1", "note": "x"}, {"nr": "2", "price": "7 EUR"}]]
    lines = [text_of(dict(RECORD, id=f"A-{number}", positions=rows[number % 3])) for number in range(30)]
    path.write_text("\n".join(lines), encoding="utf-8")
    # What is a number in the first records is not expected in quotes later on.
    assert agree(program, tmp_path, path).looked_at <= 10


def test_items_that_are_rows_of_another_object(tmp_path):
    program = plan_of('items of "CaseLine" by "CaseId"')
    records, items = tmp_path / "records.ndjson", tmp_path / "items.ndjson"
    records.write_text("\n".join(text_of(dict(varied(n), lines=None)) for n in range(30)), encoding="utf-8")
    rows = [
        {"CaseId": f"A-{n // 2:03}", "id": str(n), "amount": n, **({"pieces": 1} if n % 3 else {})} for n in range(62)
    ]
    items.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    agree(program, tmp_path, records, items)
    agree(program, tmp_path, records)


def test_keys_that_no_path_can_name_are_left_to_the_row_readers():
    assert lines_of(['{"a":1,"b\\"c":2}', '{"a":1}']) is None
    assert lines_of(["[1]", "x"]) is None
