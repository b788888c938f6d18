"""A page of Markdown for a terminal: headings, paragraphs, lists and code blocks; nothing else is used in pages."""

import re
import textwrap
from collections.abc import Iterator

from dro_lang.diagnostics.render.excerpt import Style, styled

_TITLE: Style = {"bold": True, "underline": True}
_HEADING: Style = {"bold": True}
_CODE: Style = {"fg": "cyan"}
_INLINE = re.compile(r"`([^`\n]+)`")


def render(markdown: str, width: int, color: bool = False) -> str:
    """The page with paragraphs wrapped to a width, code indented, and inline code in colour where there is any."""
    return "\n".join(_blocks(markdown, width, color)).rstrip() + "\n"


def _blocks(markdown: str, width: int, color: bool) -> Iterator[str]:
    lines = iter(markdown.splitlines())
    paragraph: list[str] = []
    for line in lines:
        if paragraph and (not line.strip() or line.startswith(("#", "```", "- "))):
            yield from _wrapped(paragraph, width, color)
            paragraph = []
        if line.startswith("```"):
            yield from _code(lines, color)
        elif line.startswith("#"):
            level, _, title = line.partition(" ")
            yield styled(title, _TITLE if level == "#" else _HEADING, color)
        elif line.strip():
            paragraph.append(line)
        else:
            yield ""
    yield from _wrapped(paragraph, width, color)


def _code(lines: Iterator[str], color: bool) -> Iterator[str]:
    for line in lines:
        if line.startswith("```"):
            return
        yield styled(f"    {line}", _CODE, color) if line else ""


def _wrapped(paragraph: list[str], width: int, color: bool) -> Iterator[str]:
    text = " ".join(line.strip() for line in paragraph)
    hang = "  " if text.startswith("- ") else ""
    for line in textwrap.wrap(text, width, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False):
        # A terminal shows colour where Markdown has backticks; without colour they stay.
        yield _INLINE.sub(lambda code: styled(code[1], _CODE, True), line) if color else line
