"""The commands of operators, on a store that a worker has left."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dro_lang.cli.output import Exit
from dro_lang.cli.report.cells import Painter, label
from dro_lang.cli.report.operations.one_plan import plan_lines
from dro_lang.kernel.events import Complete
from dro_lang.runtime.embedded.requests import Submit
from dro_lang.runtime.embedded.residents import Residents
from dro_lang.runtime.operations.plan_view import plan_view
from tests.cli.shell import Outcome, Shell, process
from tests.cli.stores import filled
from tests.kernel.builders import after, at, case, due, group, hours, manual, milestone, program, wait
from tests.runtime.embedded.builders import MORNING, House

Office = Callable[..., Outcome]


@pytest.fixture
def office(drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Commands in the folder of a new plan, with a store."""
    drolang("new", "reminders")
    monkeypatch.chdir(tmp_path / "reminders")
    filled(tmp_path / "reminders")
    return drolang


def objects(outcome: Outcome) -> list[dict[str, Any]]:
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_plans_are_listed_below_their_names(office: Office) -> None:
    shown = office("plans")
    assert (shown.code, shown.out, shown.err) == (
        Exit.OK,
        "\nReminders: 3 plans\n"
        "  A-1  Acme   In Progress  0/3\n"
        "  A-2  Beta   In Progress  2/3  2027-01-01\n"
        "  A-3  Gamma  Completed    1/1\n",
        "3 plans\n",
    )


@pytest.mark.parametrize(
    ("filter", "ids"),
    [
        ("--state completed", ["A-3"]),
        ("--step-state fatally-failed", ["A-1"]),
        ("--error BOUNCED", ["A-1"]),
        ("--search ga", ["A-3"]),
        ("--scenario large", ["A-1"]),
        ("--sort next", ["A-2"]),
        ("--sort name --reverse", ["A-3", "A-2", "A-1"]),
        ("--submitted-before 2026-11-01", []),
        ("--object Account --record A-2", ["A-2"]),
        ("--limit 2", ["A-1", "A-2"]),
    ],
)
def test_plans_are_narrowed_and_sorted(filter: str, ids: list[str], office: Office) -> None:
    shown = office("plans", *filter.split(), "--format", "ndjson")
    assert [plan["plan_id"] for plan in objects(shown)] == ids
    assert json.loads(office("plans", *filter.split(), "--format", "json").out) == objects(shown)


def test_a_page_names_the_place_at_which_the_next_one_begins(office: Office) -> None:
    first = office("plans", "--limit", "2")
    assert first.err.startswith("2 of 3 plans; more with --after ")
    place = first.err.split("--after ")[1].split(",")[0]
    assert office("plans", "--after", place).out == "\nReminders: 1 plan\n  A-3  Gamma  Completed  1/1\n"
    assert office("plans", "--after", place, "--sort", "name").err == (
        "error: --after: the cursor is that of a list that is sorted otherwise\n"
    )


def test_a_plan_is_shown_with_its_steps_and_why(office: Office) -> None:
    shown = office("plan", "A-1").out
    assert "reminder       Fatally Failed  2026-12-15    failed with BOUNCED\n" in shown
    assert "notice         Pending         2026-12-20    waits for Remind.reminder\n" in shown
    why = office("plan", "A-1", "--why").out
    assert "\n\nwhy A-1 gets" in why
    assert "\n\n\n" not in why
    assert "true   balance >= 500 EUR    balance = 900 EUR" in why
    [document] = [json.loads(office("plan", "A-1", "--format", "json").out)]
    assert [step["state"] for step in document["step_list"]] == ["fatally_failed", "pending", "pending"]
    assert document["step_list"][1]["waits"][0]["steps"][0]["step"] == "reminder"


def test_many_items_of_a_plan_that_stand_alike_are_shown_as_one() -> None:
    tasks = group("G", manual("check", per_item=True, due=due(hours(20))), milestone("done", after("check")))
    house = House(program(tasks))
    house.engine.submit(Submit(house.hash, "P", case(*(f"p{number}" for number in range(20)), id="C-1")))
    house.engine.run_due()
    for minute, item in enumerate(("p3", "p7")):
        house.clock.set(MORNING + timedelta(minutes=minute))
        house.engine.send("C-1", Complete(MORNING, at("G.check", item), {}, "ann"))
    view = plan_view(house.store, Residents(house.store), "C-1")
    *_, title, ready, one, other, done = plan_lines(view, Painter(120, color=False))
    assert [" ".join(line.split()) for line in (title, ready, one, other, done)] == [
        "G",
        "○ check [18 items] Ready 2026-03-02 08:00 due 2026-03-03 04:00 waits for somebody to take it",
        "✓ check [p3] Completed 2026-03-02 08:00 due 2026-03-03 04:00",
        "✓ check [p7] Completed 2026-03-02 08:01 due 2026-03-03 04:00",
        "· done Pending waits for G.check",
    ]


def test_steps_of_compensations_are_told_apart() -> None:
    assert label(at("Undo.call", "I-1")._replace(copy=2)) == "Undo.call #2 [I-1]"
    assert label(at("Remind.call")) == "Remind.call"


def test_what_is_due_one_after_the_other_is_told_by_what_is_due_first() -> None:
    check = manual("check", after(wait("open", same=True)), per_item=True, due=due(hours(20)))
    house = House(program(group("G", manual("open", per_item=True), check)))
    items = [f"p{number}" for number in range(20)]
    house.engine.submit(Submit(house.hash, "P", case(*items, id="C-1")))
    house.engine.run_due()
    for step, order in (("G.open", items), ("G.check", reversed(items))):
        for item in order:
            house.clock.set(house.clock.now() + timedelta(minutes=1))
            house.engine.send("C-1", Complete(house.clock.now(), at(step, item), {}, "ann"))
    view = plan_view(house.store, Residents(house.store), "C-1")
    assert [" ".join(line.split()) for line in list(plan_lines(view, Painter(120, color=False)))[-2:]] == [
        "✓ open [20 items] Completed 2026-03-02",
        "✓ check [20 items] Completed 2026-03-02 due from 2026-03-03 04:01",
    ]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_no_defect(day: str, office: Office) -> None:
    """Where they are no moment, as clocks go here, that is said."""
    shown = office("steps", "--due-before", day)
    assert shown.code == Exit.OK or f"`{day}` is no moment" in shown.err


def test_a_plan_that_is_not_there_is_told_with_one_that_is(office: Office) -> None:
    assert office("plan", "A-9").err == "error: there is no plan `A-9` in the store; did you mean `A-1`?\n"
    assert office("plan", "").err == "error: there is no plan `` in the store; `drolang plans` lists them\n"
    assert office("history", "A-9").code == Exit.PROBLEMS
    assert office("retry", "A-9", "Remind.reminder").err.startswith("error: there is no plan `A-9`")


def test_names_that_nothing_has_are_told_with_those_that_are_meant(office: Office) -> None:
    told = "no program in the store has "
    assert office("plans", "--plan", "reminder").err == told + "a plan `reminder`: did you mean `Reminders`?\n0 plans\n"
    assert office("plans", "--scenario", "large", "--queue", "collection").err == (
        told + "a queue `collection`: did you mean `Collections`?\n0 plans\n"
    )
    assert office("steps", "--step", "Remid.notice").err.startswith(told + "a group `Remid`: did you mean `Remind`?\n")
    shown = office("retry", "--target", "SendMail", "--step", "zzz", "--yes")
    assert (shown.code, shown.err.splitlines()) == (
        Exit.OK,
        [
            told + "a step `zzz`",
            told + "an action or integration `SendMail`: did you mean `SendEmail`?",
            "nothing to retry: no step that is meant can be",
        ],
    )
    assert office("plans", "--plan", "Reminders", "--state", "frozen").err == "0 plans\n"


@pytest.mark.parametrize(("format", "nothing"), [("json", "[]\n"), ("ndjson", "")])
def test_names_that_nothing_has_are_told_beside_json(format: str, nothing: str, office: Office) -> None:
    told = "no program in the store has "
    for command, hint in (
        (("plans", "--plan", "reminder"), "a plan `reminder`: did you mean `Reminders`?\n"),
        (("steps", "--step", "Remid.notice"), "a group `Remid`: did you mean `Remind`?\n"),
        (("tasks", "--queue", "collection"), "a queue `collection`: did you mean `Collections`?\n"),
    ):
        shown = office(*command, "--format", format)
        assert (shown.code, shown.out, shown.err) == (Exit.OK, nothing, told + hint)
    shown = office("retry", "--step", "zzz", "--yes", "--format", format)
    assert (shown.code, shown.out) == (Exit.OK, nothing)
    assert shown.err.startswith(told + "a step `zzz`\n")
    assert (
        told + "a plan `reminder`: did you mean `Reminders`?\n" in office("store", "export", "--plan", "reminder").err
    )
    assert office("plans", "--plan", "Reminders", "--state", "frozen", "--format", format).err == ""


def test_a_step_that_a_plan_does_not_have_is_told(office: Office) -> None:
    shows = "`drolang plan A-1` shows its steps\n"
    assert office("history", "A-1", "notic").err == f"error: plan A-1 has no step `notic`; {shows}"
    assert office("history", "A-1", "Remind.notice", "--item", "I-1").err == (
        f'error: plan A-1 has no step `Remind.notice` for item "I-1"; {shows}'
    )
    assert office("history", "A-1", "--item", "I-1").err == f'error: plan A-1 has no item "I-1"; {shows}'
    assert (office("history", "A-1", "call_customer").code, office("steps", "A-9").code) == (Exit.OK, Exit.PROBLEMS)


def test_what_cannot_be_completed_is_not_refused_for_its_results(office: Office) -> None:
    for more in ((), ("--dry-run",)):
        assert office("complete", "A-1", "notice", *more).out == "A-1  Remind.notice  refused  it is pending\n"
        assert "`message_id`: a value is required" in office("complete", "A-1", "reminder", *more).out


def test_steps_are_listed_below_their_plans(office: Office) -> None:
    assert office("steps").out == (
        "\nA-1  Acme  (Reminders)\n"
        "  Remind.reminder  Fatally Failed  2026-12-15    SendEmail  BOUNCED\n"
        "\nA-2  Beta  (Reminders)\n"
        "  Remind.call_customer  Scheduled  2026-12-18\n"
    )
    completed = objects(office("steps", "--state", "completed", "--format", "ndjson"))
    assert [(step["plan_id"], step["step"]) for step in completed] == [("A-3", "settled")]
    assert [step["step"] for step in objects(office("steps", "A-1", "--state", "pending", "--format", "ndjson"))] == [
        "notice",
        "call_customer",
    ]
    assert office("steps", "--state", "completed", "--sort", "due").code == Exit.USAGE


def test_a_history_tells_who_did_what(office: Office) -> None:
    office("complete", "A-1", "Remind.reminder", "--result", "message_id=by-hand", "--as", "ada")
    last = objects(office("history", "A-1", "Remind.reminder", "--last", "1", "--format", "ndjson"))[0]
    assert (last["what"], last["to"], last["by"]) == ("step", "completed", "ada")
    assert "Remind.reminder  Completed       ada" in office("history", "A-1").out
    assert len(office("history", "A-1", "--last", "2").out.splitlines()) == 2


def test_one_is_done_and_another_refused_and_both_are_told(office: Office) -> None:
    shown = office("retry", "--state", "fatally-failed", "--state", "scheduled", "--yes")
    assert (shown.code, shown.err) == (Exit.PROBLEMS, "1 step retried, 1 refused\n")
    assert shown.out == ("A-1  Remind.reminder       retried\nA-2  Remind.call_customer  refused  it is scheduled\n")


def test_a_dry_run_changes_nothing(office: Office) -> None:
    before = office("history", "A-1").out
    foreseen = objects(office("retry", "--all", "--dry-run", "--format", "ndjson"))
    step = {"group": "Remind", "step": "reminder", "item": None, "copy": 0}
    assert foreseen == [{"plan_id": "A-1", **step, "done": True, "reason": None, "dry_run": True}]
    assert office("history", "A-1").out == before


def test_what_is_not_said_is_not_guessed(office: Office) -> None:
    shown = office("retry")
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert "--all" in shown.err
    assert office("freeze").code == Exit.USAGE
    assert office("set", "A-1").code == Exit.USAGE
    assert office("freeze", "A-1", "--plan", "Reminders").err == "error: name plans, or give a filter, not both\n"


def test_a_filter_that_means_nothing_is_no_error(office: Office) -> None:
    shown = office("retry", "--error", "OTHER", "--yes")
    assert (shown.code, shown.err) == (Exit.OK, "nothing to retry: no step that is meant can be\n")


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ([], "`message_id`: a value is required, and there is none"),
        (["mesage_id=1"], "`mesage_id` is no result of step reminder: did you mean `message_id`?"),
        (["message_id=1", '{"message_id": "2"}'], "error: `message_id` is given twice"),
        (["{"], "error: `{` cannot be read: not JSON"),
        (["message_id"], "error: `message_id` is neither NAME=VALUE nor an object in JSON"),
    ],
)
def test_results_are_checked(results: list[str], said: str, office: Office) -> None:
    options = [part for result in results for part in ("--result", result)]
    shown = office("complete", "A-1", "reminder", *options)
    assert said in " ".join((shown.out + shown.err).split())  # tables break lines
    assert shown.code in (Exit.PROBLEMS, Exit.USAGE)
    assert "fatally_failed" in office("steps", "A-1", "--format", "ndjson").out


def test_a_plan_is_frozen_amended_canceled_and_goes_on(office: Office) -> None:
    assert office("amend", "A-1", "balance=250").out == "A-1  refused  the plan is in progress, not frozen\n"
    assert office("freeze", "A-1", "--as", "ada").out == "A-1  frozen\n"
    assert office("amend", "A-1", "balance=250").out == "A-1  amended\n"
    assert json.loads(office("plan", "A-1", "--format", "json").out)["record"]["balance"] == "250 EUR"
    assert office("cancel", "--state", "frozen", "--yes").out == "A-1  canceled\n"
    assert office("unfreeze", "A-1").code == Exit.OK
    assert [plan["state"] for plan in objects(office("plans", "--search", "A-1", "--format", "ndjson"))] == [
        "completed"
    ]


def test_a_plan_is_freezing_until_what_runs_has_come_back(office: Office) -> None:
    # What the retry asks for waits for a worker, and so does the plan.
    assert office("retry", "A-1", "reminder").code == Exit.OK
    shown = office("freeze", "A-1", "A-2", "A-9")
    assert shown.out == ("A-1  freezing\nA-2  frozen\nA-9  refused   there is no such plan\n")
    assert shown.err == "1 plan frozen, 1 freezing until what runs has come back, 1 refused\n"
    assert office("amend", "A-1", "balance=250").out == "A-1  refused  the plan is freezing, not frozen\n"


@pytest.mark.parametrize(
    "command",
    [
        ("plans", "--sort", "updated", "--search", "Z"),
        ("steps", "--sort", "since", "--state", "on-hold"),
        ("tasks", "--assignee", "eve"),
    ],
)
def test_an_empty_list_has_no_head(command: tuple[str, ...], office: Office) -> None:
    shown = office(*command)
    assert shown.out == ""
    assert shown.err.startswith("0 ")


def test_data_is_set_for_all_that_are_meant(office: Office) -> None:
    shown = office("set", "--plan", "Reminders", '{"due_date": "2027-02-01"}', "--yes")
    assert shown.out == "A-1  changed\nA-2  changed\n"
    assert objects(office("steps", "A-2", "--format", "ndjson"))[0]["state"] == "scheduled"
    assert office("set", "A-1", "due_date=1.2.2027").code == Exit.PROBLEMS


def test_the_inbox_is_claimed_assigned_and_completed(office: Office) -> None:
    assert office("tasks").err == "0 tasks\n"
    assert office("tasks", "assign", "bob", "A-2", "call_customer").out.endswith("refused  it is scheduled\n")
    assert office("set", "A-2", "due_date=2026-11-01").code == Exit.OK
    [task] = objects(office("tasks", "--format", "ndjson"))
    assert (task["plan_id"], task["state"], task["queue"]) == ("A-2", "ready", "Collections")
    # The configuration has members of the queue.
    assert office("tasks", "queues").out.splitlines()[1] == "Collections  1      0          0"
    assert office("tasks", "assign", "bob", "--queue", "Collections", "--yes").err == "1 step assigned\n"
    assert "bob" in office("tasks").out
    assert office("tasks", "list", "--mine", "--as", "ada").err == "0 tasks\n"
    assert office("tasks", "claim", "A-2", "call_customer", "--as", "ada").code == Exit.OK
    assert office("tasks", "claim", "A-2", "call_customer", "--as", "bob").out.endswith("it is in progress\n")
    assert office("tasks", "complete", "--assignee", "ada", "--yes").err == "1 step completed\n"
    assert office("plan", "A-2").out.startswith("A-2  Beta  Completed\n")


def test_integrations_of_no_program_are_refused(office: Office) -> None:
    shown = office("integration", "offline", "Erp")
    assert (shown.code, shown.err) == (Exit.PROBLEMS, "error: no program in the store has an integration `Erp`\n")
    assert office("integration").err == "no program in the store has an integration\n"


@pytest.mark.parametrize("command", ["plans", "plan X", "steps", "tasks", "history X", "retry --all", "integration"])
def test_what_is_no_store_is_told_with_what_to_do(command: str, office: Office) -> None:
    shown = office(*command.split(), "--store", "missing.db")
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert shown.err.startswith("error: there is no store `missing.db` (R0401)\n  help: ")
    assert office(*command.split(), "--store", "plan.dro").err.startswith("error: `plan.dro` is no database (R0403)")


def test_the_configuration_names_the_store(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "reminders"
    (folder / "plans.db").rename(folder / "other.db")
    (folder / "drolang.toml").write_text('store = "other.db"\n')
    assert office("plans").err == "3 plans\n"


def test_a_bulk_change_is_asked_for_on_a_terminal(tmp_path: Path, office: Office) -> None:
    def answered(word: bytes) -> tuple[int, str]:
        parent, child = pty.openpty()
        command = [sys.executable, "-m", "dro_lang", "retry", "--all", "--color", "never"]
        running = subprocess.Popen(
            command, cwd=tmp_path / "reminders", stdin=child, stdout=subprocess.PIPE, stderr=child
        )
        os.close(child)
        os.write(parent, word + b"\n")
        assert running.stdout is not None
        out = running.stdout.read().decode()
        running.wait()
        said = os.read(parent, 4096).decode()
        os.close(parent)
        assert "retry 1 step? [y/N]" in said
        return running.returncode, out

    assert answered(b"n") == (Exit.INTERRUPTED, "")
    assert "fatally_failed" in office("steps", "A-1", "--format", "ndjson").out
    assert answered(b"y") == (Exit.OK, "A-1  Remind.reminder  retried\n")


def test_tables_have_colour_where_it_is_wanted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[" not in office("plans").out
    assert "\x1b[33mIn Progress\x1b[0m" in office("plans", "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in office("steps").out
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR")
    assert "\x1b[" not in office("steps").out


def test_a_worker_in_another_process_does_what_is_asked(office: Office, tmp_path: Path) -> None:
    worker = process("worker", "--store", "plans.db", folder=tmp_path / "reminders")
    try:
        assert worker.stderr is not None
        while b"carrying out" not in (line := worker.stderr.readline()):
            assert line, "the worker has ended"
        shown = office("set", "--plan", "Reminders", "balance=0", "--yes", "--as", "ada")
        assert (shown.code, shown.out) == (Exit.OK, "A-1  changed\nA-2  changed\n")
        assert office("freeze", "A-3").out == "A-3  refused  the plan is completed\n"
        assert "record           changed         ada     balance" in office("history", "A-1").out
        assert office("store", "backup", "backup.db").code == Exit.OK
        assert office("store", "check").code == Exit.OK
        assert "is held by" in office("store", "compact", "--archive", "done.ndjson").err
    finally:
        worker.terminate()
        worker.communicate(timeout=120)
    assert worker.returncode == 0


@pytest.mark.parametrize("id", ["A\nforged  Completed", "x" * 500])
def test_no_id_leaves_its_line_or_makes_a_table_wide(
    id: str, drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drolang("new", "reminders")
    folder = tmp_path / "reminders"
    monkeypatch.chdir(folder)
    records = [json.loads(line) for line in (folder / "records.ndjson").read_text().splitlines()]
    evil = [{**record, "id": f"{id}{number}"} for number, record in enumerate(records)]
    (folder / "records.ndjson").write_text("".join(json.dumps(record) + "\n" for record in evil))
    filled(folder)
    run = ("run", "plan.dro", "--records", "records.ndjson", "--today", "2026-12-01")
    shown = [office.out for office in (drolang(*run), drolang("plans"), drolang("steps"), drolang("plan", f"{id}0"))]
    for out in shown:
        assert out
        assert not any(line.strip().startswith("forged") for line in out.splitlines())
    assert all(len(line) < 200 for line in shown[1].splitlines())
