"""Plans, their journals and their open steps."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zlib import error as ZlibError

from dro_lang.kernel.commands import Key
from dro_lang.runtime.embedded.clock import from_micros, to_micros
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.port import Carried, JournalEntry, Loaded, StepRow
from dro_lang.runtime.embedded.sqlite.pieces import in_pieces, put_together
from dro_lang.runtime.embedded.sqlite.rows import (
    HEADER,
    PRIORITIES,
    STEP,
    Columns,
    checksum,
    entry_checksum,
    entry_of,
    header_of,
    step_row_of,
)
from dro_lang.runtime.embedded.sqlite.states import unpacked
from dro_lang.runtime.embedded.sqlite.tables import Tables
from dro_lang.runtime.embedded.sqlite.writing import Writing

_PAGE = 1000

# The parts of a union come in their order.
_DUE = " UNION ALL ".join(
    f"SELECT id FROM (SELECT id FROM plans WHERE priority = {priority} AND wake <= ?1 ORDER BY wake LIMIT ?2)"
    for priority in range(len(PRIORITIES))
)
_DUE += " LIMIT ?2"


class PlanTables(Tables):
    """The part of the store that holds plans."""

    # ---- reading

    def plans_of(self, object: str, record_id: str, usage: str) -> list[str]:
        of_record = "FROM {} WHERE record = ?1 AND object = ?2 AND usage = ?3 ORDER BY {}"
        queries = [f"SELECT id {of_record.format(*table)}" for table in (("archived", "at, id"), ("plans", "key"))]
        return [id for query in queries for (id,) in self._all(query, record_id, object, usage)]

    def has_plan(self, plan_id: str) -> bool:
        query = "SELECT 1 FROM plans WHERE id = ?1 UNION ALL SELECT 1 FROM archived WHERE id = ?1"
        return self._first(query, plan_id) is not None

    def archived_at(self, plan_id: str) -> datetime | None:
        """When a plan was archived and removed."""
        row = self._first("SELECT at FROM archived WHERE id = ?", plan_id)
        return None if row is None else from_micros(row[0])

    def load(self, plan_id: str) -> Loaded:
        query = (
            f"SELECT {HEADER}, p.key, p.entries, p.chain, p.checksum, p.state"
            " FROM plans p LEFT JOIN programs g ON g.key = p.program WHERE p.id = ?"
        )
        with self._at_one_moment():
            row = self._first(query, plan_id)
            if row is None:
                raise KeyError(plan_id)
            key, entries, chain, guard, data = row[9:]
            pieces = self._all("SELECT data FROM pieces WHERE plan = ? ORDER BY number", key) if in_pieces(data) else []
        if row[4] is None:  # the hash of its program
            raise self._damaged(f"plan `{plan_id}`", "its program is missing")
        try:
            if checksum(data, chain) != guard:
                raise ValueError("its checksum does not fit")
            state = put_together(data, (piece for (piece,) in pieces)) if in_pieces(data) else unpacked(data)
            return Loaded(key, header_of(row[:9]), state, entries, chain)
        except (ValueError, ZlibError) as problem:
            raise self._damaged(f"the state of plan `{plan_id}`", problem) from problem

    def journal(self, plan_id: str, first: int = 0) -> Iterator[JournalEntry]:
        found = self._first("SELECT key, entries FROM plans WHERE id = ?", plan_id)
        if found is None:
            raise KeyError(plan_id)
        key, count = found
        before = 0
        if first > 0:
            row = self._first("SELECT checksum FROM journal WHERE plan = ? AND number = ?", key, first - 1)
            before = 0 if row is None else row[0]
        for number in range(first, count, _PAGE):
            for row in self._entries(plan_id, key, number, min(number + _PAGE, count)):
                yield self._entry(plan_id, before, *row)
                before = row[-1]

    def _entries(self, plan_id: str, key: int, first: int, end: int) -> list[Columns]:
        query = (
            "SELECT number, event, history, checksum FROM journal"
            " WHERE plan = ? AND number >= ? AND number < ? ORDER BY number"
        )
        rows = self._all(query, key, first, end)
        for expected, row in zip(range(first, end), [*rows, (None,)], strict=False):
            if row[0] != expected:
                raise self._damaged(f"entry {expected} of plan `{plan_id}`", "it is missing")
        return rows

    def _entry(self, plan_id: str, before: int, number: int, event: str, history: str, guard: int) -> JournalEntry:
        try:
            if entry_checksum(plan_id, number, event, history, before) != guard:
                raise ValueError("its checksum does not fit")
            return entry_of(number, event, history)
        except ValueError as problem:
            raise self._damaged(f"entry {number} of plan `{plan_id}`", problem) from problem

    def _damaged(self, what: str, why: object) -> StoreError:
        return StoreError(
            "R0405", f"{what} in the store `{self.path}` is damaged: {why}", "restore a backup of the store"
        )

    # ---- what is to be done

    def due(self, at: datetime, limit: int) -> list[str]:
        return [id for (id,) in self._all(_DUE, to_micros(at), limit)]

    def next_wake(self) -> datetime | None:
        query = "SELECT min(wake) FROM plans WHERE priority = ? AND wake IS NOT NULL"
        moments = [row[0] for each in range(len(PRIORITIES)) if (row := self._first(query, each)) is not None]
        first = min((moment for moment in moments if moment is not None), default=None)
        return None if first is None else from_micros(first)

    def unanswered_targets(self) -> list[str]:
        # A walk over the index, one step a target.
        query = (
            "WITH RECURSIVE t (target) AS (SELECT min(target) FROM steps WHERE awaited = 1 UNION ALL"
            " SELECT (SELECT min(s.target) FROM steps s WHERE s.awaited = 1 AND s.target > t.target) FROM t"
            " WHERE t.target IS NOT NULL) SELECT target FROM t WHERE target IS NOT NULL"
        )
        return [target for (target,) in self._all(query)]

    def unanswered(self, target: str, limit: int) -> list[StepRow]:
        query = (
            f"SELECT {STEP} FROM steps s JOIN plans p ON p.key = s.plan JOIN programs g ON g.key = p.program"
            " WHERE s.awaited = 1 AND s.target = ? ORDER BY s.priority, s.plan LIMIT ?"
        )
        return [step_row_of(row) for row in self._all(query, target, limit)]

    def accepted(self, keys: Iterable[Key]) -> None:
        statement = (
            "UPDATE steps SET awaited = 2 WHERE plan = (SELECT key FROM plans WHERE id = ?)"
            " AND name = ? AND step = ? AND item IS ? AND copy = ? AND attempt = ? AND awaited = 1"
        )
        steps = ((key, key.step) for key in keys)
        self._run_each(statement, ((k.plan, s.group, s.step, s.item, s.copy, k.attempt) for k, s in steps))

    # ---- writing

    def save(self, carried: Sequence[Carried]) -> list[Loaded]:
        writing = Writing(self._next_key() if any(each.before is None for each in carried) else 0)
        saved = [writing.add(each) for each in carried]
        for statement, rows in writing.rows.items():
            if rows:
                self._run_each(statement, rows)
        return saved

    def _next_key(self) -> int:
        row = self._first("SELECT coalesce(max(key), 0) + 1 FROM plans")
        assert row is not None  # an aggregate always has one
        return int(row[0])

    def trouble(self, plan_id: str, reason: str) -> None:
        self._run("UPDATE plans SET trouble = ?, wake = NULL WHERE id = ?", reason, plan_id)
