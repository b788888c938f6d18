"""How fast plans of eight steps are carried out, next to DBOS, and what a million waiting plans take.

    python benchmarks/engine.py [--rounds N] [--plans N] [--waiting N] [--folder FOLDER] [--out FOLDER]

Each measurement is a process of its own on a new database in the same folder, as commits wait for the disk; they take
turns, round after round.
"""

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from report import deliver, machine, number, parser, table

ORDERS = Path(__file__).with_name("orders.py")

TOLD = {
    "kernel": "the kernel alone, nothing written",
    "batched": "drolang, 64 plans in a transaction",
    "rows_batched": "what SQLite allows for that: the same statements and rows, nothing else",
    "local_batched": "drolang, 64 plans in a transaction, local actions",
    "rows_local_batched": "what SQLite allows for that",
    "unbatched": "drolang, a transaction for each event",
    "local_unbatched": "drolang, a transaction for each plan, local actions",
    "commit": "nine transactions of SQLite with a small row each: what the disk allows",
    "dbos": "DBOS on SQLite, as it ships",
    "dbos_wal": "DBOS on SQLite, with WAL",
    "dbos_plain": "DBOS on SQLite, with WAL, no steps: plain code in a workflow",
}
PART = {
    "kernel": 1.0,
    "batched": 1.0,
    "rows_batched": 1.0,
    "local_batched": 1.0,
    "rows_local_batched": 1.0,
    "unbatched": 0.1,
    "local_unbatched": 0.4,
    "commit": 0.1,
    "dbos": 0.05,
    "dbos_wal": 0.05,
    "dbos_plain": 0.1,
}
"""How many of the plans each one gets, so that all take about as long."""


def measured(name: str, plans: int, folder: Path | None) -> dict[str, float]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, str(ORDERS), name, str(plans), *([str(folder)] if folder else [])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def rates(rounds: int, plans: int, folder: Path | None) -> dict[str, float]:
    """The plans a second of each: the median of the rounds, of which the first does not count."""
    taken: dict[str, list[float]] = {name: [] for name in TOLD}
    for turn in range(rounds + 1):
        for name, part in PART.items():
            count = max(int(plans * part), 10)
            seconds = measured(name, count, folder)["seconds"]
            if turn:
                taken[name].append(count / seconds)
    return {name: statistics.median(each) for name, each in taken.items()}


def told(found: dict[str, float], waiting: dict[str, float], plans: int) -> str:
    """Both tables."""
    rows = [
        [TOLD[name], number(rate), number(rate / found["dbos"]), number(rate / found["dbos_wal"])]
        for name, rate in found.items()
    ]
    head = ["eight steps, one after the other", "plans a second", "to DBOS as it ships", "to DBOS with WAL"]
    facts = [
        ["plans a second submitted", number(waiting["submitted_per_second"])],
        ["the store, in MB", number(waiting["store_mb"])],
        ["opened again, with a first look at what is due, in ms", number(waiting["reopened_ms"])],
        ["memory of the process then, in MB", number(waiting["memory_mb"])],
        [
            f"{waiting['due']:,.0f} that are due at once: plans a second to their end",
            number(waiting["drained_per_second"]),
        ],
        ["memory at the end, in MB", number(waiting["memory_after_mb"])],
    ]
    return f"{table(head, rows)}\n{table([f'{plans:,} plans that wait for a date', ''], facts)}"


def main() -> None:
    command = parser(__doc__ or "", rounds=3)
    command.add_argument("--plans", type=int, default=2000, help="plans to carry out in a round (default: 2000)")
    command.add_argument("--waiting", type=int, default=1_000_000, help="plans that wait (default: 1000000)")
    command.add_argument("--folder", type=Path, help="where the databases are made (default: the temporary folder)")
    arguments = command.parse_args()
    found = rates(arguments.rounds, arguments.plans, arguments.folder)
    waiting = measured("waiting", arguments.waiting, arguments.folder)
    numbers: dict[str, Any] = {"machine": machine("dbos"), "plans_per_second": found, "waiting": waiting}
    deliver("engine", told(found, waiting, arguments.waiting), numbers, arguments.out)


if __name__ == "__main__":
    main()
