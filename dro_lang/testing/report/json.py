"""Results as JSON, for programs."""

from collections.abc import Sequence
from typing import Any

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.diagnostics.render.json import finding
from dro_lang.testing.results import FileResult, PropertyResult, TestResult, Totals


def document(files: Sequence[FileResult]) -> dict[str, Any]:
    """One object: `files` with their tests and properties, and a `summary`. It holds no times, so that equal files give
    equal results."""
    totals = Totals.of(files)
    return {
        "files": [_file(result) for result in files],
        "summary": {
            "tests": totals.tests,
            "properties": totals.properties,
            "failed": totals.failed,
            "files_not_run": totals.broken,
        },
    }


def _file(result: FileResult) -> dict[str, Any]:
    return {
        "file": result.file,
        "findings": _findings(result.findings),
        "tests": [_test(test) for test in result.tests],
        "properties": [_property(each) for each in result.properties],
        "failures": _findings(result.failures),
    }


def _findings(diagnostics: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    return [finding(diagnostic) for diagnostic in diagnostics]


def _test(result: TestResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "plan": result.plan,
        "line": result.line,
        "verdict": result.verdict.value,
        "failure": None if result.failure is None else finding(result.failure),
    }


def _property(result: PropertyResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "plan": result.plan,
        "line": result.line,
        "verdict": result.verdict.value,
        "message": result.message,
        "tried": result.tried,
        "claim_line": result.claim_line,
        "counterexample": result.counterexample,
    }
