"""DOT: shapes by kind, waits by line, and text that Graphviz shows as it is."""

import re
import shutil
import subprocess
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.diagnostics.render.columns import harmless
from dro_lang.interop.graphs import Picture, dot
from dro_lang.interop.graphs.dot import escaped
from tests.graphs.strategies import HOSTILE, pictures
from tests.graphs.test_picture import dunning, obligations

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|->|[A-Za-z_][\w]*|\d+(?:\.\d+)?|[{}\[\]=,]|\s+')


def shown(text: str) -> str:
    """What Graphviz makes of a quoted string."""
    return unescape(re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nl" else match[1], text))


def test_a_plan() -> None:
    text = dot(obligations())
    for pattern in (
        r'n0 \[label="due_day\\non due_on", shape=diamond,',
        r'n1 \[label="☺ plan_visit\\n.*", shape=box,.*, peripheries=2\]',
        r'n2 \[label="confirm_visit\\nErp\\n.*", shape=parallelogram,',
        r'n3 \[label="acceptance\\nuntil .*", shape=octagon,',
        r'n7 \[label="issue_credit\\n.*", shape=box, style="filled,rounded",',
        r'n1 -> n2 \[label="same item, passing cancels"\]',
        r'n4 -> n5 \[label="completed", style=dashed\]',
        r'graph \[label="Deliver\\lscenario deliver\\l",',
    ):
        assert re.search(pattern, text), pattern


@given(pictures())
@settings(max_examples=80, deadline=None)
def test_the_text_is_made_of_dot_s_tokens_and_its_brackets_match(picture: Picture) -> None:
    text = dot(picture)
    tokens = [match[0] for match in TOKEN.finditer(text)]
    assert "".join(tokens) == text
    assert tokens.count("{") == tokens.count("}")
    assert tokens.count("[") == tokens.count("]")
    legend = any(edge.one_of_many for edge in picture.edges)
    assert tokens.count("->") == len(picture.edges) + legend


@given(st.one_of(st.text(), HOSTILE))
@settings(max_examples=150)
def test_an_escaped_text_is_shown_as_it_was(text: str) -> None:
    assert shown(escaped(text)) == harmless(text)
    assert re.fullmatch(r'(?:\\.|[^"\\])*', escaped(text))


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("picture", [dunning(), obligations()], ids=lambda picture: picture.title)
def test_graphviz_draws_it(picture: Picture) -> None:
    done = subprocess.run(["dot", "-Tsvg"], input=dot(picture), capture_output=True, text=True, check=True)
    assert "<svg" in done.stdout
    assert done.stderr == ""
