"""Findings as workflow commands of GitHub Actions, which show them beside the changed lines.

Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterable

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.diagnostics.registry import registered
from dro_lang.diagnostics.render.places import Place, in_order


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """One command a line."""
    return "".join(_command(diagnostic) for diagnostic in in_order(diagnostics))


def _command(diagnostic: Diagnostic) -> str:
    place = Place.of(diagnostic.span)
    properties = {"file": place.file, "line": place.line, "endLine": place.end_line, "col": place.column}
    if place.end_line == place.line:  # elsewhere GitHub takes no end column; its own is inclusive
        properties["endColumn"] = max(place.end_column - 1, place.column)
    properties["title"] = f"{diagnostic.code}: {registered(diagnostic.code).title}"
    told = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{diagnostic.severity} {told}::{_data(_message(diagnostic))}\n"


def _message(diagnostic: Diagnostic) -> str:
    why = [diagnostic.primary.text] if diagnostic.primary.text else []
    help = [f"help: {diagnostic.help}"] if diagnostic.help else []
    return "\n".join((diagnostic.message, *why, *diagnostic.notes, *help))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
