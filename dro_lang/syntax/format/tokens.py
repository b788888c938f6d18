"""The tokens of a file that parses, each with the comments that belong to it.

A comment on the line of a token, after it, belongs to that token; any other comment belongs to the token that follows.
Commas are left out: the printer writes them where the canonical form has them, and a comment beside one belongs to the
tokens around it.
"""

import re
from itertools import takewhile

from attrs import evolve, frozen

from dro_lang.source import Source
from dro_lang.syntax import tree, trivia
from dro_lang.syntax.lexer import lex
from dro_lang.syntax.tables.language import language

_LINE_END = re.compile(r"\r\n|\r|\n")


@frozen
class Comment:
    """A `//` comment: its text without white space at the end, and whether an empty line stands before it. `column`
    (from 0) is where it was written if that was apart from the text, by two columns or more."""

    text: str
    column: int | None
    blank_before: bool


@frozen
class Token:
    """`above` are the comments on lines of their own before the token, `beside` the one after it on its line;
    `blank_before`: an empty line stands between the token and whatever is before it, comments included."""

    index: int
    text: str
    blank_before: bool = False
    above: tuple[Comment, ...] = ()
    beside: Comment | None = None


def tokens_of(source: Source) -> list[Token]:
    """The tokens of a source in order, the last one empty: it holds the comments at the end of the file.

    Documentation above the first line is that of the first declaration, and comes after the header.
    """
    lexed = lex(source, language())
    pieces: list[tuple[int, int, tree.Token | trivia.Comment]] = [
        *((token.start, token.end, token) for token in lexed.tokens),
        *((comment.span.start, comment.span.end, comment) for comment in lexed.comments),
    ]
    found: list[Token] = []
    waiting: list[Comment] = []
    end_of_last = 0
    for start, end, piece in sorted(pieces, key=lambda piece: piece[:2]):
        line_ends = len(_LINE_END.findall(source.text, end_of_last, start))
        if isinstance(piece, trivia.Comment):
            column = source.position(start)[1] - 1 if start - end_of_last > 1 else None
            comment = Comment(piece.span.text.rstrip(), column, line_ends > 1)
            if line_ends == 0 and found and not waiting and found[-1].beside is None:
                found[-1] = evolve(found[-1], beside=comment)
            else:
                waiting.append(comment)
        elif piece != ",":
            found.append(Token(len(found), piece.rstrip(), line_ends > 1, tuple(waiting)))
            waiting.clear()
        end_of_last = end
    docs = sum(1 for _ in takewhile(lambda token: token.text.startswith("///"), found))
    return [*found[docs : docs + 2], *found[:docs], *found[docs + 2 :]]
