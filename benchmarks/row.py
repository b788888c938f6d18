"""Choosing a scenario for one record at a time, through public APIs: drolang beside other rule and expression engines.

    pip install 'drolang[bench]'
    python benchmarks/row.py [--records N] [--rounds N] [--out FOLDER]

Twelve typed attributes, eight scenarios, 35 comparisons, first match (workload.py). Every engine has its records ready
in the form that it takes, and all answers are compared before anything is timed. Then engines take turns, round after
round, each over as many records as take it about the same time. Writes `row.md` and `row.json` to the folder, and the
table to standard output.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

from peers import PEERS, Engine
from report import deliver, in_turn, machine, number, parser, table
from workload import SCENARIOS, TODAY, comparisons, program, records

import dro_lang as drolang

OURS = "drolang, `choose(record)`"
FROM_DATA = "drolang, `select(data)`: checks the record, too"
REFERENCE = "business-rules"


def engines() -> dict[str, Engine]:
    """drolang and its peers by name: what makes a record ready, and what names its scenario."""
    selector = drolang.compile_selection(program(SCENARIOS), today=TODAY)
    choose, select = selector.choose, selector.select
    ours: dict[str, Engine] = {
        OURS: (selector.record, choose),
        FROM_DATA: (dict, select),
    }
    return {**ours, **{name: make(SCENARIOS) for name, make in PEERS.items()}}


def name_of(answer: Any) -> str:
    return answer if isinstance(answer, str) else answer.scenarios[0]


def agree(ready: dict[str, list[Any]], found: dict[str, Engine]) -> None:
    """Stop where an engine answers otherwise than the library that is the reference."""
    expected = [found[REFERENCE][1](record) for record in ready[REFERENCE]]
    for name, (_, choose) in found.items():
        for at, (record, answer) in enumerate(zip(ready[name], expected, strict=True)):
            given = name_of(choose(record))
            if given != answer:
                sys.exit(f"{name} gives record {at} {given}, and {REFERENCE} gives it {answer}")


def over(choose: Callable[[Any], object], ready: list[Any]) -> Callable[[], None]:
    def run() -> None:
        for record in ready:
            choose(record)

    return run


def measure(count: int, rounds: int) -> dict[str, float]:
    """Records a second of each engine."""
    found = engines()
    rows = records(count)
    ready = {name: [prepare(row) for row in rows] for name, (prepare, _) in found.items()}
    agree(ready, found)
    tasks, sizes = {}, {}
    for name, (_, choose) in found.items():
        start = time.process_time()
        over(choose, ready[name][:200])()
        each = (time.process_time() - start) / 200
        # About a twentieth of a second, in whole passes over few records or in part of many.
        sizes[name] = max(200, min(count, int(0.05 / each)))
        tasks[name] = over(choose, ready[name][: sizes[name]])
    return {name: sizes[name] / taken for name, taken in in_turn(tasks, rounds).items()}


def main() -> None:
    arguments = parser(__doc__, rounds=15)
    arguments.add_argument("--records", type=int, default=100_000, help="how many records (default: 100,000)")
    given = arguments.parse_args()
    speeds = measure(given.records, given.rounds)
    best = max(speed for name, speed in speeds.items() if name in PEERS and name != REFERENCE)
    results = [
        {
            "engine": name,
            "records_per_second": round(speed),
            "to_business_rules": round(speed / speeds[REFERENCE], 2),
            "to_the_fastest_peer": round(speed / best, 2),
        }
        for name, speed in sorted(speeds.items(), key=lambda each: -each[1])
    ]
    head = ["engine", "records a second", "to business-rules", "to the fastest other engine"]
    text = table(
        head,
        [
            [
                each["engine"],
                number(each["records_per_second"]),
                number(each["to_business_rules"]),
                number(each["to_the_fastest_peer"]),
            ]
            for each in results
        ],
    )
    count = sum(map(comparisons, SCENARIOS))
    text += f"\n{given.records:,} records, {len(SCENARIOS)} scenarios, {count} comparisons; all answers equal.\n"
    deliver("row", text, {"machine": machine(*PEERS), "results": results}, given.out)


if __name__ == "__main__":
    main()
