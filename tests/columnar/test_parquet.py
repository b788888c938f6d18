"""Parquet and folders of it: columns with types of their own."""

import json
from pathlib import Path

import duckdb
import pytest

from dro_lang.records.load import InputError
from dro_lang.runtime.batch.job import Limits
from tests.columnar.plans import JOINED, agree, by_columns, plan_of

PROGRAM = plan_of()
ROW = {
    "id": "'A-' || i",
    "start_date": "DATE '2026-01-01'",
    "Label": "'Anna'",
    "risk": "'low'",
    "vip": "true",
    "visits": "5",
    "rate": "1.5::DECIMAL(10, 2)",
    "balance": "100.51::DECIMAL(12, 2)",
    "promised_on": "DATE '2026-11-27'",
    "opened_at": "TIMESTAMPTZ '2026-01-01 00:30:00+01:00'",
    "patience": "NULL::VARCHAR",
    "lines": "[{'id': '1', 'amount': 20::DECIMAL(8, 2), 'pieces': i}]",
}


def parquet(path, rows=20, **changed):
    """A file of so many rows, in which some columns are of other expressions (None leaves one out)."""
    columns = {**ROW, **changed}
    query = ", ".join(f'{value} AS "{column}"' for column, value in columns.items() if value is not None)
    duckdb.connect().execute(f"COPY (SELECT {query} FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)")
    return path


CHANGES = [
    {},
    {"id": "i"},
    {"id": "i // 2"},
    {"id": "CASE WHEN i % 3 = 0 THEN '' WHEN i % 3 = 1 THEN NULL ELSE 'x' || i END"},
    {"id": "uuid()"},
    {"id": "'a' || chr(0) || i"},
    {"start_date": "CASE WHEN i = 3 THEN NULL ELSE DATE '2026-01-01' END"},
    {"start_date": "'2026-01-0' || i"},
    {"start_date": "TIMESTAMP '2026-01-01'"},
    {"Label": None, "vip": None, "patience": None, "lines": None},
    {"Label": "CASE WHEN i = 2 THEN chr(0) WHEN i = 3 THEN '' ELSE 'Äa' END"},
    {"risk": "(['low', 'very high'])[1 + i % 2]::ENUM('low', 'very high', 'other')"},
    {"risk": "'other'"},
    {"vip": "i % 2"},
    {"vip": "(['true', 'no'])[1 + i % 2]"},
    {"visits": "i * 6"},
    {"visits": "i::HUGEINT * 100000000000000000000"},
    {"visits": "(i / 2)::DECIMAL(5, 1)"},
    {"visits": "i::DOUBLE"},
    {"rate": "i::DOUBLE"},
    {"rate": "1.0000001::DECIMAL(20, 7) + i"},
    {"rate": "CASE WHEN i = 1 THEN 1234567890123.5::DECIMAL(30, 2) ELSE 2.5 END"},
    {"rate": "i"},
    {"balance": "i * 1000000000"},
    {"balance": "(i * 10) || ' EUR'"},
    {"promised_on": "DATE '2019-12-31' + i::INTEGER"},
    {"promised_on": "DATE '9999-12-31' + i::INTEGER - 10"},
    {"opened_at": "TIMESTAMP '2026-01-01'"},
    {"opened_at": "'2025-12-31T23:30Z'"},
    {"patience": "i || ' days'"},
    {"patience": "INTERVAL 3 DAY"},
    {"lines": "[]::INTEGER[]"},
    {"lines": "CASE WHEN i > 3 THEN [{'id': '1', 'amount': i}, {'id': (i % 3)::VARCHAR, 'amount': i}] END"},
    {"lines": "[{'id': '1'}]"},
    {"lines": "[NULL, {'id': '1', 'amount': 1}]"},
    {"lines": """'[{"id": "1", "amount": ' || i || '}]'"""},
]


@pytest.mark.parametrize("changed", CHANGES, ids=lambda changed: json.dumps(changed)[:60])
def test_columns_of_any_type_read_as_the_rows_do(tmp_path, changed):
    agree(PROGRAM, tmp_path, parquet(tmp_path / "records.parquet", **changed))


def test_what_fits_is_not_looked_at_one_by_one(tmp_path):
    assert agree(PROGRAM, tmp_path, parquet(tmp_path / "records.parquet")).looked_at == 0


@pytest.mark.parametrize("policy", ["first matching scenario", "exactly one scenario", "every matching scenario"])
@pytest.mark.parametrize("last", ["", "scenario rest { otherwise run G }"])
def test_every_policy(tmp_path, policy, last):
    try:
        program = plan_of(policy, last=last)
    except AssertionError:
        pytest.skip("the checker refutes this plan")
    path = parquet(
        tmp_path / "records.parquet", balance="i * 10", promised_on="NULL::DATE", opened_at="NULL::TIMESTAMPTZ"
    )
    agree(program, tmp_path, path)


def test_a_file_in_parts_gives_the_same(tmp_path):
    path = parquet(tmp_path / "records.parquet", rows=25, id="CASE WHEN i % 7 = 3 THEN 'A-3' ELSE 'A-' || i END")
    agree(PROGRAM, tmp_path, path, limits=Limits(part_rows=4))


def test_a_column_that_is_required_and_missing(tmp_path):
    path = parquet(tmp_path / "records.parquet", balance=None, Balance="1")
    with pytest.raises(InputError, match="has no column `balance`"):
        agree(PROGRAM, tmp_path, path)


def test_what_is_no_parquet(tmp_path):
    path = Path(tmp_path, "records.parquet")
    path.write_text("id,name\n")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        agree(PROGRAM, tmp_path, path)


def test_joined_items_leave_records_in_their_order(tmp_path):
    program = plan_of(items=JOINED)
    usual = {"lines": None, "opened_at": None, "promised_on": None, "balance": "1"}
    usual["Label"] = "CASE WHEN i = 350000 THEN chr(0) ELSE 'Anna' END"
    records = parquet(tmp_path / "records.parquet", rows=400_000, id="printf('A-%06d', i)", **usual)
    items = tmp_path / "items.parquet"
    line = "'A-000007' AS \"CaseId\", i::VARCHAR AS id, 5 AS amount, 1 AS pieces"
    duckdb.connect().execute(f"COPY (SELECT {line} FROM range(9) t(i)) TO '{items}' (FORMAT parquet)")
    selected, lines, rejects = by_columns(program, tmp_path, records, items)
    assert [rejected.position.index for rejected in rejects] == [350_000]
    assert selected.looked_at == 1
    assert [line[7:15] for line in lines] == [f"A-{number:06}" for number in range(400_000) if number != 350_000]


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
def test_joined_items(tmp_path, form):
    program = plan_of(items=JOINED)
    records = parquet(tmp_path / "records.parquet", lines=None, balance="1", opened_at=None, promised_on=None)
    items = tmp_path / f"items.{form}"
    lines = (
        "SELECT 'A-' || (i // 2) AS \"CaseId\", CASE WHEN i = 6 THEN '1' ELSE (i % 2)::VARCHAR END AS id, "
        "CASE WHEN i = 9 THEN 'much' ELSE (i * 2)::VARCHAR END AS amount, 'x' AS remark FROM range({}) t(i)"
    )
    options = {"csv": "FORMAT csv, HEADER", "ndjson": "FORMAT json", "parquet": "FORMAT parquet"}[form]
    duckdb.connect().execute(f"COPY ({lines.format(45)}) TO '{items}' ({options})")
    selected = agree(program, tmp_path, records, items)
    assert selected.items
    assert selected.looked_at < 10
