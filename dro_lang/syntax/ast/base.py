"""What all nodes share."""

from attrs import field, frozen

from dro_lang.source import Span


@frozen
class Node:
    span: Span = field(eq=False, repr=False)


@frozen
class Name(Node):
    text: str


@frozen
class Text(Node):
    """A text literal, unescaped."""

    value: str


@frozen
class Documented(Node):
    """What may have `///` lines before it: `doc` holds them without the slashes and the space after them."""

    doc: tuple[str, ...] = field(kw_only=True, default=())
