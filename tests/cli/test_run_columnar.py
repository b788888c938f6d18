"""`drolang run --evaluator columnar`: the scenarios of all records at once, and the same output as one by one."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from dro_lang.cli.output import Exit
from tests.cli.plans import written
from tests.cli.shell import Shell

OTHERS = """\
{"id": "A-1", "name": "Again", "start_date": "2026-12-01", "due_date": "2026-12-20", "risk": "High"}
{"id": "B-1", "name": "Later", "start_date": "2026-12-01", "due_date": "2026-12-24", "risk": "High", "email": "c@d.de"}
{"id": "B-2", "name": "Early", "start_date": "2026-12-01", "due_date": "2026-11-24", "risk": "High", "invoices": [{}]}
"""


def in_form(form: str, records: Path) -> str:
    """The records as another input that holds the same."""
    rows = [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [[json.dumps(v) if isinstance(v, list) else v for v in map(row.get, columns)] for row in rows]
    path = records.with_suffix(f".{form}")
    if form == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([columns, *cells])
    elif form == "parquet":
        duckdb.connect().execute(f"COPY (FROM '{records}') TO '{path}' (FORMAT parquet)")
    elif form == "sqlite":
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"CREATE TABLE accounts ({', '.join(columns)})")
            connection.executemany(f"INSERT INTO accounts VALUES ({', '.join('?' * len(columns))})", cells)
        return f"sqlite:{path.name}?table=accounts"
    return path.name


@pytest.mark.parametrize("policy", ["every matching scenario", "first matching scenario", "exactly one scenario"])
@pytest.mark.parametrize("form", ["ndjson", "csv", "parquet", "sqlite"])
def test_the_same_as_one_by_one(drolang: Shell, tmp_path: Path, form: str, policy: str) -> None:
    plan, records = written(tmp_path)
    text = plan.read_text(encoding="utf-8").replace("every matching scenario", policy)
    plan.write_text(text.replace("run  Write\n  }", "run  Write\n  }\n  scenario rest { otherwise run Call }", 1))
    records.write_text(records.read_text(encoding="utf-8") + OTHERS, encoding="utf-8")
    source = in_form(form, records)
    run = ("run", "plan.dro", "--records", source, "--today", "2026-12-01", "--until", "2026-12-22")
    for wanted in ("ndjson", "json", "table"):
        told = set()
        for evaluator in ("compiled", "rules", "columnar"):
            shown = drolang(*run, "--format", wanted, "--evaluator", evaluator, "--rejects", "no.ndjson")
            assert shown.code == Exit.PROBLEMS
            told.add((shown.out, shown.err, (tmp_path / "no.ndjson").read_text(encoding="utf-8")))
        assert len(told) == 1


def test_one_record_alone(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    run = ("run", "plan.dro", "--records", "records.ndjson", "--today", "2026-12-01", "--only", "A-3", "--why")
    assert drolang(*run, "--evaluator", "columnar") == drolang(*run)


def test_standard_input_cannot_be_read_twice(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang("run", "plan.dro", "--records", "-", "--evaluator", "columnar")
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert "standard input cannot be" in shown.err


def test_a_file_that_is_not_there(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang("run", "plan.dro", "--records", "missing.csv", "--evaluator", "columnar")
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert "`missing.csv` cannot be read" in shown.err
