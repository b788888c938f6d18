"""Ranks, orders and columns."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.interop.graphs.picture import Picture
from dro_lang.interop.graphs.svg.columns import EDGE_GAP, place_columns
from dro_lang.interop.graphs.svg.layers import Slot, crossings, layers_of, ranked
from tests.graphs.strategies import pictures


def longest(node: str, edges: list[tuple[str, str]]) -> int:
    """By looking at every path."""
    return max((1 + longest(source, edges) for source, target in edges if target == node), default=0)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=14))
@settings(max_examples=100)
def test_a_step_stands_below_the_longest_way_to_it(pairs: list[tuple[int, int]]) -> None:
    edges = [(str(a), str(b)) for a, b in pairs if a < b]
    nodes = [str(i) for i in range(7)]
    assert layers_of(nodes, edges) == {node: longest(node, edges) for node in nodes}


@given(st.lists(st.lists(st.integers(0, 4), max_size=4), min_size=1, max_size=5))
@settings(max_examples=100)
def test_crossings_are_counted_as_pairs_of_lines_that_cross(joined: list[list[int]]) -> None:
    lower = [Slot(0, 1, 10) for _ in range(5)]
    upper = [Slot(0, 0, 10, below=[lower[i] for i in ends]) for ends in joined]
    lines = [(i, end) for i, ends in enumerate(joined) for end in ends]
    crossed = sum(1 for (a, b), (c, d) in combinations(lines, 2) if (a - c) * (b - d) < 0)
    assert crossings([upper, lower]) == crossed


@given(pictures())
@settings(max_examples=80, deadline=None)
def test_slots_of_a_row_keep_their_order_and_their_distance(picture: Picture) -> None:
    lanes = {node.id: i for i, lane in enumerate(picture.lanes) for node in lane.nodes}
    widths = {node: 40.0 + 7 * len(node) for node in lanes}
    edges = picture.edges
    ranks = ranked(lanes, widths, edges, [len(edge.label) * 5.0 for edge in edges], 8)
    for lane in set(lanes.values()):
        left, right = place_columns(ranks.rows, lane)
        for row in ranks.rows:
            own = [slot for slot in row if slot.lane == lane]
            assert all(left <= slot.x - slot.width / 2 and slot.x + slot.width / 2 <= right for slot in own)
            for one, other in pairwise(own):
                assert other.x - one.x >= (one.width + other.width) / 2 + EDGE_GAP - 1e-6


def test_a_chain_is_straight_and_a_passing_edge_too() -> None:
    slots = [Slot(0, 2 * i, 80, f"n{i}") for i in range(3)]
    passing = [Slot(0, rank, 8) for rank in (1, 2, 3)]
    between = [Slot(0, rank, 8) for rank in (1, 3)]
    path = [slots[0], *passing, slots[2]]
    chain = [slots[0], between[0], slots[1], between[1], slots[2]]
    for way in (path, chain):
        for upper, lower in pairwise(way):
            upper.below.append(lower)
            lower.above.append(upper)
    rows = [[slots[0]], [between[0], passing[0]], [slots[1], passing[1]], [between[1], passing[2]], [slots[2]]]
    place_columns(rows, 0)
    assert len({round(slot.x, 3) for slot in passing[1:]}) == 1
