"""What all formats share: the order of findings, and places as lines and columns."""

from collections.abc import Iterable, Sequence

from attrs import frozen

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.diagnostics.registry import Severity
from dro_lang.source import Span


@frozen
class Place:
    """A span as people count: lines and columns from 1, columns in code points, the end exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of(cls, span: Span) -> "Place":
        return cls(span.source.name, *span.source.position(span.start), *span.source.position(span.end))


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by file, then by place; what stands at one place keeps its order."""

    def place(diagnostic: Diagnostic) -> tuple[str, int, int]:
        return diagnostic.span.source.name, diagnostic.span.start, diagnostic.span.end

    return sorted(diagnostics, key=place)


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """How many there are: `2 errors, 1 warning`, or `no findings`."""
    counts = [
        (sum(diagnostic.severity is severity for diagnostic in diagnostics), severity.value)
        for severity in (Severity.ERROR, Severity.WARNING)
    ]
    told = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    return ", ".join(told) or "no findings"
