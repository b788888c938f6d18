"""What the language says of run time, sentence by sentence: each case is a test block that names the sentence it shows.

A case that must fail stands below a line `// fails: CODE`. The numbers in cases are sections of `grammar/SPEC.md`.
"""

import re
from pathlib import Path

import pytest

from dro_lang.pipeline import Checked, check_file
from dro_lang.testing.results import TestResult
from dro_lang.testing.suite import run_file

CASES = sorted(path for path in (Path(__file__).parent / "cases").glob("*.dro") if path.stem != "vocabulary")
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/*.dro"))
MUST_FAIL = re.compile(r'^// fails: (T\d{4})\ntest "(.*)" for', re.MULTILINE)
NAMED = re.compile(r'^// .*\n(?:// .*\n)*test "(.*)" for', re.MULTILINE)


def compiled(path: Path) -> Checked:
    checked = check_file(path)
    assert checked.program is not None, checked.diagnostics
    return checked


def codes(results: tuple[TestResult, ...]) -> dict[str, str]:
    return {result.name: result.failure.code for result in results if result.failure is not None}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_plans_do_what_the_language_says(path: Path) -> None:
    results = run_file(compiled(path)).tests
    assert results
    assert codes(results) == {name: code for code, name in MUST_FAIL.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_case_names_its_sentence(path: Path) -> None:
    program = compiled(path).program
    assert program is not None
    assert NAMED.findall(path.read_text(encoding="utf-8")) == [test.name for test in program.tests]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_pass(path: Path) -> None:
    results = run_file(compiled(path)).tests
    assert results
    assert codes(results) == {}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_equal_files_give_equal_results(path: Path) -> None:
    def told() -> list[tuple[str, object]]:
        return [(result.name, result.failure and result.failure.notes) for result in run_file(compiled(path)).tests]

    assert told() == told()
