"""Plans of `runs/` with tests of their own, each under the section of `grammar/SPEC.md` that it shows.

A test that must fail stands below a line `// fails: CODE`.
"""

import re
from pathlib import Path

import pytest

from dro_lang.diagnostics.diagnostic import Severity
from dro_lang.pipeline import check_file
from dro_lang.testing.suite import run_file

RUNS = sorted(path for path in (Path(__file__).parent / "runs").glob("*.dro") if path.stem != "shop")
MUST_FAIL = re.compile(r'^// fails: (T\d{4})\ntest "(.*)" for', re.MULTILINE)
NAMED = re.compile(r'^// SPEC \d+.*\n(?:// .*\n)*test "(.*)" for', re.MULTILINE)


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_plans_run_as_specified(path: Path) -> None:
    checked = check_file(path)
    errors = [each for each in checked.diagnostics if each.severity is Severity.ERROR]
    assert checked.program is not None, [(each.code, each.span.text, each.message) for each in errors]
    text = path.read_text(encoding="utf-8")
    assert NAMED.findall(text) == [test.name for test in checked.program.tests]
    results = run_file(checked).tests
    failed = {each.name: each.failure.code for each in results if each.failure is not None}
    assert failed == {name: code for code, name in MUST_FAIL.findall(text)}, "\n".join(
        f"{each.failure.message} ({each.failure.span.text}) {each.failure.notes}" for each in results if each.failure
    )
