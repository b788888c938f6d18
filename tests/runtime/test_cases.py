"""Plans with tests of their own, written in the language: what holds at run time, as its users say it."""

from pathlib import Path

import pytest

from dro_lang.pipeline import check_file
from dro_lang.testing.suite import run_file

CASES = sorted((Path(__file__).parent / "cases").glob("*.dro"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_test_of_a_plan_passes(case: Path) -> None:
    result = run_file(check_file(case))
    assert result.tests
    assert [(failure.message, failure.notes) for failure in result.findings] == []
