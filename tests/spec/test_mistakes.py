"""One mistake is one finding: `mistakes/mistakes.txt` has mistakes that are made one at a time in `mistakes/plan.dro`,
which has none. Each is the code (`-` for none), what is written, `=>`, and what is written instead."""

from pathlib import Path

import pytest

from dro_lang.diagnostics.diagnostic import Severity
from dro_lang.loader import Loader
from dro_lang.pipeline import check_source
from dro_lang.source import Source

MISTAKES = Path(__file__).parent / "mistakes"
PLAN = (MISTAKES / "plan.dro").read_text(encoding="utf-8")
CASES = (MISTAKES / "mistakes.txt").read_text(encoding="utf-8").rstrip("\n").split("\n---\n")


def findings(text: str, warnings: bool) -> list[str]:
    found = check_source(Source("plan.dro", text), "plan", Loader(MISTAKES)).diagnostics
    return [each.code for each in found if warnings or each.severity is Severity.ERROR]


def test_the_plan_without_a_mistake_has_no_finding() -> None:
    assert findings(PLAN, warnings=True) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(case.replace("\n=>\n", " => ").split()))
def test_one_mistake_is_one_finding(case: str) -> None:
    code, _, change = case.partition("\n")
    written, _, mistake = change.partition("\n=>\n")
    assert written in PLAN
    expected = [] if code == "-" else [code]
    assert findings(PLAN.replace(written, mistake, 1), warnings=code.startswith("W")) == expected
