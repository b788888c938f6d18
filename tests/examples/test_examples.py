"""The examples check clean, and give the results that are committed beside them.

After a change that is meant to alter results: `DROLANG_UPDATE_EXPECTED=1 python -m pytest tests/examples`, then read
the difference before you commit it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"

DUNNING = ("dunning/dunning.dro", "--today", "2026-12-01")
OBLIGATIONS = ("obligations/obligations.dro", "--today", "2026-06-15")

RUNS = {
    "dunning on 1 December": (*DUNNING, "--records", "dunning/plans.csv", "--items", "dunning/items.csv"),
    "dunning on 1 December, from NDJSON": (
        *DUNNING,
        "--records",
        "dunning/plans.ndjson",
        "--items",
        "dunning/items.ndjson",
    ),
    "dunning until 31 January": (
        *(*DUNNING, "--until", "2027-01-31"),
        *("--records", "dunning/plans.csv", "--items", "dunning/items.csv"),
    ),
    "obligations on 15 June": (*OBLIGATIONS, "--records", "obligations/obligations.ndjson"),
    "obligations on 15 June, from JSON": (*OBLIGATIONS, "--records", "obligations/obligations.json"),
    "obligations until 31 October": (
        *(*OBLIGATIONS, "--until", "2026-10-31"),
        *("--records", "obligations/obligations.ndjson"),
    ),
}

EXPECTED = {
    "dunning on 1 December": "dunning/expected/2026-12-01.ndjson",
    "dunning on 1 December, from NDJSON": "dunning/expected/2026-12-01.ndjson",
    "dunning until 31 January": "dunning/expected/2027-01-31.ndjson",
    "obligations on 15 June": "obligations/expected/2026-06-15.ndjson",
    "obligations on 15 June, from JSON": "obligations/expected/2026-06-15.ndjson",
    "obligations until 31 October": "obligations/expected/2026-10-31.ndjson",
}


def drolang(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dro_lang", *arguments]
    return subprocess.run(command, cwd=EXAMPLES, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("plan", ["dunning/dunning.dro", "obligations/obligations.dro", "renewals/renewals.dro"])
def test_checks_clean_and_is_formatted(plan: str) -> None:
    checked = drolang("check", "--strict", plan)
    assert (checked.returncode, checked.stdout) == (0, "")
    assert drolang("fmt", "--check", plan).returncode == 0


@pytest.mark.parametrize("name", RUNS)
def test_gives_the_committed_results(name: str) -> None:
    ran = drolang("run", *RUNS[name], "--format", "ndjson")
    assert ran.returncode == 0, ran.stderr
    expected = EXAMPLES / EXPECTED[name]
    if os.environ.get("DROLANG_UPDATE_EXPECTED"):
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(ran.stdout, encoding="utf-8")
    assert ran.stdout == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("example", ["dunning", "obligations"])
def test_the_records_are_those_of_the_generator(example: str, tmp_path: Path) -> None:
    copy = tmp_path / "generate.py"
    copy.write_text((EXAMPLES / example / "generate.py").read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run([sys.executable, copy], check=True)
    written = sorted(path for path in tmp_path.iterdir() if path != copy)
    assert written
    for path in written:
        assert path.read_bytes() == (EXAMPLES / example / path.name).read_bytes(), path.name


def test_the_picture_of_the_readme_is_that_of_the_example() -> None:
    drawn = drolang("graph", "dunning/dunning.dro", "--format", "svg")
    assert drawn.returncode == 0, drawn.stderr
    picture = EXAMPLES.parent / "docs" / "dunning.svg"
    if os.environ.get("DROLANG_UPDATE_EXPECTED"):
        picture.write_text(drawn.stdout, encoding="utf-8")
    assert drawn.stdout == picture.read_text(encoding="utf-8")
