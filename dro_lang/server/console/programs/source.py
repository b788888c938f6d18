"""The text of a program, with its words told apart as editors do."""

from collections.abc import Iterator

from attrs import frozen

from dro_lang.source import Source
from dro_lang.syntax.lexer import lex
from dro_lang.syntax.tables.language import language
from dro_lang.syntax.tree import END, Token


@frozen
class Piece:
    """A piece of a line, and what it is: keyword, name, type, string, number, date, comment, doc, sign; empty for
    space."""

    kind: str
    text: str


Line = tuple[Piece, ...]


def highlighted(text: str) -> tuple[Line, ...]:
    """The lines of a text. Text that cannot be read as the language is left as it is."""
    lines: list[list[Piece]] = [[]]
    for piece in _pieces(text):
        first, *others = piece.text.split("\n")
        lines[-1] += [Piece(piece.kind, first)] if first else []
        lines += [[Piece(piece.kind, each)] if each else [] for each in others]
    if lines and not lines[-1]:
        lines.pop()
    return tuple(map(tuple, lines))


def _pieces(text: str) -> Iterator[Piece]:
    lexed = lex(Source("program.dro", text), language())
    tokens = (token for token in lexed.tokens if token.type != END and not token.has_gap)
    marks = [(token.start, token.end, _kind(token)) for token in tokens]
    marks += [(comment.span.start, comment.span.end, "comment") for comment in lexed.comments]
    position = 0
    for start, end, kind in sorted(marks):
        if start < position:
            continue
        if start > position:
            yield Piece("", text[position:start])
        yield Piece(kind, text[start:end])
        position = end
    if position < len(text):
        yield Piece("", text[position:])


_KINDS = {
    "DOC": "doc",
    "STRING": "string",
    "NUMBER": "number",
    "DATE": "number",
    "DATETIME": "number",
    "TIME": "number",
    "UPPER": "type",
    "LOWER": "name",
}


def _kind(token: Token) -> str:
    return _KINDS.get(token.type, "keyword" if token[:1].isalpha() else "sign")
