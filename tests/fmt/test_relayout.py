"""Laws of the formatter, over texts whose tokens are laid out at random with comments between them."""

import re
from collections import Counter
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dro_lang.source import Source
from dro_lang.syntax.format import format_source
from dro_lang.syntax.parser import parse

ROOT = Path(__file__).parents[2]
TOKEN = re.compile(
    r'///(?!/)[^\n]*|//[^\n]*|"(?:\\.|[^"\\\n])*"|[\w-]*\d:[\w:+]*|\d{4}-\d{2}-\d{2}|\d[\d_]*(?:\.\d+)?|\w+|\.\.|[<>!]=|\S'
)
DECLARATION = re.compile(r"(?<=\n)\n(?=\S)")


def tokens(text: str) -> list[str]:
    """The tokens of a text without its comments."""
    return [token for token in TOKEN.findall(text) if not is_comment(token)]


def is_comment(token: str) -> bool:
    return token.startswith("//") and (not token.startswith("///") or token.startswith("////"))


def formatted(text: str) -> str:
    result = format_source(Source("relaid.dro", text))
    assert isinstance(result, str), result
    return result


def _corpus() -> list[list[str]]:
    """The tokens of every declaration of the examples and of the cases."""
    sources = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("examples/*/*.dro"))]
    for path in sorted((Path(__file__).parent / "cases").glob("*.dro")):
        sources.append(path.read_text(encoding="utf-8").split("==== formatted ====\n")[1])
    found = []
    for source in sources:
        for declaration in DECLARATION.split(source):
            if tokens(declaration) and tokens(declaration)[0] not in ("language", "import"):
                found.append(tokens(declaration))
    return found


CORPUS = _corpus()
SPACE = st.sampled_from([" ", " ", "  ", "\n", "\n", "\n\n", "\n\n\n\t ", "      "])
COMMENT = st.sampled_from([" //{}\n", "\n  // {}\n", "\n\n//// {}\n\n", "   // {} \n // {}, again\n"])


@st.composite
def relaid(draw: st.DrawFn) -> str:
    """Some declarations of the corpus, with random space between the tokens, and comments between any two of them."""
    chosen = draw(st.lists(st.sampled_from(CORPUS), min_size=1, max_size=3))
    words = ["language 1.0", *(token for declaration in chosen for token in declaration)]
    spaces = draw(st.lists(SPACE, min_size=1, max_size=7))
    comments = draw(st.dictionaries(st.integers(-1, len(words) - 1), COMMENT, max_size=8))
    text = comments.get(-1, "").replace("{}", "start")
    for i, word in enumerate(words):
        end = "\n" if word.startswith("///") else ""
        text += word + end + comments.get(i, spaces[i % len(spaces)]).replace("{}", str(i))
    return text


def comments(text: str) -> Counter[str]:
    return Counter(token.rstrip() for token in TOKEN.findall(text) if is_comment(token))


@given(relaid())
@example("language 1.0 group G for C { step one : milestone { } step two : milestone\n// above\n{ } }")
@settings(max_examples=150, deadline=None)
def test_formatting_keeps_the_tree_and_each_comment_once_and_is_idempotent(text: str) -> None:
    result = formatted(text)
    assert parse(Source("before", text)).tree == parse(Source("after", result)).tree
    assert comments(result) == comments(text)
    assert formatted(result) == result


@given(relaid())
@settings(max_examples=50, deadline=None)
def test_tokens_are_kept_as_they_are_written_commas_and_empty_blocks_aside(text: str) -> None:
    before, after = (" ".join(token for token in tokens(one) if token != ",") for one in (text, formatted(text)))
    assert before.replace(" { }", "") == after.replace(" { }", "")


@given(relaid())
@settings(max_examples=50, deadline=None)
def test_lines_are_clean(text: str) -> None:
    result = formatted(text)
    assert result.endswith("\n")
    assert not result.startswith("\n")
    assert "\n\n\n" not in result
    assert not any(line.endswith((" ", "\t")) for line in result.split("\n"))


@given(
    st.sampled_from(sorted(ROOT.glob("examples/*/*.dro"))), st.lists(st.sampled_from([" ", "\n", "   "]), min_size=1)
)
@settings(max_examples=30, deadline=None)
def test_the_form_does_not_depend_on_the_layout(path: Path, spaces: list[str]) -> None:
    """But for empty lines and comments, which the author places: here there are none."""
    original = path.read_text(encoding="utf-8")
    words = ["language 1.0", *tokens(original)[2:]]
    text = "".join(
        f"{word}\n" if word.startswith("///") else word + spaces[i % len(spaces)] for i, word in enumerate(words)
    )
    assert formatted(text) == re.sub(r" *(?<!/)//(?!/).*", "", original)


@given(st.permutations(range(9)))
@settings(max_examples=20, deadline=None)
def test_the_clauses_of_a_step_have_one_order_and_take_their_comments_along(order: list[int]) -> None:
    clauses = [
        "after other",
        "only if x",
        "starts on d",
        'assign to user "u"',
        "due within 1 day",
        "with {}",
        "retry 1 times",
        "on amend run G",
        "on cancel run G",
    ]
    text = "\n".join(f"// above {i}\n{clauses[i]} // beside {i}" for i in order)
    lines = formatted(f"language 1.0 group G for C {{ step s: manual {{\n{text}\n}} }}").split("\n")
    found = [line.strip() for line in lines if "//" in line]
    assert found[::2] == [f"// above {i}" for i in range(9)]
    assert [re.sub(" +", " ", line) for line in found[1::2]] == [f"{clauses[i]} // beside {i}" for i in range(9)]
