"""The house rules: imports run one way, and nothing before the drivers touches the world."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dro_lang.cache import cache_directory

PACKAGE = Path(__file__).parents[2] / "dro_lang"

LAYERS = {
    "source": 0,
    "resources": 0,
    "cache": 0,
    "diagnostics": 1,
    "syntax": 2,
    "program": 2,
    "semantics": 3,
    "conditions": 3,
    "records": 4,
    "analysis": 4,
    "kernel": 4,
    "loader": 4,
    "parts": 4,
    "pipeline": 5,
    "runtime": 5,
    "recall": 6,
    "interop": 5,
    "actions": 6,
    "api": 6,
    "server": 6,
    "testing": 7,
    "cli": 8,
}
"""What may be imported: the same package, or one of a lower number, and of equal ones those in BESIDE."""

BESIDE = {("semantics", "syntax"), ("semantics", "program"), ("runtime", "pipeline"), ("interop", "pipeline")}
BESIDE |= {("interop", "runtime"), ("parts", "loader")}

WITHOUT_THE_WORLD = ("syntax", "semantics", "program", "conditions", "analysis", "kernel", "diagnostics")
WORLDLY_MODULES = {"asyncio", "http", "logging", "os", "random", "secrets", "shutil", "socket", "sqlite3", "subprocess"}
WORLDLY_MODULES |= {"tempfile", "threading", "time", "uuid"}
WORLDLY_CALLS = {
    "now",
    "today",
    "utcnow",
    "open",
    "print",
    "input",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
}

READS_ITS_OWN_FILES = {
    "diagnostics/pages.py",  # the pages of codes
    "semantics/rules/calendars.py",  # the list of time zones
    "syntax/tables/language.py",  # the grammar
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def folder_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "dro_lang":
                yield from (f"dro_lang.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    own = folder_of(path)
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "dro_lang" or len(parts) < 2 or own not in LAYERS or parts[1] not in LAYERS or parts[1] == own:
            continue
        other = parts[1]
        assert LAYERS[other] < LAYERS[own] or (own, other) in BESIDE, f"{own} must not import {name}"


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if folder_of(path) in WITHOUT_THE_WORLD],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_the_core_does_not_touch_the_world(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() in READS_ITS_OWN_FILES:
        return
    assert not WORLDLY_MODULES & {name.split(".")[0] for name in imports_of(path)}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            assert called not in WORLDLY_CALLS, f"line {node.lineno} calls {called}"


def test_every_folder_has_its_place() -> None:
    assert {folder_of(path) for path in MODULES} - {"__init__", "__main__"} <= set(LAYERS)


def test_files_stay_short() -> None:
    long = {
        str(path.relative_to(PACKAGE)): lines for path in MODULES if (lines := len(path.read_text().splitlines())) > 500
    }
    assert not long


HEAVY = {"lark", "business_rules", "holidays", "cattrs", "hypothesis", "httpx", "jinja2", "sqlglot"}


def loaded_by(script: str) -> set[str]:
    command = [sys.executable, "-c", f"import sys; {script}; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not HEAVY & loaded_by("import dro_lang, dro_lang.cli.main")


@pytest.mark.parametrize("module", ["dro_lang", "dro_lang.testing", "dro_lang.testing.plugin"])
def test_what_is_loaded_on_demand_is_not_loaded_before(module: str) -> None:
    own = {name for name in loaded_by(f"import {module}") if name.startswith("dro_lang")}
    assert own == {".".join(module.split(".")[:depth]) for depth in range(1, module.count(".") + 2)}


def test_only_the_strategies_and_what_is_made_of_them_load_hypothesis() -> None:
    importing = {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        if any(name.split(".")[0] == "hypothesis" for name in imports_of(path))
    }
    assert importing
    outside = {name for name in importing if not name.startswith("testing/strategies/")}
    assert outside == {"testing/machine.py", "testing/trials.py"}


def test_tests_keep_nothing_in_the_cache_folder_of_the_user() -> None:
    script = "from dro_lang.cache import cache_directory; print(cache_directory())"
    kept = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()
    assert Path(kept) == cache_directory() == PACKAGE.parent / ".pytest_cache" / "drolang"
