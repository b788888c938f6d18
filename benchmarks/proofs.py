"""How long the analysis of large plans takes: `drolang check` and `drolang prove` as whole processes.

    python benchmarks/proofs.py [--scenarios N] [--rounds N] [--out FOLDER]

The plans have a hundred scenarios over a context of twelve attributes, which is Salesforce's own limit. In `table` each
scenario takes a cell of a table, so that exactly one matches; in `dates` dates and amounts are compared with each
other; in `first` they overlap, and the first one that matches is taken; in `random` they are drawn at random (seeded),
and many overlap. Writes `proofs.md` and `proofs.json` to the folder, and the table to standard output.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

HEAD = """language 1.0

import std.generic {{ Generic }}

enum Risk {{ Low, Medium, High }}
enum Region {{ North, South, East, West }}

context Account {{
  id          : Id
  start_date  : Date
  due_date    : Date
  promised_on : Date optional
  risk        : Risk
  region      : Region
  balance     : Money in EUR
  limit       : Money in EUR
  days_late   : Integer in 0..
  score       : Integer in 0..1000
  disputed    : Boolean
  email       : Text optional
}}

mapping Accounts for Account {{
  usage Generic
  object "Account"
}}

plan Chase for Account {{
  usage  Generic
  choose {policy}
"""

TAIL = """}

group Call for Account {
  step call: manual {
    due within 2 days
  }
}
"""

ATOMS = (
    "risk = High",
    "risk in {{ Low, Medium }}",
    "region != North",
    "balance > {n} EUR",
    "balance > limit",
    "days_late >= {n}",
    "score in {n}..900",
    "not disputed",
    "email is known",
    "(promised_on is known and promised_on > due_date)",
    "due_date - start_date > {n} days",
    "due_date <= today + {n} days",
)


def cells(count: int, conditions: list[str]) -> list[str]:
    """Conditions for a table with a row for each ten days late, the last one open."""
    rows = -(-count // len(conditions))
    found = []
    for row in range(rows):
        late = f"days_late in {row * 10}..{row * 10 + 9}" if row < rows - 1 else f"days_late >= {row * 10}"
        found += [f"{late} and {condition}" for condition in conditions]
    return found


def plans(count: int) -> dict[str, str]:
    """The text of every plan."""
    drawn = random.Random(7)

    def clause() -> str:
        return " and ".join(drawn.choice(ATOMS).format(n=drawn.randint(0, 100)) for _ in range(4))

    table = ["balance > 5_000 EUR", "balance <= 5_000 EUR and disputed", "balance <= 5_000 EUR and not disputed"]
    dates = [
        "balance > limit and (promised_on is unknown or promised_on <= due_date)",
        "balance > limit and promised_on is known and promised_on > due_date",
        "balance <= limit and due_date - start_date > 30 days and due_date > today + 5 days",
        "balance <= limit and (due_date - start_date <= 30 days or due_date <= today + 5 days)",
    ]
    mixed = [" or ".join(f"({clause()})" for _ in range(3)) for _ in range(count)]
    written = {
        "table": ("exactly one scenario", cells(count, table)),
        "dates": ("exactly one scenario", cells(count, dates)),
        "first": ("first matching scenario", mixed),
        "random": ("exactly one scenario", mixed),
    }
    return {name: _plan(policy, conditions) for name, (policy, conditions) in written.items()}


def _plan(policy: str, conditions: list[str]) -> str:
    scenarios = (
        f"\n  scenario s{number} {{\n    when {condition}\n    run  Call\n  }}\n"
        for number, condition in enumerate(conditions)
    )
    return HEAD.format(policy=policy) + "".join(scenarios) + TAIL


def seconds(command: str, path: Path) -> tuple[float, str]:
    """Wall-clock time of one process, and the last line that it writes."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "dro_lang", command, path], capture_output=True, text=True, check=False
    )
    taken = time.perf_counter() - start
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return taken, (done.stderr if command == "check" else done.stdout).strip().splitlines()[-1]


def measure(count: int, rounds: int) -> list[dict[str, object]]:
    """Medians and what was found, of every plan with either command."""
    results: list[dict[str, object]] = []
    with TemporaryDirectory() as folder:
        for name, text in plans(count).items():
            path = Path(folder, f"{name}.dro")
            path.write_text(text, encoding="utf-8")
            for command in ("check", "prove"):
                runs = [seconds(command, path) for _ in range(rounds)]
                median = statistics.median(taken for taken, _ in runs)
                results.append({"plan": name, "command": command, "median_s": round(median, 2), "found": runs[0][1]})
    return results


def markdown(results: list[dict[str, object]]) -> str:
    lines = ["| plan | command | median | found |", "|---|---|---:|---|"]
    lines += [f"| {each['plan']} | `{each['command']}` | {each['median_s']} s | {each['found']} |" for each in results]
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenarios", type=int, default=100, help="about how many scenarios a plan has (default: 100)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each (default: 5)")
    parser.add_argument("--out", type=Path, help="folder for proofs.md and proofs.json")
    arguments = parser.parse_args()
    results = measure(arguments.scenarios, arguments.rounds)
    text = markdown(results)
    sys.stdout.write(text)
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "proofs.md").write_text(text, encoding="utf-8")
        (arguments.out / "proofs.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
