"""Every code has a page, and what a page says about its examples is so.

The pages of records that do not fit (R01) are held to their examples in tests/records/test_explain.py, those of
configurations (C and W4) in tests/runtime/outside/test_explain.py.
"""

import json
import re
import subprocess
from datetime import date
from pathlib import Path

import pytest

from dro_lang.diagnostics.pages import FAMILIES, family, page
from dro_lang.diagnostics.registry import registered, registry
from dro_lang.pipeline import Checked, check_file
from dro_lang.records.load import Accepted, Inputs, load
from dro_lang.runtime.run import run_record
from dro_lang.testing.runner import Runner

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MODULE = re.compile(r"^module ([a-z0-9_.]+)", re.MULTILINE)

CHECKED = [code for code in registry() if code[0] in "EW" and not code.startswith("W4")]
PREVENTED = ["R0203"]
"""What the checker finds before a plan runs, so that no record can show it."""
TESTED = [code for code in registry() if code.startswith("T01")]
RUN = [code for code in registry() if code.startswith(("R02", "R03")) and code not in PREVENTED]


def section(code: str, heading: str) -> list[tuple[str, str]]:
    """The language and the text of each block below a heading."""
    parts = re.split(r"^## (.+)$", page(code), flags=re.MULTILINE)
    return BLOCK.findall(parts[parts.index(heading) + 1])


def check_blocks(blocks: list[tuple[str, str]], folder: Path) -> Checked:
    """Check the first block, with the others beside it as the modules that they say they are."""
    paths = []
    for language, text in blocks:
        if language == "sh":  # for what no text can show, such as bytes that are no text
            subprocess.run(["sh", "-c", text], cwd=folder, check=True)
            paths.append(folder / "plan.dro")
            continue
        assert language == "dro"
        named = MODULE.search(text)
        path = folder / (named[1].replace(".", "/") if named else "plan")
        path.parent.mkdir(parents=True, exist_ok=True)
        paths.append(path.with_suffix(".dro"))
        paths[-1].write_text(text, encoding="utf-8")
    (folder / "drolang.toml").touch()
    return check_file(paths[0])


@pytest.mark.parametrize("code", registry())
def test_a_code_has_a_page_that_begins_with_its_title(code: str) -> None:
    text = page(code)
    assert text.startswith(f"# {code}: {registered(code).title}\n\n")
    prose = text.split("\n\n", 1)[1].split("\n## ")[0]
    assert len(re.findall(r"[.:?](?=\s|$)", prose)) >= 2, "two sentences at least: what it means, and what to do"


def test_every_page_is_of_a_code() -> None:
    folder = Path(__file__).parents[2] / "dro_lang" / "diagnostics" / "explain"
    assert {path.stem for path in folder.iterdir()} <= set(registry())


@pytest.mark.parametrize("code", registry())
def test_a_code_belongs_to_a_family(code: str) -> None:
    assert code.startswith(family(code))
    assert sum(code.startswith(prefix) for prefix in FAMILIES) == 1


@pytest.mark.parametrize("code", CHECKED)
def test_what_fails_gives_this_code_and_no_other(code: str, tmp_path: Path) -> None:
    found = check_blocks(section(code, "Fails"), tmp_path).diagnostics
    assert {diagnostic.code for diagnostic in found} == {code}, [each.message for each in found]


@pytest.mark.parametrize("code", CHECKED)
def test_what_is_mended_is_clean(code: str, tmp_path: Path) -> None:
    found = check_blocks(section(code, "Mended"), tmp_path).diagnostics
    assert found == (), [each.message for each in found]


def codes_of_tests(code: str, heading: str, folder: Path) -> set[str]:
    """The codes of the tests that fail in the file below a heading."""
    checked = check_blocks(section(code, heading), folder)
    assert checked.program is not None, checked.diagnostics
    runner = Runner(checked.program, checked.source)
    failures = [runner.run(test).failure for test in checked.program.tests]
    assert failures
    return {failure.code for failure in failures if failure is not None}


@pytest.mark.parametrize("code", TESTED)
def test_tests_that_fail_give_this_code_and_no_other(code: str, tmp_path: Path) -> None:
    assert codes_of_tests(code, "Fails", tmp_path) == {code}
    assert codes_of_tests(code, "Mended", tmp_path) == set()


def run_codes(code: str, heading: str, folder: Path) -> set[str]:
    """The codes of submissions and of steps, over thirty days, for the records below a heading."""
    checked = check_blocks(section(code, "Plan"), folder)
    assert checked.program is not None, checked.diagnostics
    [plan] = checked.program.plans.values()
    [(_, records)] = section(code, heading)
    path = folder / "records.json"
    path.write_text(json.dumps(json.loads(records)), encoding="utf-8")
    codes: set[str | None] = set()
    for found in load(checked.program, plan, Inputs((path,))):
        assert isinstance(found, Accepted), found
        outcome = run_record(checked.program, plan.name, found.row, date(2026, 12, 1), date(2026, 12, 31))
        codes |= {outcome.error_code, *(step.error for step in outcome.steps)}
    return {code for code in codes if code is not None}


@pytest.mark.parametrize("code", RUN)
def test_records_that_fail_give_this_code_and_no_other(code: str, tmp_path: Path) -> None:
    assert run_codes(code, "Fails", tmp_path) == {code}
    assert run_codes(code, "Mended", tmp_path) == set()
