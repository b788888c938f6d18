"""Which declarations of a file came through whole, so that nobody complains about the others a second time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.source import Source, Span
from dro_lang.syntax.tree import END, Part, Token, Tree

_DECLARING = {
    *("USAGE", "ENUM", "RECORD", "CONTEXT", "MAPPING", "QUEUE", "CALENDAR", "ACTION", "INTEGRATION", "ROUTING"),
    *("PLAN", "GROUP"),
}
_ALSO_CLAUSES = {"USAGE", "CALENDAR"}
"""Words that begin a clause of a plan too, and a declaration only where a block follows the name."""


DEEPEST = 100
"""So many parts of the grammar may stand in each other: every stage that walks the tree has room for as many."""


def too_deep(source: Source, item: Tree) -> Diagnostic:
    """E0011 for an item that nests deeper, at the part that is too deep."""
    part: Part = item
    while isinstance(part, Tree) and part.depth > item.depth - DEEPEST:
        part = max(part.children, key=lambda child: child.depth if isinstance(child, Tree) else 0)
    return diagnose(
        "E0011",
        Span(source, part.start, part.start + 1),
        f"this is nested more than {DEEPEST} deep",
        help="split it up: move parts of a condition to steps or scenarios of their own",
    )


def is_damaged(item: Tree, offsets: Iterable[int]) -> bool:
    """Whether something was changed in an item: at one of the offsets, or by putting in a token."""
    return any(item.start <= offset < item.end for offset in offsets) or item.has_gap


def declared_names(item: Tree) -> Iterator[str]:
    """The names that an item brings into the file: its own, the text that names a test, or those that it imports."""
    for child in item.children:
        if isinstance(child, Token) and child.type in ("UPPER", "STRING") and not child.has_gap:
            yield str(child).strip('"')
            if item.data != "import_":
                return


def hides_name(item: Tree) -> bool:
    """Whether a damaged item may declare or import a name that is not known."""
    names = [child for child in item.children if isinstance(child, Token) and child.type == "UPPER"]
    if item.data == "import_":
        return not names or any(name.has_gap or not name[0].isupper() for name in names)
    return item.data not in ("test", "property") and (not names or names[0].has_gap or not names[0][0].isupper())


def lost_a_name(tokens: Sequence[Token]) -> bool:
    """Whether tokens that were left out declare something without its name."""
    return any(
        word.type in _DECLARING and word.indent == 0 and name.type != "UPPER"
        for word, name in zip_longest(tokens, tokens[1:], fillvalue=Token(END, "", 0, 0))
    )


def lost_names(tokens: Sequence[Token]) -> Iterator[str]:
    """The names that tokens which were left out declare or import, if only with a word that declares nothing here."""
    importing = False
    for index, (word, name) in enumerate(pairwise(tokens)):
        if word.type == "IMPORT":
            importing = True
        elif word == "}" or word.type in _DECLARING:
            importing = False
        if importing and word.type == "UPPER":
            yield str(word)
        following = tokens[index + 2] if index + 2 < len(tokens) else None
        needs_block = word.type in _ALSO_CLAUSES or word.type == "LOWER"
        is_declaring = (word.type in _DECLARING or word.type == "LOWER") and word.indent is not None
        if is_declaring and name.type == "UPPER" and (following in ("{", "for", "(") or not needs_block):
            yield str(name)
