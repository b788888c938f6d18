"""The pages that explain codes, `explain/CODE.md`, and the families in which codes are listed."""

from collections.abc import Mapping
from pathlib import Path

from dro_lang.diagnostics.registry import registry

FAMILIES: Mapping[str, str] = {
    "E00": "syntax",
    "E01": "names and imports",
    "E02": "types",
    "E03": "presence and units",
    "E04": "usage type",
    "E05": "scope",
    "E06": "waits",
    "E07": "scenario selection",
    "E08": "clauses of steps",
    "E09": "compensation",
    "E10": "time and service levels",
    "W1": "warnings: unused",
    "W2": "warnings: risky",
    "W3": "warnings: style",
    "R01": "records that do not fit",
    "R02": "submission",
    "R03": "carrying a plan out",
    "R04": "stores of plans",
    "S01": "the server: who asks",
    "S02": "the server: what is asked",
    "S03": "the server: conditions of changes",
    "S04": "the server: limits",
    "S05": "the server itself",
    "T0": "tests and properties",
    "C01": "configuration",
    "C02": "configuration that plans need",
    "W4": "warnings: configuration",
    "Q01": "plans as queries for databases",
}
"""What the codes that begin with a prefix are about."""

_FOLDER = Path(__file__).parent / "explain"


def page(code: str) -> str:
    """The Markdown page of a registered code. Raises KeyError for a code that does not exist."""
    if code not in registry():
        raise KeyError(code)
    return (_FOLDER / f"{code}.md").read_text(encoding="utf-8")


def family(code: str) -> str:
    """The prefix of a code's family."""
    return next(prefix for prefix in FAMILIES if code.startswith(prefix))
