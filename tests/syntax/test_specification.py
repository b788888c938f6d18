"""What the specification shows is in the language."""

import re

import pytest

from dro_lang.resources import resource
from tests.syntax.texts import parsed

SPECIFICATION = resource("grammar", "SPEC.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```dro\n(.*?)^```$", SPECIFICATION, re.DOTALL | re.MULTILINE)
SECTIONS = [
    *("Lexical", "Files and modules", "Declarations", "Types", "Contexts and mappings", "Usage type and scope"),
    *("Plans and scenarios", "Groups and steps", "Waits", "Expressions", "Presence", "Time", "Tests and properties"),
    *("Diagnostics", "Data and change", "Decisions where the contract is silent"),
]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_example_parses(block: str) -> None:
    text = block if block.startswith("language") else "language 1.0\n" + block
    assert not parsed(text).diagnostics


def test_the_sections_keep_their_numbers() -> None:
    found = re.findall(r"^## (\d+) (.+)$", SPECIFICATION, re.MULTILINE)
    assert found == [(str(number), title) for number, title in enumerate(SECTIONS, 1)]


def test_paragraphs_are_numbered_in_order() -> None:
    for section in re.split(r"^## ", SPECIFICATION, flags=re.MULTILINE)[1:]:
        numbers = re.findall(r"^\*\*(\d+)\.(\d+)", section, re.MULTILINE)
        assert [int(second) for _, second in numbers] == list(range(1, len(numbers) + 1))
        assert all(section.startswith(f"{first} ") for first, _ in numbers)
