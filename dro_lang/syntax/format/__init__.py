"""The formatter: the one way to write a file down."""

from attrs import frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, has_errors
from dro_lang.source import Source
from dro_lang.syntax.format.file import file
from dro_lang.syntax.format.layout import render
from dro_lang.syntax.format.pen import Pen, UnexpectedTokenError
from dro_lang.syntax.format.tokens import tokens_of
from dro_lang.syntax.format.verify import same_comments, same_tree
from dro_lang.syntax.parser import parse

__all__ = ["FormatterDefect", "format_source"]


@frozen
class FormatterDefect:
    """The formatter would have changed what a file says: a defect of the formatter, whatever the file."""

    reason: str


def format_source(source: Source) -> str | tuple[Diagnostic, ...] | FormatterDefect:
    """The canonical form of a file, comments kept; lines end as its first line does.

    A file with syntax errors gives its diagnostics. The result has been parsed again and says the same as the source,
    comments included; formatting it once more changes nothing.
    """
    before = parse(source)
    if has_errors(before.diagnostics):
        return before.diagnostics
    tokens = tokens_of(source)
    try:
        text = render(file(Pen(tokens), before.tree))
    except UnexpectedTokenError as defect:
        return FormatterDefect(str(defect))
    formatted = Source(source.name, text)
    after = parse(formatted)
    if has_errors(after.diagnostics) or not same_tree(before.tree, after.tree):
        return FormatterDefect("the formatted text says something else")
    if not same_comments(before.comments, after.comments):
        return FormatterDefect("a comment is lost")
    first_line_end = source.text.find("\n")
    has_crlf = first_line_end > 0 and source.text[first_line_end - 1] == "\r"
    return text.replace("\n", "\r\n") if has_crlf else text
