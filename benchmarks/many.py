"""Choosing among many scenarios: drolang's decision tree beside a plain list of conditions, one record at a time; and
by columns, drolang's tables beside a CASE for DuckDB written by hand.

    pip install 'drolang[bench]'
    python benchmarks/many.py [--records N] [--rounds N] [--out FOLDER]

64, 512 and 2,048 scenarios, each a cell of a table: a region, a band of days late, a band of balances; the first one
that matches counts. `list` is the same generated code without the tree: one condition after the other, each left at
the first comparison that fails, attributes read once. By columns, the records stand in a table of DuckDB, over and
over, and one thread works. Then, one record at a time, 512 scenarios in other shapes (shapes.py). All answers are
compared before anything is timed. Writes `many.md` and `many.json` to the folder, and the tables to standard output.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from accounts import case, loaded, query_of
from peers import PEERS
from report import deliver, in_turn, machine, number, parser, table
from shapes import SHAPES
from workload import TODAY, Joined, many_scenarios, program, records, regions_of

import dro_lang as drolang
from dro_lang.conditions.compiled.records import Layout
from dro_lang.conditions.compiled.selector import compile_plan
from dro_lang.conditions.time import midnight
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.compose import plan_environment
from dro_lang.program.model import Program

SIZES = (64, 512, 2048)
SHAPED = 512
TREE, LIST = "tree", "list"
TABLES, CASE = "columns", "CASE by hand"
REPEATED = 50
"""So many times the records stand in the table."""
OTHERS = ("zen-engine", "business-rules")
WAYS = (TREE, LIST, TABLES, CASE, *OTHERS)


def measure(count: int, size: int, rounds: int) -> dict[str, float]:
    """Records a second of each way, and the seconds that it takes to compile the selection."""
    scenarios = many_scenarios(size)
    checked = program(scenarios)
    start = time.process_time()
    selector = drolang.compile_selection(checked, today=TODAY)
    compiled = time.process_time() - start
    layout, in_a_row = _in_a_row(checked)
    rows = records(count, regions_of(scenarios))
    ready: dict[str, list[Any]] = {
        TREE: [selector.record(row) for row in rows],
        LIST: [layout.record(row) for row in rows],
    }
    choose: dict[str, Callable[[Any], Any]] = {TREE: selector.choose, LIST: in_a_row}
    for name in OTHERS:
        prepare, choose[name] = PEERS[name](scenarios)
        ready[name] = [prepare(row) for row in rows[: max(20, count // 20)]]
    expected = [choose[TREE](record).scenarios[0] for record in ready[TREE]]
    for name in choose:
        for answer, record in zip(expected, ready[name], strict=False):
            given = choose[name](record)
            if (given if isinstance(given, str) else given.scenarios[0]) != answer:
                sys.exit(f"{name} gives {given}, and the tree {answer}, of {record!r}")
    connection = loaded(rows, REPEATED)
    queries = {TABLES: query_of(checked), CASE: f"SELECT id, {case(scenarios)} AS scenario FROM accounts"}
    for name, query in queries.items():
        given = [told for _, told, *_ in connection.execute(f"{query} LIMIT {len(rows)}").fetchall()]
        if given != expected:
            sys.exit(f"{name} and the tree differ")
    tasks: dict[str, Callable[[], object]] = {}
    sizes = {}
    for name in choose:
        some = ready[name][:20]
        _over(choose[name], some)()
        start = time.process_time()
        _over(choose[name], some)()
        each = (time.process_time() - start) / len(some)
        tasks[name], sizes[name] = _long_enough(choose[name], ready[name], each)
    for name, query in queries.items():
        # The query by hand takes some fifty microseconds a record where scenarios are most.
        sizes[name] = len(rows) * (REPEATED if name == TABLES else 5)
        some = query.replace("FROM accounts", f"FROM (FROM accounts LIMIT {sizes[name]})")
        tasks[name] = partial(_fetch, connection, f"SELECT bit_xor(hash(id, scenario)) FROM ({some})")
    return {**{name: sizes[name] / taken for name, taken in in_turn(tasks, rounds).items()}, "compile_s": compiled}


def _in_a_row(checked: Program) -> tuple[Layout, Callable[[Any], Any]]:
    """What chooses without the tree, with the layout of its records."""
    blueprint = Blueprint.of(checked, "Chase")
    layout = Layout(blueprint.context, checked.records)
    environment = plan_environment(blueprint, {}, midnight(TODAY, blueprint.zone))
    return layout, compile_plan(blueprint.plan, layout, indexed_from=sys.maxsize)(environment)


def shaped(count: int, scenarios: list[Joined], rounds: int) -> dict[str, float]:
    """Records a second by row, with the tree and without."""
    checked = program(scenarios)
    selector = drolang.compile_selection(checked, today=TODAY)
    layout, in_a_row = _in_a_row(checked)
    rows = records(count, regions_of(scenarios))
    few = rows[: max(20, count // 10)]
    ready = {TREE: list(map(selector.record, rows)), LIST: list(map(layout.record, few))}
    for one, other in zip(ready[TREE], ready[LIST], strict=False):
        if selector.choose(one) != in_a_row(other):
            sys.exit(f"the tree and the list differ about {one!r}")
    tasks, sizes = {}, {}
    for name, choose in ((TREE, selector.choose), (LIST, in_a_row)):
        start = time.process_time()
        _over(choose, ready[name])()
        each = (time.process_time() - start) / len(ready[name])
        tasks[name], sizes[name] = _long_enough(choose, ready[name], each)
    return {name: sizes[name] / taken for name, taken in in_turn(tasks, rounds).items()}


def _fetch(connection: Any, query: str) -> object:
    return connection.execute(query).fetchall()


def _long_enough(choose: Callable[[Any], object], ready: list[Any], each: float) -> tuple[Callable[[], None], int]:
    """What takes about a twentieth of a second, and for how many records: it goes over some of them, or over all of
    them several times, so that what the others have left in the processor's caches counts little."""
    some = ready[: max(20, min(len(ready), int(0.05 / each)))]
    passes = max(1, int(0.05 / each / len(some)))
    return _over(choose, some, passes), len(some) * passes


def _over(choose: Callable[[Any], object], ready: list[Any], passes: int = 1) -> Callable[[], None]:
    def run() -> None:
        for _ in range(passes):
            for record in ready:
                choose(record)

    return run


def main() -> None:
    arguments = parser(__doc__, rounds=7)
    arguments.add_argument("--records", type=int, default=20_000, help="how many records (default: 20,000)")
    given = arguments.parse_args()
    results = []
    for size in SIZES:
        speeds = measure(given.records, size, given.rounds)
        results.append(
            {
                "scenarios": size,
                "records_per_second": {name: round(speeds[name], 1) for name in WAYS},
                "tree_to_list": round(speeds[TREE] / speeds[LIST], 1),
                "columns_to_case": round(speeds[TABLES] / speeds[CASE], 1),
                "compile_s": round(speeds["compile_s"], 2),
            }
        )
    head = ["scenarios", TREE, LIST, "tree to list", TABLES, CASE, "columns to CASE", *OTHERS, "to compile"]
    rows = []
    for each in results:
        speeds = each["records_per_second"]
        others = [number(speeds[name]) for name in OTHERS]
        rows.append(
            [
                each["scenarios"],
                number(speeds[TREE]),
                number(speeds[LIST]),
                each["tree_to_list"],
                number(speeds[TABLES]),
                number(speeds[CASE]),
                each["columns_to_case"],
                *others,
                f"{each['compile_s']} s",
            ]
        )
    text = table(head, rows) + f"\nRecords a second; {given.records:,} records, all answers equal.\n\n"
    shapes = []
    for shape, make in SHAPES.items():
        speeds = shaped(given.records, make(SHAPED), given.rounds)
        told = {name: round(speed, 1) for name, speed in speeds.items()}
        shapes.append({"shape": shape, **told, "tree_to_list": round(speeds[TREE] / speeds[LIST], 1)})
    rows = [[each["shape"], number(each[TREE]), number(each[LIST]), each["tree_to_list"]] for each in shapes]
    text += table([f"{SHAPED} scenarios", TREE, LIST, "tree to list"], rows)
    deliver("many", text, {"machine": machine("duckdb", *OTHERS), "results": results, "shapes": shapes}, given.out)


if __name__ == "__main__":
    main()
