"""`drolang compile`."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from business_rules.actions import BaseActions, rule_action
from business_rules.engine import run_all
from business_rules.fields import FIELD_TEXT

from dro_lang.analysis.solver.records import Records
from dro_lang.cli.output import Exit
from dro_lang.conditions.matching import matching
from dro_lang.conditions.rules import facts_class, lower_normal
from dro_lang.diagnostics.pages import page
from dro_lang.pipeline import check_file
from dro_lang.program.serial import from_json
from tests.cli.plans import PLAN, SECOND, written
from tests.cli.shell import Shell


def test_the_program_comes_out_and_can_be_read_back(drolang: Shell, tmp_path: Path) -> None:
    plan, _ = written(tmp_path)
    shown = drolang("compile", "plan.dro", "--to", "json")
    assert (shown.code, shown.err) == (0, "")
    assert from_json(json.loads(shown.out)) == check_file(plan).program


def test_out_writes_a_file(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    printed = drolang("compile", "plan.dro").out
    shown = drolang("compile", "plan.dro", "--out", "plan.json")
    assert (shown.code, shown.out, shown.err) == (0, "", "wrote plan.json\n")
    assert (tmp_path / "plan.json").read_text(encoding="utf-8") == printed


def test_one_plan_of_several(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(PLAN + SECOND)
    both = json.loads(drolang("compile", "plan.dro").out)
    one = json.loads(drolang("compile", "plan.dro", "--plan", "Again").out)
    assert list(both["program"]["plans"]) == ["Remind", "Again"]
    assert list(one["program"]["plans"]) == ["Again"]
    assert one["hash"] != both["hash"]
    shown = drolang("compile", "plan.dro", "--plan", "Agian")
    assert (shown.code, shown.err) == (Exit.USAGE, "error: there is no plan `Agian`; there is `Remind`, `Again`\n")


def test_a_plan_with_errors_gives_nothing(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "plan.dro").write_text(PLAN.replace("risk = Low", "risk = Lo"))
    shown = drolang("compile", "plan.dro", "--out", "plan.json")
    assert (shown.code, shown.out) == (Exit.PROBLEMS, "")
    assert shown.err.startswith("error[E0101]: ")
    assert not (tmp_path / "plan.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.dro",), "error: `nowhere.dro` is not there: name a .dro file\n"),
        ((".",), "error: `.` is a folder: name a .dro file\n"),
        (("plan.dro", "--out", "./plan.dro"), "error: `plan.dro` is the plan itself, and would be overwritten\n"),
    ],
)
def test_misuse(arguments: tuple[str, ...], said: str, drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang("compile", *arguments)
    assert (shown.code, shown.out, shown.err) == (Exit.USAGE, "", said)
    assert (tmp_path / "plan.dro").read_text(encoding="utf-8") == PLAN


DUNNING = Path(__file__).parents[2] / "examples" / "dunning" / "dunning.dro"


class Actions(BaseActions):
    def __init__(self):
        self.ran = []

    @rule_action(params={"scenario": FIELD_TEXT})
    def run_scenario(self, scenario):
        self.ran.append(scenario)


def test_the_library_runs_the_rules_that_are_written(drolang):
    drolang("compile", str(DUNNING), "--to", "business-rules", "--out", "rules.json")
    written = json.loads(Path("rules.json").read_text(encoding="utf-8"))
    program = check_file(DUNNING).program
    plan = next(iter(program.plans.values()))
    rules = [lower_normal(condition) for condition in matching(plan).values()]
    facts = facts_class(variable for rule in rules for variable in rule.variables)
    for risk, promised_on, scenario in (
        ("Low", None, "gentle"),
        ("High", None, "firm"),
        ("High", date(2026, 12, 10), "promised"),
    ):
        environment = Records(program, plan).environment({"risk": risk, "promised_on": promised_on}, date(2026, 12, 1))
        actions = Actions()
        run_all(written["rules"], facts(environment), actions, written["stop_on_first_trigger"])
        assert actions.ran == [scenario]
    assert {each["name"] for each in written["variables"]} == {each["name"] for each in facts.get_all_variables()}


def test_a_query_is_written(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang("compile", "plan.dro", "--to", "sql", "--dialect", "postgres", "--table", "crm.Accounts")
    assert (shown.code, shown.err) == (0, "")
    assert "FROM crm.Accounts\n" in shown.out
    exact = drolang("compile", "plan.dro", "--to", "sql", "--exact-names", "--out", "plan.sql")
    assert (exact.code, exact.out, exact.err) == (0, "", "wrote plan.sql\n")
    assert '"id"' in (tmp_path / "plan.sql").read_text(encoding="utf-8")


def test_what_a_database_cannot_say_is_told_at_its_place(drolang: Shell, tmp_path: Path) -> None:
    _, fails, mended = re.split(r"^## .+$", page("Q0101"), flags=re.MULTILINE)
    for text, code in ((fails, Exit.PROBLEMS), (mended, Exit.OK)):
        (tmp_path / "plan.dro").write_text(text.split("```dro\n")[1].split("```")[0])
        shown = drolang("compile", "plan.dro", "--to", "sql", "--out", "plan.sql")
        assert (shown.code, shown.out) == (code, "")
        assert (tmp_path / "plan.sql").exists() == (code == Exit.OK)
        if code == Exit.PROBLEMS:
            assert shown.err.startswith(
                "error[Q0101]: scenario `broken`: DuckDB cannot say `promised_on + 3 business days` exactly\n"
                "  --> plan.dro:21:35\n"
            )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--to", "sql", "--dialect", "oracle"),
            "'duckdb', 'postgres', 'snowflake', 'bigquery', 'spark', 'databricks'",
        ),
        (
            ("--dialect", "duckdb"),
            "error: --dialect, --table, --items-table, --today and --exact-names go with `--to sql`",
        ),
        (
            ("--to", "sql", "--items-table", "Items"),
            "takes no items from a table of their own: leave --items-table out",
        ),
    ],
)
def test_misuse_of_queries(arguments: tuple[str, ...], said: str, drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    shown = drolang("compile", "plan.dro", *arguments)
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert said in shown.err


def test_a_query_needs_an_extra(drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    monkeypatch.setattr("dro_lang.cli.to_sql.find_spec", lambda name: None)
    shown = drolang("compile", "plan.dro", "--to", "sql")
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert shown.err == "error: this needs `sqlglot`, not installed; install it with: pip install 'drolang[sql]'\n"
