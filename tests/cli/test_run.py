"""`drolang run`: objects for programs, exit codes, rejects, streams, interrupts."""

import json
import os
import resource
import shutil
import signal
import subprocess
import time
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dro_lang.cli.output import Exit
from tests.cli.plans import PLAN, RECORDS, SECOND, written
from tests.cli.shell import Outcome, Shell, process

TODAY = ("--today", "2026-12-01")
RUN = ("run", "plan.dro", "--records", "records.ndjson", *TODAY)
GOOD = "".join(line + "\n" for line in RECORDS.splitlines()[:2])


def objects(shown: Outcome) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shown.out.splitlines()]


def test_one_object_for_each_record(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*RUN, "--format", "ndjson")
    gentle, firm, neither, rejected = objects(shown)
    assert gentle == {
        "record_id": "A-1",
        "scenarios": ["gentle"],
        "submit_status": "Success",
        "error_code": None,
        "reason": None,
        "plan_state": "in_progress",
        "steps": [
            {
                "step": "Write.mail",
                "item": None,
                "state": "scheduled",
                "reason": "starts on 2026-12-15 00:00",
                "scheduled_for": "2026-12-15T00:00:00+01:00",
                "ready_at": None,
                "started_at": None,
                "finished_at": None,
                "due_at": None,
                "jeopardy": None,
            }
        ],
    }
    assert [(step["step"], step["item"], step["state"]) for step in firm["steps"]] == [
        ("Write.mail", None, "scheduled"),
        ("Write.check", "I-1", "pending"),
        ("Write.check", "I-2", "pending"),
        ("Call.call", None, "scheduled"),
    ]
    assert firm["steps"][3]["scheduled_for"] == "2026-12-23T09:30:00+01:00"
    assert neither | {"reason": None} == {
        "record_id": "A-3",
        "scenarios": [],
        "submit_status": "Error",
        "error_code": "R0202",
        "reason": None,
        "plan_state": None,
        "steps": [],
    }
    assert (rejected["record_id"], rejected["submit_status"], rejected["error_code"]) == ("A-4", "Error", "R0103")
    assert rejected["reason"].startswith("`due_date`: ")
    assert set(rejected) == set(gentle)


def test_until_moves_the_clock_on(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    gentle, firm, *_ = objects(drolang(*RUN, "--format", "ndjson", "--until", "2026-12-24"))
    [mail] = gentle["steps"]
    assert (gentle["plan_state"], mail["state"], mail["reason"]) == ("completed", "completed", None)
    assert mail["started_at"] == mail["finished_at"] == "2026-12-15T00:00:00+01:00"
    states = [(step["state"], step["ready_at"]) for step in firm["steps"]]
    assert states == [
        ("skipped", None),
        ("ready", "2026-12-15T00:00:00+01:00"),
        ("ready", "2026-12-15T00:00:00+01:00"),
        ("ready", "2026-12-23T09:30:00+01:00"),
    ]
    assert firm["steps"][0]["reason"] == "`email is known` is false"


def test_json_is_one_array_of_the_same_objects(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    lines = objects(drolang(*RUN, "--format", "ndjson"))
    assert json.loads(drolang(*RUN, "--format", "json").out) == lines
    (tmp_path / "records.ndjson").write_text("")
    empty = drolang(*RUN, "--format", "json")
    assert (empty.code, json.loads(empty.out)) == (0, [])


@pytest.mark.parametrize(
    ("records", "code"),
    [
        (GOOD, 0),
        (RECORDS.splitlines()[2], Exit.PROBLEMS),
        (RECORDS.splitlines()[3], Exit.PROBLEMS),
        (GOOD + GOOD, Exit.PROBLEMS),
        ("", 0),
    ],
    ids=["all get a plan", "no scenario matches", "one does not fit", "ids come twice", "nothing to do"],
)
@pytest.mark.parametrize("format_", ["table", "json", "ndjson"])
def test_the_exit_code_says_whether_every_record_got_a_plan(
    records: str, code: int, format_: str, drolang: Shell, tmp_path: Path
) -> None:
    written(tmp_path)
    (tmp_path / "records.ndjson").write_text(records, encoding="utf-8")
    assert drolang(*RUN, "--format", format_).code == code


def test_rejects_go_to_a_file_and_are_announced(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*RUN, "--format", "ndjson")
    assert shown.err == (
        "4 records: 1 gentle, 1 firm; 1 without a scenario; 1 rejected\n"
        "1 reject: the reasons are in records.rejects.ndjson\n"
    )
    [line] = (tmp_path / "records.rejects.ndjson").read_text().splitlines()
    reject = json.loads(line)
    assert (reject["id"], reject["attribute"], reject["code"]) == ("A-4", "due_date", "R0103")
    assert reject["position"]["line"] == 4


def test_rejects_stand_beside_the_output_or_where_they_are_told_to(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "results").mkdir()
    drolang(*RUN, "--format", "ndjson", "--out", "results/plans.ndjson")
    assert (tmp_path / "results" / "plans.rejects.ndjson").exists()
    drolang(*RUN, "--rejects", "results/mine.ndjson")
    assert (tmp_path / "results" / "mine.ndjson").exists()
    assert not (tmp_path / "records.rejects.ndjson").exists()


def test_without_rejects_there_is_no_file(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    drolang(*RUN)
    assert (tmp_path / "records.rejects.ndjson").exists()
    (tmp_path / "records.ndjson").write_text(GOOD, encoding="utf-8")
    shown = drolang(*RUN)
    assert (shown.code, shown.err) == (0, "")
    assert not (tmp_path / "records.rejects.ndjson").exists()


def test_out_holds_what_would_have_been_printed(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    for format_ in ("table", "json", "ndjson"):
        printed = drolang(*RUN, "--format", format_)
        shown = drolang(*RUN, "--format", format_, "--out", "out.txt")
        assert (shown.code, shown.out) == (printed.code, "")
        assert (tmp_path / "out.txt").read_text(encoding="utf-8") == printed.out


def test_a_plan_with_errors_is_not_run(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "plan.dro").write_text(PLAN.replace("risk = Low", "risk = Lo"))
    shown = drolang(*RUN, "--out", "out.txt")
    assert (shown.code, shown.out) == (Exit.PROBLEMS, "")
    assert shown.err.startswith("error[E0101]: ")
    assert not (tmp_path / "out.txt").exists()


def test_warnings_do_not_hold_up_a_run(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "plan.dro").write_text(PLAN + "\nqueue Nobody\n")
    (tmp_path / "records.ndjson").write_text(GOOD, encoding="utf-8")
    shown = drolang(*RUN)
    assert shown.code == 0
    assert shown.err.startswith("warning[")


def test_one_of_several_plans_has_to_be_named(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "plan.dro").write_text(PLAN + SECOND)
    shown = drolang(*RUN)
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert shown.err == "error: there are several plans: choose one of `Remind`, `Again` with --plan\n"
    assert {scenario for each in objects(drolang(*RUN, "--plan", "Again", "--format", "ndjson"))
            for scenario in each["scenarios"]} == {"all"}  # fmt: skip
    assert drolang(*RUN, "--plan", "Agian").code == Exit.USAGE


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--today", "01.12.2026"), "error: Invalid value for '--today': `01.12.2026` is not a date"),
        (("--today", "2026-02-30"), "error: Invalid value for '--today': `2026-02-30` is not a date"),
        (("--today", "20261201"), "error: Invalid value for '--today': `20261201` is not a date"),
        (("--until", "tomorrow"), "error: Invalid value for '--until': `tomorrow` is not a date"),
        (("--until", "2026-11-30"), "error: time cannot go back: --until 2026-11-30 is before the day of the run"),
        (("--why",), "error: --why tells about one record: name it with --only ID"),
        (("--out", "records.ndjson"), "error: --out `records.ndjson` is an input, and would be overwritten"),
        (("--rejects", "./plan.dro"), "error: --rejects `plan.dro` is an input, and would be overwritten"),
        (("--rejects", "x", "--out", "x"), "error: --out and --rejects are the same file, `x`"),
        (("--items", "items.csv"), "error: mapping `Accounts` takes items from a field of the record"),
        (("--records", "nowhere.csv"), "error: `nowhere.csv` cannot be read: no such file"),
    ],
)
def test_misuse_is_told_before_anything_is_written(
    arguments: tuple[str, ...], said: str, drolang: Shell, tmp_path: Path
) -> None:
    written(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    shown = drolang(*RUN, *arguments)
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert shown.err.startswith(said)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_today_is_that_of_the_plans_zone_by_default(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    zone = ZoneInfo("Europe/Berlin")
    before = datetime.now(zone).date()
    head = drolang("run", "plan.dro", "--records", "records.ndjson").out.splitlines()[0]
    shown = date.fromisoformat(head.split(" on ")[1].split()[0])
    assert before <= shown <= datetime.now(zone).date()


def test_only_one_record(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*RUN, "--only", "A-2", "--format", "ndjson")
    assert shown.code == 0
    assert [each["record_id"] for each in objects(shown)] == ["A-2"]
    assert not (tmp_path / "records.rejects.ndjson").exists()


def test_only_a_record_that_was_rejected(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*RUN, "--only", "A-4")
    assert shown.code == Exit.PROBLEMS
    assert "rejected: 1 record\n  records.ndjson:4  A-4  R0103  `due_date`: " in shown.out


def test_only_a_record_that_is_not_there(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*RUN, "--only", "A-11")
    assert (shown.code, shown.out) == (Exit.PROBLEMS, "")
    assert shown.err == "error: no record has the id `A-11`; did you mean `A-1`?\n"


def test_why_tells_every_condition_with_its_values(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*RUN, "--until", "2026-12-24", "--only", "A-2", "--why")
    why = shown.out.split("why A-2 gets these scenarios (choose every matching)\n")[1]
    assert why == (
        "\n  gentle does not match\n"
        "    false  risk = Low    risk = High\n"
        "\n  firm matches\n"
        "    true   risk = High and due_date >= 2026-12-01\n"
        "    true     risk = High               risk = High\n"
        "    true     due_date >= 2026-12-01    due_date = 2026-12-20\n"
        "    true   unless gentle\n"
        "\nwhy the steps of A-2 run or wait\n"
        "\n  Write.mail only if\n"
        "    false  email is known    email unknown\n"
    )


def test_why_of_an_otherwise_and_of_what_is_blocked(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "plan.dro").write_text(
        PLAN.replace("risk = High and", "").replace("run    Write, Call\n  }", "run    Write, Call\n  }\n\n"
        "  scenario rest {\n    otherwise\n    run Call\n  }")
    )  # fmt: skip
    shown = drolang(*RUN, "--only", "A-1", "--why")
    assert "  firm does not match\n    true   due_date >= 2026-12-01    due_date = 2026-12-20\n" in shown.out
    assert "    false  unless gentle, which matches\n" in shown.out
    assert "  rest does not match\n    false  no other scenario matches\n" in shown.out


def test_why_in_objects(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    [told] = objects(drolang(*RUN, "--until", "2026-12-24", "--only", "A-2", "--why", "--format", "ndjson"))
    gentle, firm = told["why"]["scenarios"]
    assert gentle == {
        "scenario": "gentle",
        "matches": False,
        "blocked_by": None,
        "condition": {"text": "risk = Low", "holds": False, "values": {"risk": "High"}},
    }
    assert [part["holds"] for part in firm["condition"]["parts"]] == [True, True]
    assert told["why"]["steps"] == [
        {
            "step": "Write.mail",
            "item": None,
            "clause": "only if",
            "condition": {"text": "email is known", "holds": False, "values": {"email": "unknown"}},
        }
    ]


def test_records_from_several_files_and_from_standard_input(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    first, second, *_ = RECORDS.splitlines()
    (tmp_path / "first.ndjson").write_text(first, encoding="utf-8")
    command = ("run", "plan.dro", "--records", "first.ndjson", "--records", "-", "--format", "ndjson", *TODAY)
    running = process(*command, folder=tmp_path, stdin=-1)
    out, _ = running.communicate(second.encode())
    assert running.returncode == 0
    assert [json.loads(line)["record_id"] for line in out.splitlines()] == ["A-1", "A-2"]


def many(path: Path, count: int) -> None:
    record = json.loads(RECORDS.splitlines()[1])
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(record | {"id": f"A-{number}"}) + "\n")


@pytest.mark.parametrize("format_", ["ndjson", "json"])
def test_an_interrupt_leaves_whole_lines(format_: str, tmp_path: Path) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 50_000)
    running = process(*RUN, "--format", format_, "--out", "out", folder=tmp_path)
    out = tmp_path / "out"
    waited = time.monotonic() + 30
    while not (out.exists() and out.stat().st_size) and time.monotonic() < waited:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert (running.returncode, said) == (Exit.INTERRUPTED, b"\ninterrupted\n")
    text = out.read_text(encoding="utf-8")
    assert text.endswith("\n")
    found = json.loads(text) if format_ == "json" else [json.loads(line) for line in text.splitlines()]
    assert 0 < len(found) < 50_000
    assert [each["record_id"] for each in found] == [f"A-{number}" for number in range(len(found))]


@pytest.mark.skipif(shutil.which("ps") is None, reason="asks `ps` which processes there are")
def test_an_interrupt_reaches_several_processes(tmp_path: Path) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 100_000)
    running = process(*RUN, "--format", "ndjson", "--out", "out", "--jobs", 2, folder=tmp_path, start_new_session=True)
    waited = time.monotonic() + 30
    while len(processes_of(running.pid)) < 3 and time.monotonic() < waited:
        time.sleep(0.05)
    group = processes_of(running.pid)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert (running.returncode, said) == (Exit.INTERRUPTED, b"\ninterrupted\n")
    found = [json.loads(line) for line in (tmp_path / "out").read_text(encoding="utf-8").splitlines()]
    assert [each["record_id"] for each in found] == [f"A-{number}" for number in range(len(found))]
    assert len(group) >= 3
    waited = time.monotonic() + 30
    while processes_of(running.pid) and time.monotonic() < waited:
        time.sleep(0.05)
    assert not processes_of(running.pid)


def processes_of(group: int) -> list[int]:
    """The processes of a group that have not ended."""
    shown = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = map(str.split, shown.splitlines())
    return [int(pid) for pid, of, state in rows if int(of) == group and not state.startswith("Z")]


@pytest.mark.parametrize("format_", ["ndjson", "table"])
def test_several_processes_write_what_one_writes(format_: str, drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 4_000)
    with (tmp_path / "records.ndjson").open("a", encoding="utf-8") as file:
        file.write(RECORDS)
    run = (*RUN, "--until", "2026-12-31", "--format", format_)
    shown = drolang(*run, "--jobs", 1)
    assert drolang(*run, "--jobs", 2) == shown
    assert "4 rejected" in shown.out + shown.err


def test_processes_that_cannot_be_started_are_told(tmp_path: Path) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 20_000)
    few_files = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (12, 12))
    running = process(*RUN, "--format", "ndjson", "--out", "out", "--jobs", 2, folder=tmp_path, preexec_fn=few_files)
    _, said = running.communicate(timeout=60)
    assert running.returncode == Exit.PROBLEMS
    assert said.decode() == (
        "error: no process to share the records with can be started: Too many open files: try again with --jobs 1\n"
    )


def test_so_many_processes_that_a_machine_would_fall_over_are_refused(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*RUN, "--jobs", 100_000)
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert "100000 is not in the range 1<=x<=256" in shown.err


def test_jobs_are_for_a_virtual_clock(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang("run", "plan.dro", "--records", "records.ndjson", "--store", "plans.db", "--jobs", 2)
    assert shown.code == Exit.USAGE
    assert "--jobs is for a virtual clock" in shown.err
    assert not (tmp_path / "plans.db").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("format_", ["ndjson", "json", "table"])
def test_a_full_disk_is_told_with_the_name_of_the_output(format_: str, drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*RUN, "--format", format_, "--out", "/dev/full")
    assert shown.code == Exit.PROBLEMS
    assert shown.err == "error: cannot write to /dev/full: No space left on device\n"


def test_a_reader_that_goes_away_ends_the_run(tmp_path: Path) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 2_000)
    running = process(*RUN, "--format", "ndjson", folder=tmp_path)
    assert running.stdout
    assert running.stderr
    assert json.loads(running.stdout.readline())["record_id"] == "A-0"
    running.stdout.close()
    assert (running.stderr.read(), running.wait()) == (b"", Exit.CLOSED_PIPE)
