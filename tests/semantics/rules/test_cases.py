"""Files with mistakes: `//! CODE` at the end of a line says which finding begins there, and there is no other one."""

import re
from collections import Counter
from pathlib import Path

import pytest

from dro_lang.pipeline import check_file
from dro_lang.source import Source

CASES = Path(__file__).parent / "cases"
MARK = re.compile(r"//! ?((?:[EW]\d{4} ?)+)$")

Findings = Counter[tuple[str, int, str]]


def expected(source: Source) -> Findings:
    """The findings that a file announces: where, and which."""
    marks = ((number, MARK.search(line)) for number, line in enumerate(source.text.splitlines(), 1))
    return Counter((Path(source.name).name, number, code) for number, mark in marks if mark for code in mark[1].split())


@pytest.mark.parametrize("path", sorted(CASES.glob("*.dro")), ids=lambda path: path.stem)
def test_exactly_what_is_announced_is_found(path: Path) -> None:
    checked = check_file(path)
    found = Counter(
        (Path(each.span.source.name).name, each.span.source.position(each.span.start)[0], each.code)
        for each in checked.diagnostics
    )
    imported = {each.span.source.name for each in checked.diagnostics} - {checked.source.name}
    announced = sum((expected(Source.read(Path(name))) for name in sorted(imported)), expected(checked.source))
    assert found == announced, "\n".join(
        f"{each.code} {each.span.text!r}: {each.message}" for each in checked.diagnostics
    )
