"""Circles of references, against what a plain search finds."""

from hypothesis import given
from hypothesis import strategies as st

from dro_lang.semantics.rules.graph import Edge, components, cycles
from dro_lang.source import Source, Span

PLACE = Span(Source("x.dro", ""), 0, 0)
NODES = st.integers(0, 7)
GRAPHS = st.lists(st.tuples(NODES, NODES), max_size=24).map(
    lambda pairs: [Edge(source, target, PLACE) for source, target in pairs]
)


def reachable(edges: list[Edge[int]], start: int) -> set[int]:
    """The nodes that references lead to from a node, itself only if they lead back."""
    found: set[int] = set()
    todo = [start]
    while todo:
        node = todo.pop()
        new = {edge.target for edge in edges if edge.source == node} - found
        found |= new
        todo += new
    return found


@given(GRAPHS)
def test_components_hold_the_references_that_lie_on_a_circle(edges: list[Edge[int]]) -> None:
    on_circle = {edge for edge in edges if edge.source in reachable(edges, edge.target) | {edge.target}}
    found = components(edges)
    assert set().union(*found) == on_circle
    assert sum(map(len, found)) == len(on_circle)


@given(GRAPHS)
def test_what_is_told_are_circles(edges: list[Edge[int]]) -> None:
    for cycle in cycles(edges):
        assert [edge.target for edge in cycle] == [edge.source for edge in (*cycle[1:], cycle[0])]
        assert len({edge.source for edge in cycle}) == len(cycle)


@given(GRAPHS)
def test_without_the_first_reference_of_each_circle_none_is_left(edges: list[Edge[int]]) -> None:
    told = [cycle[0] for cycle in cycles(edges)]
    assert len(set(told)) == len(told)
    assert not components([edge for edge in edges if edge not in told])


def test_a_circle_of_thousands_of_references_is_told_once() -> None:
    size = 5_000
    edges = [Edge(node, (node + 1) % size, PLACE) for node in range(size)]
    assert [len(cycle) for cycle in cycles(edges)] == [size]


def test_the_first_reference_is_the_one_that_looks_ahead() -> None:
    ahead, back = Edge("a", "c", PLACE), Edge("c", "b", PLACE)
    assert next(cycles([ahead, Edge("b", "a", PLACE), back]))[0] is ahead
