"""The tests and properties of a file, run one after the other."""

from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from dro_lang.diagnostics.diagnostic import Severity
from dro_lang.loader import source_root
from dro_lang.pipeline import Checked
from dro_lang.program.tests import Test
from dro_lang.testing.coverage.measure import Measured
from dro_lang.testing.results import FileResult, TestResult, Verdict
from dro_lang.testing.runner import Runner
from dro_lang.testing.watch import Watch

MEMORY = ".drolang"
"""The folder for what is remembered of properties between runs."""


@frozen
class Effort:
    """How much is tried to refute a property that is not proved; equal efforts try the same.

    `remember`: runs that broke a claim are kept in the folder `.drolang` at the source root, and tried first again.
    """

    runs: int = 200
    seed: int = 0
    remember: bool = False


def run_file(
    checked: Checked,
    wanted: Callable[[str], bool] = lambda name: True,
    measured: Measured | None = None,
    effort: Effort = Effort(),
) -> FileResult:
    """Run the tests and properties of a compiled file whose names are `wanted`; a file with errors gives these. What
    the tests reach is added to `measured`."""
    name = checked.source.name
    program = checked.program
    if program is None:
        errors = (found for found in checked.diagnostics if found.severity is Severity.ERROR)
        return FileResult(name, findings=tuple(errors))
    runner = Runner(program, checked.source)
    tests = tuple(_run(runner, test, measured) for test in program.tests if wanted(test.name))
    failures = [test.failure for test in tests if test.failure is not None]
    properties = []
    for property in program.properties:
        if wanted(property.name):
            # Hypothesis takes longer to load than most files take to run.
            from dro_lang.testing.properties import check_property

            memory = source_root(Path(name), program.module) / MEMORY if effort.remember else None
            result = check_property(program, property, budget=effort.runs, seed=effort.seed, database=memory)
            properties.append(result)
            failures += [runner.refutation(property, result)] * (result.verdict is Verdict.FAILED)
    return FileResult(name, (), tests, tuple(properties), tuple(failures))


def _run(runner: Runner, test: Test, measured: Measured | None) -> TestResult:
    if measured is None:
        return runner.run(test)
    watch = Watch()
    result = runner.run(test, watch)
    measured.add(watch)
    return result
