"""Files with mistakes: `//! CODE` at the end of a line says which findings begin there, and there are no others."""

import re
from collections import Counter
from pathlib import Path

import pytest

from dro_lang.pipeline import check_file
from dro_lang.source import Source

CASES = Path(__file__).parent / "cases"
MARK = re.compile(r"//! ?((?:[EW]\d{4} ?)+)$")


def announced(source: Source) -> Counter[tuple[int, str]]:
    """The findings that a file announces: where, and which."""
    marks = ((number, MARK.search(line)) for number, line in enumerate(source.text.splitlines(), 1))
    return Counter((number, code) for number, mark in marks if mark for code in mark[1].split())


@pytest.mark.parametrize("path", sorted(CASES.glob("*.dro")), ids=lambda path: path.stem)
def test_exactly_what_is_announced_is_found(path: Path) -> None:
    checked = check_file(path)
    found = Counter((each.span.source.position(each.span.start)[0], each.code) for each in checked.diagnostics)
    said = [
        f"{each.span.source.position(each.span.start)[0]} {each.code} {each.message}" for each in checked.diagnostics
    ]
    assert found == announced(checked.source), "\n".join(said)
