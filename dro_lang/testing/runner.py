"""READ FIRST: running the tests of a file. The same file gives the same results, on any day and any machine."""

from collections.abc import Sequence
from functools import cached_property
from time import perf_counter
from typing import TypeVar

from attrs import define, field

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.kernel.machine import Kernel
from dro_lang.program.model import Program
from dro_lang.program.tests import Property, Test, TestLine
from dro_lang.source import Source
from dro_lang.syntax import ast
from dro_lang.syntax.parser import parse
from dro_lang.testing.failures import Broken
from dro_lang.testing.results import PropertyResult, TestResult, Verdict
from dro_lang.testing.script import Script
from dro_lang.testing.watch import Watch

T = TypeVar("T")


@define(slots=False)
class Runner:
    """Runs the tests of a program that was compiled from a source."""

    program: Program
    source: Source
    _kernels: dict[str, Kernel] = field(factory=dict, init=False)

    def run(self, test: Test, watch: Watch | None = None) -> TestResult:
        """Carry a test out up to the first line that does not hold. `watch` sees what was looked at on the way."""
        started = perf_counter()
        kernel = self.kernel(test.plan)
        broken = Script(kernel, watch).carry_out(test)
        if broken is not None and watch is None:
            # Only a failure is worth remembering all that explains it.
            broken = Script(kernel, Watch()).carry_out(test)
        failure = None if broken is None else self._finding(test, *broken)
        verdict = Verdict.PASSED if failure is None else Verdict.FAILED
        return TestResult(test.name, test.plan, test.line, verdict, failure, perf_counter() - started)

    def kernel(self, plan: str) -> Kernel:
        """The kernel for a plan of the program, the same one each time."""
        if plan not in self._kernels:
            self._kernels[plan] = Kernel(self.program, plan)
        return self._kernels[plan]

    def refutation(self, property: Property, result: PropertyResult) -> Diagnostic:
        """The finding for a property that failed: at the claim that is broken, with the test that shows it."""
        node = self._property_nodes[_position(self.program.properties, property)]
        span = node.name.span if result.claim is None else node.claims[result.claim].span
        notes = () if result.counterexample is None else (f"for example:\n{result.counterexample.rstrip()}",)
        return diagnose("T0201", span, f"`{property.name}` does not hold: {result.message}", notes=notes)

    def _finding(self, test: Test, line: TestLine, broken: Broken) -> Diagnostic:
        node = self._test_nodes[_position(self.program.tests, test)]
        span = node.lines[_position(test.lines, line)].span
        return diagnose(broken.code, span, broken.message, why=broken.why, notes=broken.notes, help=broken.help)

    # The tree is looked at again only to tell a failure: its nodes stand in the order of the program's.

    @cached_property
    def _tree(self) -> ast.File:
        return parse(self.source).tree

    @property
    def _test_nodes(self) -> list[ast.Test]:
        return [node for node in self._tree.declarations if isinstance(node, ast.Test)]

    @property
    def _property_nodes(self) -> list[ast.Property]:
        return [node for node in self._tree.declarations if isinstance(node, ast.Property)]


def _position(all: Sequence[T], one: T) -> int:
    """Where this very value stands: others may say the same."""
    return next(index for index, other in enumerate(all) if other is one)
