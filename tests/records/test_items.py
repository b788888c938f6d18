"""Mappings: dotted paths, items in the record, items in a file of their own, ids that come twice."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dro_lang.records.load import InputError, Inputs, Position, Problem, Rejected, load
from tests.records.samples import (
    BARE,
    FLAT,
    JOINED,
    NESTED,
    PLAIN,
    PROGRAM,
    RECORD,
    accepted,
    codes,
    read,
    rejected,
    write,
)


def flat(id: str, **more: Any) -> dict[str, Any]:
    return {**FLAT, "Id": id, **more}


def item(id: str, plan: Any = "C-1", balance: Any = "5") -> dict[str, Any]:
    return {"Id": id, "PlanId": plan, "Invoice.Balance": balance}


def ids(items: Any) -> list[str]:
    return [item["id"] for item in items]


# ---- sources


def test_a_dotted_path_is_a_key_of_that_name_or_leads_into_objects(tmp_path: Path) -> None:
    without = {key: value for key, value in FLAT.items() if key != "Account.Balance"}
    records = [
        {**without, "Account.Balance": 7},
        {**without, "Id": "C-2", "Account": {"Balance": 8, "Name": "x"}},
        {**without, "Id": "C-3", "Account": None},
        {**without, "Id": "C-4", "Account": 9},
        {**without, "Id": "C-5", "Account": {}},
    ]
    outcomes = read(write(tmp_path / "r.json", records), NESTED)
    assert [record.row["balance"] for record in accepted(outcomes)] == [Decimal(7), Decimal(8)]
    said = [outcome.problems[0] for outcome in rejected(outcomes)]
    assert said == [
        Problem("balance", "R0102", "a value is required, and there is none at `Account.Balance`"),
        Problem("balance", "R0103", "`9` is not an object with a field `Balance`, in `Account.Balance`"),
        Problem("balance", "R0102", "a value is required, and there is none at `Account.Balance`"),
    ]


# ---- items in the record


@pytest.mark.parametrize("lines", [None, [], "absent"])
def test_no_list_of_items_is_no_items(tmp_path: Path, lines: Any) -> None:
    record = flat("C-1") if lines == "absent" else flat("C-1", Lines=lines)
    [outcome] = accepted(read(write(tmp_path / "r.json", [record]), NESTED))
    assert outcome.row["invoices"] == ()


def test_a_bad_item_rejects_its_record_with_every_problem(tmp_path: Path) -> None:
    lines = [item("I-1"), item("I-2", balance="x"), item("", balance=None), 5, item("I-1")]
    [outcome] = read(write(tmp_path / "r.json", [flat("C-1", name="x", risk="low", Lines=lines)]), NESTED)
    assert isinstance(outcome, Rejected)
    assert outcome.id == "C-1"
    assert [(problem.attribute, problem.code) for problem in outcome.problems] == [
        ("risk", "R0105"),
        ("invoices[1].balance", "R0103"),
        ("invoices[2].id", "R0102"),
        ("invoices[2].balance", "R0102"),
        ("invoices[3]", "R0103"),
        ("invoices[4].id", "R0106"),
    ]
    assert outcome.problems[1].reason == "`x` is not a number (item `I-2`)"


@pytest.mark.parametrize("lines", [5, "x", {"Id": "I-1"}])
def test_items_that_are_no_list_reject_their_record(tmp_path: Path, lines: Any) -> None:
    [outcome] = rejected(read(write(tmp_path / "r.json", [flat("C-1", Lines=lines)]), NESTED))
    assert [(problem.attribute, problem.code) for problem in outcome.problems] == [("invoices", "R0103")]


def test_lists_come_from_their_own_field(tmp_path: Path) -> None:
    contacts = [{"email": "a@b.example", "risk": "Very high"}]
    [outcome] = accepted(read(write(tmp_path / "r.json", [flat("C-1", contacts=contacts)]), NESTED))
    assert outcome.row["contacts"] == ({"email": "a@b.example", "risk": "High"},)


# ---- items in a file of their own


@pytest.mark.parametrize("suffix", [".ndjson", ".json", ".csv"])
def test_items_are_joined_by_their_key(tmp_path: Path, suffix: str) -> None:
    rows = [item("I-1", "C-2"), item("I-2", "C-1"), item("I-3", "C-2")]
    if suffix == ".csv":
        content: Any = "PlanId,Invoice.Balance,Id\n" + "".join(
            f"{row['PlanId']},{row['Invoice.Balance']},{row['Id']}\n" for row in rows
        )
    else:
        content = rows
    items = write(tmp_path / f"items{suffix}", content)
    records = write(tmp_path / "r.ndjson", [flat("C-1"), flat("C-2"), flat("C-3")])
    outcomes = accepted(read(records, JOINED, items=items))
    assert [ids(record.row["invoices"]) for record in outcomes] == [["I-2"], ["I-1", "I-3"], []]


def test_a_number_and_a_text_name_the_same_record(tmp_path: Path) -> None:
    items = write(tmp_path / "items.json", [item("I-1", 17), item("I-2", "17")])
    [record] = accepted(read(write(tmp_path / "r.json", [flat("x", Id=17)]), JOINED, items=items))
    assert (record.id, ids(record.row["invoices"])) == ("17", ["I-1", "I-2"])


def test_an_item_without_its_record_is_told_at_the_end(tmp_path: Path) -> None:
    rows = [
        item("I-1", "C-9"),
        item("I-2"),
        item("I-3", None),
        item("I-7", "C-8"),
        item("I-4", "C-9"),
        item("I-5", "C-2"),
        item("I-6", ""),
    ]
    items = write(tmp_path / "items.ndjson", rows)
    records = write(tmp_path / "r.ndjson", [flat("C-1"), flat("C-2", risk="none")])
    outcomes = read(records, JOINED, items=items)
    assert codes(outcomes) == ["R0109", "R0109", None, "R0105", "R0109", "R0109", "R0109"]
    lost = [outcome for outcome in rejected(outcomes) if outcome.problems[0].code == "R0109"]
    assert [(outcome.id, outcome.position.line) for outcome in lost] == [
        ("I-3", 3),
        ("I-6", 7),
        ("I-1", 1),
        ("I-7", 4),
        ("I-4", 5),
    ]
    assert lost[0].problems[0].reason == "`PlanId` names no record"
    assert lost[2].problems[0].reason == "no record has the id `C-9`, which stands at `PlanId`"


def test_a_bad_joined_item_names_itself_and_its_place(tmp_path: Path) -> None:
    items = write(tmp_path / "items.ndjson", [item("I-1"), item("I-2", balance="x")])
    [outcome] = read(write(tmp_path / "r.json", [flat("C-1")]), JOINED, items=items)
    assert isinstance(outcome, Rejected)
    assert outcome.position == Position(str(tmp_path / "r.json"), index=0)
    assert outcome.problems == (
        Problem("invoices[1].balance", "R0103", f"`x` is not a number (item `I-2`, {items}:2)"),
    )


def test_an_unreadable_row_of_items_is_told_and_the_rest_go_on(tmp_path: Path) -> None:
    items = write(tmp_path / "items.ndjson", f"{json.dumps(item('I-1'))}\nnonsense\n{json.dumps(item('I-2'))}\n")
    outcomes = read(write(tmp_path / "r.json", [flat("C-1")]), JOINED, items=items)
    assert codes(outcomes) == ["R0101", None]
    assert ids(accepted(outcomes)[0].row["invoices"]) == ["I-1", "I-2"]


@pytest.mark.parametrize("field", ["CollectionItem", "invoices"])
def test_without_a_file_joined_items_may_stand_in_the_record(tmp_path: Path, field: str) -> None:
    records = [flat("C-1", **{field: [item("I-1")]}), flat("C-2")]
    outcomes = accepted(read(write(tmp_path / "r.json", records), JOINED))
    assert [ids(record.row["invoices"]) for record in outcomes] == [["I-1"], []]


def test_a_file_of_items_wants_a_mapping_that_joins_them(tmp_path: Path) -> None:
    path = write(tmp_path / "r.json", [])
    with pytest.raises(InputError) as nested:
        load(PROGRAM, NESTED, Inputs((path,), items=path))
    assert nested.value.message == (
        "mapping `Nested` takes items from a field of the record, and a file of items is given"
    )
    assert 'items of "Object" by "ForeignKey"' in nested.value.help
    with pytest.raises(InputError, match="mapping `Bare` has no items"):
        load(PROGRAM, BARE, Inputs((path,), items=path))


def test_a_csv_of_items_needs_its_key(tmp_path: Path) -> None:
    items = write(tmp_path / "items.csv", "Id,Invoice.Balance\nI-1,5\n")
    with pytest.raises(InputError, match="has no column `PlanId`"):
        read(write(tmp_path / "r.json", [flat("C-1")]), JOINED, items=items)


# ---- ids that come twice


def test_the_first_record_that_fits_is_taken_of_those_with_one_id(tmp_path: Path) -> None:
    first = write(tmp_path / "a.json", [{**RECORD, "risk": "?"}, RECORD])
    second = write(tmp_path / "b.ndjson", [{**RECORD, "name": "other"}, {**RECORD, "balance": "x"}])
    outcomes = list(load(PROGRAM, PLAIN, Inputs((first, second))))
    assert codes(outcomes) == ["R0105", None, "R0106", "R0103 R0106"]
    assert rejected(outcomes)[1].problems == (
        Problem("id", "R0106", f"the id `C-1` is that of the record at {first}[1], which was taken"),
    )


def test_items_go_to_the_record_that_is_taken(tmp_path: Path) -> None:
    items = write(tmp_path / "items.json", [item("I-1")])
    records = write(tmp_path / "r.json", [flat("C-1", risk="?"), flat("C-1"), flat("C-1")])
    outcomes = read(records, JOINED, items=items)
    assert codes(outcomes) == ["R0105", None, "R0106"]
    assert ids(accepted(outcomes)[0].row["invoices"]) == ["I-1"]
