"""Texts for the tests of the parser: the examples, which have every construct that people use."""

from pathlib import Path

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.source import Source
from dro_lang.syntax.lexer import lex
from dro_lang.syntax.parser import ParseResult, parse
from dro_lang.syntax.tables.language import language
from dro_lang.syntax.tree import END, Token

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted([*ROOT.glob("examples/*/*.dro"), *ROOT.glob("stdlib/std/*.dro")])
SAMPLES = [ROOT / "examples" / "dunning" / "dunning.dro", ROOT / "examples" / "obligations" / "obligations.dro"]


def parsed(text: str) -> ParseResult:
    return parse(Source("test.dro", text))


def findings(text: str) -> list[Diagnostic]:
    return list(parsed(text).diagnostics)


def codes(text: str) -> list[str]:
    return [finding.code for finding in findings(text)]


def said(text: str) -> list[tuple[int, str, str]]:
    """The line, the code and the message of each finding."""
    return [(line_of(finding), finding.code, finding.message) for finding in findings(text)]


def line_of(finding: Diagnostic) -> int:
    return finding.span.source.position(finding.span.start)[0]


def tokens(text: str) -> list[Token]:
    return [token for token in lex(Source("test.dro", text), language()).tokens if token.type != END]


def fixed(text: str, finding: Diagnostic, number: int = 0) -> str:
    """The text with a fix applied."""
    for edit in sorted(finding.fixes[number].edits, key=lambda each: each.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
