"""Laws of the drawing: nothing overlaps, nothing is missing, no text leaves its place, and the file is sound."""

from collections.abc import Iterator
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from dro_lang.interop.graphs.picture import Edge, Lane, Node, Picture
from dro_lang.interop.graphs.svg.arrange import arrange
from dro_lang.interop.graphs.svg.blocks import LABEL_PADDING
from dro_lang.interop.graphs.svg.boxes import Point, room
from dro_lang.interop.graphs.svg.draw import svg
from dro_lang.interop.graphs.svg.pieces import path
from dro_lang.interop.graphs.svg.scene import PlacedBox, PlacedEdge, PlacedLine
from dro_lang.program.model import StepKind
from tests.graphs.strategies import pictures

NAMESPACE = "{http://www.w3.org/2000/svg}"
Area = tuple[float, float, float, float]


def area_of(placed: PlacedBox) -> Area:
    """Left, top, right, bottom, the copies behind included."""
    xs, ys = zip(*placed.box.outline, strict=True)
    stack = placed.box.stack
    return placed.x + min(xs), placed.y + min(ys) - stack, placed.x + max(xs) + stack, placed.y + max(ys)


def label_area(placed: PlacedLine) -> Area:
    half = placed.line.width / 2 + LABEL_PADDING
    return placed.x - half, placed.y, placed.x + half, placed.y + placed.line.font.line_height


def overlap(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def contains(outer: Area, inner: Area) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def is_inside(outline: tuple[Point, ...], x: float, y: float) -> bool:
    """Whether a point is in a convex shape, of which the corners go round clockwise on the screen."""
    sides = zip(outline, (*outline[1:], outline[0]), strict=True)
    return all((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) >= -1e-6 for (x1, y1), (x2, y2) in sides)


def along(edge: PlacedEdge) -> Iterator[Point]:
    """Points of the line, those of its curves included."""
    for (x1, y1), (x2, y2) in pairwise(edge.points):
        for step in range(17):
            t = step / 16
            bend = 3 * t**2 - 2 * t**3
            # A curve with upright ends and both handles at half its height.
            down = 1.5 * t * (1 - t) + t**3
            yield (x1, y1 + (y2 - y1) * t) if x1 == x2 else (x1 + (x2 - x1) * bend, y1 + (y2 - y1) * down)


@given(pictures())
@settings(max_examples=120, deadline=None)
def test_steps_and_labels_overlap_nothing_and_stand_in_their_lanes(picture: Picture) -> None:
    scene = arrange(picture)
    boxes = {placed.box.node.id: area_of(placed) for placed in scene.boxes}
    assert set(boxes) == {node.id for node in picture.nodes}
    labels = [label_area(edge.label) for edge in scene.edges if edge.label]
    assert len(labels) == sum(1 for edge in picture.edges if edge.label)
    for one, other in combinations([*boxes.values(), *labels], 2):
        assert not overlap(one, other)
    lanes = [(placed.x, placed.y, placed.x + placed.width, placed.y + placed.height) for placed in scene.lanes]
    for placed, area in zip(scene.lanes, lanes, strict=True):
        for node in placed.lane.nodes:
            assert contains(area, boxes[node.id])
        assert contains((0, 0, scene.width, scene.height), area)
    for one, other in combinations(lanes, 2):
        assert not overlap(one, other)


@given(pictures())
@settings(max_examples=120, deadline=None)
def test_every_wait_is_drawn_from_outline_to_outline_downwards_and_through_no_other_step(picture: Picture) -> None:
    scene = arrange(picture)
    boxes = {placed.box.node.id: placed for placed in scene.boxes}
    assert sorted(map(repr, (edge.edge for edge in scene.edges))) == sorted(map(repr, picture.edges))
    for edge in scene.edges:
        source, target = boxes[edge.edge.source], boxes[edge.edge.target]
        (x1, y1), (x2, y2) = edge.points[0], edge.points[-1]
        assert y1 == pytest.approx(source.y + source.box.crossing(x1 - source.x)[1])
        assert y2 == pytest.approx(target.y + target.box.crossing(x2 - target.x)[0])
        assert all(upper <= lower for (_, upper), (_, lower) in pairwise(edge.points))
        others = [area_of(placed) for id, placed in boxes.items() if id not in (edge.edge.source, edge.edge.target)]
        for x, y in along(edge):
            assert not any(left < x < right and top < y < bottom for left, top, right, bottom in others)


@given(pictures())
@settings(max_examples=120, deadline=None)
def test_no_text_leaves_its_place(picture: Picture) -> None:
    scene = arrange(picture)
    for placed in scene.boxes:
        top = -placed.box.text_height / 2
        for line in placed.box.lines:
            half, bottom = room(line) / 2, top + line.font.line_height
            for x, y in ((-half, top), (half, top), (-half, bottom), (half, bottom)):
                assert is_inside(placed.box.outline, x, y)
            top = bottom
    for lane in scene.lanes:
        for text in lane.lines:
            right, bottom = text.x + text.line.width, text.y + text.line.font.line_height
            area = (lane.x, lane.y, lane.x + lane.width, lane.y + lane.height)
            assert contains(area, (text.x, text.y, right, bottom))
    for text in scene.lines:
        assert text.x + text.line.width <= scene.width


@given(pictures())
@settings(max_examples=80, deadline=None)
def test_the_file_is_sound_and_accessible(picture: Picture) -> None:
    root = ElementTree.fromstring(svg(picture))
    assert root.tag == f"{NAMESPACE}svg"
    assert root.get("role") == "img"
    title, description = root.find(f"{NAMESPACE}title"), root.find(f"{NAMESPACE}desc")
    assert title is not None
    assert description is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    tips = [tip.text or "" for tip in root.iterfind(f"{NAMESPACE}g/{NAMESPACE}title")]
    assert len(tips) == len(picture.nodes)
    for node in picture.nodes:
        own = next(tip for tip in tips if tip.startswith(f"{node.key}:"))
        assert node.doc.isprintable() is False or node.doc in own
    assert len(root.findall(f"{NAMESPACE}path[@marker-end]")) == len(picture.edges)


def test_a_line_ends_with_a_piece_that_its_arrow_can_point_along() -> None:
    # The two last points differ by what adding floating numbers up leaves, and are written alike.
    assert path([(1.0, 2.0), (5.0, 8.0), (5.0, 8.0 + 1e-9)]) == "M1 2 C1 5 5 5 5 8"


def test_a_circle_is_refused() -> None:
    nodes = tuple(Node(name, name, name, StepKind.MILESTONE) for name in "abc")
    edges = (Edge("a", "b"), Edge("b", "c"), Edge("c", "b"))
    with pytest.raises(ValueError, match="circle"):
        svg(Picture("P", "", (), (Lane("0", "G", (), "", nodes),), edges))
