"""The shapes of steps: how large they must be for their text, and where their outline is."""

from attrs import frozen

from dro_lang.interop.graphs.picture import Node
from dro_lang.interop.graphs.states import word
from dro_lang.interop.graphs.svg.text import Font, Line, balanced
from dro_lang.program.model import StepKind

Point = tuple[float, float]

NAME = Font("name", 14, 19, bold=True)
ABOUT = Font("about", 12, 16)
DETAIL = Font("detail", 12, 16)
STATE = Font("state", 11.5, 24, bold=True)

TEXT_WIDTH = 226
MILESTONE_TEXT_WIDTH = 130
MIN_TEXT_WIDTH = 92
DETAIL_LINES = 4
PADDING_X, PADDING_Y = 16, 11
CORNER = 14
"""What an octagon's corners lose, and how far a parallelogram leans."""

MARK = 20
"""The room for the mark of a person."""

STACK_STEP, STACK_COPIES = 5, 2
BADGE_PADDING = 30
"""What the badge of a state is wider than its word: its mark, and space."""


@frozen
class Box:
    """A step with its text and the outline of its shape, around (0, 0). `width` and `height` are of the whole, the
    copies behind a stacked one included."""

    node: Node
    lines: tuple[Line, ...]
    outline: tuple[Point, ...]

    @property
    def stack(self) -> float:
        """How far the last copy behind stands out, to the right and to the top."""
        return STACK_STEP * STACK_COPIES if self.node.stacked else 0

    @property
    def width(self) -> float:
        return 2 * max(x for x, _ in self.outline) + 2 * self.stack

    @property
    def height(self) -> float:
        return 2 * max(y for _, y in self.outline) + self.stack

    @property
    def text_height(self) -> float:
        return sum(line.font.line_height for line in self.lines)

    def crossing(self, x: float) -> tuple[float, float]:
        """Where the vertical line at x, counted from the middle, enters the shape or a copy behind it, and where it
        leaves the shape."""
        copies = range(STACK_COPIES + 1 if self.node.stacked else 1)
        tops = [min(ys) - STACK_STEP * i for i in copies if (ys := self._crossings(x - STACK_STEP * i))]
        return min(tops), max(self._crossings(x))

    def _crossings(self, x: float) -> list[float]:
        sides = zip(self.outline, (*self.outline[1:], self.outline[0]), strict=True)
        crossed = [side for side in sides if min(side)[0] <= x <= max(side)[0] and side[0][0] != side[1][0]]
        return [y1 + (y2 - y1) * (x - x1) / (x2 - x1) for (x1, y1), (x2, y2) in crossed]


def box_of(node: Node) -> Box:
    """The shape of a step, large enough for its text."""
    limit = MILESTONE_TEXT_WIDTH if node.kind is StepKind.MILESTONE else TEXT_WIDTH
    lines = balanced(node.name, NAME, limit) + balanced(node.about, ABOUT, limit)
    lines += [line for detail in node.details for line in balanced(detail, DETAIL, limit, DETAIL_LINES)]
    if node.state is not None:
        lines.append(Line(word(node.state), STATE))
    width = max(MIN_TEXT_WIDTH, *map(room, lines))
    height = sum(line.font.line_height for line in lines)
    return Box(node, tuple(lines), _outline(node.kind, lines, width, height))


def room(line: Line) -> float:
    """The width that a line takes, the badge around a state's name included."""
    return line.width + (BADGE_PADDING if line.font is STATE else 0)


def _outline(kind: StepKind, lines: list[Line], width: float, height: float) -> tuple[Point, ...]:
    x, y, c = width / 2 + PADDING_X, height / 2 + PADDING_Y, CORNER
    match kind:
        case StepKind.AUTO:
            return ((-x, -y), (x, -y), (x, y), (-x, y))
        case StepKind.CALLOUT:
            return ((-x, -y), (x + c, -y), (x, y), (-x - c, y))
        case StepKind.MANUAL:
            x += MARK / 2
            return ((-x, -y), (x, -y), (x, y), (-x, y))
        case StepKind.PAUSE:
            return ((c - x, -y), (x - c, -y), (x, c - y), (x, y - c), (x - c, y), (c - x, y), (-x, y - c), (-x, c - y))
        case StepKind.MILESTONE:
            x, y = _diamond(lines, height)
            return ((0, -y), (x, 0), (0, y), (-x, 0))


def _diamond(lines: list[Line], height: float) -> Point:
    """Half the width and half the height of the smallest diamond that holds the lines."""

    def half_width(half_height: float) -> float:
        top, widest = -height / 2, 0.0
        for line in lines:
            bottom = top + line.font.line_height
            widest = max(widest, (room(line) / 2 + 4) / (1 - max(-top, bottom) / half_height))
            top = bottom
        return widest

    heights = [height / 2 + extra for extra in range(18, 60, 2)]
    best = min(heights, key=lambda half: half_width(half) * half)
    return half_width(best), best
