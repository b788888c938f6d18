"""A finding, as a value."""

from enum import StrEnum

from attrs import field, frozen

from dro_lang.diagnostics.registry import Severity, registered
from dro_lang.source import Span

__all__ = ["Diagnostic", "Edit", "Fix", "Label", "Safety", "Severity", "diagnose", "has_errors"]


class Safety(StrEnum):
    """Whether a fix keeps the meaning that the author must have had (safe) or guesses it (unsafe)."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@frozen
class Label:
    """A place, and what is to be said about it."""

    span: Span
    text: str = ""


@frozen
class Edit:
    """A replacement of the text of a span; an empty span inserts."""

    span: Span
    text: str


@frozen
class Fix:
    """A change of the source that resolves a finding: what it does, its edits, and whether it may be applied unseen."""

    title: str
    edits: tuple[Edit, ...]
    safety: Safety = Safety.SAFE


@frozen
class Diagnostic:
    """What is wrong (`message`), where (`primary`, and `labels` where other places matter), why (`notes`) and what to
    do (`help`). The severity comes from the registry entry of the code."""

    code: str
    message: str
    primary: Label
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    fixes: tuple[Fix, ...] = ()
    severity: Severity = field(init=False)

    @severity.default
    def _severity_of_code(self) -> Severity:
        return registered(self.code).severity

    @property
    def span(self) -> Span:
        return self.primary.span


def diagnose(
    code: str,
    span: Span,
    message: str,
    *labels: tuple[Span, str],
    why: str = "",
    notes: tuple[str, ...] = (),
    help: str | None = None,
    fixes: tuple[Fix, ...] = (),
) -> Diagnostic:
    """A diagnostic at a span; `why` is the text beside the primary underline."""
    secondary = tuple(Label(place, text) for place, text in labels)
    return Diagnostic(code, message, Label(span, why), secondary, notes, help, fixes)


def has_errors(diagnostics: "list[Diagnostic] | tuple[Diagnostic, ...]") -> bool:
    """Whether any of them is an error (warnings alone never stop a plan)."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
