"""`drolang store`: exit codes, formats, and what is told."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from dro_lang.cli.output import Exit
from dro_lang.runtime.embedded.clock import SystemClock
from dro_lang.runtime.embedded.lock import Lock
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from tests.cli.shell import Outcome, Shell
from tests.cli.stores import filled

Office = Callable[..., Outcome]


@pytest.fixture
def office(drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    drolang("new", "reminders")
    monkeypatch.chdir(tmp_path / "reminders")
    filled(tmp_path / "reminders", copies=2)
    return drolang


def test_a_sound_store_is_said_to_be(office: Office) -> None:
    shown = office("store", "check")
    assert (shown.code, shown.out) == (Exit.OK, "")
    assert shown.err.endswith("plans.db: 6 plans, nothing wrong\n")
    assert office("store", "check", "--quick", "--format", "json").out == "[]\n"


def test_damage_is_told_with_what_to_do(office: Office) -> None:
    connection = sqlite3.connect("plans.db")
    connection.execute("UPDATE journal SET event = replace(event, 'Acme', 'Acne') WHERE plan = 1")
    connection.commit()
    connection.close()
    shown = office("store", "check", "--format", "ndjson")
    assert shown.code == Exit.PROBLEMS
    assert json.loads(shown.out)["where"] == "plan A-1"
    assert "help: restore a backup" in shown.err
    assert office("store", "check").out.startswith("plan A-1  entry 0 of plan `A-1`")


def test_a_plan_without_its_program_is_damaged_and_not_archived(office: Office) -> None:
    connection = sqlite3.connect("plans.db")
    connection.execute("UPDATE plans SET program = 77 WHERE id = 'A-1'")
    connection.commit()
    connection.close()
    for command in ("plan", "freeze"):
        shown = office(command, "A-1")
        assert (shown.code, shown.out) == (Exit.PROBLEMS, "")
        assert "plan `A-1` in the store" in shown.err
        assert "is damaged: its program is missing (R0405)\n  help: restore a backup" in shown.err


def test_a_backup_overwrites_nothing(office: Office) -> None:
    assert office("store", "backup", "backup.db").code == Exit.OK
    assert office("plans", "--store", "backup.db").err == "6 plans\n"
    assert office("store", "backup", "backup.db").err == (
        "error: there is a file `backup.db`, and it would be overwritten\n"
    )
    assert office("store", "backup", "no/such/folder.db").code == Exit.PROBLEMS


def test_a_store_goes_out_and_comes_back(office: Office) -> None:
    out = office("store", "export")
    assert out.err == "6 plans written\n"
    assert office("store", "export", "--out", "plans.ndjson").code == Exit.OK
    assert office("store", "export", "--out", "no/plans.ndjson").err == (
        "error: no/plans.ndjson: No such file or directory\n"
    )
    lines = Path("plans.ndjson").read_text(encoding="utf-8").splitlines()
    assert lines[1:] == out.out.splitlines()[1:]
    assert office("store", "import", "plans.ndjson", "--store", "copy.db").err == (
        "6 plans, 1 program, 6 receipts in\n"
    )
    assert office("plans", "--store", "copy.db").out == office("plans").out
    again = office("store", "import", "plans.ndjson", "--store", "copy.db")
    assert again.code == Exit.PROBLEMS
    assert again.err.splitlines()[0] == "plans.ndjson:3: plan A-1 left out: there is a plan with this id"
    assert again.err.splitlines()[-1] == "0 plans, 0 programs, 0 receipts in, 6 left out"


@pytest.mark.parametrize(
    ("file", "said"),
    [("missing", "there is no file `missing`"), ("plan.dro", "nothing that `drolang store export` wrote"),
     ("plans.db", "not UTF-8")],
)  # fmt: skip
def test_what_is_no_export_is_told(file: str, said: str, office: Office) -> None:
    shown = office("store", "import", file, "--store", "copy.db")
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert said in shown.err


def test_finished_plans_go_into_an_archive(office: Office) -> None:
    assert office("store", "compact", "--archive", "done.ndjson", "--dry-run").err == "2 plans would be archived\n"
    assert not Path("done.ndjson").exists()
    assert office("store", "compact", "--archive", "done.ndjson", "--yes").err.startswith(
        "2 plans archived in done.ndjson"
    )
    assert office("plan", "A-3").err.startswith("error: plan `A-3` was archived")
    assert office("retry", "A-3", "Settle.settled").code == Exit.PROBLEMS
    assert office("store", "check").code == Exit.OK
    assert office("store", "compact", "--archive", "done.ndjson").code == Exit.USAGE
    assert office("store", "import", "done.ndjson").err == "2 plans, 0 programs, 0 receipts in\n"
    assert office("store", "check").code == Exit.OK


@pytest.mark.parametrize("command", ["import plans.ndjson", "compact --archive done.ndjson --yes"])
def test_a_store_that_a_worker_holds_is_left_to_it(command: str, office: Office) -> None:
    office("store", "export", "--out", "plans.ndjson")
    store = SqliteStore.open("plans.db")
    lock = Lock.take(store, "drolang worker", SystemClock())
    shown = office("store", *command.split())
    lock.release()
    store.close()
    assert (shown.code, shown.out) == (Exit.PROBLEMS, "")
    assert "is held by `drolang worker`" in shown.err
    assert not Path("done.ndjson").exists()
