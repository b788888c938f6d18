"""Tokens, and the tree of the grammar's rules over them: all that stands in the text but space and comments."""

from typing import TypeAlias

from attrs import define


class Token(str):
    """A piece of text and the terminal of the grammar that it is. A keyword's terminal is changed where it stands for a
    name. A token that recovery puts in where one is missing is empty in the source: `start` and `end` are equal.
    `indent`: how far from the margin it is, if it is the first on its line."""

    __slots__ = ("end", "indent", "start", "type")

    type: str
    start: int
    end: int
    indent: int | None

    def __new__(cls, type: str, text: str, start: int, end: int, indent: int | None = None) -> "Token":
        token = super().__new__(cls, text)
        token.type = type
        token.start = start
        token.end = end
        token.indent = indent
        return token

    def __repr__(self) -> str:
        return f"Token({self.type}, {str(self)!r}, {self.start}, {self.end})"

    @property
    def has_gap(self) -> bool:
        """Whether recovery has put it in."""
        return self.start == self.end and self.type != END

    @property
    def is_word(self) -> bool:
        """Whether it is a keyword, or a name that could be taken for one."""
        return self[:1].islower() or self[:1] == "_"

    def retyped(self, type: str) -> "Token":
        """The same text as another terminal."""
        return Token(type, str(self), self.start, self.end, self.indent)


END = "$END"
"""The terminal after the last token."""


@define(eq=False)
class Tree:
    """What a rule of the grammar, or its alias (`data`), has matched. `depth`: how many trees stand in each other;
    `has_gap`: whether a token that is missing in the source is among its own or theirs."""

    data: str
    children: "list[Part]"
    start: int
    end: int
    depth: int
    has_gap: bool


Part: TypeAlias = Tree | Token
