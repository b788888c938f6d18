"""Chains: how far scenarios that exclude each other, routings that hand over, and groups that insert each other lead on
(E0011). What decides records and runs plans goes along them, and has room for as many links as texts have levels."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.semantics.rules.compensation import inserted
from dro_lang.semantics.rules.graph import Edge, components, longest_chain
from dro_lang.semantics.rules.overview import Overview
from dro_lang.semantics.rules.routings import handed_over
from dro_lang.semantics.rules.scenarios import excluded
from dro_lang.syntax import ast
from dro_lang.syntax.damage import DEEPEST

N = TypeVar("N")


def check(overview: Overview) -> Iterator[Diagnostic]:
    for plan in overview.all(ast.Plan):
        yield from _too_long(
            excluded({scenario.name.text: scenario for scenario in plan.scenarios}),
            f"`unless` leads on through more than {DEEPEST} scenarios here",
            "`choose first matching scenario` takes scenarios in the order in which they are written",
        )
    yield from _too_long(
        list(handed_over(overview)),
        f"routings hand over to each other more than {DEEPEST} times here",
        "join the rules of several routings in one",
    )
    yield from _too_long(
        list(inserted(overview)),
        f"compensation groups insert each other more than {DEEPEST} times here",
        "join the steps of several groups in one",
    )


def _too_long(edges: Sequence[Edge[N]], message: str, help: str) -> Iterator[Diagnostic]:
    if components(edges):
        return  # a circle is told as such
    chain = longest_chain(edges)
    if len(chain) > DEEPEST:
        yield diagnose("E0011", chain[DEEPEST].span, message, (chain[0].span, "begins here"), help=help)
