"""The registry of codes: each has a severity, a title, and a page `explain/CODE.md`. A code never changes its meaning.

Families: E00 syntax, E01 names and imports, E02 types, E03 presence and units, E04 usage type, E05 scope, E06 waits,
E07 scenario selection, E08 clauses of steps, E09 compensation, E10 time and service levels; W1 unused, W2 risky,
W3 style; W4 configuration; R0 records and run time; S0 the server; T0 tests; C0 configuration; Q0 queries.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import import_module

from attrs import frozen


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@frozen
class Code:
    """A stable code: what it is called in lists, and how grave it is. Its long form is `explain/CODE.md`."""

    name: str
    title: str

    @property
    def severity(self) -> Severity:
        # E0704 says that the proof gave up, not that the plan is wrong.
        return Severity.WARNING if self.name.startswith("W") or self.name == "E0704" else Severity.ERROR


_FAMILIES = (
    "syntax",
    "names",
    "types",
    "usage_and_scope",
    "waits",
    "scenarios",
    "clauses",
    "warnings",
    "records",
    "server",
    "tests",
    "configuration",
    "queries",
)


@cache
def registry() -> Mapping[str, Code]:
    """Every code by its name, in order of families."""
    codes: dict[str, Code] = {}
    for family in _FAMILIES:
        for name, title in import_module(f"dro_lang.diagnostics.codes.{family}").CODES.items():
            codes[name] = Code(name, title)
    return codes


def registered(name: str) -> Code:
    """The entry of a code; KeyError for one that nobody registered (a defect of ours, never of a plan)."""
    return registry()[name]
