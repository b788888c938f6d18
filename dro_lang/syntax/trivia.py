"""What the tree leaves out and the formatter puts back."""

from attrs import frozen

from dro_lang.source import Span


@frozen
class Comment:
    """A `//` comment with its slashes, without the end of its line; `own_line`: nothing but space stands before it.
    Documentation (`///`) is none: it belongs to the tree."""

    span: Span
    own_line: bool
