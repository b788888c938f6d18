"""What becomes of records as they are written: `data/*.md` has files of records, and for each record its scenario or
the code of its rejection."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from dro_lang.pipeline import check_file
from dro_lang.program.model import Program
from dro_lang.records.load import Accepted, Inputs, load
from dro_lang.runtime.run import run_record

DATA = Path(__file__).parent / "data"
SECTION = re.compile(r"^## (.*)\n((?:(?!^## ).*\n)*)", re.MULTILINE)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CASES = [
    pytest.param(dict(BLOCK.findall(body)), id=title)
    for path in sorted(DATA.glob("*.md"))
    for title, body in SECTION.findall(path.read_text(encoding="utf-8"))
]


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_bytes(text.replace("\\uFEFF", "\ufeff").replace("\\r", "\r").encode())
    return str(path)


def outcomes(program: Program, inputs: Inputs) -> list[str]:
    (plan,) = program.plans.values()
    found = []
    for record in load(program, plan, inputs):
        if isinstance(record, Accepted):
            outcome = run_record(program, plan.name, record.row, date(2026, 3, 2))
            found.append(f"{record.id} {' '.join(outcome.scenarios) or outcome.error_code}")
        else:
            found.append(f"{record.id or '-'} {record.problems[0].code}")
    return found


@pytest.mark.parametrize("blocks", CASES)
def test_records_become_what_is_said(blocks: dict[str, str], tmp_path: Path) -> None:
    (format_,) = blocks.keys() & {"csv", "ndjson", "json"}
    records = written(tmp_path, f"records.{format_}", blocks[format_])
    items = written(tmp_path, "items.csv", blocks["items"]) if "items" in blocks else None
    program = check_file(DATA / "data.dro").program
    assert program is not None
    assert outcomes(program, Inputs((records,), items)) == blocks["expected"].splitlines()


def test_a_record_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    long = {"id": "1", "start_date": "2026-03-02", "n": 10, "other": "é" * 5_000_000}
    short = {"id": "2", "start_date": "2026-03-02", "n": 10}
    records = written(tmp_path, "records.ndjson", f"{json.dumps(long, ensure_ascii=False)}\n{json.dumps(short)}\n")
    program = check_file(DATA / "data.dro").program
    assert program is not None
    assert outcomes(program, Inputs((records,), None)) == ["1 ten", "2 ten"]
