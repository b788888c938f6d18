"""Mistakes as people make them: each file of `errors/` has the findings that its lines say, and no others.

A line on which something is wrong ends with `//! CODE part of the message`. Where something is missing, the line is
that of the token before.
"""

import re
from pathlib import Path

import pytest

from dro_lang.source import Source
from dro_lang.syntax.parser import parse

FILES = sorted((Path(__file__).parent / "errors").glob("*.dro"))
EXPECTED = re.compile(r"//! (E\d{4}) (.+)$", re.MULTILINE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_the_findings_that_it_says(path: Path) -> None:
    source = Source.read(path)
    wanted = [(source.position(match.start())[0], match[1], match[2]) for match in EXPECTED.finditer(source.text)]
    found = [(source.position(each.span.start)[0], each.code, each.message) for each in parse(source).diagnostics]
    assert wanted
    assert [each[:2] for each in found] == [each[:2] for each in wanted], found
    for (line, _, message), (_, _, part) in zip(found, wanted, strict=True):
        assert part in message, f"line {line}"
