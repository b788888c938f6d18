"""What the benchmarks share: taking times in turn, and telling what was found as a table and as JSON."""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dro_lang import __version__


def machine(*packages: str) -> dict[str, Any]:
    """What something was measured on, with the versions of the packages that were measured."""
    return {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "drolang": __version__,
        **{package: version(package) for package in packages},
    }


def in_turn(
    tasks: Mapping[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[str, float]:
    """The seconds that each task takes: the median of its rounds. Tasks take turns within a round, so that a machine
    that slows down slows all of them alike; a first round, which fills caches, is not counted. The clock is that of the
    process, which stands still while others have the processor: for tasks of one thread that wait for nothing."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name, task in tasks.items():
            start = clock()
            task()
            taken = clock() - start
            if number:
                times[name].append(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def table(head: Sequence[str], rows: Sequence[Sequence[object]], left: int = 1) -> str:
    """A table in Markdown; all columns but the first ones are numbers."""
    marks = ["---"] * left + ["---:"] * (len(head) - left)
    lines = [head, marks, *([str(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def number(value: float) -> str:
    """A number as people read it: three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def parser(doc: str, rounds: int) -> argparse.ArgumentParser:
    """The command line that all benchmarks have. What they run keeps modules compiled, as when they are installed, also
    where the environment has Python compile them each time."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--rounds", type=int, default=rounds, help=f"rounds that count (default: {rounds})")
    made.add_argument("--out", type=Path, help="folder for the table in Markdown and the numbers in JSON")
    return made


def deliver(name: str, text: str, found: dict[str, Any], out: Path | None) -> None:
    """Write the table to standard output, and both forms to a folder where one is named."""
    told = ", ".join(f"{key} {value}" for key, value in found["machine"].items())
    text = f"{text}\n{told}.\n"
    sys.stdout.write(text)
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{name}.md").write_text(text, encoding="utf-8")
        (out / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
