"""What becomes of tests and properties: values that every way of running them gives, and every report reads."""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from attrs import frozen

from dro_lang.diagnostics.diagnostic import Diagnostic


class Verdict(StrEnum):
    """How a test or a property ended. The first three are good news."""

    PASSED = "passed"
    PROVED = "proved"
    TRIED = "tried"
    """A property that held in all that was tried, and is not proved."""
    FAILED = "failed"

    @property
    def good(self) -> bool:
        return self is not Verdict.FAILED


@frozen
class TestResult:
    """A `test` block that ran: `line` is where it stands in its file, counted from 1. Where it failed, `failure` is
    the finding, at the line of the test that did, with what explains it. `seconds` is how long it took."""

    __test__: ClassVar = False  # nothing for pytest to collect

    name: str
    plan: str
    line: int
    verdict: Verdict
    failure: Diagnostic | None = None
    seconds: float = 0.0


@frozen
class PropertyResult:
    """A `property` block: proved, held in the `tried` runs that were made, or refuted (failed).

    `message` says in a sentence why: what the proof rests on, or which claim was broken and how. `claim_line` is that
    of the broken claim, `claim` its position among the property's claims, and `counterexample` the text of a `test`
    block that shows it.
    """

    name: str
    plan: str
    line: int
    verdict: Verdict
    message: str = ""
    tried: int = 0
    claim_line: int | None = None
    claim: int | None = None
    counterexample: str | None = None
    seconds: float = 0.0


@frozen
class FileResult:
    """What became of a file: its tests and properties in order of writing, or the findings that keep it from running.

    `failures` tell what went wrong, with places: one finding for each test and property that failed.
    """

    file: str
    findings: tuple[Diagnostic, ...] = ()
    tests: tuple[TestResult, ...] = ()
    properties: tuple[PropertyResult, ...] = ()
    failures: tuple[Diagnostic, ...] = ()

    @property
    def ran(self) -> tuple[TestResult | PropertyResult, ...]:
        return (*self.tests, *self.properties)


@frozen
class Totals:
    """How many tests and properties ran, and how many of them failed; `broken` files could not run."""

    tests: int
    properties: int
    failed: int
    broken: int

    @classmethod
    def of(cls, files: Sequence[FileResult]) -> "Totals":
        return cls(
            sum(len(file.tests) for file in files),
            sum(len(file.properties) for file in files),
            sum(len(file.failures) for file in files),
            sum(bool(file.findings) for file in files),
        )

    @property
    def good(self) -> bool:
        return not self.failed and not self.broken
