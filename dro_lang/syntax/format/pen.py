"""What the writers of documents share: the tokens of the source, taken in order, and the shapes that recur."""

from collections.abc import Iterable, Sequence

from attrs import define, evolve, frozen

from dro_lang.syntax import ast
from dro_lang.syntax.format.doc import (
    NOTHING,
    SPACE,
    Align,
    Blank,
    Break,
    Concat,
    Doc,
    Group,
    Indent,
    Text,
    When,
    concat,
    line,
    separated,
    text,
)
from dro_lang.syntax.format.tokens import Token


class UnexpectedTokenError(Exception):
    """The tokens do not follow the tree: a defect of the formatter."""


@define
class Pen:
    """Hands out the tokens of the source in order. Writers take every token exactly once; what they make of a part may
    then stand elsewhere."""

    tokens: list[Token]
    position: int = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def take(self, expected: str | None = None) -> Token:
        token = self.next
        if expected is not None and token.text != expected:
            raise UnexpectedTokenError(f"`{token.text}` where the tree has `{expected}`")
        self.position += 1
        return token

    def words(self, phrase: str) -> Doc:
        """The words of a phrase."""
        return spaced(self.take(word) for word in phrase.split())

    def any_words(self, count: int) -> Doc:
        """So many tokens, whatever they are."""
        return spaced(self.take() for _ in range(count))

    def glued(self, count: int) -> Doc:
        """So many tokens without spaces, as in `item.x`."""
        return Concat(tuple(self.take() for _ in range(count)))

    def names(self, names: Sequence[object]) -> Doc:
        """Names with commas."""
        return Align(separated([self.take() for _ in names]))

    def doc_lines(self, node: ast.Documented) -> Doc:
        return Concat(tuple(part for _ in node.doc for part in (self.take(), line())))

    def has_empty_block(self) -> bool:
        """Whether `{}` comes next and nothing is lost without it: comments above it go above what it belongs to."""
        opening, closing = self.tokens[self.position : self.position + 2]
        comments = (*closing.above, opening.beside, closing.beside)
        return opening.text == "{" and closing.text == "}" and not any(comments)

    def drop_empty_block(self) -> Doc:
        """Take an empty block and leave of it the comments above it."""
        opening, _ = self.take("{"), self.take("}")
        return Token(-1 - opening.index, "", above=opening.above) if opening.above else NOTHING


def spaced(parts: Iterable[Doc]) -> Doc:
    """Parts with a space between each and the next."""
    joined: list[Doc] = []
    for part in parts:
        joined += [SPACE, part] if joined else [part]
    return Concat(tuple(joined))


def bracketed(opening: Token, items: list[Doc], closing: Token, space: str) -> Doc:
    """Items between brackets; those that begin a line stand below the first. `space` is what stands inside them."""
    if not items:
        return concat(opening, Break(When.COMMENT, ""), closing)
    inside = concat(Break(When.COMMENT, space), separated(items), Break(When.COMMENT, space), closing)
    return concat(opening, Align(inside, len(space)))


@frozen
class Member:
    """A member of a block, and the empty lines between it and the one before."""

    doc: Doc
    blank: Blank = Blank.KEEP


def stack(members: Sequence[Member]) -> Doc:
    """Members, each on lines of its own."""
    parts: list[Doc] = []
    for member in members:
        parts += [line(member.blank), member.doc] if parts else [member.doc]
    return Concat(tuple(parts))


def block(opening: Token, members: Sequence[Member], closing: Token) -> Doc:
    """A block with each member on lines of its own; comments before the closing brace stay inside."""
    inside, closing = _with_last_comments(members, closing)
    if not inside:
        return concat(opening, Break(When.COMMENT, ""), closing)
    return concat(opening, Indent(concat(line(Blank.OPENING), stack(inside))), line(), closing)


def short_block(opening: Token, members: Sequence[Member], closing: Token, commas: str) -> Doc:
    """A block on one line, members with commas, if there is room; else each on its own line followed by `commas`."""
    inside, closing = _with_last_comments(members, closing)
    if not inside:
        return concat(opening, Break(When.COMMENT, ""), closing)
    parts: list[Doc] = [Break(blank=Blank.OPENING)]
    for i, member in enumerate(inside):
        after = Text("," if i + 1 < len(members) else "", commas if i < len(members) else "")
        parts += [Break(blank=Blank.KEEP)] if i else []
        parts += [member.doc, after]
    return Group(concat(opening, Indent(Concat(tuple(parts))), Break(), closing))


def _with_last_comments(members: Sequence[Member], closing: Token) -> tuple[list[Member], Token]:
    """The members, with the comments above the closing brace as a last one."""
    if not closing.above:
        return list(members), closing
    holder = Token(-1 - closing.index, "", above=closing.above)
    return [*members, Member(holder)], evolve(closing, above=())


@frozen
class Clause:
    """A keyword (`head`) and what follows it, in one column with that of the other clauses of the block. With NOTHING
    to follow, or not `is_aligned`, it takes no part in that."""

    keyword: str
    head: Doc
    argument: Doc
    is_aligned: bool = True


def aligned(clauses: Sequence[Clause]) -> list[Doc]:
    """The clauses of a block, arguments in one column."""
    width = max((len(one.keyword) for one in clauses if one.is_aligned and one.argument is not NOTHING), default=0)
    return [_aligned(one, width) for one in clauses]


def _aligned(one: Clause, width: int) -> Doc:
    if one.argument is NOTHING:
        return one.head
    padding = max(width - len(one.keyword), 0) if one.is_aligned else 0
    return concat(one.head, text(" " * (padding + 1)), one.argument)
