"""Findings as SARIF 2.1.0, which code scanners and editors read.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html (section numbers below).
"""

import json
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from dro_lang import __version__
from dro_lang.diagnostics.diagnostic import Diagnostic, Fix
from dro_lang.diagnostics.registry import registered
from dro_lang.diagnostics.render.places import Place, in_order
from dro_lang.source import Source, Span


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """One log with one run; its rules are the codes that were found."""
    ordered = in_order(diagnostics)
    codes = sorted({diagnostic.code for diagnostic in ordered})
    driver = {"name": "drolang", "version": __version__, "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes) for diagnostic in ordered],
    }
    log = {"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(name: str) -> dict[str, Any]:
    """3.49 reportingDescriptor."""
    code = registered(name)
    return {
        "id": name,
        "shortDescription": {"text": code.title},
        "help": {"text": f"Run `drolang explain {name}`."},
        "defaultConfiguration": {"level": code.severity.value},
    }


def _result(diagnostic: Diagnostic, codes: list[str]) -> dict[str, Any]:
    """3.27 result."""
    told = [diagnostic.message, *([diagnostic.primary.text] if diagnostic.primary.text else []), *diagnostic.notes]
    told += [f"help: {diagnostic.help}"] if diagnostic.help else []
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": diagnostic.severity.value,
        "message": {"text": "\n".join(told)},
        "locations": [_location(diagnostic.span)],
    }
    if diagnostic.labels:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": label.text}, **_location(label.span)}
            for number, label in enumerate(diagnostic.labels, 1)
        ]
    if diagnostic.fixes:
        result["fixes"] = [_fix(fix) for fix in diagnostic.fixes]
    return result


def _location(span: Span) -> dict[str, Any]:
    """3.28 location."""
    return {"physicalLocation": {"artifactLocation": _artifact(span.source), "region": _region(span)}}


def _region(span: Span) -> dict[str, int]:
    """3.30 region; its end is exclusive, as ours."""
    place = Place.of(span)
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _artifact(source: Source) -> dict[str, str]:
    """3.4 artifactLocation: a relative path as a relative URI, an absolute one as a `file:` URI."""
    path = PurePath(source.name)
    return {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())}


def _fix(fix: Fix) -> dict[str, Any]:
    """3.55 fix: the edits by file."""
    changes = [
        {
            "artifactLocation": _artifact(source),
            "replacements": [
                {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
                for edit in fix.edits
                if edit.span.source is source
            ],
        }
        for source in dict.fromkeys(edit.span.source for edit in fix.edits)
    ]
    return {"description": {"text": fix.title}, "artifactChanges": changes}
