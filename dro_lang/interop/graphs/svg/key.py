"""The signs that a picture uses, with what they mean."""

from dro_lang.interop.graphs import legend
from dro_lang.interop.graphs.picture import Picture
from dro_lang.interop.graphs.svg.arrange import MARGIN
from dro_lang.interop.graphs.svg.boxes import Point
from dro_lang.interop.graphs.svg.pieces import number, person, shape, text_line
from dro_lang.interop.graphs.svg.scene import PlacedLine, Scene
from dro_lang.interop.graphs.svg.text import Font, Line, measure
from dro_lang.program.model import StepKind

LEGEND = Font("legend", 12, 20)
SIGN_WIDTH, ENTRY_GAP, ROW_HEIGHT = 38, 24, 26

_RECTANGLE: tuple[Point, ...] = ((-13, -8), (13, -8), (13, 8), (-13, 8))
_OUTLINES: dict[StepKind, tuple[Point, ...]] = {
    StepKind.CALLOUT: ((-11, -8), (14, -8), (11, 8), (-14, 8)),
    StepKind.MILESTONE: ((0, -10), (14, 0), (0, 10), (-14, 0)),
    StepKind.PAUSE: ((-8, -9), (8, -9), (13, -4), (13, 4), (8, 9), (-8, 9), (-13, 4), (-13, -4)),
}


def draw_legend(picture: Picture, scene: Scene) -> tuple[list[str], float]:
    """The legend below a scene, and the height of the sheet with it."""
    drawn: list[str] = []
    x, y = float(MARGIN), scene.height
    for sign, text in _entries(picture):
        width = SIGN_WIDTH + measure(text, LEGEND)
        if x > MARGIN and x + width > scene.width - MARGIN:
            x, y = float(MARGIN), y + ROW_HEIGHT
        drawn.append(f'<g transform="translate({number(x)} {number(y)})">{sign}</g>')
        drawn.append(text_line(PlacedLine(Line(text, LEGEND), x + SIGN_WIDTH, y)))
        x += width + ENTRY_GAP
    return drawn, y + (LEGEND.line_height if drawn else 0) + MARGIN


def _entries(picture: Picture) -> list[tuple[str, str]]:
    entries = [(_kind(kind), legend.KINDS[kind]) for kind in picture.kinds]
    stacked, waits, one_of_many = legend.signs(picture)
    if stacked:
        copies = "".join(shape(StepKind.PAUSE, _RECTANGLE, 12 + i, 12 - i) for i in (6, 3, 0))
        entries.append((f'<g class="stacked">{copies}</g>', legend.STACKED))
    if waits:
        entries.append((_wait(""), legend.WAITS))
    if one_of_many:
        entries.append((_wait(" one-of-many"), legend.ONE_OF_MANY))
    return entries


def _kind(kind: StepKind) -> str:
    mark = person(8.4, 4, 0.8) if kind is StepKind.MANUAL else ""
    return f'<g class="{kind}">{shape(kind, _OUTLINES.get(kind, _RECTANGLE), 14, 10, corner=6)}{mark}</g>'


def _wait(classes: str) -> str:
    return f'<path class="edge{classes}" d="M0 10 H22"/><path class="arrow" d="M20 5.5 L29 10 L20 14.5 L22 10 z"/>'
