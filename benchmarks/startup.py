"""How long drolang takes to start: whole processes, as ratios to an empty Python process on the same machine.

    python benchmarks/startup.py [--rounds N] [--out FOLDER]

The commands are run in turn, round after round, so that a machine which slows down slows all of them alike. Writes
`startup.md` and `startup.json` to the folder, and the table to standard output.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from dro_lang import __version__

SAMPLE = Path(__file__).parents[1] / "examples" / "dunning" / "dunning.dro"
BASE = "python -c pass"
COMMANDS = {
    BASE: [sys.executable, "-c", "pass"],
    "drolang --help": [sys.executable, "-m", "dro_lang.cli.main", "--help"],
    "drolang check dunning.dro": [sys.executable, "-m", "dro_lang.cli.main", "check", str(SAMPLE)],
}


def seconds(command: list[str]) -> float:
    """Wall-clock time of one process, from its start to its end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def measure(rounds: int) -> dict[str, list[float]]:
    """The times of every command, one per round. A first round that fills caches is not counted."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, command in COMMANDS.items():
            taken = seconds(command)
            if number:
                times[name].append(taken)
    return times


def report(times: dict[str, list[float]]) -> dict[str, Any]:
    """Medians, quartiles and ratios to the empty process, with what they were measured on."""
    base = statistics.median(times[BASE])
    results = []
    for name, taken in times.items():
        low, middle, high = statistics.quantiles(taken, n=4)
        results.append(
            {
                "command": name,
                "median_ms": round(middle * 1000, 1),
                "quartiles_ms": [round(low * 1000, 1), round(high * 1000, 1)],
                "ratio": round(middle / base, 2),
            }
        )
    machine = {
        "system": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "drolang": __version__,
    }
    return {"rounds": len(times[BASE]), "machine": machine, "results": results}


def markdown(found: dict[str, Any]) -> str:
    lines = ["| command | median | quartiles | to an empty Python process |", "|---|---:|---:|---:|"]
    for result in found["results"]:
        low, high = result["quartiles_ms"]
        lines.append(f"| `{result['command']}` | {result['median_ms']} ms | {low} to {high} ms | {result['ratio']} |")
    machine = found["machine"]
    told = ", ".join(f"{key} {value}" for key, value in machine.items())
    return "\n".join([*lines, "", f"{found['rounds']} interleaved rounds; {told}.", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="rounds that count (at least 2; default: 20)")
    parser.add_argument("--out", type=Path, help="folder for startup.md and startup.json")
    arguments = parser.parse_args()
    if arguments.rounds < 2:
        parser.error("--rounds must be at least 2")
    found = report(measure(arguments.rounds))
    text = markdown(found)
    sys.stdout.write(text)
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "startup.md").write_text(text, encoding="utf-8")
        (arguments.out / "startup.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
