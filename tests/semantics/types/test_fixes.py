"""Every fix that the checker offers resolves its finding, and makes no new one."""

from collections import Counter
from pathlib import Path

import pytest

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.diagnostics.fixes import apply_fixes
from dro_lang.pipeline import check_text
from dro_lang.source import Source

CASES = Path(__file__).parent / "cases"


def checked(path: Path, text: str) -> tuple[Diagnostic, ...]:
    return check_text(Source(str(path), text), path).diagnostics


OFFERED = [
    pytest.param(path, number, which, id=f"{path.stem}-{diagnostic.code}-{number}-{which}")
    for path in sorted(CASES.glob("*.dro"))
    for number, diagnostic in enumerate(checked(path, path.read_text(encoding="utf-8")))
    for which in range(len(diagnostic.fixes))
]


@pytest.mark.parametrize(("path", "number", "which"), OFFERED)
def test_a_fix_resolves_its_finding_and_makes_no_other(path: Path, number: int, which: int) -> None:
    text = path.read_text(encoding="utf-8")
    before = checked(path, text)
    diagnostic = before[number]
    mended, _ = apply_fixes(diagnostic.span.source, [diagnostic.fixes[which]])
    after = Counter(each.code for each in checked(path, mended))
    assert after == Counter(each.code for each in before) - Counter([diagnostic.code])
