"""`drolang new`."""

import json
from pathlib import Path

import pytest

from dro_lang.cli.output import Exit
from tests.cli.shell import Shell


def test_a_new_folder_runs_at_once(drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = drolang("new", "first_steps")
    assert (made.code, made.out) == (0, "")
    monkeypatch.chdir(tmp_path / "first_steps")
    assert drolang("check", "plan.dro", "--strict").code == 0
    assert drolang("fmt", "--check", "plan.dro").code == 0
    lines = [line.strip() for line in Path("README.md").read_text().splitlines() if line.startswith("    drolang")]
    assert [line.split()[1] for line in lines] == ["check", "run", "why", "test"]
    for line in lines:
        assert drolang(*line.split()[1:]).code == 0, line
    assert Path("README.md").read_text().startswith("# first_steps\n")


def test_its_records_get_a_scenario_each(drolang: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    drolang("new", "x")
    monkeypatch.chdir(tmp_path / "x")
    ran = drolang("run", "plan.dro", "--records", "records.ndjson", "--today", "2026-12-01", "--format", "ndjson")
    assert [json.loads(line)["scenarios"] for line in ran.out.splitlines()] == [["large"], ["small"], ["settled"]]


def test_nothing_is_overwritten(drolang: Shell, tmp_path: Path) -> None:
    drolang("new", "x")
    (tmp_path / "x" / "plan.dro").write_text("mine")
    again = drolang("new", "x")
    assert again.code == Exit.USAGE
    assert again.err == "error: `x` is there already, and is left as it is: choose another name\n"
    assert (tmp_path / "x" / "plan.dro").read_text() == "mine"


@pytest.mark.parametrize("name", ["", "../x", "a/b", "1st", "-x", ".", "con espacio", "x" * 65, "größe"])
def test_a_name_that_is_none(name: str, drolang: Shell, tmp_path: Path) -> None:
    assert drolang("new", "--", name).code == Exit.USAGE
    assert list(tmp_path.iterdir()) == []
