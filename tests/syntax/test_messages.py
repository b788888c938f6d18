"""Every file of `grammar/messages` gives its message; how far the messages go."""

import re
import subprocess
import sys

import pytest

from dro_lang.diagnostics.registry import registry
from dro_lang.source import Source
from dro_lang.syntax.messages import Entry, entry, with_messages
from dro_lang.syntax.parser import parse
from dro_lang.syntax.tables.language import language, message_files
from tests.syntax.texts import findings

ENTRIES = [entry(file.stem, file.read_text(encoding="utf-8")) for file in message_files()]
EXAMPLES = [
    pytest.param(each, example, id=f"{each.name}-{number}")
    for each in ENTRIES
    for number, example in enumerate(each.examples, 1)
]


@pytest.mark.parametrize(("each", "example"), EXAMPLES)
def test_an_example_gives_exactly_its_message(each: Entry, example: str) -> None:
    [finding] = parse(Source(each.name, example)).diagnostics
    form = (
        re.escape(each.message.text)
        .replace(r"\{found\}", "(`.+`|the end of the file)")
        .replace(r"\{previous\}", "`.+`")
    )
    assert re.fullmatch(form, finding.message)
    assert finding.code == each.message.code
    assert (finding.help is None) == (each.message.help is None)


@pytest.mark.parametrize("each", ENTRIES, ids=lambda each: each.name)
def test_a_message_keeps_to_the_style(each: Entry) -> None:
    assert each.message.code in registry()
    for text in (each.message.text, each.message.help):
        if text is not None:
            assert not text.endswith(".")
            assert text[0] in "`{" or text[0].islower()
            assert not re.search(r"\b(token|terminal|identifier|parser|syntax|statement)\b", text)


def test_an_example_that_parses_is_refused() -> None:
    parses = entry("fine", "code: E0001\nmessage: no\n\nlanguage 1.0\n")
    with pytest.raises(ValueError, match="fine: an example parses"):
        with_messages(language(), [parses])


def test_two_messages_for_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="are for the same place"):
        with_messages(language(), [ENTRIES[0], entry("other", "code: E0001\nmessage: no\n\n" + ENTRIES[0].examples[0])])


def test_a_file_of_another_form_is_refused() -> None:
    for text in (
        "message: no code\n\nlanguage 1.0\n",
        "code: E0001\nmessage: no example\n",
        "code: E0001\nadvice: x\n\ny",
    ):
        with pytest.raises(ValueError, match="it has a code"):
            entry("odd", text)


def test_the_places_where_people_go_wrong_have_a_message_of_their_own() -> None:
    """The parser's other states are described by what the grammar expects there; `pytest -rP` shows how many."""
    tables = language()
    with_message = {int(place.split()[0]) for place in tables.messages}
    without = set(range(len(tables.rows))) - with_message
    print(f"{len(with_message)} of {len(tables.rows)} states have a message, {len(without)} are described")
    assert len(with_message) >= 65


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("group G for C { step a manual }", "`:` is missing after `a`"),
        ("group G for C { step a: manual", "`}` expected to close group `G` opened on line 2"),
        (
            "group G for C { step a: manual { foo } }",
            "a step clause such as `after` or `starts` or `}` is expected here, found `foo`",
        ),
        (
            "plan P for C { foo }",
            "a plan clause such as `usage` or `choose`, `scenario` or `}` is expected here, found `foo`",
        ),
        (
            'test "t" for P { foo }',
            "a line of a test such as `expect` or `advance` or `}` is expected here, found `foo`",
        ),
        ("queue", "the name of a queue is missing after `queue`"),
        ("plan P for C { scenario a { when f(x run G } }", "`)` is missing after `x`"),
        ("record R { a : Text in }", "a range is missing after `in`"),
        ('test "t" for P { given { a: [1, 2 } }', "`]` is missing after `2`"),
    ],
)
def test_other_places_are_described_by_what_is_expected(text: str, message: str) -> None:
    assert [finding.message for finding in findings("language 1.0\n" + text)] == [message]


def test_messages_do_not_depend_on_the_order_of_sets() -> None:
    script = (
        "from dro_lang.syntax.tables.language import made; from dro_lang.syntax import parser; import sys;"
        "from dro_lang.source import Source; parser.language = lambda tables=made(): tables;"
        "print([each.message for each in parser.parse(Source('', sys.argv[1])).diagnostics])"
    )
    text = "language 1.0\nplan P for C { foo }\ngroup G for C {\n step a: auto A { starts 5 }\n step b { }\n}\nbar"
    printed = {
        subprocess.run(
            [sys.executable, "-c", script, text],
            env={"PYTHONHASHSEED": seed, "XDG_CACHE_HOME": "/nonexistent"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1
