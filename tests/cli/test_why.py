"""`drolang why`: what decided about one record."""

import json
from pathlib import Path

from dro_lang.cli.output import Exit
from tests.cli.plans import PLAN, RECORDS, written
from tests.cli.shell import Shell

ASK = ("why", "plan.dro", "--records", "records.ndjson", "--today", "2026-12-01")

DOCUMENTED = (
    PLAN.replace("plan Remind", "/// Chase what is due.\nplan Remind")
    .replace("  scenario firm", "  /// Only where it matters.\n  scenario firm")
    .replace("group Call", "/// Somebody calls.\ngroup Call")
    .replace("  step call", "  /// By telephone.\n  step call")
)


def test_the_whole_story_of_a_record(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "plan.dro").write_text(DOCUMENTED)
    shown = drolang(*ASK, "--until", "2026-12-24", "--id", "A-2")
    assert (shown.code, shown.err) == (Exit.OK, "")
    assert shown.out == (
        "A-2  Größe: firm  In Progress\n"
        "\nplan Remind (choose every matching)\n"
        "  /// Chase what is due.\n"
        "\n  gentle does not match\n"
        "    false  risk = Low    risk = High\n"
        "\n  firm matches\n"
        "    /// Only where it matters.\n"
        "    true   risk = High and due_date >= 2026-12-01\n"
        "    true     risk = High               risk = High\n"
        "    true     due_date >= 2026-12-01    due_date = 2026-12-20\n"
        "    true   unless gentle\n"
        "\ngroup Write\n"
        "\n  Write.mail  Skipped  2026-12-15\n"
        "    `email is known` is false\n"
        "    starts 5 days before due_date\n"
        "    only if\n"
        "      false  email is known    email unknown\n"
        "\n  Write.check [I-1]  Ready  2026-12-15\n"
        "    waits for somebody of Collections to take it\n"
        "\n  Write.check [I-2]  Ready  2026-12-15\n"
        "    waits for somebody of Collections to take it\n"
        "\ngroup Call\n"
        "  /// Somebody calls.\n"
        "\n  Call.call  Ready  2026-12-23 09:30\n"
        "    /// By telephone.\n"
        "    waits for ann@example.com to take it\n"
        "    starts 3 days after due_date at 09:30\n"
    )


def test_many_items_that_stand_alike_are_told_as_one(drolang: Shell, tmp_path: Path) -> None:
    plan, records = written(tmp_path)
    text = plan.read_text(encoding="utf-8").replace("  id : Id\n}", "  id : Id\n  days : Integer\n}")
    text = text.replace("    after  mail\n", "    after  mail\n    only if item.days > 5\n")
    plan.write_text(text, encoding="utf-8")
    record = json.loads(RECORDS.splitlines()[0])
    invoices = [{"id": f"I-{number}", "days": number} for number in range(40)]
    records.write_text(json.dumps({**record, "invoices": invoices}), encoding="utf-8")
    asked = (*ASK, "--until", "2026-12-24", "--id", "A-1")
    told = drolang(*asked).out
    assert told.count("Write.check") == 6 + 1  # those of five days and less, and the others together
    assert "\n  Write.check [I-5]  Skipped  2026-12-15\n" in told
    assert told.endswith(
        "\n  Write.check [34 items]  Ready  2026-12-15\n"
        "    waits for somebody of Collections to take it\n"
        '    only if, as for item "I-6"\n'
        "      true   item.days > 5    item.days = 6\n"
    )
    assert len(json.loads(drolang(*asked, "--format", "json").out)["steps"]) == 41
    run = drolang("run", *ASK[1:], "--until", "2026-12-24", "--only", "A-1", "--why").out
    assert run.endswith(
        '\n  Write.check [34 items] only if, as for item "I-6"\n    true   item.days > 5    item.days = 6\n'
    )


def test_the_story_as_an_object_is_that_of_run_with_the_documentation(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "plan.dro").write_text(DOCUMENTED)
    told = json.loads(drolang(*ASK, "--id", "A-2", "--format", "json").out)
    run = drolang("run", *ASK[1:], "--only", "A-2", "--why", "--format", "ndjson")
    assert told.pop("documentation") == {
        "plan": "Chase what is due.",
        "scenarios": {"firm": "Only where it matters."},
        "groups": {"Call": "Somebody calls."},
        "steps": {"Call.call": "By telephone."},
    }
    assert told == json.loads(run.out)


def test_a_record_without_a_plan(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*ASK, "--id", "A-3")
    assert shown.code == Exit.PROBLEMS
    assert shown.out.startswith("A-3  Gamma: no plan (R0202)\n")
    assert "    false  risk = Low    risk = Medium\n" in shown.out


def test_a_record_that_does_not_fit(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*ASK, "--id", "A-4")
    assert shown.code == Exit.PROBLEMS
    assert shown.out.startswith("A-4: no plan (R0103)\n  R0103: `due_date`: ")


def test_of_several_that_match_the_first_is_taken(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "plan.dro").write_text(
        PLAN.replace("every matching scenario", "first matching scenario")
        .replace("risk = High and ", "")
        .replace("    unless gentle\n", "")
    )
    assert "  firm matches, but gentle comes first\n" in drolang(*ASK, "--id", "A-1").out


def test_an_id_that_no_record_has(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang(*ASK[:2], "--record", "records.ndjson", "--id", "A-11")
    assert (shown.code, shown.out) == (Exit.PROBLEMS, "")
    assert shown.err == "error: no record has the id `A-11`; did you mean `A-1`?\n"
