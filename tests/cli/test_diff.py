"""`drolang diff`: what it prints, what it gives to programs, and when its exit code warns."""

import json
from pathlib import Path

import pytest

from dro_lang.cli.output import Exit
from tests.cli.plans import PLAN, RECORDS, SECOND
from tests.cli.shell import Outcome, Shell

ONE = PLAN.replace("every matching scenario", "exactly one scenario").replace(
    "    when   risk = High and due_date >= 2026-12-01\n    unless gentle\n", "    otherwise\n"
)


@pytest.fixture
def compared(drolang: Shell, tmp_path: Path) -> Shell:
    def call(old: str, new: str, *options: str) -> Outcome:
        (tmp_path / "old.dro").write_text(old, encoding="utf-8")
        (tmp_path / "new.dro").write_text(new, encoding="utf-8")
        (tmp_path / "records.ndjson").write_text(RECORDS, encoding="utf-8")
        return drolang("diff", "old.dro", "new.dro", *options)

    return call


RECORD_OPTIONS = ("--records", "records.ndjson", "--today", "2026-12-01")


def test_records_that_move_with_their_steps(compared: Shell) -> None:
    shown = compared(ONE, ONE.replace("when risk = Low", "when risk in { Low, Medium }"))
    assert shown.out == (
        "plan Remind\n"
        "\n"
        "  records that move\n"
        "    records like risk = Medium\n"
        "      move from `firm` to `gentle`\n"
        "        - Call.call\n"
        "\n"
        "  scenarios\n"
        "    ~ gentle\n"
        "        when  risk = Low -> risk in { Low, Medium }\n"
        "\n"
        "  strands\n"
        "    `firm` to `gentle`: running plans may have Call.call\n"
    )
    assert (shown.code, shown.err) == (Exit.PROBLEMS, "")


def test_the_other_way_round_nothing_strands(compared: Shell) -> None:
    shown = compared(ONE.replace("when risk = Low", "when risk in { Low, Medium }"), ONE)
    assert shown.code == Exit.OK
    assert "        + Call.call\n" in shown.out
    assert "strands" not in shown.out


def test_what_becomes_of_records(compared: Shell) -> None:
    shown = compared(ONE, ONE.replace("when risk = Low", "when risk in { Low, Medium }"), *RECORD_OPTIONS)
    assert shown.out.split("records: ")[1] == (
        "4 records on 2026-12-01\n"
        "  1  gentle  as before\n"
        "  1  firm    as before\n"
        "  1  firm    -> gentle\n"
        "  1  R0103   as before\n"
        "\n"
        "  firm -> gentle: 1 record  strands\n"
        "    records  A-3\n"
        "    lose     Call.call\n"
    )
    assert shown.code == Exit.PROBLEMS


def test_records_in_an_object(compared: Shell) -> None:
    shown = compared(ONE, ONE.replace("when risk = Low", "when risk != High"), *RECORD_OPTIONS, "--format", "json")
    told = json.loads(shown.out)
    assert told["strands"]
    [move] = told["plans"][0]["moves"]
    assert (move["from"]["scenarios"], move["to"]["scenarios"]) == (["firm"], ["gentle"])
    assert told["records"]["changed"] == [
        {
            "record_id": "A-3",
            "from": {"scenarios": ["firm"], "error_code": None},
            "to": {"scenarios": ["gentle"], "error_code": None},
            "lost": ["Call.call"],
            "gained": [],
            "strands": True,
        }
    ]
    assert sum(each["records"] for each in told["records"]["counts"]) == 4


def test_a_record_that_gets_no_plan_any_more_strands(compared: Shell) -> None:
    first = ONE.replace("exactly one scenario", "first matching scenario")
    shown = compared(first, first.replace("    otherwise\n", "    when risk = High\n"), *RECORD_OPTIONS)
    assert "      move from `firm` to no scenario (R0202)\n" in shown.out
    assert "  firm -> no scenario (R0202): 1 record  strands\n    records  A-3\n" in shown.out
    assert shown.code == Exit.PROBLEMS


def test_a_required_attribute_that_records_do_not_have(compared: Shell) -> None:
    new = ONE.replace("  email      : Text optional", "  email      : Text optional\n  vip : Boolean")
    shown = compared(ONE, new, *RECORD_OPTIONS)
    assert "  ~ context Account\n      + vip  Boolean\n" in shown.out
    assert "  gentle -> R0102: 1 record  strands\n" in shown.out


def test_schedules_kinds_and_steps(compared: Shell) -> None:
    new = (
        PLAN.replace("starts  5 days before", "starts  3 days before")
        .replace("starts 3 days after due_date at 09:30", "starts on due_date\n    due within 2 days")
        .replace("  step check", "  step look: milestone\n\n  step check")
    )
    shown = compared(PLAN, new)
    assert shown.code == Exit.OK
    assert shown.out == (
        "plan Remind\n"
        "\n"
        "  steps\n"
        "    ~ Write.mail\n"
        "        starts  5 days before due_date -> 3 days before due_date\n"
        "    + Write.look  milestone\n"
        "    ~ Call.call\n"
        "        starts  3 days after due_date at 09:30 -> on due_date\n"
        "        + due  within 2 days\n"
    )


def test_where_several_scenarios_count(compared: Shell) -> None:
    told = json.loads(compared(PLAN, PLAN.replace("when risk = Low", "when risk = Medium"), "--format", "json").out)
    moves = {
        (tuple(move["from"]["scenarios"]), tuple(move["to"]["scenarios"])): move["example"]
        for move in told["plans"][0]["moves"]
    }
    assert moves == {(("gentle",), ()): "risk = Low", ((), ("gentle",)): "risk = Medium"}


def test_plans_that_come_and_go(compared: Shell) -> None:
    shown = compared(PLAN + SECOND, PLAN)
    assert shown.out == "- plan Again  its running plans have no version to move to\n"
    assert shown.code == Exit.PROBLEMS
    shown = compared(PLAN, PLAN + SECOND)
    assert (shown.code, shown.out) == (Exit.OK, "+ plan Again\n")


def test_the_same_is_no_difference(compared: Shell) -> None:
    shown = compared(PLAN, PLAN.replace("  ", "\t").replace("queue", "// work\nqueue"))
    assert (shown.code, shown.out, shown.err) == (Exit.OK, "no difference\n", "")
    assert compared(PLAN, PLAN.replace("queue", "/// Work.\nqueue", 1)).out == (
        "no difference in what is done: only documentation, or the order of writing\n"
    )


# ---- running plans

OUTSIDE = """
[mail]
host      = "localhost"
security  = "none"
sender    = "billing@example.com"
templates = "."

[queues]
Collections = ["ann@example.com"]
"""


@pytest.fixture
def stored(compared: Shell, drolang: Shell, tmp_path: Path) -> Shell:
    """Compares two versions for a store with plans of the first."""

    def call(old: str, new: str, *options: str) -> Outcome:
        compared(old, new)
        later = RECORDS.replace("2026-", "2096-")
        (tmp_path / "records.ndjson").write_text(later, encoding="utf-8")
        (tmp_path / "drolang.toml").write_text(OUTSIDE, encoding="utf-8")
        (tmp_path / "reminder.txt").write_text("Subject: Hello\n\nPlease pay.\n", encoding="utf-8")
        if not (tmp_path / "plans.db").exists():
            drolang("run", "old.dro", "--records", "records.ndjson", "--store", "plans.db")
        return drolang("diff", "old.dro", "new.dro", "--store", "plans.db", "--today", "2096-11-01", *options)

    return call


def test_running_plans_that_change_scenario_and_strand(stored: Shell) -> None:
    shown = stored(ONE, ONE.replace("when risk = Low", "when risk in { Low, Medium }"))
    assert shown.out.split("running plans: ")[1] == (
        "3 running plans of `Remind` on 2096-11-01\n"
        "  1  gentle  as before\n"
        "  1  firm    as before\n"
        "  1  firm    -> gentle\n"
        "\n"
        "  firm -> gentle: 1 running plan  strands\n"
        "    running plans  A-3\n"
        "    lose           Call.call\n"
    )
    assert shown.code == Exit.PROBLEMS


def test_running_plans_to_programs(stored: Shell) -> None:
    told = json.loads(stored(ONE, ONE.replace("step call:", "step phone:"), "--format", "json").out)
    [effects] = told["running_plans"]
    assert (effects["plan"], effects["plans"], effects["other_versions"], effects["strands"]) == ("Remind", 3, 0, True)
    assert [(each["plan_id"], each["lost"], each["gained"]) for each in effects["changed"]] == [
        ("A-2", ["Call.call"], ["Call.phone"]),
        ("A-3", ["Call.call"], ["Call.phone"]),
    ]
    assert told["plans_without_a_version"] == {}


def test_what_the_store_has_counts_and_not_what_could_be(stored: Shell) -> None:
    """No running plan is for a record with so late a day."""
    new = ONE.replace("when risk = Low", "when risk = Low or due_date >= 2200-01-01")
    shown = stored(ONE, new)
    assert "strands" in shown.out.split("running plans: ")[0]
    assert "strands" not in shown.out.split("running plans: ")[1]
    assert shown.code == Exit.OK


def test_plans_of_other_versions_are_counted(stored: Shell) -> None:
    stored(ONE, ONE)
    other = ONE.replace("3 days after", "4 days after")
    shown = stored(other, other)
    assert (
        "3 running plans of `Remind` on 2096-11-01\n  3 of them are of another version than the old one\n" in shown.out
    )
    assert shown.code == Exit.OK


def test_running_plans_whose_plan_is_gone_or_whose_record_does_not_fit(stored: Shell) -> None:
    shown = stored(ONE, ONE.replace("plan Remind ", "plan Other "))
    assert "running plans: 3 running plans of `Remind` have no version to move to\n" in shown.out
    assert shown.code == Exit.PROBLEMS
    shown = stored(ONE, ONE.replace("  email      : Text optional", "  email      : Text optional\n  vip : Boolean"))
    assert "  gentle -> R0102: 1 running plan  strands\n" in shown.out
    assert shown.code == Exit.PROBLEMS


@pytest.mark.parametrize(
    ("store", "said"),
    [("no.db", "error: there is no store `no.db` (R0401)"), ("old.dro", "error: `old.dro` is no database (R0403)")],
)
def test_what_is_no_store(store: str, said: str, compared: Shell) -> None:
    shown = compared(ONE, ONE, "--store", store)
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert shown.err.startswith(said)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--items", "x.csv"), "error: --items goes with --records"),
        (("--plan", "Remid"), "error: there is no plan `Remid` in either of the files"),
        (("--records", "-"), "error: records are read twice, once for each version: standard input cannot be"),
        (("--records", "no.csv"), "error: "),
    ],
)
def test_misuse(options: tuple[str, ...], said: str, compared: Shell) -> None:
    shown = compared(PLAN, PLAN.replace("3 days after", "4 days after"), *options)
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert shown.err.startswith(said)


def test_a_file_with_errors_is_told_and_not_compared(compared: Shell) -> None:
    shown = compared(PLAN, PLAN.replace("after  mail", "after  male"))
    assert (shown.code, shown.out) == (Exit.PROBLEMS, "")
    assert "new.dro" in shown.err
