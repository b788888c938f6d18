"""How wide text is on a terminal, and which characters must not reach one."""

import unicodedata
from functools import lru_cache

TAB = 4
_JOINER, _EMOJI_STYLE = "\u200d", "\ufe0f"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
# They turn the direction of what follows, so that a line can look other than it reads (CVE-2021-42574).
_BIDIRECTIONAL = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def width(text: str) -> int:
    """The columns that a text without tabs fills."""
    return len(text) if _is_plain(text) else laid_out(text)[1][-1]


def laid_out(line: str) -> tuple[str, list[int]]:
    """A line as it may be shown, and the column (from 0) at which each of its code points begins; one more for the end.

    Tabs are filled up to the next multiple of four. Control characters are shown as their pictures, so that a source
    cannot drive the terminal. A character that joins the one before it (a combining mark, the parts of an emoji) adds
    no width. Widths are those of Unicode's UAX #11: Wide and Fullwidth fill two columns.
    """
    if _is_plain(line):
        return line, list(range(len(line) + 1))
    shown: list[str] = []
    columns = [0]
    joined = False
    for index, character in enumerate(line):
        column = columns[-1]
        if character == "\t":
            step = TAB - column % TAB
            shown.append(" " * step)
        else:
            step = 0 if joined and _is_pictograph(character) else _width_of(character)
            if character == _EMOJI_STYLE and index and column - columns[index - 1] == 1:
                step = 1  # the selector makes the symbol before it an emoji, which is wide
            shown.append(_harmless(character))
        joined = character == _JOINER
        columns.append(column + step)
    return "".join(shown), columns


def harmless(text: str) -> str:
    """The text with control characters, line ends and tabs apart, shown as their pictures."""
    if _is_plain(text):
        return text
    return "".join(character if character in "\n\t" else _harmless(character) for character in text)


def in_one_line(text: str) -> str:
    """The text as it may be shown in a line of its own or a cell: line ends are shown as their pictures too."""
    return laid_out(text)[0]


def _is_plain(text: str) -> bool:
    """Whether each character fills a column and is shown as it is, as nearly all are."""
    return text.isascii() and text.isprintable()


@lru_cache(maxsize=4096)
def _width_of(character: str) -> int:
    if character in _BIDIRECTIONAL:
        return 1
    if ord(character) in _SKIN_TONES or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _is_pictograph(character: str) -> bool:
    """Whether a joiner before it makes it part of one emoji."""
    return 0x2600 <= ord(character) < 0x27C0 or ord(character) >= 0x1F000


def _harmless(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return "\ufffd" if 0x80 <= code < 0xA0 or character in _BIDIRECTIONAL else character
