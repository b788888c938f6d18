"""`drolang run --store` and `drolang worker`: plans that are kept, and carried out for real."""

import json
import signal
import subprocess
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dro_lang.cli.output import Exit
from dro_lang.kernel.states import PlanState
from dro_lang.runtime.embedded.desk import Desk
from dro_lang.runtime.embedded.requests import Submit
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from tests.cli.shell import Shell, process

PATIENCE = 60.0

PLAN = """\
language 1.0

import std.generic { Generic }

context Account {
  id         : Id
  name       : Text
  start_date : Date
  due_date   : Date
}

mapping Accounts for Account {
  usage Generic
  object "Account"
}

action Note {
  takes { text : Text }
}

plan Reminders for Account {
  usage  Generic
  choose exactly one scenario

  scenario all {
    run Remind
  }
}

group Remind for Account {
  step first: auto Note {
    with { text: name }
  }

  step second: auto Note {
    after  first
    starts on due_date
    with   { text: "second" }
  }

  step call: manual {
    after  second
    assign to user "ann"
  }
}
"""

ACTIONS = """\
from pathlib import Path

from dro_lang.runtime.outside.actions.declared import Call, action


@action("Note")
def note(text: str, call: Call) -> None:
    with Path("notes.txt").open("a") as file:
        print(f"{call.key} {text}", file=file)
"""

SETTINGS = """\
store   = "plans.db"
modules = ["notes_of_tests"]
"""

PAST, FUTURE = "2020-01-01", "2999-01-01"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.dro").write_text(PLAN, encoding="utf-8")
    (tmp_path / "notes_of_tests.py").write_text(ACTIONS, encoding="utf-8")
    (tmp_path / "drolang.toml").write_text(SETTINGS, encoding="utf-8")
    records(tmp_path, ("A-1", FUTURE), ("A-2", PAST))
    return tmp_path


def records(folder: Path, *given: tuple[str, str]) -> None:
    rows = [{"id": id, "name": f"Acme {id}", "start_date": PAST, "due_date": due} for id, due in given]
    (folder / "records.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


RUN = ("run", "plan.dro", "--records", "records.ndjson", "--store", "plans.db")


def notes(folder: Path) -> list[str]:
    path = folder / "notes.txt"
    return sorted(path.read_text(encoding="utf-8").splitlines()) if path.exists() else []


def state(folder: Path, plan_id: str) -> PlanState:
    store = SqliteStore.open(folder / "plans.db")
    try:
        return store.load(plan_id).state
    finally:
        store.close()


def submitted(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


DONE = ["A-1/Remind.first/-/1 Acme A-1", "A-2/Remind.first/-/1 Acme A-2", "A-2/Remind.second/-/1 second"]


def test_run_submits_records_and_does_what_is_due(drolang: Shell, folder: Path) -> None:
    ran = drolang(*RUN, "--format", "ndjson")
    assert ran.code == Exit.OK, ran.err
    assert submitted(ran.out)[0] == {
        "record_id": "A-1",
        "request_id": "R-1",
        "plan_id": "A-1",
        "submit_status": "Success",
        "error_code": None,
        "reason": None,
        "existing": False,
    }
    assert ran.err.splitlines()[-1] == "2 records: 2 new plans"
    assert notes(folder) == DONE
    assert [step.status for step in state(folder, "A-1").steps] == ["completed", "scheduled", "pending"]
    assert [step.status for step in state(folder, "A-2").steps] == ["completed", "completed", "ready"]


def test_the_table_tells_of_each_plan_what_became_of_it(drolang: Shell, folder: Path) -> None:
    rows = drolang(*RUN).out.splitlines()
    assert rows[0].split() == ["Record", "Plan", "Submitted", "State", "Next"]
    assert rows[1].split() == ["A-1", "A-1", "now", "In", "Progress", FUTURE]
    assert rows[2].split() == ["A-2", "A-2", "now", "In", "Progress"]
    assert drolang(*RUN).out.splitlines()[1].split()[:3] == ["A-1", "A-1", "before"]


def test_a_record_that_has_a_plan_keeps_it_unless_it_is_to_be_new(drolang: Shell, folder: Path) -> None:
    drolang(*RUN)
    again = drolang(*RUN, "--format", "ndjson")
    assert [(each["plan_id"], each["existing"]) for each in submitted(again.out)] == [("A-1", True), ("A-2", True)]
    assert again.err.splitlines()[-1] == "2 records: 2 plans from before"
    anew = drolang(*RUN, "--format", "json", "--anew", "--only", "A-2")
    assert [each["plan_id"] for each in json.loads(anew.out)] == ["A-2~2"]
    assert len(notes(folder)) == len(DONE) + 2


def test_a_record_that_does_not_fit_is_rejected_and_the_rest_go_on(drolang: Shell, folder: Path) -> None:
    with (folder / "records.ndjson").open("a") as file:
        file.write('{"id": "A-3", "name": "Acme"}\n')
    ran = drolang(*RUN, "--format", "ndjson")
    assert ran.code == Exit.PROBLEMS
    assert [(each["record_id"], each["error_code"]) for each in submitted(ran.out) if each["error_code"]] == [
        ("A-3", "R0102")
    ]
    assert "2 records: 2 new plans" not in ran.err
    assert "3 records: 2 new plans; 1 rejected" in ran.err
    assert (folder / "records.rejects.ndjson").exists()


def test_what_the_configuration_lacks_is_told_before_anything_is_kept(drolang: Shell, folder: Path) -> None:
    (folder / "drolang.toml").write_text("", encoding="utf-8")
    ran = drolang(*RUN)
    assert ran.code == Exit.PROBLEMS
    assert "Note" in ran.err
    assert "error: the configuration lacks what the plan needs" in ran.err
    assert not (folder / "plans.db").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--store", "plans.db", "--until", "2026-12-01"], "--until shows what would be"),
        (["--store", "plans.db", "--why"], "--why shows what would be"),
        (["--follow"], "--follow is for plans in a store"),
        (["--anew"], "--anew is for plans in a store"),
    ],
)
def test_options_of_the_other_kind_of_run_are_refused(
    options: list[str], said: str, drolang: Shell, folder: Path
) -> None:
    ran = drolang("run", "plan.dro", "--records", "records.ndjson", *options)
    assert ran.code == Exit.USAGE
    assert said in ran.err


def test_plans_that_keep_an_earlier_program_are_told(drolang: Shell, folder: Path) -> None:
    told = "keeps the program that it was started with"
    assert told not in drolang(*RUN).err
    assert drolang("complete", "A-2", "Remind.call").code == Exit.OK
    (folder / "plan.dro").write_text("// Only a comment.\n" + PLAN, encoding="utf-8")
    assert told not in drolang(*RUN).err
    (folder / "plan.dro").write_text(PLAN.replace('"second"', '"2nd"'), encoding="utf-8")
    assert f"1 unfinished plan {told}\n" in drolang(*RUN).err
    assert "2 unfinished" not in drolang(*RUN, "--anew").err
    (folder / "plan.dro").write_text(PLAN, encoding="utf-8")
    assert (
        "2 unfinished plans keep the program that they were started with\n" in drolang(*RUN, "--format", "ndjson").err
    )


def test_a_file_that_is_no_store_is_refused_and_left_alone(drolang: Shell, folder: Path) -> None:
    before = (folder / "records.ndjson").read_bytes()
    ran = drolang("run", "plan.dro", "--records", "records.ndjson", "--store", "records.ndjson")
    assert ran.code == Exit.USAGE
    assert "records.ndjson` is" in ran.err
    assert (folder / "records.ndjson").read_bytes() == before
    worked = drolang("worker", "--store", "nowhere.db")
    assert worked.code == Exit.USAGE
    assert "there is no store `nowhere.db` (R0401)" in worked.err


def test_the_store_knows_why_records_were_refused(drolang: Shell, folder: Path) -> None:
    drolang(*RUN)
    with (folder / "records.ndjson").open("a", encoding="utf-8") as records:
        records.write('{"id": "A-9", "name": 7, "start_date": "2020-01-01", "due_date": "2020-01-01"}\n{"name": "x"}\n')
    assert drolang(*RUN).code == Exit.PROBLEMS
    store = SqliteStore.open(folder / "plans.db")
    try:
        found = store.last_receipt("Account", "A-9")
        assert found is not None
        about, receipt = found
        assert (about.object, about.record_id, receipt.plan_id) == ("Account", "A-9", None)
        assert (receipt.submit_status, receipt.error_code) == ("Error", "R0103")
        assert "name" in receipt.reason
        fine = store.last_receipt("Account", "A-1")
        assert fine is not None
        assert (fine[1].plan_id, fine[1].error_code) == ("A-1", None)
        assert store.last_receipt("Account", "A-10") is None
    finally:
        store.close()


def test_a_worker_does_what_was_left_to_do(drolang: Shell, folder: Path) -> None:
    drolang(*RUN)
    with Desk(folder / "plans.db", "a test") as desk:
        [hash] = desk.store.programs()
        row = {"id": "A-3", "name": "Acme A-3", "start_date": date(2020, 1, 1), "due_date": date(2020, 1, 1)}
        desk.ask(Submit(hash, "Reminders", row))
    assert notes(folder) == DONE
    worked = drolang("worker", "--until-idle")
    assert worked.code == Exit.OK, worked.err
    assert notes(folder) == [*DONE, "A-3/Remind.first/-/1 Acme A-3", "A-3/Remind.second/-/1 second"]


# ---- processes


def started(folder: Path, *arguments: str, until: str) -> "subprocess.Popen[bytes]":
    """A command that runs; comes back when it has said a certain thing."""
    running = process(*arguments, folder=folder)
    assert running.stderr is not None
    for line in running.stderr:
        if until in line.decode():
            return running
    raise AssertionError(f"ended with {running.wait()}")


def ended(running: "subprocess.Popen[bytes]", number: signal.Signals) -> int:
    running.send_signal(number)
    running.communicate(timeout=PATIENCE)
    return running.returncode


def until_notes(folder: Path, count: int) -> None:
    end = time.monotonic() + PATIENCE
    while len(notes(folder)) < count:
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_takes_what_others_submit_and_ends_cleanly(number: signal.Signals, folder: Path) -> None:
    worker = started(folder, "worker", "--create", until="carrying out the plans of")
    second = process("worker", folder=folder)
    _, said = second.communicate(timeout=PATIENCE)
    assert second.returncode == Exit.PROBLEMS
    assert f"held by `drolang worker`, process {worker.pid} on" in said.decode()
    assert "(R0402)" in said.decode()
    run = process(*RUN, "--format", "ndjson", folder=folder)
    out, said = run.communicate(timeout=PATIENCE)
    assert run.returncode == Exit.OK, said
    assert [each["plan_id"] for each in submitted(out.decode())] == ["A-1", "A-2"]
    assert b"that carries the plans out" in said
    until_notes(folder, len(DONE))
    assert ended(worker, number) == Exit.OK
    assert notes(folder) == DONE


def test_run_with_follow_stays_until_it_is_stopped(folder: Path) -> None:
    run = started(folder, *RUN, "--follow", until="carrying out the plans of")
    assert run.poll() is None
    until_notes(folder, len(DONE))
    assert ended(run, signal.SIGTERM) == Exit.OK


def test_a_worker_that_was_killed_is_followed_by_another_without_ado(folder: Path) -> None:
    worker = started(folder, "worker", "--create", until="carrying out the plans of")
    worker.kill()
    worker.communicate(timeout=PATIENCE)
    run = process(*RUN, folder=folder)
    _, said = run.communicate(timeout=PATIENCE)
    assert run.returncode == Exit.OK, said
    assert notes(folder) == DONE
