"""What is found in the scenarios of a plan: `selection/*.md` has their conditions, and `selection/*.dro` the plan."""

import re
from pathlib import Path

import pytest

from dro_lang.loader import Loader
from dro_lang.pipeline import check_source
from dro_lang.source import Source

SELECTION = Path(__file__).parent / "selection"
PLAN = (SELECTION / "scenarios.dro").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (-|[EW][\dEW ]*) \| (\w+ \w+) \| `(.*)` \|$", re.MULTILINE)
CASES = ROW.findall((SELECTION / "scenarios.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("codes", "policy", "conditions"), CASES, ids=lambda part: part)
def test_the_scenarios_have_these_findings(codes: str, policy: str, conditions: str) -> None:
    choose = "choose exactly one scenario"
    assert PLAN.count(choose) == 1
    scenarios = (f"scenario s{n} {{ {each} run G }}" for n, each in enumerate(conditions.split(" ; ")))
    text = PLAN.replace(choose, "\n".join((f"choose {policy} scenario", *scenarios)))
    found = check_source(Source("scenarios.dro", text), "scenarios", Loader(SELECTION)).diagnostics
    assert sorted(each.code for each in found) == ([] if codes == "-" else codes.split())
