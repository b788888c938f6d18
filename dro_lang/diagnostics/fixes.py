"""Applying fixes: text to text."""

from collections.abc import Callable, Iterable, Sequence

from attrs import frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, Edit, Fix, Safety
from dro_lang.source import Source

PASSES = 20
"""At most so many passes over one file: fixes that undo each other must not go on for ever."""


@frozen
class Mended:
    """A source after its fixes: how many were applied, and what is still found in it and in what it imports."""

    source: Source
    applied: int
    diagnostics: tuple[Diagnostic, ...]


def mend(source: Source, check: Callable[[Source], Sequence[Diagnostic]], unsafe: bool = False) -> Mended:
    """Apply the fixes of a source's findings, check it again, and so on until none is left (at most PASSES times).

    Unsafe fixes are applied only where asked. Edits of other files than this one are left to their own turn.
    """
    applied = 0
    for _ in range(PASSES):
        diagnostics = tuple(check(source))
        fixes = [fix for diagnostic in diagnostics if (fix := _chosen(diagnostic, source, unsafe))]
        text, done = apply_fixes(source, fixes)
        if not done or text == source.text:
            return Mended(source, applied, diagnostics)
        source = Source(source.name, text)
        applied += done
    return Mended(source, applied, tuple(check(source)))


def apply_fixes(source: Source, fixes: Iterable[Fix]) -> tuple[str, int]:
    """The text with the edits of fixes applied in one pass, and how many fixes that were.

    A fix is applied whole or not at all; one that touches text which an earlier one changes is left out. Every edit
    must be of this source.
    """
    accepted: list[Edit] = []
    count = 0
    for fix in sorted(fixes, key=lambda fix: min(edit.span.start for edit in fix.edits)):
        fresh = [edit for edit in fix.edits if not _repeated(edit, accepted)]
        if not any(_clash(edit, other) for edit in fresh for other in accepted):
            accepted += fresh
            count += 1
    pieces, position = [], 0
    for edit in sorted(accepted, key=lambda edit: (edit.span.start, edit.span.end)):
        pieces += [source.text[position : edit.span.start], edit.text]
        position = edit.span.end
    return "".join((*pieces, source.text[position:])), count


def _chosen(diagnostic: Diagnostic, source: Source, unsafe: bool) -> Fix | None:
    def fits(fix: Fix) -> bool:
        allowed = unsafe or fix.safety is Safety.SAFE
        return allowed and bool(fix.edits) and all(edit.span.source is source for edit in fix.edits)

    return next((fix for fix in diagnostic.fixes if fits(fix)), None)


def _repeated(edit: Edit, accepted: Iterable[Edit]) -> bool:
    """Whether another fix makes this very replacement. Two equal insertions may both be meant, and are not one."""
    replaces = edit.span.start < edit.span.end
    return replaces and any((edit.span.start, edit.span.end, edit.text) == _key(other) for other in accepted)


def _key(edit: Edit) -> tuple[int, int, str]:
    return edit.span.start, edit.span.end, edit.text


def _clash(one: Edit, other: Edit) -> bool:
    """Whether two edits touch the same text, or insert at the same place."""
    a, b = one.span, other.span
    if a.start == a.end or b.start == b.end:
        return a.start <= b.end and b.start <= a.end
    return a.start < b.end and b.start < a.end
