"""Findings as JSON, for programs."""

import json
from collections.abc import Iterable
from typing import Any

from attrs import asdict

from dro_lang.diagnostics.diagnostic import Diagnostic, Fix, Label
from dro_lang.diagnostics.render.places import Place, in_order
from dro_lang.source import Span


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """One object with the key `diagnostics`. Lines and columns count from 1, columns in code points, ends exclusive."""
    document = {"diagnostics": [finding(diagnostic) for diagnostic in in_order(diagnostics)]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def finding(diagnostic: Diagnostic) -> dict[str, Any]:
    """A finding as an object of plain values."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        **_place(diagnostic.span),
        "labels": [{"message": label.text, **_place(label.span)} for label in _labels(diagnostic)],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fixes": [_fix(fix) for fix in diagnostic.fixes],
    }


def _labels(diagnostic: Diagnostic) -> tuple[Label, ...]:
    """The places of which something is said; the finding's own place is one of them where it has a text."""
    own = (diagnostic.primary,) if diagnostic.primary.text else ()
    return own + diagnostic.labels


def _place(span: Span) -> dict[str, Any]:
    return asdict(Place.of(span))


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{"text": edit.text, **_place(edit.span)} for edit in fix.edits]
    return {"title": fix.title, "safety": fix.safety.value, "edits": edits}
