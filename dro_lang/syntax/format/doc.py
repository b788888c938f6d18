"""Documents: text with places where it may be broken, after Wadler ("A prettier printer", 2003), with the `fill` that
Prettier added to it. Leaves are the tokens of the source, so that comments travel with them."""

from enum import Enum, auto
from typing import TypeAlias

from attrs import frozen

from dro_lang.syntax.format.tokens import Token


@frozen
class Text:
    """Text of the formatter's own (spaces, commas, padding): what stands in a flat group, and in a broken one."""

    flat: str
    broken: str


class When(Enum):
    """When a break is taken."""

    GROUP = auto()  # where the group around it is broken
    ALWAYS = auto()
    COMMENT = auto()  # only where a comment needs the end of a line


class Blank(Enum):
    """Empty lines after a break, and between comments that stand there: one, none, or one where the source has any."""

    ONE = auto()
    NONE = auto()
    KEEP = auto()
    OPENING = auto()  # none before the first thing, kept further down


@frozen(eq=False)
class Break:
    when: When = When.GROUP
    flat: str = " "
    blank: Blank = Blank.NONE


@frozen(eq=False)
class Concat:
    parts: "tuple[Doc, ...]"


@frozen(eq=False)
class Group:
    """Flat if it fits; else its breaks are taken, those of the groups inside it only where they must."""

    inner: "Doc"


@frozen(eq=False)
class Fill:
    """Items, each but the last with its separator; as many on a line as there is room for."""

    items: "tuple[Doc, ...]"
    separators: tuple[Text, ...]
    breaks: tuple[Break, ...]


@frozen(eq=False)
class Indent:
    """Lines begun inside stand two columns further in."""

    inner: "Doc"


@frozen(eq=False)
class Align:
    """Lines begun inside stand where it starts, plus `offset`."""

    inner: "Doc"
    offset: int = 0


Doc: TypeAlias = Token | Text | Break | Concat | Group | Fill | Indent | Align

NOTHING = Text("", "")
SPACE = Text(" ", " ")


def text(value: str) -> Text:
    return Text(value, value)


def concat(*parts: Doc) -> Concat:
    return Concat(parts)


def line(blank: Blank = Blank.NONE) -> Break:
    """The end of a line."""
    return Break(When.ALWAYS, "", blank)


def separated(items: "list[Doc] | tuple[Doc, ...]") -> Doc:
    """Items with commas, as many on a line as there is room for."""
    between = range(len(items) - 1)
    return Fill(tuple(items), tuple(text(",") for _ in between), tuple(Break() for _ in between))
