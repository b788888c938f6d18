"""The tables as whoever looks after a store needs them: to check, to write out, to bring back, to remove."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from attrs import frozen

from dro_lang.kernel.states import InstanceId
from dro_lang.program.model import Program
from dro_lang.runtime.embedded.clock import from_micros, to_micros
from dro_lang.runtime.embedded.port import Header, Loaded, StepRow
from dro_lang.runtime.embedded.sqlite import connection as files
from dro_lang.runtime.embedded.sqlite.requests import RequestTables
from dro_lang.runtime.embedded.sqlite.rows import Columns, step_columns
from dro_lang.runtime.embedded.sqlite.schema import AT_RISK, COUNTED

_PAGE = 1000


@frozen
class Kept:
    """What a receipt says, with its number."""

    number: int
    request_id: str | None
    plan_id: str | None
    code: str | None
    reason: str
    object: str | None = None
    record_id: str | None = None
    at: datetime | None = None


_KEPT = "number, request, plan, code, reason, object, record, at"


def _kept(row: Columns) -> Kept:
    number, request_id, plan_id, code, reason, object, record_id, at = row
    moment = None if at is None else from_micros(at)
    return Kept(number, request_id, plan_id, code, reason, object, record_id, moment)


class KeepingTables(RequestTables):
    """The part of the store that looks after it. None of this is in the port: it is about this kind of file."""

    # ---- checking

    def problems(self) -> Iterator[str]:
        """What SQLite itself finds wrong in its file."""
        for pragma in ("integrity_check", "foreign_key_check"):
            try:
                rows = self._connection.execute(f"PRAGMA {pragma}").fetchall()
            except sqlite3.DatabaseError as error:
                yield str(error)
                continue
            yield from (" ".join(map(str, row)) for row in rows if row != ("ok",))

    def strays(self) -> Iterator[str]:
        """Rows that belong to no plan."""
        for table in ("journal", "steps", "pieces"):
            query = f"SELECT count(*) FROM {table} WHERE plan NOT IN (SELECT key FROM plans)"
            row = self._first(query)
            if row is not None and row[0]:
                yield f"{row[0]} rows of `{table}` belong to no plan"
        row = self._first("SELECT count(*) FROM steps s JOIN plans p ON p.key = s.plan WHERE p.kind <> s.plans")
        if row is not None and row[0]:
            yield f"{row[0]} rows of `steps` are told as those of another kind of plan"
        row = self._first(
            f"SELECT count(*) FROM plans p LEFT JOIN ({AT_RISK}) r ON r.plan = p.key WHERE p.risk <> ifnull(r.risk, 0)"
        )
        if row is not None and row[0]:
            yield f"{row[0]} plans are told to be at another risk than their steps are"

    def miscounts(self) -> Iterator[str]:
        """Which of the counts are not right."""
        for table, counted in COUNTED.items():
            counts = f"SELECT * FROM {table} WHERE count <> 0"
            otherwise = (f"SELECT * FROM ({counts} EXCEPT {counted})", f"SELECT * FROM ({counted} EXCEPT {counts})")
            row = self._first(f"SELECT count(*) FROM ({' UNION ALL '.join(otherwise)})")
            if row is not None and row[0]:
                yield f"`{table}` does not count what there is"

    def plan_ids(self, after: str | None, limit: int) -> list[str]:
        """The ids of plans in the order in which they came, whatever lists say, from behind one."""
        query = "SELECT id FROM plans WHERE key > ifnull((SELECT key FROM plans WHERE id = ?), 0) ORDER BY key LIMIT ?"
        return [id for (id,) in self._all(query, after, limit)]

    def summary(self, key: int) -> Columns:
        """What lists show of a plan: state, moment, when it is to be looked at, how many steps there are and are
        finished, what is wrong with it, and how many entries its journal has."""
        query = "SELECT status, updated, wake, steps, finished, trouble, entries FROM plans WHERE key = ?"
        row = self._first(query, key)
        assert row is not None  # of a plan that was just loaded
        return row

    def last_checksum(self, key: int) -> int:
        """The checksum of the last entry of a journal; 0 of an empty one."""
        row = self._first("SELECT checksum FROM journal WHERE plan = ? ORDER BY number DESC LIMIT 1", key)
        return 0 if row is None else int(row[0])

    def entries_after(self, key: int, count: int) -> int:
        """How many entries of a journal come after those that its plan counts."""
        row = self._first("SELECT count(*) FROM journal WHERE plan = ? AND number >= ?", key, count)
        return 0 if row is None else int(row[0])

    def indexed(self, key: int) -> Mapping[int, Columns]:
        """The open steps of a plan as the table has them, by place. A step that the outside has accepted, as one that
        it is to be asked for."""
        rows = self._all("SELECT * FROM steps WHERE plan = ?", key)
        return {row[1]: (*row[:-2], min(row[-2], 1)) for row in rows}

    @staticmethod
    def as_indexed(key: int, row: StepRow) -> Columns:
        """A step as `indexed` would have it."""
        return step_columns(key, row)

    # ---- writing out, and bringing back

    def program_source(self, hash: str) -> tuple[Program, str]:
        """Raises KeyError."""
        row = self._first("SELECT source FROM programs WHERE hash = ?", hash)
        if row is None:
            raise KeyError(hash)
        return self.program(hash), row[0]

    def accepted_steps(self, key: int) -> list[InstanceId]:
        """The steps of a plan that the outside has accepted, and will answer later."""
        rows = self._all("SELECT name, step, item, copy FROM steps WHERE plan = ? AND awaited = 2 ORDER BY place", key)
        return [InstanceId(*row) for row in rows]

    def receipts(self) -> Iterator[Kept]:
        """All receipts, oldest first."""
        query = f"SELECT {_KEPT} FROM receipts WHERE number > ? ORDER BY number LIMIT ?"
        last = 0
        while rows := self._all(query, last, _PAGE):
            yield from map(_kept, rows)
            last = rows[-1][0]

    def keep_receipt(self, kept: Kept) -> bool:
        """Bring a receipt back under its number. False where that, or its request id, is another's."""
        self._run(
            f"INSERT OR IGNORE INTO receipts ({_KEPT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            kept.number,
            kept.request_id,
            kept.plan_id,
            kept.code,
            kept.reason,
            kept.object,
            kept.record_id,
            None if kept.at is None else to_micros(kept.at),
        )
        return self.has_receipt(kept)

    def has_receipt(self, kept: Kept) -> bool:
        """Whether this very receipt is there."""
        row = self._first(f"SELECT {_KEPT} FROM receipts WHERE number = ?", kept.number)
        return row is not None and _kept(row) == kept

    def turns(self) -> Mapping[str, int]:
        """How many tasks each queue has given out round robin."""
        return dict(self._all("SELECT queue, given FROM queues ORDER BY queue"))

    def set_turns(self, queue: str, given: int) -> None:
        self._run("INSERT OR REPLACE INTO queues VALUES (?, ?)", queue, given)

    # ---- archiving

    def archived(self) -> Iterator[tuple[str, str, str, str, int]]:
        """The plans that were archived: id, object, record, usage, and when."""
        last = ""
        query = "SELECT id, object, record, usage, at FROM archived WHERE id > ? ORDER BY id LIMIT ?"
        while rows := self._all(query, last, _PAGE):
            yield from rows
            last = rows[-1][0]

    def add_archived(self, rows: Iterable[Columns]) -> None:
        self._run_each("INSERT OR REPLACE INTO archived VALUES (?, ?, ?, ?, ?)", rows)

    def restored(self, plan_id: str) -> None:
        """A plan that was archived is there again."""
        self._run("DELETE FROM archived WHERE id = ?", plan_id)

    def remove(self, plans: Sequence[Loaded], at: datetime) -> None:
        """Remove plans with their journals, and remember that they were."""
        headers: list[Header] = [loaded.header for loaded in plans]
        self.add_archived((each.plan_id, each.object, each.record_id, each.usage, to_micros(at)) for each in headers)
        keys = [(loaded.key,) for loaded in plans]
        for statement in (
            "DELETE FROM steps WHERE plan = ?",
            "DELETE FROM journal WHERE plan = ?",
            "DELETE FROM pieces WHERE plan = ?",
            "DELETE FROM plans WHERE key = ?",
        ):
            self._run_each(statement, keys)

    # ---- the file

    def shrink(self) -> None:
        """Give the room of what was removed back."""
        with files.Told(self.path):
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def copy_to(self, path: Path) -> None:
        """Copy the store as it is now into a new file; others may go on writing meanwhile.

        One step: what others write while a copy is made in several would start it again.
        """
        with files.Told(path):
            target = sqlite3.connect(files.address(path), isolation_level=None)
            try:
                self._connection.backup(target)
                target.execute("DELETE FROM holder")
                target.execute("PRAGMA journal_mode = DELETE")
            finally:
                target.close()

    def reading(self) -> "Snapshot":
        """The store as it is when this begins, whatever others write."""
        return Snapshot(self._connection)


class Snapshot:
    """A transaction that only reads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN")

    def __exit__(self, *_: object) -> None:
        self._connection.execute("ROLLBACK")
