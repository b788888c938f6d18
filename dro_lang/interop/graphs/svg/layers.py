"""Which step stands on which rank, and in which order, so that waits point down and cross little.

After K. Sugiyama, S. Tagawa, M. Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981):
longest-path layering, then barycentre sweeps. Steps stand on even ranks; an edge takes a slot on each rank between its
ends, and its label is the slot on the odd rank below its start, so nothing can lie on anything else.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from attrs import define, field

from dro_lang.interop.graphs.picture import Edge

SWEEPS = 12


@define(eq=False)
class Slot:
    """A place on a rank, in a lane: of a step (`node` is its id), of a label, or of an edge that passes.

    `x` is the middle; `above` and `below` are the slots that edges join it with.
    """

    lane: int
    rank: int
    width: float
    node: str | None = None
    x: float = 0
    above: "list[Slot]" = field(factory=list)
    below: "list[Slot]" = field(factory=list)


def layers_of(nodes: Sequence[str], edges: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The length of the longest path that leads to each node. Raises ValueError if the edges form a circle."""
    below: dict[str, list[str]] = defaultdict(list)
    waits: dict[str, int] = dict.fromkeys(nodes, 0)
    for source, target in edges:
        below[source].append(target)
        waits[target] += 1
    layers = {node: 0 for node in nodes if waits[node] == 0}
    turn = list(layers)
    while turn:
        node = turn.pop()
        for target in below[node]:
            layers[target] = max(layers.get(target, 0), layers[node] + 1)
            waits[target] -= 1
            if waits[target] == 0:
                turn.append(target)
    if any(waits.values()):
        raise ValueError("the steps wait for each other in a circle")
    return layers


@define(eq=False)
class Ranks:
    """All slots: `rows` by rank, in the order in which they stand; `paths` those of each edge, its ends included."""

    rows: list[list[Slot]]
    paths: list[list[Slot]]
    slots: dict[str, Slot]


def ranked(
    lanes: Mapping[str, int], widths: Mapping[str, float], edges: Sequence[Edge], labels: Sequence[float], gap: float
) -> Ranks:
    """Put nodes, labels and edges on ranks and in order. `lanes` and `widths` are those of the nodes, in the order in
    which they were written; `labels` the widths of the edges' labels, 0 for none; `gap` the width of an edge."""
    layers = layers_of(list(lanes), [(edge.source, edge.target) for edge in edges])
    slots = {node: Slot(lanes[node], 2 * layers[node], widths[node], node) for node in lanes}
    rows: list[list[Slot]] = [[] for _ in range(max((slot.rank for slot in slots.values()), default=0) + 1)]
    for slot in slots.values():
        rows[slot.rank].append(slot)
    paths = []
    for edge, label in zip(edges, labels, strict=True):
        start, end = slots[edge.source], slots[edge.target]
        path = [start]
        for rank in range(start.rank + 1, end.rank):
            is_label = rank == start.rank + 1 and label > 0
            slot = Slot(start.lane if is_label else end.lane, rank, label if is_label else gap)
            rows[rank].append(slot)
            path.append(slot)
        path.append(end)
        for upper, lower in pairwise(path):
            upper.below.append(lower)
            lower.above.append(upper)
        paths.append(path)
    _order(rows)
    return Ranks(rows, paths, slots)


def _order(rows: list[list[Slot]]) -> None:
    """Order each row, lane by lane, by the mean place of what its slots are joined with; keep the best sweep."""
    place: dict[Slot, float] = {}
    for row in rows:
        row.sort(key=lambda slot: slot.lane)
        place.update(_places(row))
    best, fewest = [list(row) for row in rows], crossings(rows)
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            mean = {slot: _mean(slot.above if down else slot.below, place, place[slot]) for slot in row}
            row.sort(key=lambda slot: (slot.lane, mean[slot]))
            place.update(_places(row))
        crossed = crossings(rows)
        if crossed < fewest:
            best, fewest = [list(row) for row in rows], crossed
    rows[:] = best


def _places(row: list[Slot]) -> dict[Slot, float]:
    return {slot: (i + 0.5) / len(row) for i, slot in enumerate(row)}


def _mean(joined: list[Slot], place: Mapping[Slot, float], otherwise: float) -> float:
    return sum(place[one] for one in joined) / len(joined) if joined else otherwise


def crossings(rows: list[list[Slot]]) -> int:
    """How many pairs of edges cross between neighbouring ranks."""
    total = 0
    for upper, lower in pairwise(rows):
        place = {slot: i for i, slot in enumerate(lower)}
        passed: list[int] = []
        for slot in upper:
            ends = [place[one] for one in slot.below]
            total += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return total
