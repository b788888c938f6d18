"""Laws: what is rendered is typed as it was, and no text makes the checker fail."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.diagnostics.diagnostic import Severity
from dro_lang.loader import Loader
from dro_lang.pipeline import check_source
from dro_lang.program.expressions import Expression
from dro_lang.program.render import render
from dro_lang.resources import resource
from dro_lang.source import Source
from tests.semantics.types.sample import typed
from tests.semantics.types.strategies import conditions

CASES = Path(__file__).parent / "cases"
TEXTS = [
    *(path.read_text(encoding="utf-8") for path in sorted(CASES.glob("*.dro"))),
    *(path.read_text(encoding="utf-8") for path in sorted(Path("examples").glob("*/*.dro"))),
]
TOKEN = re.compile(r'"[^"\n]*"|//[^\n]*|\w+|[^\w\s]')


@settings(max_examples=150, deadline=None)
@given(conditions(2))
def test_a_rendered_condition_is_typed_as_it_was(condition: Expression) -> None:
    found = typed(render(condition))
    assert [each for each in found.diagnostics if each.severity is Severity.ERROR] == []
    assert found.expression == condition


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A file in which a few tokens have been left out, repeated, or replaced by others of it."""
    text = draw(st.sampled_from(TEXTS))
    tokens = list(TOKEN.finditer(text))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(tokens))
        other = draw(
            st.one_of(st.just(""), st.just(f"{place[0]} {place[0]}"), st.sampled_from(tokens).map(lambda t: t[0]))
        )
        if not other.startswith("//"):
            text = text[: place.start()] + other + text[place.end() :]
            tokens = [token for token in tokens if token.end() <= place.start()] or tokens[:1]
    return text


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(mutated())
def test_no_text_makes_the_checker_fail(text: str) -> None:
    source = Source("mutated.dro", text)
    checked = check_source(source, "mutated", Loader(resource("stdlib")))
    errors = [each for each in checked.diagnostics if each.severity is Severity.ERROR]
    assert (checked.program is None) == bool(errors)
    for each in checked.diagnostics:
        assert 0 <= each.span.start <= each.span.end <= len(each.span.source.text)
        assert each.message[0] not in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" or each.message.split()[0] in ("Text", "Money")
        assert not each.message.endswith(".")
