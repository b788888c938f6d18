"""Text to syntax tree: lexing, parsing with recovery, building. Whatever the text, there is a tree of what could be
understood, and a finding for each mistake."""

from collections.abc import Iterable

from attrs import frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.source import Source, Span
from dro_lang.syntax import ast
from dro_lang.syntax.automaton import build_tree
from dro_lang.syntax.build import build
from dro_lang.syntax.damage import (
    DEEPEST,
    declared_names,
    hides_name,
    is_damaged,
    lost_a_name,
    lost_names,
    too_deep,
)
from dro_lang.syntax.lexer import lex
from dro_lang.syntax.recovery.mend import mend
from dro_lang.syntax.tables.language import language
from dro_lang.syntax.tree import END, Tree
from dro_lang.syntax.trivia import Comment


@frozen
class ParseResult:
    """What could be understood of a file (`tree`), what is wrong with it, and its comments in order.

    `broken` holds the names that the text declares or imports, but whose declaration was lost or damaged: whoever meets
    such a name says nothing about it, as the syntax error has said it all. A damaged declaration stands in the tree as
    far as it was understood, a damaged import does not. A test goes by the text that names it.
    """

    tree: ast.File
    diagnostics: tuple[Diagnostic, ...]
    comments: tuple[Comment, ...] = ()
    broken: frozenset[str] = frozenset()
    hides_names: bool = False
    """Whether the text may declare or import names that are not known: it ends in the middle of a declaration, or has
    one without its name or its beginning. An unknown name may be one of them."""


def parse(source: Source) -> ParseResult:
    """Parse a file; always gives a tree, of what could be understood."""
    if "\0" in source.text:
        return _not_a_text(source)
    tables = language()
    lexed = lex(source, tables)
    mended = mend(source, tables, lexed.tokens, lexed.diagnostics)
    tree = build_tree(tables, mended.tokens)
    items = [child for child in tree.children if isinstance(child, Tree) and child.data != "header"]
    deep = [item for item in items if item.depth > DEEPEST]
    changed = [*mended.damage, *_starts(lexed.diagnostics)]
    damaged = [item for item in items if is_damaged(item, changed)]
    tree.children = [
        child for child in tree.children if child not in deep and (child not in damaged or child.data != "import_")
    ]
    file, literals = build(tree, source)
    spoilt = {_line(each) for each in (*lexed.diagnostics, *mended.diagnostics)}
    literals = tuple(each for each in literals if each.code != "E0009" or _line(each) not in spoilt)
    wrong = [item for item in items if is_damaged(item, _starts(literals))]
    broken = {name for item in (*deep, *damaged, *wrong) for name in declared_names(item)}
    found = (*lexed.diagnostics, *mended.diagnostics, *(too_deep(source, item) for item in deep), *literals)
    in_order = sorted(found, key=lambda diagnostic: diagnostic.span.start)
    # Where a word is cut in two, the last token is what does not fit.
    last = max((index for index, token in enumerate(lexed.tokens) if token.type != END), default=0)
    at_the_end = any(each.span.end >= len(source.text.rstrip()) for each in lexed.diagnostics)
    is_cut_off = at_the_end or any(each.terminal == END or each.index >= last for each in mended.failures)
    lost = mended.lost_header or lost_a_name(mended.lost)
    hides_names = is_cut_off or lost or any(hides_name(item) for item in damaged)
    broken.update(lost_names(mended.lost))
    return ParseResult(file, tuple(in_order), lexed.comments, frozenset(broken), hides_names)


def _not_a_text(source: Source) -> ParseResult:
    place = source.text.index("\0")
    message = "this is not a text: it holds the character U+0000"
    finding = diagnose("E0010", Span(source, place, place + 1), message, help="save the file as text, in UTF-8")
    return ParseResult(ast.File(Span(source, 0, len(source.text)), None, (), ()), (finding,))


def _line(diagnostic: Diagnostic) -> int:
    return diagnostic.span.source.position(diagnostic.span.start)[0]


def _starts(diagnostics: Iterable[Diagnostic]) -> list[int]:
    return [diagnostic.span.start for diagnostic in diagnostics]
