"""Lanes that waits join, laid out together: steps on ranks from top to bottom, waits between them."""

from collections import defaultdict
from collections.abc import Sequence

from attrs import frozen

from dro_lang.interop.graphs.picture import Edge, Lane
from dro_lang.interop.graphs.svg.boxes import Box, Point, box_of
from dro_lang.interop.graphs.svg.columns import place_columns
from dro_lang.interop.graphs.svg.layers import Ranks, Slot, ranked
from dro_lang.interop.graphs.svg.scene import PlacedBox, PlacedEdge, PlacedLine
from dro_lang.interop.graphs.svg.text import Font, Line

LABEL = Font("label", 11.5, 18)
LABEL_PADDING = 7
PASSING_WIDTH = 8
LANE_PADDING, LANE_GAP = 20, 14
MIN_LANE_WIDTH = 236
GAP_BELOW_STEP, GAP_ABOVE_STEP = 20, 24
PORT_GAP = 18
SLOPE, MAX_DROP = 0.09, 44
"""A wait that goes far to the side gets this much more height for its curve, up to a limit."""


@frozen
class Block:
    """Places count from the block's left side and from the bottom of the lanes' heads. `lanes`: left side and width."""

    lanes: tuple[tuple[Lane, float, float], ...]
    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    edges: tuple[PlacedEdge, ...]


def blocks_of(lanes: Sequence[Lane], edges: Sequence[Edge]) -> list[Block]:
    """The blocks, in the order of their first lanes."""
    lane_of = {node.id: i for i, lane in enumerate(lanes) for node in lane.nodes}
    leader = list(range(len(lanes)))

    def find(lane: int) -> int:
        while leader[lane] != lane:
            lane = leader[lane]
        return lane

    for edge in edges:
        one, other = find(lane_of[edge.source]), find(lane_of[edge.target])
        leader[max(one, other)] = min(one, other)
    members: dict[int, list[Lane]] = defaultdict(list)
    waits: dict[int, list[Edge]] = defaultdict(list)
    for i, lane in enumerate(lanes):
        members[find(i)].append(lane)
    for edge in edges:
        waits[find(lane_of[edge.source])].append(edge)
    return [_block(own, waits[i]) for i, own in members.items()]


def _block(lanes: Sequence[Lane], edges: Sequence[Edge]) -> Block:
    boxes = {node.id: box_of(node) for lane in lanes for node in lane.nodes}
    lane_of = {node.id: i for i, lane in enumerate(lanes) for node in lane.nodes}
    labels = [Line(edge.label, LABEL) for edge in edges]
    widths = [label.width + 2 * LABEL_PADDING if label.text else 0 for label in labels]
    ranks = ranked(lane_of, {id: box.width for id, box in boxes.items()}, edges, widths, PASSING_WIDTH)
    placed, x = [], 0.0
    for i, lane in enumerate(lanes):
        left, right = place_columns(ranks.rows, i)
        width = max(right - left + 2 * LANE_PADDING, MIN_LANE_WIDTH)
        shift = x + (width - (right - left)) / 2 - left
        for slot in (slot for row in ranks.rows for slot in row if slot.lane == i):
            slot.x += shift
        placed.append((lane, x, width))
        x += width + LANE_GAP
    starts, ends = _ports(ranks, boxes)
    tops, bottoms = _rows(ranks, boxes, labels, starts, ends)
    where = {
        id: PlacedBox(box, ranks.slots[id].x, tops[ranks.slots[id].rank] + box.stack + (box.height - box.stack) / 2)
        for id, box in boxes.items()
    }
    routes = []
    for i, (edge, label) in enumerate(zip(edges, labels, strict=True)):
        points = _points(ranks.paths[i], where, (starts[i], ends[i]), tops, bottoms)
        slot = ranks.paths[i][1]
        at = PlacedLine(label, slot.x, tops[slot.rank], centered=True) if label.text else None
        routes.append(PlacedEdge(edge, points, at))
    return Block(tuple(placed), x - LANE_GAP, bottoms[-1], tuple(where.values()), tuple(routes))


def _ports(ranks: Ranks, boxes: dict[str, Box]) -> tuple[list[float], list[float]]:
    """Where each edge leaves its start and reaches its end: side by side, in the order of where they come from."""
    starts, ends = [0.0] * len(ranks.paths), [0.0] * len(ranks.paths)
    for ports, end, near in ((starts, 0, 1), (ends, -1, -2)):
        at: dict[Slot, list[int]] = defaultdict(list)
        for i, path in enumerate(ranks.paths):
            at[path[end]].append(i)
        for slot, own in at.items():
            own.sort(key=lambda i: ranks.paths[i][near].x)
            room = (slot.width - 2 * boxes[str(slot.node)].stack) * 0.4
            gap = min(PORT_GAP, room / len(own))
            for k, i in enumerate(own):
                ports[i] = slot.x + (k - (len(own) - 1) / 2) * gap
    return starts, ends


def _rows(
    ranks: Ranks, boxes: dict[str, Box], labels: Sequence[Line], starts: Sequence[float], ends: Sequence[float]
) -> tuple[list[float], list[float]]:
    """The top and the bottom of each rank."""
    heights = [max((boxes[slot.node].height for slot in row if slot.node), default=0.0) for row in ranks.rows]
    drops = [0.0] * len(ranks.rows)
    for path, label, start, end in zip(ranks.paths, labels, starts, ends, strict=True):
        if label.text:
            heights[path[1].rank] = LABEL.line_height
        xs = [start, *(slot.x for slot in path[1:-1]), end]
        for slot, x, next_x in zip(path, xs, xs[1:], strict=False):
            drops[slot.rank] = max(drops[slot.rank], min(abs(next_x - x) * SLOPE, MAX_DROP))
    tops, bottoms, y = [], [], 0.0
    for rank, height in enumerate(heights):
        tops.append(y)
        bottoms.append(y + height)
        y += height + (GAP_ABOVE_STEP if rank % 2 else GAP_BELOW_STEP) + drops[rank]
    return tops, bottoms


def _points(
    path: Sequence[Slot],
    where: dict[str, PlacedBox],
    ports: tuple[float, float],
    tops: Sequence[float],
    bottoms: Sequence[float],
) -> tuple[Point, ...]:
    """From the outline of the first step to that of the last, upright within every rank."""
    first, last = where[str(path[0].node)], where[str(path[-1].node)]
    start, end = ports
    points = [(start, first.y + first.box.crossing(start - first.x)[1]), (start, bottoms[path[0].rank])]
    for slot in path[1:-1]:
        points += [(slot.x, tops[slot.rank]), (slot.x, bottoms[slot.rank])]
    points += [(end, tops[path[-1].rank]), (end, last.y + last.box.crossing(end - last.x)[0])]
    return tuple(point for i, point in enumerate(points) if i == 0 or point != points[i - 1])
