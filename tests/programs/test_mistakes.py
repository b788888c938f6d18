"""One mistake in a program: it is found, told once, and nothing else is said about it."""

import re

from attrs import frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dro_lang.diagnostics.diagnostic import Diagnostic, Severity
from tests.programs.laws import law
from tests.programs.sources import Sources
from tests.programs.strategies import programs

TOKEN = re.compile(
    r'(?P<skip>//[^\n]*)|"(?:\\.|[^"\\\n])*"|\d{4}-\d\d-\d\d(?:T[\d:]+(?:Z|[+-]\d\d:\d\d)?)?|\d\d:\d\d'
    r"|\d[\d_]*(?:\.\d+)?|\w+|\.\.|[<>!]=|[^\w\s]"
)


@frozen
class Mistake:
    """A program with one token left out, doubled, or replaced by another of its tokens."""

    sources: Sources
    text: str

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        return self.sources.with_entry(self.text).check().diagnostics

    @property
    def errors(self) -> list[Diagnostic]:
        return [found for found in self.findings if found.severity is Severity.ERROR]


@st.composite
def with_a_mistake(draw: st.DrawFn, text: str) -> str:
    """A text with one of its tokens left out, doubled, or replaced by another."""
    tokens = [token for token in TOKEN.finditer(text) if token["skip"] is None]
    place = draw(st.sampled_from(tokens))
    other = draw(
        st.one_of(st.just(""), st.just(f"{place[0]} {place[0]}"), st.sampled_from(tokens).map(lambda token: token[0]))
    )
    return text[: place.start()] + other + text[place.end() :]


@st.composite
def mistakes(draw: st.DrawFn) -> Mistake:
    sources = draw(programs())
    return Mistake(sources, draw(with_a_mistake(sources.text)))


@law(80, mistake=mistakes())
def test_no_mistake_makes_the_checker_fail(mistake: Mistake) -> None:
    for found in mistake.findings:
        assert 0 <= found.span.start <= found.span.end <= len(found.span.source.text)
        assert found.message
        assert not found.message.endswith(".")


def test_a_mistake_is_told_once_in_nearly_all_cases() -> None:
    told: list[int] = []

    @settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(mistakes())
    def look(mistake: Mistake) -> None:
        told.append(len(mistake.errors))

    look()
    assert sum(count <= 1 for count in told) >= 0.9 * len(told)
