"""`drolang prove`: every promise with its verdict, and records that a test can take as they stand."""

import json
from pathlib import Path
from typing import Any

import pytest

from dro_lang.cli.output import Exit
from tests.cli.plans import PLAN, SECOND, written
from tests.cli.shell import Shell

EXACTLY = PLAN.replace("every matching", "exactly one")


def promise(out: str, text: str) -> list[str]:
    """The verdict on a promise, and the lines below it."""
    lines = out.splitlines()
    place = next(number for number, line in enumerate(lines) if text in line)
    below = []
    for line in lines[place + 1 :]:
        if not line.startswith(" " * 6):
            break
        below.append(line.strip())
    return [lines[place].split("  ")[1].strip(), *below]


def test_what_is_proved_and_a_summary(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang("prove", "plan.dro")
    assert (shown.code, shown.err) == (Exit.OK, "")
    assert promise(shown.out, "some record gets `firm`") == ["proved"]
    assert promise(shown.out, "in `gentle`: `Write.check` can run") == ["proved"]
    assert shown.out.endswith("7 promises: 7 proved, 0 refuted, 0 not proved\n")


def test_a_record_that_refutes_is_one_that_a_test_takes(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(EXACTLY)
    shown = drolang("prove", "plan.dro")
    assert shown.code == Exit.PROBLEMS
    verdict, today, given = promise(shown.out, "every record gets a scenario")
    assert verdict == "refuted"
    (tmp_path / "plan.dro").write_text(
        f'{PLAN}\ntest "a gap" for Remind {{\n{today}\n{given}\nexpect no scenario\n}}\n'
    )
    assert drolang("test", "plan.dro").code == Exit.OK


def test_a_wait_that_can_be_bypassed_is_refuted_with_the_way_there(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(PLAN.replace("after  mail", "after  mail completed"))
    shown = drolang("prove", "plan.dro")
    assert shown.code == Exit.PROBLEMS
    verdict, way, _, given = promise(shown.out, "in `gentle`: the wait of `Write.check` for `mail`")
    assert (verdict, way) == ("refuted", "`Write.mail` is skipped when `email is known` is false")
    assert "email" not in given


def test_a_step_that_cannot_run_is_refuted(drolang: Shell, tmp_path: Path) -> None:
    never = PLAN.replace("only if email is known", "only if due_date < due_date").replace('default(email, "")', '"x"')
    (tmp_path / "plan.dro").write_text(never.replace("after  mail", "after  mail completed"))
    shown = drolang("prove", "plan.dro")
    assert promise(shown.out, "in `gentle`: `Write.mail` can run") == [
        "refuted",
        "the condition of `Write.mail` never holds",
    ]
    assert promise(shown.out, "in `gentle`: `Write.check` can run")[0] == "refuted"


def test_one_order_is_told_as_a_note(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(PLAN)
    shown = drolang("prove", "plan.dro")
    assert promise(shown.out, "`gentle` can run in one order only: `Write.mail`, `Write.check`") == ["note"]


def test_json_has_records_as_they_are_read(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(EXACTLY + SECOND)
    shown = drolang("prove", "plan.dro", "--plan", "Remind", "--format", "json")
    found = json.loads(shown.out)
    assert (shown.code, found["plan"], found["summary"]["refuted"]) == (Exit.PROBLEMS, "Remind", 1)
    [refuted] = [each for each in found["promises"] if each["verdict"] == "refuted"]
    (tmp_path / "plan.dro").write_text(PLAN + SECOND)
    (tmp_path / "record.json").write_text(json.dumps([refuted["record"]]))
    run = drolang("run", "plan.dro", "--plan", "Again", "--records", "record.json", "--today", refuted["today"])
    assert run.code == Exit.OK, run.err


def test_which_plan_is_to_be_said_where_there_are_several(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(PLAN + SECOND)
    assert drolang("prove", "plan.dro").code == Exit.USAGE
    assert drolang("prove", "plan.dro", "--plan", "Again").code == Exit.OK
    assert drolang("prove", "nowhere.dro").code == Exit.USAGE


def test_other_mistakes_are_told_instead(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(PLAN.replace("queue Collections by", "queue Colections by"))
    shown = drolang("prove", "plan.dro")
    assert (shown.code, shown.out) == (Exit.PROBLEMS, "")
    assert "error[E0101]" in shown.err


ITEMS = PLAN.replace("id : Id\n}", "id    : Id\n  ready : Boolean\n  size  : Integer\n}", 1).replace(
    "run  Write", "run  Write as review"
)


@pytest.mark.parametrize(
    ("waits", "item"),
    [
        ("after check completed for the same item", {"ready": True}),
        ("after check completed for the same item only if item.size > 3", {"ready": True, "size": 4}),
        ("after check skipped for the same item only if item.size > 3", {"ready": False, "size": 4}),
        ("after check for the same item only if not item.ready", {"ready": False}),
        ("after any of check expired for the same item, mail completed only if item.ready", {"ready": True}),
        ("after check completed for the same item, mail completed", {"ready": True}),
        # What is found out about the item and what is asked of it are about the same one.
        ("after check completed for the same item only if not item.ready", None),
    ],
)
def test_a_step_that_waits_for_one_of_the_same_item_can_run(
    drolang: Shell, tmp_path: Path, waits: str, item: dict[str, Any] | None
) -> None:
    first = "only if item.ready\n    expires after 2 days"
    steps = f"after  mail\n    {first}\n  }}\n\n  step sign: manual for each item {{\n    {waits}"
    plan = ITEMS.replace("after  mail", steps)
    (tmp_path / "plan.dro").write_text(plan)
    shown = drolang("prove", "plan.dro", "--format", "json")
    [found] = [p for p in json.loads(shown.out)["promises"] if p["promise"] == "in `gentle`: `review.sign` can run"]
    assert found["verdict"] == ("not proved" if item is None else "proved"), shown.err
    if item is not None:
        assert any(item.items() <= each.items() for each in found["record"]["invoices"])


def test_every_section_names_groups_as_the_scenario_does(drolang: Shell, tmp_path: Path) -> None:
    plan = ITEMS.replace("run    Write, Call", "run    Write as review, Call")
    (tmp_path / "plan.dro").write_text(plan.replace("after  mail", "after  mail completed"))
    shown = drolang("prove", "plan.dro")
    assert promise(shown.out, "in `gentle`: the wait of `review.check` for `mail`")[0] == "refuted"
    assert "Write." not in shown.out
