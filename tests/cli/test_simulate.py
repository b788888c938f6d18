"""`drolang simulate`: forms, assumptions, exit codes, rejects, and that the same command gives the same again."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from dro_lang.cli.output import Exit
from tests.cli.plans import RECORDS, written
from tests.cli.shell import Outcome, Shell, process

ROOT = Path(__file__).parents[2]
DAYS = ("--today", "2026-12-01", "--until", "2027-01-01")
SIMULATE = ("simulate", "plan.dro", "--records", "records.ndjson", *DAYS)
GOOD = "".join(line + "\n" for line in RECORDS.splitlines()[:2])
FORMATS = ["table", "timeline", "svg", "json", "ndjson"]


def objects(shown: Outcome) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shown.out.splitlines()]


def many(path: Path, count: int) -> None:
    first = json.loads(RECORDS.splitlines()[1])
    lines = (json.dumps(first | {"id": f"A-{number}"}) + "\n" for number in range(count))
    path.write_text("".join(lines), encoding="utf-8")


def test_one_object_for_each_event(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*SIMULATE, "--takes", "people=2d", "--format", "ndjson")
    told = objects(shown)
    first = [event for event in told if event["record_id"] == "A-2"]
    assert first[0] == {
        "record_id": "A-2",
        "at": "2026-12-01T00:00:00+01:00",
        "event": "submitted",
        "submit_status": "Success",
        "error_code": None,
        "reason": None,
        "scenarios": ["firm"],
    }
    assert {
        "record_id": "A-2",
        "at": "2026-12-17T00:00:00+01:00",
        "event": "step",
        "step": "Write.check",
        "item": "I-1",
        "copy": 0,
        "from": "in_progress",
        "to": "completed",
        "reason": None,
        "by": "person",
        "queue": "Collections",
        "assignee": "person",
    } in first
    assert first[-1] == {
        "record_id": "A-2",
        "at": "2026-12-25T09:30:00+01:00",
        "event": "plan",
        "from": "in_progress",
        "to": "completed",
        "by": "system",
    }
    without = [event for event in told if event["event"] == "submitted" and event["submit_status"] == "Error"]
    assert [(event["record_id"], event["error_code"]) for event in without] == [("A-3", "R0202"), ("A-4", "R0103")]


def test_a_table_of_days_of_work_and_of_steps(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*SIMULATE, "--takes", "people=2d", "--fail-rate", "SendEmail=0%")
    assert shown.out == (
        "Remind: 4 records from 2026-12-01 to 2027-01-01 (Europe/Berlin), seed 0\n"
        "assumed: takes automations=at once; takes people=2d; fail-rate SendEmail=0%\n"
        "\n"
        "steps at the end of each day\n"
        "              Pending  Scheduled  Ready  Completed  Skipped  Plans done\n"
        "  2026-12-01        2          3      ·          ·        ·           ·\n"
        "  2026-12-15        ·          1      2          1        1           1\n"
        "  2026-12-17        ·          1      ·          3        1           1\n"
        "  2026-12-23        ·          ·      1          3        1           1\n"
        "  2026-12-25        ·          ·      ·          4        1           2\n"
        "\n"
        "tasks for Collections  2 in all; most open: 2, at the end of 2026-12-15\n"
        "              New  Done  Open\n"
        "  2026-12-15    2     ·     2\n"
        "  2026-12-17    ·     2     ·\n"
        "\n"
        "tasks for ann@example.com  1 in all; most open: 1, at the end of 2026-12-23\n"
        "              New  Done  Open\n"
        "  2026-12-23    1     ·     1\n"
        "  2026-12-25    ·     1     ·\n"
        "\n"
        "each step at 2027-01-01 00:00\n"
        "               Median   9 of 10  Late\n"
        "  Write.mail   at once  at once        1 Completed, 1 Skipped\n"
        "  Write.check  2 d      2 d            2 Completed\n"
        "  Call.call    2 d      2 d            1 Completed\n"
        "\n"
        "plans at 2027-01-01 00:00: 2 Completed\n"
        "4 records: 1 gentle, 1 firm; 1 without a scenario; 1 rejected\n"
    )
    assert shown.err == "1 reject: the reasons are in records.rejects.ndjson\n"


def test_many_days_are_told_by_the_week(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(
        "simulate", "plan.dro", "--records", "records.ndjson", "--today", "2026-12-01", "--until", "2027-03-01"
    )
    assert "steps at the end of each week\n" in shown.out
    days = [line.split()[0] for line in shown.out.split("each step at")[0].splitlines() if line.startswith("  20")]
    assert {date.fromisoformat(each).weekday() for each in days} <= {6, 0}
    assert "2026-12-20" in days


def test_one_object_for_the_whole(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*SIMULATE, "--takes", "people=2d", "--format", "json", "--seed", "7")
    told = json.loads(shown.out)
    assert (told["plan"], told["today"], told["until"], told["seed"]) == ("Remind", "2026-12-01", "2027-01-01", 7)
    assert told["records"] == {
        "total": 4,
        "planned": [{"scenarios": ["firm"], "records": 1}, {"scenarios": ["gentle"], "records": 1}],
        "refused": {"R0202": 1},
        "rejected": 1,
    }
    assert [day["day"] for day in told["days"]][:2] == ["2026-12-01", "2026-12-02"]
    assert len(told["days"]) == 32
    fifteenth = told["days"][14]
    assert fifteenth["steps"] == {"completed": 1, "ready": 2, "scheduled": 1, "skipped": 1}
    assert fifteenth["work"][0] == {
        "owner": "Collections",
        "work": "tasks",
        "came": 2,
        "went": 0,
        "open": 2,
        "late": 0,
    }
    assert told["steps"][1]["seconds"] == {"median": 172_800.0, "nine_of_ten": 172_800.0}


def test_a_timeline_draws_every_plan(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*SIMULATE, "--takes", "people=4d", "--format", "timeline", "--only", "A-2")
    lines = shown.out.splitlines()
    [check] = [line for line in lines if "Write.check [I-1]" in line]
    assert set(check.split("]")[1].split("Completed")[0].strip()) == {"░", "✓"}
    [mail] = [line for line in lines if "Write.mail" in line]
    assert set(mail.split("mail")[1].split("Skipped")[0].strip()) == {"·", "-"}
    assert [len(line) for line in lines if "01 Dec" in line]
    assert (lines[-1], shown.err) == ("1 record: 1 firm", "")


def test_a_picture_is_svg(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*SIMULATE, "--out", "plans.svg")
    assert shown.out == ""
    picture = ElementTree.parse(tmp_path / "plans.svg").getroot()
    assert picture.tag.endswith("svg")


def test_of_many_plans_the_first_are_drawn_and_the_others_counted(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 25)
    for format_ in ("timeline", "svg"):
        shown = drolang(*SIMULATE, "--format", format_)
        assert "and 5 more plans that are not drawn: --only ID draws one" in shown.out
        assert "A-19" in shown.out
        assert "A-20" not in shown.out


# ---- the same again


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_command_gives_the_same_bytes_in_every_process(format_: str, tmp_path: Path) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 5)
    command = [sys.executable, "-m", "dro_lang", *SIMULATE, "--fail-rate", "30%", "--format", format_]

    def output(hash_seed: str, *more: str) -> bytes:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        return subprocess.run([*command, *more], cwd=tmp_path, env=environment, capture_output=True, check=True).stdout

    assert output("1") == output("2")
    assert output("1") != output("1", "--seed", "1")


def test_a_record_does_not_depend_on_the_others(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 6)
    whole = objects(drolang(*SIMULATE, "--format", "ndjson"))
    lines = (tmp_path / "records.ndjson").read_text().splitlines(keepends=True)
    (tmp_path / "records.ndjson").write_text("".join([lines[4], lines[2]]))
    part = objects(drolang(*SIMULATE, "--format", "ndjson"))
    assert part == [event for id in ("A-4", "A-2") for event in whole if event["record_id"] == id]
    checks = {event["at"] for event in whole if event.get("step") == "Call.call" and event.get("to") == "completed"}
    assert len(checks) == 6


# ---- what goes wrong


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("records", "code"), [(GOOD, 0), (RECORDS, Exit.PROBLEMS), ("", 0)], ids=["good", "bad", "none"]
)
def test_the_exit_code_says_whether_every_record_got_a_plan(
    records: str, code: int, format_: str, drolang: Shell, tmp_path: Path
) -> None:
    written(tmp_path)
    (tmp_path / "records.ndjson").write_text(records, encoding="utf-8")
    shown = drolang(*SIMULATE, "--format", format_)
    assert shown.code == code
    assert (tmp_path / "records.rejects.ndjson").exists() == (records == RECORDS)
    printed = shown.out
    drolang(*SIMULATE, "--format", format_, "--out", "out")
    assert (tmp_path / "out").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--takes", "people"), "error: --takes `people`: `people` says nothing: write it like `people=about 1 day`\n"),
        (("--takes", "Colections=1d"), "error: --takes `Colections=1d`: there is no `Colections` in the plan"),
        (("--fail-rate", "120%"), "error: --fail-rate `120%`: `120%` is not between 0% and 100%\n"),
        (("--outcome", "check=failed"), "error: --outcome `check=failed`: `Write.check` is done by a person"),
        (("--outcome", "mail=failed@60%", "--outcome", "mail=open@60%"), "error: --outcome: what is assumed of"),
        (("--result", "check.x=1"), "error: --result `check.x=1`: `Write.check` gives no `x`; there is none"),
        (("--offline", "Erp"), "error: --offline `Erp`: the plan calls no integration `Erp`; there is none"),
        (("--until", "2026-11-01"), "error: time cannot go back"),
        (("--until", "2126-12-31"), "error: --until 2126-12-31 is more than a hundred years after the day of the run"),
        (("--seed", "x"), "error: Invalid value for '--seed'"),
        (("--out", "plans.png"), "error: `plans.png` is not the name of a file that can be made (.txt, .svg, .json, "),
        (("--out", "records.ndjson"), "error: --out `records.ndjson` is an input, and would be overwritten"),
        (("--records", "nowhere.csv"), "error: `nowhere.csv` cannot be read: no such file"),
    ],
)
def test_misuse_is_told_before_anything_is_written(
    arguments: tuple[str, ...], said: str, drolang: Shell, tmp_path: Path
) -> None:
    written(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    shown = drolang(*SIMULATE, *arguments)
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert shown.err.startswith(said)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_until_has_to_be_said(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang("simulate", "plan.dro", "--records", "records.ndjson")
    assert shown.code == Exit.USAGE
    assert shown.err.startswith("error: Missing option '--until'.")


def test_an_interrupt_leaves_whole_lines_and_whole_records(tmp_path: Path) -> None:
    written(tmp_path)
    many(tmp_path / "records.ndjson", 20_000)
    running = process(*SIMULATE, "--format", "ndjson", "--out", "out", folder=tmp_path)
    out = tmp_path / "out"
    waited = time.monotonic() + 60
    while not (out.exists() and out.stat().st_size) and time.monotonic() < waited:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert (running.returncode, said) == (Exit.INTERRUPTED, b"\ninterrupted\n")
    text = out.read_text(encoding="utf-8")
    assert text.endswith("\n")
    told = [json.loads(line) for line in text.splitlines()]
    assert told[-1]["event"] == "plan"
    assert told[-1]["to"] == "completed"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("format_", FORMATS)
def test_a_full_disk_is_told_with_the_name_of_the_output(format_: str, drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*SIMULATE, "--format", format_, "--out", "/dev/full")
    assert shown.code == Exit.PROBLEMS
    assert shown.err == "error: cannot write to /dev/full: No space left on device\n"


def test_the_picture_of_the_documentation_is_what_its_command_draws(drolang: Shell) -> None:
    dunning, docs = ROOT / "examples" / "dunning", ROOT / "docs"
    text = (docs / "simulate.md").read_text(encoding="utf-8")
    command = text.split("The picture is made by\n\n    drolang ")[1].split("\n\n")[0].replace("\\\n", " ").split()
    arguments = [str(dunning / word) if (dunning / word).is_file() else word for word in command]
    assert drolang(*arguments).code == 0
    assert Path("simulate.svg").read_text(encoding="utf-8") == (docs / "simulate.svg").read_text(encoding="utf-8")


def test_a_script_is_done_to_every_plan(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "christmas").write_text("advance to 2026-12-18\ncomplete Write.check\n")
    arguments = (*SIMULATE, "--takes", "people=never", "--format", "ndjson", "--script")
    told = objects(drolang(*arguments, "christmas"))
    done = [event["at"] for event in told if event.get("to") == "completed" and event.get("step") == "Write.check"]
    assert done == ["2026-12-18T00:00:00+01:00"] * 2
    (tmp_path / "christmas").write_text("advance to 2026-12-18\ncomplete Write.chekc\n")
    shown = drolang(*arguments, "christmas")
    assert (shown.code, shown.out) == (Exit.PROBLEMS, "")
    assert "--> christmas:2:16" in shown.err
    (tmp_path / "christmas").write_text("expect plan completed\n")
    shown = drolang(*arguments, "christmas")
    assert (shown.code, shown.err) == (
        Exit.USAGE,
        "error: --script `christmas`: line 1: `expect plan completed` belongs in a test, not in a script\n",
    )
    assert drolang(*arguments, "nowhere").code == Exit.USAGE
