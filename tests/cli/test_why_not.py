"""`drolang why-not`: the smallest change that would do it, checked by running it."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dro_lang.cli.output import Exit
from dro_lang.kernel.states import StepStatus
from dro_lang.pipeline import check_file
from dro_lang.runtime.run import run_record
from dro_lang.runtime.what_if import change_for_scenario, change_for_step, fits
from tests.cli.plans import PLAN, written
from tests.cli.shell import Shell

ASK = ("why-not", "plan.dro", "--records", "records.ndjson", "--today", "2026-12-01")
TODAY = date(2026, 12, 1)


def test_one_value_and_what_stands_in_the_way(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*ASK, "--id", "A-3", "--scenario", "firm")
    assert (shown.code, shown.err) == (Exit.OK, "")
    assert shown.out == (
        "A-3 does not get `firm`\n"
        "    false  risk = High and due_date >= 2026-12-01\n"
        "    false    risk = High               risk = Medium\n"
        "    true     due_date >= 2026-12-01    due_date = 2026-12-20\n"
        "    true   unless gentle\n"
        "\n"
        "it would, if 1 value was different:\n"
        "    risk  = High  (it is Medium)\n"
        "\n"
        "checked by running the changed record\n"
    )


def test_two_values_in_an_object(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "plan.dro").write_text(PLAN.replace("2026-12-01", "2026-12-24"))
    told = json.loads(drolang(*ASK, "--id", "A-1", "--scenario", "firm", "--format", "json").out)
    assert (told["answer"], told["ruled_out_up_to"], told["asked"]) == ("change", 1, {"scenario": "firm"})
    assert told["changes"] == [
        {"attribute": "due_date", "from": "2026-12-20", "to": "2026-12-24"},
        {"attribute": "risk", "from": "Low", "to": "High"},
    ]


def test_a_step_that_is_skipped(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*ASK, "--id", "A-2", "--step", "Write.mail", "--until", "2026-12-24")
    assert '    email  = "email"  (it is unknown)\n' in shown.out


def test_a_step_in_a_state_by_a_day(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    asked = ("--id", "A-2", "--step", "Call.call", "--state", "ready", "--until", "2026-12-10")
    assert "    due_date  = 2026-12-06  (it is 2026-12-20)\n" in drolang(*ASK, *asked).out


ITEMS = (
    PLAN.replace("  id : Id\n}", "  id : Id\n  disputed : Boolean\n}")
    .replace("    after  mail\n", "    after   mail\n    only if not item.disputed\n")
    .replace("when risk = Low", "when all(invoices where not item.disputed)")
)
RECORD = {
    "id": "A-1", "name": "Acme", "start_date": "2026-12-01", "due_date": "2026-12-02", "risk": "High",
    "invoices": [{"id": "I-1", "disputed": False}, {"id": "I-2", "disputed": True}],
}  # fmt: skip


def test_a_value_of_an_item(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(ITEMS)
    (tmp_path / "records.ndjson").write_text(json.dumps(RECORD))
    wanted = "    invoices[I-2].disputed  = false  (it is true)\n"
    assert wanted in drolang(*ASK, "--id", "A-1", "--scenario", "gentle").out
    step = ("--step", "Write.check", "--until", "2026-12-05")
    assert wanted in drolang(*ASK, "--id", "A-1", *step, "--item", "I-2").out
    assert "A-1 runs `Write.check [I-1]` already\n" in drolang(*ASK, "--id", "A-1", *step, "--item", "I-1").out


def test_what_an_earlier_step_needs_is_changed_too(drolang: Shell, tmp_path: Path) -> None:
    steps = (("sent", "mail"), ("told", "sent"))
    more = "".join(f"  step {name}: milestone {{\n    after {before} completed\n  }}\n\n" for name, before in steps)
    written(tmp_path)
    (tmp_path / "plan.dro").write_text(PLAN.replace("  step check", f"{more}  step check"), encoding="utf-8")
    shown = drolang(*ASK, "--id", "A-2", "--step", "Write.told", "--until", "2026-12-24")
    assert '    email  = "email"  (it is unknown)\n' in shown.out


def test_what_an_earlier_step_needs_of_the_same_item_is_changed_too(drolang: Shell, tmp_path: Path) -> None:
    after = "  step paid: manual for each item {\n    after check completed for the same item\n  }\n"
    # No scenario looks at the items.
    plan = ITEMS.replace("all(invoices where not item.disputed)", "risk = Low")
    (tmp_path / "plan.dro").write_text(plan.replace("  step check", f"{after}\n  step check"))
    (tmp_path / "records.ndjson").write_text(json.dumps(RECORD))
    step = ("--step", "Write.paid", "--item", "I-2", "--until", "2026-12-05")
    assert "    invoices[I-2].disputed  = false  (it is true)\n" in drolang(*ASK, "--id", "A-1", *step).out


def test_what_is_so_already(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*ASK, "--id", "A-1", "--scenario", "gentle")
    assert shown.code == Exit.OK
    assert shown.out.startswith("A-1 gets `gentle` already\n")


def test_what_no_record_does(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "plan.dro").write_text(PLAN.replace("due_date >= 2026-12-01", "today >= 2027-01-01"))
    shown = drolang(*ASK, "--id", "A-1", "--scenario", "firm")
    assert shown.code == Exit.PROBLEMS
    assert shown.out.endswith("no record does, whatever its values, on that day\n")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((), "error: ask for one of --scenario and --step"),
        (("--scenario", "gentel"), "error: there is no scenario `gentel`; did you mean `gentle`?"),
        (("--step", "Write.mial"), "error: there is no step `Write.mial`; did you mean `Write.mail`?"),
        (("--step", "Write.check", "--item", "I-9"), "error: there is no item `I-9`; there is none"),
        (("--scenario", "gentle", "--state", "ready"), "error: --item and --state tell more about a --step"),
    ],
)
def test_misuse(asked: tuple[str, ...], said: str, drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*ASK, "--id", "A-1", *asked)
    assert (shown.code, shown.out, shown.err.splitlines()[0]) == (Exit.USAGE, "", said)


@given(
    risk=st.sampled_from(["Low", "Medium", "High"]),
    email=st.none() | st.just("a@b.example"),
    due=st.integers(-10, 30).map(lambda days: TODAY + timedelta(days=days)),
    disputed=st.lists(st.booleans(), max_size=2),
    until=st.integers(0, 20).map(lambda days: TODAY + timedelta(days=days)),
    wanted=st.sampled_from(["gentle", "firm", ("Write", "mail"), ("Write", "check"), ("Call", "call")]),
    state=st.none() | st.sampled_from([StepStatus.COMPLETED, StepStatus.SKIPPED, StepStatus.READY]),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_answer_always_holds_when_it_is_run(
    tmp_path: Path, risk: str, email: str | None, due: date, disputed: list[bool], until: date,
    wanted: str | tuple[str, str], state: StepStatus | None,
) -> None:  # fmt: skip
    path = tmp_path / "plan.dro"
    path.write_text(ITEMS)
    program = check_file(path).program
    assert program is not None
    plan = program.plans["Remind"]
    items = tuple({"id": f"I-{number}", "disputed": each} for number, each in enumerate(disputed))
    row = {
        "id": "A-1", "name": "Acme", "start_date": TODAY, "due_date": due, "risk": risk, "email": email,
        "invoices": items,
    }  # fmt: skip
    if isinstance(wanted, str):
        answer = change_for_scenario(program, plan, row, TODAY, wanted)
    else:
        answer = change_for_step(program, plan, row, TODAY, until, wanted, None, state)
    for found in answer.found:
        outcome = run_record(program, plan.name, found.row, TODAY, until)
        if isinstance(wanted, str):
            assert wanted in outcome.scenarios
        else:
            assert any(fits(step, *wanted, None, state) for step in outcome.steps)
        assert len(found.changes) >= 1
