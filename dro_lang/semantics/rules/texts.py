"""Words that several rules put into their messages, and the edits that several of them offer."""

from collections.abc import Iterable, Sequence

from dro_lang.diagnostics.diagnostic import Edit
from dro_lang.semantics.modules import did_you_mean
from dro_lang.source import Span


def listed(names: Iterable[str], last: str = "and") -> str:
    """Names in backticks, as a list in a sentence."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def suggestion(name: str, options: Sequence[str], what: str) -> str:
    """The option that the author is likely to have meant, otherwise all of them."""
    match = did_you_mean(name, options)
    if match:
        return f"did you mean `{match}`?"
    return f"{what}: {listed(options, 'or')}" if options else f"there is no {what}"


def first_line(span: Span) -> Span:
    """The part of a span that stands on its first line: enough to point at a long clause."""
    end = span.source.text.find("\n", span.start, span.end)
    return span if end < 0 else Span(span.source, span.start, end)


def removal(span: Span) -> Edit:
    """Takes a text out, with its whole lines where nothing else stands on them."""
    text = span.source.text
    start = text.rfind("\n", 0, span.start) + 1
    line_end = text.find("\n", span.end)
    end = len(text) if line_end < 0 else line_end + 1
    alone = not text[start : span.start].strip() and not text[span.end : end].strip()
    return Edit(Span(span.source, start, end) if alone else span, "")


def insertion(span: Span, text: str) -> Edit:
    """Puts a text right behind a span."""
    return Edit(Span(span.source, span.end, span.end), text)
