"""Every fix that a rule offers resolves its finding, and makes no new one."""

from collections import Counter
from pathlib import Path

import pytest

from dro_lang.diagnostics.diagnostic import Diagnostic, Fix
from dro_lang.diagnostics.fixes import apply_fixes
from dro_lang.pipeline import check_text
from dro_lang.source import Source

CASES = Path(__file__).parent / "cases"

OFFERED = [
    pytest.param(path, number, which, id=f"{path.stem}-{diagnostic.code}-{number}-{which}")
    for path in sorted(CASES.glob("*.dro"))
    for number, diagnostic in enumerate(check_text(Source.read(path), path).diagnostics)
    for which in range(len(diagnostic.fixes))
]


def offered(path: Path, number: int, which: int) -> tuple[Source, Diagnostic, Fix]:
    checked = check_text(Source.read(path), path)
    diagnostic = checked.diagnostics[number]
    return checked.source, diagnostic, diagnostic.fixes[which]


@pytest.mark.parametrize(("path", "number", "which"), OFFERED)
def test_a_fix_resolves_its_finding_and_makes_no_other(path: Path, number: int, which: int) -> None:
    source, diagnostic, fix = offered(path, number, which)
    before = Counter(each.code for each in check_text(source, path).diagnostics)
    text, _ = apply_fixes(source, [fix])
    after = check_text(Source(source.name, text), path).diagnostics
    assert Counter(each.code for each in after) == before - Counter([diagnostic.code])
