"""Where comments go when the tokens around them are laid out anew.

A segment is what stands between two possible breaks. A comment above the first token of a segment stays above it, one
beside the last token stays beside it, and the break between them is taken. A comment inside a segment goes above the
segment. Segments depend on the tokens alone, not on the layout, so formatting again changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterator

from attrs import define, field

from dro_lang.syntax.format.doc import Align, Break, Concat, Doc, Fill, Group, Indent, Text, When
from dro_lang.syntax.format.tokens import Comment, Token


@define
class Placement:
    """`above` and `beside`: the comments of tokens, by the token's index; `inside` those among `above` that stood
    within the segment. `broken`: the breaks and groups that comments or lines of their own force open, by identity."""

    above: dict[int, list[Comment]] = field(factory=lambda: defaultdict(list))
    inside: dict[int, list[Comment]] = field(factory=lambda: defaultdict(list))
    beside: dict[int, Comment] = field(factory=dict)
    broken: set[int] = field(factory=set)


def place(doc: Doc) -> Placement:
    """The places of all comments of a document's tokens."""
    placement = Placement()
    opening: Break | None = None
    segment: list[Token] = []
    for leaf in _leaves(doc):
        if isinstance(leaf, Token):
            segment.append(leaf)
        else:
            _place_segment(placement, opening, segment, leaf)
            opening, segment = leaf, []
    _place_segment(placement, opening, segment, None)
    _propagate(doc, placement.broken)
    return placement


def _leaves(doc: Doc) -> Iterator[Token | Break]:
    match doc:
        case Token() | Break():
            yield doc
        case Concat(parts):
            for part in parts:
                yield from _leaves(part)
        case Fill(items, _, breaks):
            for i, item in enumerate(items):
                yield from _leaves(item)
                if i < len(breaks):
                    yield breaks[i]
        case Group(inner) | Indent(inner) | Align(inner):
            yield from _leaves(inner)


def _place_segment(placement: Placement, opening: Break | None, segment: list[Token], closing: Break | None) -> None:
    for token in segment:
        is_first, is_last = token is segment[0], token is segment[-1]
        target = placement.above if is_first else placement.inside
        target[segment[0].index].extend(token.above)
        if token.beside is not None and is_last:
            placement.beside[token.index] = token.beside
            if closing is not None:
                placement.broken.add(id(closing))
        elif token.beside is not None:
            placement.inside[segment[0].index].append(token.beside)
    if segment and opening is not None and (placement.above[segment[0].index] or placement.inside[segment[0].index]):
        placement.broken.add(id(opening))


def _propagate(doc: Doc, broken: set[int]) -> bool:
    """Mark the groups and fills that hold a break which must be taken; whether this is one or holds one."""
    match doc:
        case Token() | Text():
            return False
        case Break(when):
            if when is When.ALWAYS:
                broken.add(id(doc))
            return id(doc) in broken
        case Concat(parts):
            forced = [_propagate(part, broken) for part in parts]
        case Fill(items, _, breaks):
            forced = [_propagate(part, broken) for part in (*items, *breaks)]
        case Group(inner) | Indent(inner) | Align(inner):
            forced = [_propagate(inner, broken)]
    if any(forced):
        broken.add(id(doc))
    return any(forced)
