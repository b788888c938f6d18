"""Everything a developer runs, on a machine with nothing but Python 3.11 or later.

    python3 dev.py demo        set up, then run the dunning example
    python3 dev.py test        set up, then pass the tests
    python3 dev.py lint        set up, then check the format, the lint and the types

Set-up makes a virtual environment in `.venv` and installs drolang into it, and, for all but the demo, every tool that
tests and lint need; it is done once, and again when `pyproject.toml` changes. What follows `test` is handed to pytest:
`python3 dev.py test -k formatter`.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "drolang.stamp"

DEMO = (
    *("run", "examples/dunning/dunning.dro", "--records", "examples/dunning/plans.csv"),
    *("--items", "examples/dunning/items.csv", "--today", "2026-12-01"),
)


def run(*command: str | Path) -> None:
    """Run a command from the project's folder; the first failure ends everything with its exit code."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    code = subprocess.run([str(part) for part in command], cwd=HERE, env=environment, check=False).returncode
    if code:
        sys.exit(code)


def set_up(tools: bool = True) -> None:
    """Make the virtual environment, with the development tools or without, unless it is there and of this
    `pyproject.toml`."""
    wanted = hashlib.sha256((HERE / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    present, _, has_tools = STAMP.read_text().partition(" ") if STAMP.exists() else ("", "", "")
    if present == wanted and (has_tools or not tools):
        return
    print(f"setting up .venv (once, about {'three minutes' if tools else 'half a minute'})", file=sys.stderr)
    if present != wanted:
        run(sys.executable, "-m", "venv", "--clear", VENV)
    extras = "[dev]" if tools else ""
    run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", f".{extras}")
    # Commands start twice as fast with this, and where Python is told to write no bytecode it would never be there.
    run(PYTHON, "-m", "compileall", "-q", "dro_lang")
    STAMP.write_text(f"{wanted} {'tools' if tools else ''}")


def demo() -> None:
    run(BIN / "drolang", *DEMO)


def test(*arguments: str) -> None:
    run(PYTHON, "-m", "pytest", "-n", "auto", *arguments)


def lint() -> None:
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "mypy")


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may have an older one
        sys.exit(f"drolang needs Python 3.11 or later, this is {sys.version.split()[0]}")
    verbs = {"demo": demo, "test": test, "lint": lint}
    if len(sys.argv) < 2 or sys.argv[1] not in verbs:
        sys.exit(__doc__)
    set_up(tools=sys.argv[1] != "demo")
    verbs[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
