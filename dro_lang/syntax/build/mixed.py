"""`and` and `or` in one chain, which only parentheses may order."""

from itertools import groupby

from dro_lang.diagnostics.diagnostic import Edit, Fix, Safety
from dro_lang.source import Span
from dro_lang.syntax.build.builder import Builder, Parsed
from dro_lang.syntax.tree import Token

_SHORT = 60
"""A chain up to so long is written out in the help."""


def complain_if_mixed(b: Builder, tree: Parsed) -> None:
    """E0007 for a chain that recovery has read as of one operator, at the first operator that differs."""
    operators = [child for child in tree.children if isinstance(child, Token)]
    other = next((token for token in operators if token != operators[0]), None)
    if other is None:
        return
    fixes = tuple(_grouped(b, tree, operators, word) for word in ("and", "or"))
    written = [_applied(b.span(tree), fix) for fix in fixes]
    options = " or ".join(f"`{text}`" for text in written)
    help = f"write {options}" if len(written[0]) <= _SHORT else "put parentheses around what belongs together"
    message = "`and` and `or` stand side by side: parentheses must say which joins first"
    b.complain(b.span(other), message, help, *fixes, code="E0007")


def _grouped(b: Builder, tree: Parsed, operators: list[Token], word: str) -> Fix:
    """Parentheses around what an operator joins."""
    operands = [child for child in tree.children if not isinstance(child, Token) or child not in operators]
    edits: list[Edit] = []
    index = 0
    for text, run in groupby(operators, key=str):
        length = len(list(run))
        if text == word:
            start, end = operands[index].start, operands[index + length].end
            edits += [Edit(Span(b.source, start, start), "("), Edit(Span(b.source, end, end), ")")]
        index += length
    return Fix(f"let `{word}` join first", tuple(edits), Safety.UNSAFE)


def _applied(span: Span, fix: Fix) -> str:
    text, position = "", span.start
    for edit in fix.edits:
        text += span.source.text[position : edit.span.start] + edit.text
        position = edit.span.end
    return " ".join((text + span.source.text[position : span.end]).split())
