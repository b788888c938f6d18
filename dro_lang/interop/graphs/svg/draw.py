"""A picture as SVG: one file that stands alone, and can also be put into a page."""

import re
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from attrs import field, frozen

from dro_lang.interop.graphs import legend
from dro_lang.interop.graphs.picture import Node, Picture
from dro_lang.interop.graphs.states import LOOKS, word
from dro_lang.interop.graphs.svg import arrange, blocks, boxes
from dro_lang.interop.graphs.svg.key import LEGEND, draw_legend
from dro_lang.interop.graphs.svg.pieces import escaped, number, path, person, quoted, rectangle, shape, text_line
from dro_lang.interop.graphs.svg.scene import PlacedBox, PlacedEdge, PlacedLane, PlacedLine
from dro_lang.interop.graphs.svg.style import style_sheet
from dro_lang.interop.graphs.svg.text import Line
from dro_lang.interop.graphs.wording import described
from dro_lang.kernel.states import StepStatus
from dro_lang.program.model import StepKind

ROOT = "dro-graph"
ARROW = "M0 0.5 L10 5 L0 9.5 L2.5 5 z"
_FONTS = (
    *(arrange.TITLE, arrange.DOC, arrange.FACT_NAME, arrange.FACT, arrange.FACT_DOC),
    *(arrange.LANE_NAME, arrange.LANE_ABOUT, arrange.LANE_DOC),
    *(boxes.NAME, boxes.ABOUT, boxes.DETAIL, boxes.STATE, blocks.LABEL, LEGEND),
)


@frozen
class Pointing:
    """How a picture in a page points elsewhere, and to what it points: by the ids of nodes, where steps lead to
    (`links`); one that is `chosen`, so that it stands out with all that it waits for and all that waits for it; and
    those that stand back (`faded`)."""

    links: Mapping[str, str]
    chosen: str | None = None
    faded: frozenset[str] = field(factory=frozenset)

    def near(self, picture: Picture) -> frozenset[str]:
        """The chosen step and those that waits join it with."""
        own = {self.chosen} if self.chosen is not None else set()
        pairs = ((edge.source, edge.target) for edge in picture.edges)
        return frozenset({end for pair in pairs if self.chosen in pair for end in pair} | own)


def svg(picture: Picture) -> str:
    """The picture as an SVG document. Raises ValueError if its steps wait for each other in a circle."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", picture.title)
    head = [
        f'role="img" aria-labelledby="{name}-title {name}-description"',
        f'<title id="{name}-title">{escaped(picture.title)}</title>',
        f'<desc id="{name}-description">{escaped(described(picture))}</desc>',
        f"<style>\n{escape(styles(picture.states))}\n</style>",
    ]
    return _drawn(picture, name, head, None)


def svg_for_page(picture: Picture, name: str, pointing: Pointing) -> str:
    """The picture for a page that has `styles`; its steps are links. `name` is unique in the page. Raises ValueError as
    `svg` does."""
    label = quoted(picture.title)
    return _drawn(picture, name, [f'id="{name}" role="group" aria-label={label}'], pointing)


def styles(states: Iterable[StepStatus]) -> str:
    """The style sheet of drawings in which these states may be."""
    return style_sheet(ROOT, [(font.name, font.size, font.bold) for font in _FONTS], states)


def _drawn(picture: Picture, name: str, head: list[str], pointing: Pointing | None) -> str:
    scene = arrange.arrange(picture)
    signs, bottom = draw_legend(picture, scene)
    width, height = number(scene.width), number(bottom)
    attributes, *inside = head
    near = pointing.near(picture) if pointing and pointing.chosen else None
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{ROOT}{" pointed" if near else ""}" {attributes} '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        *inside,
        f'<defs><marker id="{name}-arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path class="arrow" d="{ARROW}"/></marker></defs>',
        f'<rect class="ground" width="{width}" height="{height}"/>',
        *map(text_line, scene.lines),
        *map(_lane, scene.lanes),
        *(_edge(edge, f"{name}-arrow", pointing) for edge in scene.edges),
        *(_box(box) if pointing is None else _link(box, name, pointing, near) for box in scene.boxes),
        *map(_label, scene.edges),
        *signs,
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _link(placed: PlacedBox, name: str, pointing: Pointing, near: frozenset[str] | None) -> str:
    """A step as a link."""
    node = placed.box.node
    classes = ["step"]
    classes += ["chosen"] if node.id == pointing.chosen else []
    classes += ["near"] if near and node.id in near else []
    classes += ["away"] if node.id in pointing.faded else []
    current = ' aria-current="true"' if node.id == pointing.chosen else ""
    said = ", ".join(part for part in (node.name, str(node.kind), word(node.state) if node.state else "") if part)
    return (
        f'<a class="{" ".join(classes)}" id={quoted(f"{name}-{node.id}")} href={quoted(pointing.links[node.id])}'
        f" aria-label={quoted(said)}{current}>{_box(placed)}</a>"
    )


def _lane(placed: PlacedLane) -> str:
    area = rectangle("lane", placed.x, placed.y, placed.width, placed.height, 10)
    return "\n".join(["<g>", area, *map(text_line, placed.lines), "</g>"])


def _edge(placed: PlacedEdge, arrow: str, pointing: Pointing | None) -> str:
    many = " one-of-many" if placed.edge.one_of_many else ""
    many += " near" if pointing and pointing.chosen in (placed.edge.source, placed.edge.target) else ""
    return f'<path class="edge{many}" d="{path(placed.points)}" marker-end="url(#{arrow})"/>'


def _label(placed: PlacedEdge) -> str:
    if placed.label is None:
        return ""
    line, width = placed.label.line, placed.label.line.width + 2 * blocks.LABEL_PADDING
    height = line.font.line_height
    tag = rectangle("tag", placed.label.x - width / 2, placed.label.y, width, height, height / 2)
    return f"<g>{tag}{text_line(placed.label)}</g>"


def _box(placed: PlacedBox) -> str:
    node, box = placed.box.node, placed.box
    look = LOOKS[node.state] if node.state else None
    classes = f"{node.kind} {node.state or ''}{' faint' if look and look.faint else ''}".strip()
    shapes = [shape(node.kind, box.outline, placed.x + i, placed.y - i) for i in _copies(node)]
    if node.kind is StepKind.MANUAL:
        shapes.append(person(placed.x + box.outline[0][0] + 8, placed.y + box.outline[0][1] + 8))
    y = placed.y - box.text_height / 2
    texts = []
    for line in box.lines:
        is_state = line.font is boxes.STATE
        texts.append(_badge(node, line, placed.x, y) if is_state else text_line(PlacedLine(line, placed.x, y, True)))
        y += line.font.line_height
    tip = f"<title>{escaped(_tip(node))}</title>"
    return f'<g class="{classes}">\n' + "\n".join(part for part in (tip, *shapes, *texts) if part) + "\n</g>"


def _copies(node: Node) -> list[int]:
    """How far to the side each copy of the shape stands, the hindmost first, the front last."""
    return [boxes.STACK_STEP * i for i in range(boxes.STACK_COPIES if node.stacked else 0, -1, -1)]


def _badge(node: Node, line: Line, x: float, y: float) -> str:
    """The state: its mark and its name on a ground of its colour."""
    assert node.state is not None
    width, height = boxes.room(line), 19
    left, top = x - width / 2, y + line.font.line_height - height
    place = f'transform="translate({number(left + 7)} {number(top + 3.5)})"'
    text = PlacedLine(line, left + 23, top - (line.font.line_height - height) / 2)
    return (
        rectangle("badge", left, top, width, height, height / 2)
        + f'<path class="glyph" {place} d="{LOOKS[node.state].glyph}"/>'
        + text_line(text)
    )


def _tip(node: Node) -> str:
    """What a pointer that rests on a step is told."""
    state = f" ({word(node.state)})" if node.state else ""
    lines = [f"{node.key}: {legend.KINDS[node.kind]}{f', {legend.STACKED}' * node.stacked}{state}", node.doc]
    return "\n".join(line for line in (*lines, node.about, *node.details) if line)
