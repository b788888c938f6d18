"""Results for people at a terminal."""

from collections.abc import Iterator

import click

from dro_lang.diagnostics.render import text
from dro_lang.diagnostics.render.columns import harmless
from dro_lang.testing.results import FileResult, PropertyResult, TestResult, Totals, Verdict

_COLORS = {Verdict.PASSED: "green", Verdict.PROVED: "green", Verdict.TRIED: "cyan", Verdict.FAILED: "red"}
_WIDTH = max(len(verdict) for verdict in Verdict)


def file(result: FileResult, color: bool) -> str:
    """The tests and properties of a file, a line each, and below them what went wrong."""
    lines = [click.style(harmless(result.file), bold=True) if color else harmless(result.file)]
    lines += [f"  {line}" for each in result.ran for line in _told(each, color)]
    return "\n".join(lines) + "\n\n" + text.render(result.failures, color)


def _told(result: TestResult | PropertyResult, color: bool) -> Iterator[str]:
    word = f"{result.verdict:<{_WIDTH}}"
    if color:
        word = click.style(word, fg=_COLORS[result.verdict], bold=result.verdict is Verdict.FAILED)
    aside = _aside(result) if isinstance(result, PropertyResult) else ""
    if aside:
        aside = f"  ({harmless(aside)})"
    yield f"{word}  {harmless(result.name)}{click.style(aside, dim=True) if color else aside}"


def _aside(result: PropertyResult) -> str:
    """What a good verdict rests on."""
    match result.verdict:
        case Verdict.PROVED:
            return result.message
        case Verdict.TRIED:
            return f"{_count(result.tried, 'run')}, not proved"
    return ""


def summary(totals: Totals) -> str:
    """The outcome in a line: `4 tests and 1 property: all good`."""
    ran = [_count(totals.tests, "test")] if totals.tests or not totals.properties else []
    ran += [_count(totals.properties, "property", "properties")] if totals.properties else []
    bad = [f"{totals.failed} failed"] if totals.failed else []
    bad += [f"{_count(totals.broken, 'file')} not run, as {'it has' if totals.broken == 1 else 'they have'} errors"] * (
        totals.broken > 0
    )
    return f"{' and '.join(ran)}: {', '.join(bad) or 'all good'}"


def _count(number: int, noun: str, many: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"
