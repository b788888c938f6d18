"""The pytest plugin: `.dro` files that hold tests or properties are collected, one item for each of them.

It is there in every pytest run where drolang is installed, so it loads nothing of drolang until there is a `.dro` file
to collect, or a fixture is asked for.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from datetime import date, datetime

    from dro_lang.api import Record
    from dro_lang.pipeline import Checked
    from dro_lang.program.model import Program
    from dro_lang.program.tests import Property, Test
    from dro_lang.runtime.simulator import Simulation
    from dro_lang.testing.runner import Runner

SUFFIX = ".dro"
_BLOCK = re.compile(r'^\s*(test|property)\s+"', re.MULTILINE)
_MARKERS = ("drolang_test: a test of a .dro file", "drolang_property: a property of a .dro file")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("drolang", "plans in .dro files")
    group.addoption("--drolang-runs", type=int, metavar="N", help="how often a property is tried that is not proved")
    group.addoption("--drolang-seed", type=int, default=0, metavar="N", help="try properties on other runs")


def pytest_configure(config: pytest.Config) -> None:
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "DroFile | None":
    if file_path.suffix != SUFFIX or not _holds_tests(file_path):
        return None
    file: DroFile = DroFile.from_parent(parent, path=file_path)
    return file


def _holds_tests(path: Path) -> bool:
    """Whether there seems to be a test in a file. One that cannot be read is for the collection to report."""
    try:
        return _BLOCK.search(path.read_text(encoding="utf-8-sig")) is not None
    except (OSError, UnicodeDecodeError):
        return True


class DroFile(pytest.File):
    """A file, compiled once for all of its items."""

    def collect(self) -> Iterator["DroItem"]:
        from dro_lang.testing.runner import Runner

        checked = self._checked()
        assert checked.program is not None  # or it would have been reported
        runner = Runner(checked.program, checked.source)
        for test in checked.program.tests:
            yield TestItem.from_parent(self, name=test.name, runner=runner, block=test)
        for property in checked.program.properties:
            yield PropertyItem.from_parent(self, name=property.name, runner=runner, block=property)

    def _checked(self) -> "Checked":
        """The file without errors. Raises CollectError with its findings."""
        from dro_lang.diagnostics.diagnostic import Severity
        from dro_lang.diagnostics.render import text
        from dro_lang.pipeline import check_text
        from dro_lang.source import Source

        name = os.path.relpath(self.path, self.config.invocation_params.dir)
        try:
            checked = check_text(Source.read(self.path, name), self.path)
        except (OSError, UnicodeDecodeError) as error:
            raise self.CollectError(f"{name} cannot be read: {error}") from error
        if checked.program is None:
            errors = [found for found in checked.diagnostics if found.severity is Severity.ERROR]
            raise self.CollectError(text.render(errors).rstrip())
        return checked


class BrokenBlockError(Exception):
    """A test or a property does not hold; the text tells why, for people."""


class DroItem(pytest.Item):
    """A test or a property of a file."""

    def __init__(self, *, runner: "Runner", block: Any, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.runner = runner
        self.block = block

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, BrokenBlockError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.block.line - 1, self.name


class TestItem(DroItem):
    """A `test` block."""

    __test__ = False  # nothing for pytest to collect by its name

    block: "Test"

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.add_marker("drolang_test")

    def runtest(self) -> None:
        from dro_lang.diagnostics.render import text

        result = self.runner.run(self.block)
        if result.failure is not None:
            raise BrokenBlockError(text.render([result.failure]).rstrip())


class PropertyItem(DroItem):
    """A `property` block. What its verdict rests on is told with `-rA` and where it fails."""

    block: "Property"

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.add_marker("drolang_property")

    def runtest(self) -> None:
        from dro_lang.diagnostics.render import text
        from dro_lang.loader import source_root
        from dro_lang.testing.properties import RUNS, check_property
        from dro_lang.testing.suite import MEMORY

        result = check_property(
            self.runner.program,
            self.block,
            budget=self.config.getoption("--drolang-runs") or RUNS,
            seed=self.config.getoption("--drolang-seed"),
            database=source_root(self.path, self.runner.program.module) / MEMORY,
        )
        if not result.verdict.good:
            raise BrokenBlockError(text.render([self.runner.refutation(self.block, result)]).rstrip())
        aside = f"not proved; held in {result.tried} runs" if result.tried else result.message
        self.add_report_section("call", "drolang", f"{result.verdict}: {aside}")


# ---- fixtures


@pytest.fixture(scope="session")
def drolang_program(request: pytest.FixtureRequest) -> Callable[[str | Path], "Program"]:
    """Loads and checks a `.dro` file: a path from the root folder of the tests, or an absolute one. Each file is
    compiled once. Raises DrolangError with the findings of a file that has errors."""
    known: dict[Path, Program] = {}

    def load(path: str | Path) -> "Program":
        from dro_lang import api

        whole = request.config.rootpath / path
        if whole not in known:
            known[whole] = api.load(whole)
        return known[whole]

    return load


@pytest.fixture
def drolang_simulator(
    drolang_program: Callable[[str | Path], "Program"],
) -> Callable[..., "Simulation"]:
    """Simulates the plan of a record: `drolang_simulator(program, record, plan=..., today=...)`, as
    `dro_lang.simulate`. In the place of the program, the path of its file will do."""

    def simulate(
        program: "Program | str | Path",
        record: "Record",
        *,
        plan: str | None = None,
        today: "date | datetime | None" = None,
    ) -> "Simulation":
        from dro_lang import api

        compiled = drolang_program(program) if isinstance(program, str | Path) else program
        return api.simulate(compiled, record, plan=plan, today=today)

    return simulate
