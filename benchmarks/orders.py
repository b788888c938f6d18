"""The workload of `engine.py`: orders with eight steps, one after the other, that do nothing.

Each function measures one thing in a new folder and gives numbers; `python orders.py NAME NUMBER` runs one, so that
nothing is shared.
"""

import json
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from dro_lang.kernel.commands import CallOut, RunAction
from dro_lang.kernel.events import Start, Succeeded
from dro_lang.kernel.machine import Kernel
from dro_lang.loader import Loader
from dro_lang.pipeline import check_source
from dro_lang.program.model import Program
from dro_lang.program.values import Row
from dro_lang.runtime.embedded.clock import ManualClock
from dro_lang.runtime.embedded.dispatch import Ask, Inline, Local, everywhere, nothing_local
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.requests import Submit
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.submission import submit
from dro_lang.source import Source

NOW = datetime(2026, 12, 1, tzinfo=UTC)
TODAY = NOW.date()
STEPS = 8
BATCH = 64

HEAD = """\
language 1.0

import std.generic { Generic }

context Order {
  id         : Id
  start_date : Date
  due_date   : Date
}

mapping Records for Order {
  usage Generic
  object "Order"
}

action Nothing {
  takes { }
}

plan Orders for Order {
  usage  Generic
  choose exactly one scenario

  scenario all {
    run Work
  }
}

group Work for Order {
"""

PER_ITEM = """\
  step a: auto Nothing for each item {
  }

  step b: auto Nothing for each item {
    after a for the same item
  }

  step c: auto Nothing {
    after b for every item
  }
}

record Line {
  id : Id
}
"""


def program_of(starts: str = "") -> Program:
    """A plan of eight automations, one after the other; `starts` is a clause of the first."""
    steps = [f"  step s1: auto Nothing {{\n    {starts}\n  }}\n"]
    steps += [f"  step s{n}: auto Nothing {{\n    after s{n - 1}\n  }}\n" for n in range(2, STEPS + 1)]
    checked = check_source(Source("orders.dro", HEAD + "".join(steps) + "}\n"), "orders", Loader(Path.cwd()))
    assert checked.program is not None, [each.message for each in checked.diagnostics]
    return checked.program


def row_of(number: int, due: date = TODAY) -> Row:
    return {"id": f"O-{number}", "start_date": TODAY, "due_date": due}


class Nothing:
    """An outside that has done everything at once."""

    def answer(self, command: RunAction | CallOut, at: datetime) -> Succeeded:
        return Succeeded(at, command.key.step, {}, command.key.attempt)


def at_once(ask: Ask) -> Succeeded:
    """The answer of a local action."""
    return Succeeded(NOW, ask.command.key.step, {}, ask.command.key.attempt)


class Noting(SqliteStore):
    """A store that notes the statements that come to its database, each with its rows."""

    noted: list[tuple[str, list[Any]]]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.noted.append(("BEGIN IMMEDIATE", [()]))
        with super().transaction():
            yield
        self.noted.append(("COMMIT", [()]))

    def _all(self, query: str, *values: Any) -> list[Any]:
        self.noted.append((query, [values]))
        return super()._all(query, *values)

    def _first(self, query: str, *values: Any) -> Any:
        self.noted.append((query, [values]))
        return super()._first(query, *values)

    def _run(self, statement: str, *values: Any) -> int:
        self.noted.append((statement, [values]))
        return super()._run(statement, *values)

    def _run_each(self, statement: str, rows: Iterable[Any]) -> None:
        some = list(rows)
        self.noted.append((statement, some))
        super()._run_each(statement, some)


def opened(path: Path, group: int = BATCH, local: Local = nothing_local) -> tuple[Engine, ManualClock]:
    return engine_of(SqliteStore.open(path, create=True), group, local)


def engine_of(store: SqliteStore, group: int, local: Local) -> tuple[Engine, ManualClock]:
    clock = ManualClock(NOW)
    return Engine(store, Inline(everywhere(Nothing()), clock), clock, group=group, local=local), clock


# ---- what is measured


def kernel(plans: int, folder: Path) -> dict[str, float]:
    """Composing plans and carrying them out, without writing anything."""
    made = Kernel(program_of(), "Orders")
    start = time.perf_counter()
    for number in range(plans):
        state = submit(made, row_of(number), NOW).plan
        assert state is not None
        done = made.step(state, Start(NOW))
        while done.commands:
            [command] = done.commands
            done = made.step(done.state, Succeeded(NOW, command.key.step, {}, command.key.attempt))  # type: ignore[union-attr]
        assert done.state.status == "completed"
    return {"seconds": time.perf_counter() - start}


def _carried_out(plans: int, folder: Path, group: int, local: Local = nothing_local) -> dict[str, float]:
    engine, _ = opened(folder / "plans.db", group, local)
    hash = engine.deploy(program_of())
    start = time.perf_counter()
    _go_through(engine, hash, plans, group)
    taken = time.perf_counter() - start
    assert all(engine.store.load(f"O-{number}").state.status == "completed" for number in range(plans))
    return {"seconds": taken}


def _go_through(engine: Engine, hash: str, plans: int, group: int) -> None:
    for first in range(0, plans, group):
        some = range(first, min(first + group, plans))
        list(engine.submit_all(Submit(hash, "Orders", row_of(number)) for number in some))
        engine.run_due()


def batched(plans: int, folder: Path) -> dict[str, float]:
    """The engine, 64 plans in a transaction."""
    return _carried_out(plans, folder, BATCH)


def unbatched(plans: int, folder: Path) -> dict[str, float]:
    """The engine, a transaction for each thing that happens to each plan."""
    return _carried_out(plans, folder, 1)


def local_batched(plans: int, folder: Path) -> dict[str, float]:
    """The engine, 64 plans in a transaction, whose actions are local: all turns of a plan are in one."""
    return _carried_out(plans, folder, BATCH, at_once)


def local_unbatched(plans: int, folder: Path) -> dict[str, float]:
    """The engine, a transaction for each plan, whose actions are local."""
    return _carried_out(plans, folder, 1, at_once)


def rows_batched(plans: int, folder: Path) -> dict[str, float]:
    """What SQLite takes for `batched`: the same statements with the same rows, with nothing left to think about."""
    return _rows(plans, folder, nothing_local)


def rows_local_batched(plans: int, folder: Path) -> dict[str, float]:
    """What SQLite takes for `local_batched`."""
    return _rows(plans, folder, at_once)


def _rows(plans: int, folder: Path, local: Local) -> dict[str, float]:
    path, empty = folder / "plans.db", folder / "empty.db"
    store = Noting.open(path, create=True)
    assert isinstance(store, Noting)
    store.noted = []
    engine, _ = engine_of(store, BATCH, local)
    hash = engine.deploy(program_of())
    store.copy_to(empty)
    store.noted.clear()
    _go_through(engine, hash, plans, BATCH)
    with closing(sqlite3.connect(empty, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        start = time.perf_counter()
        for statement, rows in store.noted:
            if statement.startswith("SELECT") or len(rows) == 1:
                connection.execute(statement, rows[0]).fetchall()
            else:
                connection.executemany(statement, rows)
        return {"seconds": time.perf_counter() - start}


def commit(plans: int, folder: Path) -> dict[str, float]:
    """What the disk allows: nine transactions of SQLite for each plan, with a row of a few bytes each."""
    with closing(sqlite3.connect(folder / "rows.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE rows (plan INTEGER, step INTEGER)")
        start = time.perf_counter()
        for number in range(plans):
            for step in range(STEPS + 1):
                connection.execute("INSERT INTO rows VALUES (?, ?)", (number, step))
        return {"seconds": time.perf_counter() - start}


def dbos(plans: int, folder: Path) -> dict[str, float]:
    """DBOS on SQLite as it ships."""
    return _dbos(plans, folder)


def dbos_wal(plans: int, folder: Path) -> dict[str, float]:
    """DBOS on SQLite, with its database switched to WAL."""
    return _dbos(plans, folder, wal=True)


def dbos_plain(plans: int, folder: Path) -> dict[str, float]:
    """DBOS on SQLite with WAL, where what a step does is called as plain code of the workflow, and so not written."""
    return _dbos(plans, folder, wal=True, plain=True)


def _dbos(plans: int, folder: Path, wal: bool = False, plain: bool = False) -> dict[str, float]:
    from dbos import DBOS

    path = folder / "dbos.sqlite"
    if wal:  # which a database keeps, once it has it
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    DBOS(config={"name": "orders", "system_database_url": f"sqlite:///{path}", "log_level": "ERROR"})

    def nothing(number: int) -> int:
        return number

    if not plain:
        nothing = DBOS.step()(nothing)

    @DBOS.workflow()
    def order(number: int) -> int:
        for step in range(STEPS):
            nothing(step)
        return number

    DBOS.launch()
    order(-1)
    start = time.perf_counter()
    for number in range(plans):
        order(number)
    taken = time.perf_counter() - start
    DBOS.destroy()
    return {"seconds": taken}


def waiting(plans: int, folder: Path) -> dict[str, float]:
    """Plans that wait for a date: what they take, how soon a store of them is open, how fast a tenth of them that are
    due on one day is carried on to the next step's wait for the outside."""
    path = folder / "plans.db"
    engine, _ = opened(path)
    hash = engine.deploy(program_of("starts on due_date"))
    start = time.perf_counter()
    for _ in engine.submit_all(_waiting(hash, plans)):
        pass
    submitting = time.perf_counter() - start
    engine.store.close()
    start = time.perf_counter()
    engine, clock = opened(path)
    engine.recover()
    engine.cycle()
    reopening = time.perf_counter() - start
    size = sum(each.stat().st_size for each in folder.iterdir()) / 1e6
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    clock.set(NOW + timedelta(days=10))
    start = time.perf_counter()
    engine.run_due()
    draining = time.perf_counter() - start
    return {
        "submitted_per_second": plans / submitting,
        "store_mb": size,
        "reopened_ms": reopening * 1000,
        "memory_mb": before,
        "memory_after_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "due": plans / 10,
        "drained_per_second": plans / 10 / draining,
    }


def _waiting(hash: str, plans: int) -> Iterator[Submit]:
    soon, late = TODAY + timedelta(days=5), TODAY + timedelta(days=300)
    for number in range(plans):
        yield Submit(hash, "Orders", row_of(number, soon if number % 10 == 0 else late))


def items(number: int, folder: Path) -> dict[str, float]:
    """One plan whose record has so many items: two automations for each, and one step that waits for all of them. Once
    with the answers of 64 steps in a transaction, and once with each answer alone."""
    per_item = HEAD.replace("due_date   : Date\n", "due_date   : Date\n  lines      : items of Line\n").replace(
        'object "Order"\n', 'object "Order"\n  items in "Lines"\n'
    )
    checked = check_source(Source("orders.dro", f"{per_item}{PER_ITEM}"), "orders", Loader(Path.cwd()))
    assert checked.program is not None, [each.message for each in checked.diagnostics]
    row = {**row_of(0), "lines": tuple({"id": f"L-{line}"} for line in range(number))}
    taken = []
    for group in (BATCH, 1):
        engine, _ = opened(folder / f"plans-{group}.db", group)
        hash = engine.deploy(checked.program)
        start = time.process_time()
        engine.submit(Submit(hash, "Orders", row))
        engine.run_due()
        taken.append((time.process_time() - start) / (2 * number + 1) * 1e6)
        assert engine.store.load("O-0").state.status == "completed"
    return {"microseconds_per_event": taken[0], "each_alone": taken[1]}


MEASURES: dict[str, Callable[[int, Path], dict[str, float]]] = {
    each.__name__: each
    for each in (
        *(kernel, batched, rows_batched, local_batched, rows_local_batched, unbatched, local_unbatched, commit),
        *(dbos, dbos_wal, dbos_plain, waiting, items),
    )
}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[3] if len(sys.argv) > 3 else None) as home:
        print(json.dumps(MEASURES[sys.argv[1]](int(sys.argv[2]), Path(home))))
