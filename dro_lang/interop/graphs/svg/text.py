"""How wide text is, and where it is broken, without knowing the font that the reader has.

Widths are those of DejaVu Sans, or of Arial where that is wider, rounded up: the common sans-serif fonts are narrower,
so text that fits here fits there.
"""

import re
import unicodedata

from attrs import frozen

_WIDTHS = {
    0.30: "'Iijl",
    0.35: " ,./:;\\|",
    0.40: "()-[]ft",
    0.45: "!r",
    0.50: '"*J`',
    0.55: "csz",
    0.60: "?L_kvxy",
    0.65: "$0123456789FTabdeghnopqu{}",
    0.70: "ABEKPSVXYZ",
    0.75: "CNRU",
    0.80: "&DGHOQ",
    0.85: "#+<=>^w~",
    0.90: "M",
    1.00: "%Wm",
    1.05: "@",
}
"""In em, by character."""

_EM = {character: width for width, characters in _WIDTHS.items() for character in characters}
_BOLD = 1.2
_WORD = re.compile(
    r"(?:[<>=!]{1,2} )?(?:\d[\d_.,]* (?:business )?(?:(?:second|minute|hour|day|week)s?\b|[A-Z]{3}\b)\S*|\S+)"
)
"""What is not torn apart: an operator and what follows it, a number and its unit."""

_ELLIPSIS = "…"


@frozen
class Font:
    """Size in pixels; `name` is the class of the style sheet."""

    name: str
    size: float
    line_height: float
    bold: bool = False


@frozen
class Line:
    """A line of text as it is drawn."""

    text: str
    font: Font

    @property
    def width(self) -> float:
        return measure(self.text, self.font)


def measure(text: str, font: Font) -> float:
    """The width of a text in pixels, at most."""
    return sum(map(_em, text)) * font.size * (_BOLD if font.bold else 1)


def _em(character: str) -> float:
    if character in _EM:
        return _EM[character]
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.35 if ord(character) >= 0x1F000 else 1
    return 1.1 if character.isupper() or not character.isalpha() else 0.8


def wrap(text: str, font: Font, width: float, lines: int | None = None) -> list[Line]:
    """The text in lines of at most this width, broken at spaces, else after `_` or `.`, else anywhere. With `lines`,
    what does not fit into so many is cut off, with an ellipsis."""
    broken = [line for paragraph in text.split("\n") for line in _wrapped(paragraph, font, width)]
    if lines is not None and len(broken) > lines:
        broken = broken[:lines]
        broken[-1] = _cut(broken[-1] + " ", font, width - measure(_ELLIPSIS, font)).rstrip() + _ELLIPSIS
    return [Line(one, font) for one in broken]


def balanced(text: str, font: Font, width: float, lines: int | None = None) -> list[Line]:
    """As `wrap`, in no more lines than that takes, but lines about as long as each other."""
    best = wrap(text, font, width, lines)
    low, high = width / max(len(best), 1), width
    while len(best) > 1 and high - low > 4:
        middle = (low + high) / 2
        tried = wrap(text, font, middle, lines)
        if len(tried) > len(best) or tried[-1].text.endswith(_ELLIPSIS) or _words(tried) != _words(best):
            low = middle
        else:
            best, high = tried, middle
    return best


def _words(lines: list[Line]) -> list[str]:
    return " ".join(line.text for line in lines).split()


def _wrapped(text: str, font: Font, width: float) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in _WORD.findall(" ".join(text.split())):
        joined = f"{line} {word}" if line else word
        if measure(joined, font) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while measure(line, font) > width:
            head = _cut(line, font, width)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line] if line else lines


def _cut(word: str, font: Font, width: float) -> str:
    """The start of a word that fits, up to a joint of the word where there is one; at least one character."""
    end = 1
    while end < len(word) and measure(word[: end + 1], font) <= width:
        end += 1
    joint = max(word.rfind("_", 0, end), word.rfind(".", 0, end)) + 1
    return word[: joint if joint > end / 2 else end]
