"""NDJSON with objects in its records: read by columns where all have one form."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.pipeline import check_text
from dro_lang.records.columnar.ndjson import first_lines, form_of
from dro_lang.source import Source
from tests.columnar.plans import OTHERWISE, TEXT, agree
from tests.columnar.test_files import folder_for


def plan_of(
    items='items in "lines"', sources='name from "owner.name" rate from "terms.rate" balance from "terms.due.EUR"'
):
    text = (TEXT % (items, "first matching scenario", OTHERWISE)).replace('name from "Label"', sources)
    checked = check_text(Source("plan.dro", text), Path("plan.dro"))
    assert checked.program is not None, checked.diagnostics
    return checked.program


PROGRAM = plan_of()
RECORD = {
    "id": "A-1",
    "owner": {"name": "Anna", "phone": {"home": "1", "work": None}},
    "start_date": "2026-01-01",
    "risk": "low",
    "terms": {"visits": 3, "due": {"EUR": "100.51"}, "rate": "1.5"},
    "visits": 5,
    "last": {"vip": True},
}


def line(compact=True, **changed):
    return json.dumps(RECORD | changed, separators=(",", ":") if compact else (", ", ": "), ensure_ascii=False)


@pytest.mark.parametrize("compact", [True, False])
def test_records_of_one_form_are_not_looked_at_one_by_one(tmp_path, compact):
    path = tmp_path / "records.ndjson"
    path.write_text("\n".join(line(compact, id=f"A-{number:03}") for number in range(50)), encoding="utf-8")
    assert form_of(first_lines(path)).keys[1:4] == ("owner.name", "owner.phone.home", "owner.phone.work")
    assert agree(PROGRAM, tmp_path, path).looked_at == 0


CHANGES = [
    {"owner": None},
    {"owner": {}},
    {"owner": {"name": "Anna"}},
    {"owner": {"name": None, "phone": {"home": "1", "work": None}}},
    {"owner": {"name": 'a","b', "phone": {"home": "}", "work": "{"}}},
    {"owner": {"name": {"first": "Anna"}, "phone": {"home": "1", "work": None}}},
    {"owner": {"phone": {"home": "1", "work": None}, "name": "Anna"}},
    {"owner": ["name"]},
    {"owner.name": "Bea"},
    {"terms": {"visits": 3, "due": {"EUR": "80 USD"}, "rate": "1.5"}},
    {"terms": {"visits": 3, "due": {"EUR": None}, "rate": "x"}},
    {"terms": {"visits": 3, "due": "100.51", "rate": "1.5"}},
    {"last": {"vip": "x"}},
    {"last": {"vip": True, "more": 1}},
    {"last": True},
    {"lines": []},
    {"lines": {"id": "1"}},
    {"lines": [{"id": "1", "amount": 20}]},
    {"id": {"x": 1}},
]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from([{}, *CHANGES]), min_size=1, max_size=8))
@folder_for
def test_what_is_of_another_form_is_looked_at(folder, changes):
    path = folder / "records.ndjson"
    lines = [line(**({"id": f"A-{number}"} | changed)) for number, changed in enumerate(changes)]
    path.write_text("\n".join(lines), encoding="utf-8")
    agree(PROGRAM, folder, path)


@pytest.mark.parametrize("changed", CHANGES, ids=json.dumps)
def test_any_form_of_the_first_record(tmp_path, changed):
    path = tmp_path / "records.ndjson"
    path.write_text("\n".join(line(**changed | {"id": f"A-{number}"}) for number in range(3)), encoding="utf-8")
    agree(PROGRAM, tmp_path, path)


@pytest.mark.parametrize(
    "sources", ['name from "owner"', 'name from "risk.name"', 'name from "owner.phone"', 'name from "x.y"']
)
def test_a_path_that_ends_at_an_object_or_leads_through_a_text(tmp_path, sources):
    path = tmp_path / "records.ndjson"
    more = {"balance": "1"}
    path.write_text("\n".join(line(id=f"A-{number}", **more) for number in range(3)), encoding="utf-8")
    agree(plan_of(sources=sources), tmp_path, path)


def test_items_with_objects(tmp_path):
    program = plan_of('items of "CaseLine" by "case.id" { amount from "price.EUR" }')
    records, items = tmp_path / "records.ndjson", tmp_path / "items.ndjson"
    records.write_text("\n".join(line(id=f"A-{number:03}") for number in range(50)), encoding="utf-8")
    rows = [
        {"case": {"id": f"A-{n // 2:03}"}, "id": str(n), "price": {"EUR": "x" if n == 7 else n}} for n in range(102)
    ]
    items.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    selected = agree(program, tmp_path, records, items)
    assert (selected.rejected, selected.items) == (1, 2)
    assert selected.looked_at < 5
