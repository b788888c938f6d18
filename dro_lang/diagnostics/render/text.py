"""Findings for people at a terminal: message, place, excerpt, notes and help."""

from collections.abc import Iterable, Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, Fix, Safety
from dro_lang.diagnostics.registry import Severity
from dro_lang.diagnostics.render.columns import harmless
from dro_lang.diagnostics.render.excerpt import FRAME, Mark, Style, excerpt, styled
from dro_lang.diagnostics.render.places import in_order
from dro_lang.source import Source

_SEVERITY: dict[Severity, Style] = {
    Severity.ERROR: {"fg": "red", "bold": True},
    Severity.WARNING: {"fg": "yellow", "bold": True},
}
_SECONDARY: Style = {"fg": "cyan"}
_STRONG: Style = {"bold": True}


def render(diagnostics: Iterable[Diagnostic], color: bool = False) -> str:
    """All findings, sorted by file and place, with an empty line after each."""
    return "".join(f"{_finding(diagnostic, color)}\n\n" for diagnostic in in_order(diagnostics))


def _finding(diagnostic: Diagnostic, color: bool) -> str:
    style = _SEVERITY[diagnostic.severity]
    head = styled(f"{diagnostic.severity}[{diagnostic.code}]", style, color)
    lines = [head + styled(f": {harmless(diagnostic.message)}", _STRONG, color)]
    marks = [Mark(diagnostic.primary, True, style)]
    marks += [Mark(label, False, _SECONDARY) for label in diagnostic.labels]
    gutter = max(len(str(_last_line(mark))) for mark in marks)
    for source in dict.fromkeys(mark.label.span.source for mark in marks):
        lines += _place(source, [mark for mark in marks if mark.label.span.source is source], gutter, color)
    for kind, text in _remarks(diagnostic):
        first, *others = harmless(text).split("\n")
        word = styled(f"{kind}: ", _STRONG, color) if kind else ""
        lines.append(f"{' ' * gutter} {styled('=', FRAME, color)} {word}{first}".rstrip())
        lines += [f"{' ' * gutter}   {other}".rstrip() for other in others]
    return "\n".join(lines)


def _place(source: Source, marks: list[Mark], gutter: int, color: bool) -> Iterator[str]:
    leading = marks[0]
    line, column = source.position(leading.label.span.start)
    arrow = styled("-->" if leading.primary else ":::", FRAME, color)
    yield f"{' ' * gutter}{arrow} {harmless(source.name)}:{line}:{column}"
    if source.text:
        yield from excerpt(source, marks, gutter, color)


def _last_line(mark: Mark) -> int:
    span = mark.label.span
    return span.source.position(max(span.start, span.end - 1))[0]


def _remarks(diagnostic: Diagnostic) -> Iterator[tuple[str, str]]:
    for note in diagnostic.notes:
        yield "", note
    if diagnostic.help and all(fix.title != diagnostic.help for fix in diagnostic.fixes):
        yield "help", diagnostic.help
    for fix in diagnostic.fixes:
        yield "help" if fix.title == diagnostic.help else "fix", f"{fix.title} ({_way(fix)})"


def _way(fix: Fix) -> str:
    if fix.safety is Safety.SAFE:
        return "`check --fix` does it"
    return "`check --unsafe-fixes` does it; see that it is what you mean"
