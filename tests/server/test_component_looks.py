"""States look in the element as they do in every picture."""

import json
import re

from dro_lang.interop.graphs.states import LOOKS, word
from dro_lang.server.pages.static_files import ELEMENT

TEXT = ELEMENT.read_text(encoding="utf-8")


def test_the_looks_of_states_are_those_of_the_pictures() -> None:
    lines = [
        f'  {state}: {{ glyph: {json.dumps(look.glyph)}, light: "{look.light}", dark: "{look.dark}"'
        + (", faint: true },\n" if look.faint else " },\n")
        for state, look in LOOKS.items()
    ]
    between = TEXT.split("/* looks: begin */\n")[1].split("  /* looks: end */")[0]
    assert between == "".join(lines), "put these lines between the two marks in the module"


def test_the_words_of_states_are_those_of_the_pictures() -> None:
    english = TEXT.split("states: {")[1].split("}")[0]
    assert dict(re.findall(r'(\w+): "([^"]+)"', english)) == {str(state): word(state) for state in LOOKS}


def test_every_language_has_every_word() -> None:
    def keys(language: str) -> set[str]:
        block = re.search(rf"^  {language}: \{{\n(.*?)^  \}},", TEXT, re.DOTALL | re.MULTILINE)
        assert block
        return set(re.findall(r"\b(\w+): ", re.sub(r'"[^"]*"', '""', block[1])))

    assert keys("de") == keys("en")
