"""What the formatter makes of a text: each case holds the source and the result, with a line between them."""

from pathlib import Path

import pytest

from dro_lang.source import Source
from dro_lang.syntax.format import format_source

CASES = sorted((Path(__file__).parent / "cases").glob("*.dro"))
SEPARATOR = "==== formatted ====\n"
ROOT = Path(__file__).parents[2]
WRITTEN = sorted([*ROOT.glob("examples/**/*.dro"), *ROOT.glob("stdlib/**/*.dro")])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_text_is_brought_into_its_canonical_form(case: Path) -> None:
    text, expected = case.read_text(encoding="utf-8").split(SEPARATOR)
    assert format_source(Source(case.name, text)) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_canonical_form_stays_as_it_is(case: Path) -> None:
    _, expected = case.read_text(encoding="utf-8").split(SEPARATOR)
    assert format_source(Source(case.name, expected)) == expected


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_the_project_s_own_files_are_in_the_canonical_form(path: Path) -> None:
    source = Source.read(path)
    assert format_source(source) == source.text


def test_there_are_files_to_look_at() -> None:
    assert len(CASES) >= 5
    assert len(WRITTEN) >= 5


def test_a_file_with_syntax_errors_gives_its_diagnostics() -> None:
    result = format_source(Source("broken.dro", "language 1.0\n\nqueue 5\n"))
    assert isinstance(result, tuple)
    assert [diagnostic.span.text for diagnostic in result] == ["5"]


def test_lines_end_as_the_first_one_does() -> None:
    assert format_source(Source("windows.dro", "language 1.0\r\nqueue   A\r\n")) == "language 1.0\r\n\r\nqueue A\r\n"
    assert format_source(Source("unix.dro", "language 1.0\nqueue   A\r\n")) == "language 1.0\n\nqueue A\n"


def test_a_comment_ends_where_its_line_does_however_that_is_written() -> None:
    assert format_source(Source("mac.dro", "language 1.0 // one\rqueue A")) == "language 1.0  // one\n\nqueue A\n"


def test_documentation_above_the_first_line_is_that_of_the_first_declaration() -> None:
    text = "/// Who calls.\n// why\nlanguage 1.0\nqueue A\n"
    assert format_source(Source("doc.dro", text)) == "// why\nlanguage 1.0\n\n/// Who calls.\nqueue A\n"
