"""The rejects file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dro_lang.records.load import Inputs, OutputError, Position, Problem, Rejected
from dro_lang.records.rejects import RejectsFile
from tests.records.samples import RECORD, read, rejected, write

NO_INPUTS = Inputs(())
TWO_PROBLEMS = Rejected(
    Position("r.csv", line=7), "C-ü", (Problem("name", "R0102", "none"), Problem("risk", "R0105", "`x` is no Risk"))
)
NO_RECORD = Rejected(Position("r.json", index=0), None, (Problem(None, "R0101", "not JSON"),))


def test_a_line_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "rejects.ndjson"
    with RejectsFile(path, NO_INPUTS) as file:
        file.write(TWO_PROBLEMS)
        file.write(NO_RECORD)
    assert path.read_text(encoding="utf-8") == (
        '{"position": {"file": "r.csv", "line": 7}, "id": "C-ü", "attribute": "name", "code": "R0102", '
        '"reason": "none"}\n'
        '{"position": {"file": "r.csv", "line": 7}, "id": "C-ü", "attribute": "risk", "code": "R0105", '
        '"reason": "`x` is no Risk"}\n'
        '{"position": {"file": "r.json", "index": 0}, "id": null, "attribute": null, "code": "R0101", '
        '"reason": "not JSON"}\n'
    )


def test_nothing_to_reject_makes_no_file_and_removes_that_of_an_earlier_run(tmp_path: Path) -> None:
    path = tmp_path / "rejects.ndjson"
    with RejectsFile(path, NO_INPUTS) as file:
        file.write(NO_RECORD)
    with RejectsFile(path, NO_INPUTS):
        pass
    assert not path.exists()


def test_each_line_is_there_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rejects.ndjson"
    with RejectsFile(path, NO_INPUTS) as file:
        for count in (2, 4, 6):
            file.write(TWO_PROBLEMS)
            assert len(path.read_text().splitlines()) == count


def test_a_process_that_is_killed_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "rejects.ndjson"
    script = (
        "import itertools, sys\n"
        "from tests.records.test_rejects import *\n"
        "file = RejectsFile(sys.argv[1], NO_INPUTS)\n"
        "for number in itertools.count():\n"
        "    file.write(TWO_PROBLEMS)\n"
        "    if number == 200: print('begun', flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        process.kill()
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert len(lines) >= 400
    assert {json.loads(line)["code"] for line in lines} == {"R0102", "R0105"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_a_clear_error() -> None:
    with RejectsFile("/dev/full", NO_INPUTS) as file, pytest.raises(OutputError) as caught:
        file.write(NO_RECORD)
    assert caught.value.message == "rejects cannot be written to `/dev/full`: no space left on device"


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "none" / "rejects.ndjson", NO_INPUTS) as file, pytest.raises(OutputError):
        file.write(NO_RECORD)
    with RejectsFile(tmp_path, NO_INPUTS) as file, pytest.raises(OutputError, match="is a directory"):
        file.write(NO_RECORD)


def test_no_other_file_is_overwritten(tmp_path: Path) -> None:
    source = write(tmp_path / "r.csv", "id,name\n")
    with pytest.raises(OutputError, match="is an input"):
        RejectsFile(tmp_path / "." / "r.csv", Inputs((source,)))
    with pytest.raises(OutputError, match="is no rejects file"):
        RejectsFile(source, NO_INPUTS)
    assert source.read_text() == "id,name\n"


def test_what_was_read_can_be_written(tmp_path: Path) -> None:
    broken = b'{"id": "B", "name": "\\ud800", "risk": "\\udc00"}\n{"id": "\\ud800"}\n{"id": "\xff"}\n'
    outcomes = rejected(read(write(tmp_path / "r.ndjson", json.dumps(RECORD).encode() + b"\n" + broken)))
    path = tmp_path / "rejects.ndjson"
    with RejectsFile(path, NO_INPUTS) as file:
        for outcome in outcomes:
            file.write(outcome)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["position"]["line"] for line in lines if line["attribute"] in (None, "id")] == [3, 4]
    assert len(lines) == sum(len(outcome.problems) for outcome in outcomes)
