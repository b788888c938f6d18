"""Pieces of SVG."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from dro_lang.diagnostics.render.columns import harmless
from dro_lang.interop.graphs.svg.boxes import Point
from dro_lang.interop.graphs.svg.scene import PlacedLine
from dro_lang.program.model import StepKind


def rectangle(classes: str, x: float, y: float, width: float, height: float, radius: float = 0) -> str:
    area = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return f'<rect class="{classes}" {area} rx="{number(radius)}"/>'


def number(number: float) -> str:
    """A number with at most one digit after the point."""
    return f"{number:.1f}".removesuffix(".0")


def escaped(text: str) -> str:
    """Text for XML: escaped, and without the characters that XML 1.0 cannot hold."""
    return escape(_legal(text))


def quoted(text: str) -> str:
    """The value of an attribute, in quotes."""
    return quoteattr(_legal(text))


def _legal(text: str) -> str:
    return "".join("\ufffd" if _is_illegal(character) else character for character in harmless(text))


def _is_illegal(character: str) -> bool:
    return "\ud800" <= character <= "\udfff" or character in "\ufffe\uffff"


def path(points: Iterable[Point]) -> str:
    """A line through points, with curves that leave and arrive upright where they go to the side. A piece that has no
    length as it is written is left out: an arrow at its end would point anywhere."""
    commands: list[str] = []
    last: Point | None = None
    for x, y in points:
        if last is not None and (number(x), number(y)) == (number(last[0]), number(last[1])):
            continue
        if last is None:
            commands.append(f"M{number(x)} {number(y)}")
        elif last[0] == x:
            commands.append(f"V{number(y)}")
        else:
            middle = number((last[1] + y) / 2)
            commands.append(f"C{number(last[0])} {middle} {number(x)} {middle} {number(x)} {number(y)}")
        last = x, y
    return " ".join(commands)


def text_line(placed: PlacedLine) -> str:
    """A line of text, in the style of its font."""
    font = placed.line.font
    baseline = placed.y + font.line_height / 2 + font.size * 0.35
    anchor = ' text-anchor="middle"' if placed.centered else ""
    text = escaped(placed.line.text)
    return f'<text class="{font.name}" x="{number(placed.x)}" y="{number(baseline)}"{anchor}>{text}</text>'


def shape(kind: StepKind, outline: tuple[Point, ...], x: float, y: float, corner: float = 12) -> str:
    """The outline of a step around a point; `corner` is the radius of an automated one."""
    if kind in (StepKind.AUTO, StepKind.MANUAL):
        left, top = outline[0]
        return rectangle("shape", x + left, y + top, -2 * left, -2 * top, corner if kind is StepKind.AUTO else 2)
    points = " ".join(f"{number(x + left)},{number(y + top)}" for left, top in outline)
    return f'<polygon class="shape" points="{points}"/>'


def person(x: float, y: float, scale: float = 1) -> str:
    """The mark of a person, 14 wide and 15 high."""
    return (
        f'<path class="person" transform="translate({number(x)} {number(y)}) scale({scale:g})" '
        'd="M7 1 a3 3 0 1 0 0.01 0 z M1.5 14 c0 -7.5 11 -7.5 11 0 z"/>'
    )
