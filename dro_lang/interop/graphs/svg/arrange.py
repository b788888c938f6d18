"""The whole sheet: the head, the lanes in rows, and room for the legend."""

from collections.abc import Sequence

from attrs import evolve

from dro_lang.interop.graphs.picture import Lane, Picture
from dro_lang.interop.graphs.svg.blocks import LANE_GAP, LANE_PADDING, Block, blocks_of
from dro_lang.interop.graphs.svg.scene import PlacedBox, PlacedEdge, PlacedLane, PlacedLine, Scene
from dro_lang.interop.graphs.svg.text import Font, Line, wrap

MARGIN = 24
SHEET_WIDTH = 1240
"""Lanes go on in another row where a row would be wider, unless waits join them."""

MIN_WIDTH = 620
ROW_GAP = 22
LANE_HEAD, LANE_FOOT = 24, 22

TITLE = Font("title", 20, 28, bold=True)
DOC = Font("doc", 13, 19)
FACT_NAME = Font("fact-name", 12.5, 19, bold=True)
FACT = Font("fact", 12.5, 19)
FACT_DOC = Font("fact-doc", 12.5, 19)
LANE_NAME = Font("lane-name", 14.5, 22, bold=True)
LANE_ABOUT = Font("lane-about", 12, 16)
LANE_DOC = Font("lane-doc", 12, 16)
FACT_NAME_WIDTH = 220


def arrange(picture: Picture) -> Scene:
    """Place everything in a picture. Raises ValueError if its steps wait for each other in a circle."""
    rows: list[list[Block]] = [[]]
    for block in blocks_of(picture.lanes, picture.edges):
        if rows[-1] and _row_width([*rows[-1], block]) > SHEET_WIDTH:
            rows.append([])
        rows[-1].append(block)
    inner = max(MIN_WIDTH, *map(_row_width, rows))
    lines, y = _head(picture, inner)
    lanes: list[PlacedLane] = []
    boxes: list[PlacedBox] = []
    edges: list[PlacedEdge] = []
    for row in rows:
        placed = [_lane_head(lane, width) for block in row for lane, _, width in block.lanes]
        head = max((_height(lines) for lines in placed), default=0) + LANE_HEAD
        height = head + max((block.height for block in row), default=0) + LANE_FOOT
        x, heads = float(MARGIN), iter(placed)
        for block in row:
            for lane, left, width in block.lanes:
                text = _listed(next(heads), x + left + LANE_PADDING, y + LANE_HEAD / 2)
                lanes.append(PlacedLane(lane, x + left, y, width, height, text))
            boxes += [evolve(box, x=box.x + x, y=box.y + y + head) for box in block.boxes]
            edges += [_shifted(edge, x, y + head) for edge in block.edges]
            x += block.width + LANE_GAP
        y += height + ROW_GAP
    return Scene(inner + 2 * MARGIN, y, tuple(lines), tuple(lanes), tuple(boxes), tuple(edges))


def _row_width(row: Sequence[Block]) -> float:
    return sum(block.width for block in row) + LANE_GAP * (len(row) - 1)


def _head(picture: Picture, width: float) -> tuple[list[PlacedLine], float]:
    """Title, documentation and scenarios, and the height at which they end."""
    above = wrap(picture.title, TITLE, width) + wrap(picture.doc, DOC, width)
    lines = list(_listed(above, MARGIN, MARGIN - 4))
    y = MARGIN + _height(above) + 4
    names = [wrap(fact.name, FACT_NAME, FACT_NAME_WIDTH) for fact in picture.facts]
    column = max((line.width for name in names for line in name), default=0) + 14
    for name, fact in zip(names, picture.facts, strict=True):
        text = wrap(fact.text, FACT, width - column) + wrap(fact.doc, FACT_DOC, width - column)
        lines += [*_listed(name, MARGIN, y), *_listed(text, MARGIN + column, y)]
        y += max(_height(name), _height(text))
    return lines, y + 16


def _lane_head(lane: Lane, width: float) -> list[Line]:
    inner = width - 2 * LANE_PADDING
    about = [line for text in lane.about for line in wrap(text, LANE_ABOUT, inner)]
    return [*wrap(lane.name, LANE_NAME, inner), *about, *wrap(lane.doc, LANE_DOC, inner)]


def _height(lines: Sequence[Line]) -> float:
    return sum(line.font.line_height for line in lines)


def _listed(lines: Sequence[Line], x: float, y: float) -> tuple[PlacedLine, ...]:
    """Lines below each other."""
    placed = []
    for line in lines:
        placed.append(PlacedLine(line, x, y))
        y += line.font.line_height
    return tuple(placed)


def _shifted(edge: PlacedEdge, x: float, y: float) -> PlacedEdge:
    label = edge.label and evolve(edge.label, x=edge.label.x + x, y=edge.label.y + y)
    return evolve(edge, points=tuple((left + x, top + y) for left, top in edge.points), label=label)
