"""What is done with every record by several processes is what one does, in the same order."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from dro_lang.records.load import Accepted, InputError, Inputs, Rejected
from dro_lang.runtime.abreast import do_with_each
from tests.records.samples import FLAT, JOINED, PROGRAM

SEVERAL = 3
MANY = 450
"""More than are handed over together, for each of several processes."""


def told(record: Accepted) -> str:
    return f"{record.position} {record.id} {sorted(record.row.items())}"


def end_at_last(record: Accepted) -> str:
    if record.id == f"C-{MANY - 2}":
        os.kill(os.getpid(), signal.SIGKILL)
    return record.id


def fail(record: Accepted) -> str:
    raise ZeroDivisionError(record.id)


def inputs(folder: Path) -> Inputs:
    """Records with everything that can be wrong with them, and items of some, of none, and of nobody."""
    lines = []
    for number in range(MANY):
        record: dict[str, Any] = {**FLAT, "Id": f"C-{number}"}
        if number % 7 == 3:
            record["Id"] = f"C-{number - 3}"
        if number % 11 == 5:
            record["Account.Balance"] = "much"
        lines.append("{" if number % 90 == 89 else json.dumps(record))
    records = folder / "records.ndjson"
    records.write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = [{"Id": f"I-{n}", "PlanId": f"C-{n // 2}", "Invoice.Balance": n} for n in range(2 * MANY + 10)]
    items = folder / "items.ndjson"
    items.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return Inputs((records,), items)


def test_several_processes_give_what_one_gives(tmp_path: Path) -> None:
    given = inputs(tmp_path)
    alone = list(do_with_each(PROGRAM, JOINED, given, told, 1))
    assert list(do_with_each(PROGRAM, JOINED, given, told, SEVERAL, patience=0)) == alone
    rejected = [found for found in alone if isinstance(found, Rejected)]
    assert {problem.code for found in rejected for problem in found.problems} == {"R0101", "R0103", "R0106", "R0109"}
    assert len(alone) - len(rejected) > MANY / 2


def test_an_input_of_no_use_comes_behind_the_records_before_it(tmp_path: Path) -> None:
    given = inputs(tmp_path)
    (tmp_path / "other.csv").write_text("Id\nC-1\n", encoding="utf-8")
    both = Inputs((*given.records, tmp_path / "other.csv"), given.items)
    for jobs in (1, SEVERAL):
        found = do_with_each(PROGRAM, JOINED, both, told, jobs, patience=0)
        before = [next(found) for _ in range(MANY)]
        assert before[0] == next(do_with_each(PROGRAM, JOINED, given, told, 1))
        with pytest.raises(InputError, match="has no column"):
            next(found)


def test_a_process_that_is_ended_is_missed(tmp_path: Path) -> None:
    with pytest.raises(ChildProcessError):
        list(do_with_each(PROGRAM, JOINED, inputs(tmp_path), end_at_last, SEVERAL, patience=0))


def test_what_the_work_raises_comes_out(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        list(do_with_each(PROGRAM, JOINED, inputs(tmp_path), fail, SEVERAL, patience=0))


def test_whoever_stops_early_leaves_no_process(tmp_path: Path) -> None:
    found = do_with_each(PROGRAM, JOINED, inputs(tmp_path), told, SEVERAL, patience=0)
    next(found)
    found.close()  # type: ignore[attr-defined]
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    if not children.exists():
        pytest.skip("this system does not list the children of a process")
    commands = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children.read_text().split()]
    assert not [command for command in commands if b"spawn_main" in command]
