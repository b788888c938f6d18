"""Choosing the scenarios of millions of records from a file: `drolang select` next to a query for DuckDB by hand.

    pip install 'drolang[batch,bench]'
    python benchmarks/batch.py [--records N] [--forms FORMS] [--rounds N] [--folder FOLDER] [--out FOLDER]

Accounts with 12 attributes, eight scenarios, 35 comparisons, from one file to another of `id, scenario` (`drolang
select` adds `error`). `shuffled` is Parquet whose ids are in no order. Each measurement is a process of its own, from
its start to its end, with as many threads as there are cores and the same limit of memory: the query as somebody writes
it who knows the columns; the same with tests of the values, or with a second query that finds ids that stand twice,
both of which `drolang select` always does; and reading alone. business-rules chooses for a sample of the same file, and
what it would take for all of it is calculated. The answers are compared, row by row, before anything is timed. Writes
`batch.md` and `batch.json` to the folder, and the table to standard output.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from accounts import (
    SETTINGS,
    by_business_rules,
    compare,
    query,
    query_unique,
    query_valid,
    reading,
    write,
)
from attrs import frozen
from report import deliver, machine, number, parser, table
from workload import SCENARIOS, TODAY, source

FORMS = ("parquet", "shuffled", "csv", "ndjson")
STATEMENTS: dict[str, Callable[[Path, Path], list[str]]] = {
    "reading alone": reading,
    "the query by hand": query,
    "with tests of values": query_valid,
    "with a search for shared ids": query_unique,
}
HAND, SELECT, RULES = "the query by hand", "`drolang select`", "business-rules"
RUNNER = """
import duckdb, sys
connection = duckdb.connect()
for statement in sys.argv[1:]:
    connection.execute(statement).fetchall()
"""


@frozen
class Taken:
    """What a process took: seconds by the clock, of processors, and megabytes at most."""

    wall: float
    cpu: float
    megabytes: float


def run(command: list[str]) -> Taken:
    """Run Python in a process of its own. What it takes at most is known, as this one takes less."""
    null = os.open(os.devnull, os.O_WRONLY)
    start = time.perf_counter()
    actions = [(os.POSIX_SPAWN_DUP2, null, 2)]
    child = os.posix_spawn(sys.executable, [sys.executable, *command], os.environ, file_actions=actions)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - start
    os.close(null)
    if status:
        sys.exit(f"this failed: {command}")
    return Taken(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def elsewhere(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function gives, called in a process of its own, so that this one stays small."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def measure(form: str, count: int, rounds: int, sample: int, folder: Path) -> dict[str, Any]:
    """What each way takes on one file."""
    file = folder / f"accounts.{'parquet' if form == 'shuffled' else form}"
    elsewhere(write, file, count, form != "shuffled")
    plan = folder / "chase.dro"
    plan.write_text(source(SCENARIOS), encoding="utf-8")
    commands, results = {}, {}
    for place, (name, statements) in enumerate(STATEMENTS.items()):
        results[name] = folder / f"result-{place}.parquet"
        commands[name] = ["-c", RUNNER, SETTINGS, *statements(file, results[name])]
    results[SELECT] = folder / "selected.parquet"
    options = ["--records", file, "--today", TODAY, "--evaluator", "columnar", "--out", results[SELECT]]
    commands[SELECT] = ["-m", "dro_lang", "select", *map(str, [plan, *options])]
    for command in commands.values():
        run(command)
    answers = {name: result for name, result in results.items() if result.exists()}
    difference = elsewhere(compare, answers, sample, file)
    if difference:
        sys.exit(f"{form}: {difference}")
    taken: dict[str, list[Taken]] = {name: [] for name in commands}
    seconds = []
    for _ in range(rounds):
        for name, command in commands.items():
            taken[name].append(run(command))
        seconds.append(elsewhere(by_business_rules, file, sample)[1])
    size = file.stat().st_size
    file.unlink()
    found: dict[str, Any] = {
        name: {
            "seconds": round(statistics.median(each.wall for each in every), 3),
            "cpu_seconds": round(statistics.median(each.cpu for each in every), 3),
            "megabytes": round(max(each.megabytes for each in every)),
        }
        for name, every in taken.items()
    }
    found[RULES] = {"sample": sample, "seconds": round(statistics.median(seconds) * count / sample, 1)}
    return {"form": form, "records": count, "file_mb": round(size / 1e6), "taken": found}


def rows_of(result: dict[str, Any]) -> list[list[object]]:
    taken, count = result["taken"], result["records"]
    hand, rules = taken[HAND], taken[RULES]
    rows: list[list[object]] = []
    for name in (*STATEMENTS, SELECT):
        each = taken[name]
        rows.append(
            [
                f"{result['form']}, {result['file_mb']:,} MB",
                name,
                f"{each['seconds']:.2f}",
                f"{each['cpu_seconds']:.2f}",
                number(count / each["seconds"]),
                f"{hand['seconds'] / each['seconds']:.2f}",
                f"{hand['cpu_seconds'] / each['cpu_seconds']:.2f}",
                number(rules["seconds"] / each["seconds"]),
                each["megabytes"],
            ]
        )
    speed = number(count / rules["seconds"])
    told = f"{RULES}, calculated"
    rows.append(["", told, number(rules["seconds"]), "", speed, f"{hand['seconds'] / rules['seconds']:.4f}", "", 1, ""])
    return rows


def main() -> None:
    arguments = parser(__doc__, rounds=3)
    arguments.add_argument("--records", type=int, default=10_000_000, help="how many records (default: 10,000,000)")
    arguments.add_argument("--forms", default=",".join(FORMS), help=f"which files (default: {','.join(FORMS)})")
    arguments.add_argument("--sample", type=int, default=5_000, help="records for business-rules (default: 5,000)")
    arguments.add_argument("--folder", type=Path, help="where the files are put (default: the system's folder)")
    given = arguments.parse_args()
    before = os.getloadavg()[0]
    with TemporaryDirectory(dir=given.folder) as folder:
        results = [
            measure(form, given.records, given.rounds, min(given.sample, given.records), Path(folder))
            for form in given.forms.split(",")
        ]
    head = ["file", "", "s", "s of CPU", "records/s", "of the query", "of its CPU", f"times {RULES}", "MB"]
    rows = [row for result in results for row in rows_of(result)]
    text = table(head, rows, left=2)
    text += f"\n{given.records:,} records, all answers equal; load of the machine before: {before:.1f}.\n"
    found = {"machine": machine("duckdb", RULES), "load": before, "results": results}
    deliver("batch", text, found, given.out)


if __name__ == "__main__":
    main()
