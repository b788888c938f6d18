"""How the time of a selection grows: with the number of records, of scenarios, and of items in each record.

    pip install 'drolang[bench]'
    python benchmarks/growth.py [--records N] [--rounds N] [--out FOLDER]

One record at a time, through `choose`, and by columns, as `drolang select` takes them from a Parquet file. Records from
ten thousand to ten million (by row the same hundred thousand over and over), with eight scenarios; scenarios from 5 to
2,000 that take cells of one table, over the same records (by columns a million of them); items per record from 0 to
1,000, by row, with conditions that count and add up all of them. Time that grows in proportion has the slope 1 in the
picture, in which both axes are logarithmic. With ten million records it takes a minute and a half of the processor.
Writes `growth.md`, `growth.json` and `growth.svg` to the folder, and the table to standard output.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from itertools import chain, repeat
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from accounts import by_columns, write
from report import deliver, in_turn, machine, number, parser, table
from workload import HEAD, REGIONS, SCENARIOS, TAIL, TODAY, many_scenarios, program, records, regions_of

import dro_lang as drolang

RECORDS = (10_000, 100_000, 1_000_000, 10_000_000)
SCENARIO_COUNTS = (5, 16, 64, 256, 1_000, 2_000)
ITEMS = (0, 1, 10, 100, 1_000)

OVER_ITEMS = """
  scenario heavy {
    when sum(lines.amount where item.open) > 5_000 EUR
    run  Call
  }

  scenario many {
    when count(lines where item.open and item.amount > 10 EUR) > 20 and any(lines where item.amount > 900 EUR)
    run  Call
  }

  scenario rest {
    otherwise
    run  Call
  }
"""

BY_ROW, BY_COLUMNS = "by row", "by columns"

Curve = list[tuple[int, float]]
"""Sizes, with the seconds that each took."""


def over(choose: Callable[[Any], object], ready: list[Any], count: int) -> Callable[[], None]:
    """Chooses for as many records, from the beginning again where there are fewer."""
    whole, rest = divmod(count, len(ready))

    def run() -> None:
        for record in chain(chain.from_iterable(repeat(ready, whole)), ready[:rest]):
            choose(record)

    return run


def columns_by_records(most: int, rounds: int) -> Curve:
    checked = program(SCENARIOS)
    sizes = [size for size in RECORDS if size <= most] or [most]
    with TemporaryDirectory() as folder:
        tasks = {}
        for size in sizes:
            file = Path(folder, f"{size}.parquet")
            write(file, size)
            tasks[str(size)] = partial(by_columns, checked, file, Path(folder, "result.parquet"))
        times = in_turn(tasks, rounds)
    return [(size, times[str(size)]) for size in sizes]


def columns_by_scenarios(most: int, rounds: int) -> Curve:
    with TemporaryDirectory() as folder:
        tasks = {}
        for size in SCENARIO_COUNTS:
            scenarios = many_scenarios(size)
            file = Path(folder, f"{size}.parquet")
            write(file, min(most, 1_000_000), regions=regions_of(scenarios))
            tasks[str(size)] = partial(by_columns, program(scenarios), file, Path(folder, "result.parquet"))
        times = in_turn(tasks, rounds)
    return [(size, times[str(size)]) for size in SCENARIO_COUNTS]


def by_records(most: int, rounds: int) -> Curve:
    selector = drolang.compile_selection(program(SCENARIOS), today=TODAY)
    ready = [selector.record(row) for row in records(min(most, 100_000))]
    sizes = [size for size in RECORDS if size <= most] or [most]
    times = in_turn({str(size): over(selector.choose, ready, size) for size in sizes}, rounds)
    return [(size, times[str(size)]) for size in sizes]


def by_scenarios(most: int, rounds: int) -> Curve:
    """The same records, over more and more cells of a table."""
    tasks = {}
    count = min(most, 20_000)
    for size in SCENARIO_COUNTS:
        scenarios = many_scenarios(size)
        selector = drolang.compile_selection(program(scenarios), today=TODAY)
        ready = [selector.record(row) for row in records(count, regions_of(scenarios))]
        tasks[str(size)] = over(selector.choose, ready, count)
    times = in_turn(tasks, rounds)
    return [(size, times[str(size)]) for size in SCENARIO_COUNTS]


def by_items(most: int, rounds: int) -> Curve:
    with TemporaryDirectory() as folder:
        path = Path(folder, "chase.dro")
        path.write_text(HEAD.format(regions=", ".join(REGIONS)) + OVER_ITEMS + TAIL, encoding="utf-8")
        selector = drolang.compile_selection(drolang.load(path), today=TODAY)
    count = min(most, 500)
    rows = records(count)
    tasks = {}
    for size in ITEMS:
        lines = tuple({"id": f"I-{at}", "amount": Decimal(at % 11), "open": at % 3 > 0} for at in range(size))
        ready = [selector.record({**row, "lines": lines}) for row in rows]
        tasks[str(size)] = over(selector.choose, ready, count)
    times = in_turn(tasks, rounds)
    return [(size, times[str(size)]) for size in ITEMS]


def slope(curve: Curve) -> str:
    """The power of the size with which time grows, over the upper half of a curve; of one point there is none."""
    points = [point for point in curve if point[0] > 0]
    if len(points) < 2:
        return ""
    (low, first), (high, last) = points[(len(points) - 1) // 2], points[-1]
    return f"{log(last / first) / log(high / low):.2f}"


COLORS = {BY_ROW: "#1f6f8b", BY_COLUMNS: "#b3541e"}


def draw(panels: dict[str, dict[str, Curve]], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "drolang"
    # Text stays text, which is smaller and can be searched.
    matplotlib.rcParams["svg.fonttype"] = "none"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(panels), figsize=(12, 3.6), layout="constrained")
    for place, (name, curves) in zip(axes, panels.items(), strict=True):
        for way, curve in curves.items():
            points = [(size, seconds) for size, seconds in curve if size > 0]
            sizes, times = [size for size, _ in points], [seconds for _, seconds in points]
            place.loglog(sizes, times, marker="o", color=COLORS[way], label=way)
            in_proportion = [times[-1] * size / sizes[-1] for size in sizes]
            label = "in proportion" if way == BY_ROW else None
            place.loglog(sizes, in_proportion, linestyle=":", color="#888888", label=label)
        place.set_xlabel(name)
        place.set_ylabel("seconds")
        place.grid(which="major", color="#dddddd")
        place.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    arguments = parser(__doc__, rounds=5)
    arguments.add_argument(
        "--records", type=int, default=RECORDS[-1], help="how many records at most (default: ten million)"
    )
    given = arguments.parse_args()
    panels = {
        "records": {
            BY_ROW: by_records(given.records, given.rounds),
            BY_COLUMNS: columns_by_records(given.records, given.rounds),
        },
        "scenarios": {
            BY_ROW: by_scenarios(given.records, given.rounds),
            BY_COLUMNS: columns_by_scenarios(given.records, given.rounds),
        },
        "items in each record": {BY_ROW: by_items(given.records, given.rounds)},
    }
    curves = [(name, way, curve) for name, ways in panels.items() for way, curve in ways.items()]
    rows = [
        [name, way, f"{curve[0][0]:,} to {curve[-1][0]:,}", number(curve[-1][1] / curve[0][1]), slope(curve)]
        for name, way, curve in curves
    ]
    text = table(["more", "", "from and to", "times as long", "grows with the power"], rows, left=3)
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        draw(panels, given.out / "growth.svg")
    results = [
        {
            "more": name,
            "way": way,
            "sizes": [size for size, _ in curve],
            "seconds": [round(taken, 6) for _, taken in curve],
        }
        for name, way, curve in curves
    ]
    deliver("growth", text, {"machine": machine("duckdb", "matplotlib"), "results": results}, given.out)


if __name__ == "__main__":
    main()
