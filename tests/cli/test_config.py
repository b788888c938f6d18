"""`drolang config check`: what it says, and with which exit code."""

import json
from pathlib import Path

import pytest

from dro_lang.cli.output import Exit
from tests.cli.plans import written
from tests.cli.shell import Shell


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DROLANG_ENV", "DROLANG_CONFIG", "PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def test_what_is_right(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "drolang.toml").write_text('store = "plans.db"\n[env.test]\nstore = "test.db"\n', encoding="utf-8")
    shown = drolang("config", "check")
    assert (shown.code, shown.out) == (Exit.OK, "")
    assert shown.err == "drolang.toml: 2 environments, 0 plan files: no findings\n"


def test_what_is_wrong_is_shown_in_its_line(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "drolang.toml").write_text('stroe = "plans.db"\n', encoding="utf-8")
    shown = drolang("config", "check")
    assert shown.code == Exit.PROBLEMS
    assert "error[C0102]: the configuration has no setting `stroe`\n --> drolang.toml:1:1" in shown.out
    assert "help: did you mean `store`?" in shown.out


def test_what_is_wrong_in_every_environment_is_told_once(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "drolang.toml").write_text('stroe = "a"\n[env.test]\nstore = "b"\n', encoding="utf-8")
    shown = drolang("config", "check")
    assert shown.out.count("error[") == 1
    assert shown.err == "drolang.toml: 2 environments, 0 plan files: 1 error\n"


def test_for_machines(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "drolang.toml").write_text('stroe = "plans.db"\n', encoding="utf-8")
    shown = drolang("config", "check", "--format", "json")
    [found] = json.loads(shown.out)["diagnostics"]
    assert (found["code"], found["line"]) == ("C0102", 1)


def test_secrets_are_looked_up_in_the_environment_that_is_asked_for(
    drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[env.production.mail]\nhost="h"\nsender="a@b.example"\nusername="u"\npassword={env="PASSWORD"}\n'
    (tmp_path / "drolang.toml").write_text(text, encoding="utf-8")
    assert drolang("config", "check").code == Exit.OK
    shown = drolang("config", "check", "--env", "production")
    assert shown.code == Exit.PROBLEMS
    assert "the environment variable `PASSWORD` is not set" in shown.out
    monkeypatch.setenv("DROLANG_ENV", "production")
    assert drolang("config", "check").code == Exit.PROBLEMS
    monkeypatch.setenv("PASSWORD", "hunter2hunter2")
    shown = drolang("config", "check")
    assert shown.code == Exit.OK
    assert "hunter2" not in shown.out + shown.err


def test_a_plan_with_errors_is_misuse(drolang: Shell, tmp_path: Path) -> None:
    (tmp_path / "drolang.toml").touch()
    (tmp_path / "plan.dro").write_text("language 1.0\nplan", encoding="utf-8")
    shown = drolang("config", "check", "plan.dro")
    assert (shown.code, shown.err) == (
        Exit.USAGE,
        "error: `plan.dro` has errors: `drolang check plan.dro` shows them\n",
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "--config", "x.toml"), "error: there is no file `x.toml`\n"),
        (("check",), "error: there is no drolang.toml in this folder or above it; name the file with --config\n"),
    ],
)
def test_no_configuration_is_misuse(arguments: tuple[str, ...], said: str, drolang: Shell) -> None:
    shown = drolang("config", *arguments)
    assert (shown.code, shown.err) == (Exit.USAGE, said)


def test_what_plans_need(drolang: Shell, tmp_path: Path) -> None:
    written(tmp_path)
    text = '[queues]\nCollections = ["ann@example.com"]\n'
    (tmp_path / "drolang.toml").write_text(text, encoding="utf-8")
    shown = drolang("config", "check", "plan.dro")
    assert shown.code == Exit.PROBLEMS
    assert "error[C0201]: nothing carries out the action `SendEmail`" in shown.out
    assert "help: add `[mail]`" in shown.out


def test_a_warning_is_no_failure_unless_it_is_to_be(drolang: Shell, tmp_path: Path) -> None:
    drolang("new", "x")
    path = tmp_path / "x" / "drolang.toml"
    path.write_text(path.read_text(encoding="utf-8") + 'Nobody = ["ann@example.com"]\n', encoding="utf-8")
    shown = drolang("config", "check", "x/plan.dro", "--config", path)
    assert "warning[W4001]: no plan that was looked at has the queue `Nobody`" in shown.out
    assert shown.code == Exit.OK
    assert drolang("config", "check", "x/plan.dro", "--config", path, "--strict").code == Exit.PROBLEMS
