"""`drolang explain`."""

import json

import click
import pytest

from dro_lang.cli.output import Exit
from dro_lang.diagnostics.pages import page
from dro_lang.diagnostics.registry import registry
from dro_lang.diagnostics.render.page import render
from tests.cli.shell import Shell


@pytest.mark.parametrize("code", ["E0601", "e0601"])
def test_a_page_is_shown_for_a_terminal(code: str, drolang: Shell) -> None:
    shown = drolang("explain", code)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith("E0601: steps that wait for each other\n")
    assert "\nFails\n\n    language 1.0\n" in shown.out
    assert "```" not in shown.out


def test_markdown_is_the_page_itself(drolang: Shell) -> None:
    assert drolang("explain", "E0601", "--format", "markdown").out == page("E0601")


def test_json_has_the_page_and_what_the_registry_says(drolang: Shell) -> None:
    told = json.loads(drolang("explain", "W1002", "--format", "json").out)
    assert told == {
        "code": "W1002",
        "severity": "warning",
        "title": "a declaration that nothing uses",
        "family": "warnings: unused",
        "page": page("W1002"),
    }


@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
def test_without_a_code_all_are_listed(format_: str, drolang: Shell) -> None:
    shown = drolang("explain", "--format", format_)
    assert shown.code == 0
    for name, code in registry().items():
        assert name in shown.out
        assert code.title in shown.out


@pytest.mark.parametrize(
    ("code", "said"),
    [("E601", "did you mean `E0601`?"), ("banana", "`drolang explain` lists all codes"), ("W9", "lists all codes")],
)
def test_an_unknown_code_is_misuse(code: str, said: str, drolang: Shell) -> None:
    shown = drolang("explain", code)
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert shown.err.startswith(f"error: there is no code `{code}`; ")
    assert said in shown.err


MARKDOWN = """\
# E9: a title

Some `inline code` in a paragraph that is rather long
and goes on.

- one thing
- another thing with many words

## Fails

```dro
language 1.0

  indented
```
"""


def test_pages_are_wrapped_and_code_is_not() -> None:
    assert render(MARKDOWN, 30) == (
        "E9: a title\n\nSome `inline code` in a\nparagraph that is rather long\nand goes on.\n\n- one thing\n"
        "- another thing with many\n  words\n\nFails\n\n    language 1.0\n\n      indented\n"
    )


def test_colour_takes_the_place_of_backticks() -> None:
    colored = render(MARKDOWN, 80, color=True)
    assert "`" not in colored
    assert click.unstyle(colored) == render(MARKDOWN, 80).replace("`", "")
