"""What the README and CONTRIBUTING say is so: paths are there, commands are told, and what is shown comes out."""

import doctest
import re
from pathlib import Path

import pytest

from dro_lang import api
from dro_lang.cli.main import COMMANDS
from tests.cli.shell import Shell, drolang

__all__ = ["drolang"]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_the_paths_that_are_named_are_there(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`([\w.]+/[\w./]*)`", text) + re.findall(r"\]\(([\w./]+)\)", text)
    assert len(named) > 5
    # Some are written from within the package; a word in capitals stands for any name.
    missing = {path for path in named if not ((ROOT / path).exists() or (ROOT / "dro_lang" / path).exists())}
    assert {path for path in missing if not re.search(r"\b(NAME|CODE)\.", path)} == set()


def test_the_readme_tells_every_command() -> None:
    assert set(re.findall(r"^\| `drolang ([\w-]+)", README, re.MULTILINE)) == set(COMMANDS)


def test_the_readme_shows_the_plan_that_is_made_and_what_check_says_of_it(drolang: Shell, tmp_path: Path) -> None:
    [(_, shown), (_, finding)] = BLOCK.findall(README)
    drolang("new", "reminders")
    plan = tmp_path / "reminders" / "plan.dro"
    text = plan.read_text(encoding="utf-8")
    assert shown in text.replace("  /// Nothing is owed.\n", "")
    before, after = re.findall(r"`(balance [^`]*)`", README)[:2]
    plan.write_text(text.replace(before, after), encoding="utf-8")
    checked = drolang("check", plan)
    assert checked.code == 1
    assert checked.out.replace(str(plan), "plan.dro").rstrip() == finding.rstrip()


def test_the_examples_in_python_give_what_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    sessions = [code for language, code in BLOCK.findall(text) if language == "pycon"]
    assert len(sessions) > 5
    for name, told in (("docs/python.md", "\n".join(sessions)), ("dro_lang/api.py", api.__doc__ or "")):
        parsed = doctest.DocTestParser().get_doctest(told, {}, name, name, 0)
        assert doctest.DocTestRunner().run(parsed).failed == 0
