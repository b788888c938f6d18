"""What is drawn, with places: the outcome of the layout, and what the drawing writes down."""

from attrs import frozen

from dro_lang.interop.graphs.picture import Edge, Lane
from dro_lang.interop.graphs.svg.boxes import Box, Point
from dro_lang.interop.graphs.svg.text import Line


@frozen
class PlacedLine:
    """A line of text: `x` is its left side, or with `centered` its middle; `y` the top of its line."""

    line: Line
    x: float
    y: float
    centered: bool = False


@frozen
class PlacedLane:
    lane: Lane
    x: float
    y: float
    width: float
    height: float
    lines: tuple[PlacedLine, ...]


@frozen
class PlacedBox:
    """A step; `x` and `y` are the middle of its front."""

    box: Box
    x: float
    y: float


@frozen
class PlacedEdge:
    """A line through points: straight down where x stays the same, else a curve that leaves and arrives upright."""

    edge: Edge
    points: tuple[Point, ...]
    label: PlacedLine | None


@frozen
class Scene:
    """`height` is without the legend, which comes below."""

    width: float
    height: float
    lines: tuple[PlacedLine, ...]
    lanes: tuple[PlacedLane, ...]
    boxes: tuple[PlacedBox, ...]
    edges: tuple[PlacedEdge, ...]
