"""What a transaction writes of plans: rows gathered for a few statements."""

from dro_lang.kernel.states import PlanState
from dro_lang.kernel.writing import compact
from dro_lang.runtime.embedded.clock import to_micros
from dro_lang.runtime.embedded.port import Carried, Loaded
from dro_lang.runtime.embedded.sqlite.pieces import MANY, Pieces
from dro_lang.runtime.embedded.sqlite.rows import (
    PRIORITIES,
    Columns,
    checksum,
    entry_checksum,
    entry_texts,
    step_columns,
)
from dro_lang.runtime.embedded.sqlite.states import Parts, packed


class Writing:
    """Rows for the statements of `STATEMENTS`. New plans get keys from `next_key` on."""

    def __init__(self, next_key: int) -> None:
        self._next_key = next_key
        self.rows: dict[str, list[Columns]] = {statement: [] for statement in STATEMENTS}

    def add(self, carried: Carried) -> Loaded:
        """Give what a plan is then."""
        before = carried.before
        key = self._key() if before is None else before.key
        chain = self._journal(key, carried)
        memory, data = self._state(key, carried.state, None if before is None else before.memory)
        entries = (0 if before is None else before.entries) + len(carried.entries)
        now = (*_now(carried), entries, chain, checksum(data, chain), data, key)
        if before is None:
            kind = _kind(carried)
            if kind not in self.rows[_KIND]:
                self.rows[_KIND].append(kind)
            self.rows[_NEW].append((*_header(carried), *now, *kind))
        else:
            self.rows[_STATE].append(now)
        for place, row in carried.steps.items():
            if row is None:
                self.rows[_CLOSED].append((key, place))
            else:
                self.rows[_OPEN].append(step_columns(key, row))
        return Loaded(key, carried.header, carried.state, entries, chain, memory)

    def _state(self, key: int, state: PlanState, before: object) -> tuple[object, bytes]:
        """What is to be remembered of a state, and what stands in the plan's own row."""
        if len(state.steps) <= MANY:
            parts = Parts.of(state, before)
            return parts, packed(parts)
        pieces = Pieces.of(state, before)
        self.rows[_PIECE] += ((key, number, data) for number, data in pieces.changed(before))
        return pieces, pieces.data()

    def _key(self) -> int:
        self._next_key += 1
        return self._next_key - 1

    def _journal(self, key: int, carried: Carried) -> int:
        """The checksum of the last entry."""
        chain = 0 if carried.before is None else carried.before.checksum
        for entry in carried.entries:
            event, history = entry_texts(entry)
            chain = entry_checksum(carried.header.plan_id, entry.number, event, history, chain)
            self.rows[_ENTRY].append((key, entry.number, to_micros(entry.event.at), event, history, chain))
        return chain


def _header(carried: Carried) -> Columns:
    header = carried.header
    return (
        header.plan_id,
        header.object,
        header.record_id,
        header.usage,
        header.program,
        header.plan,
        header.name,
        PRIORITIES.index(header.priority),
        to_micros(header.submitted_at),
    )


def _kind(carried: Carried) -> Columns:
    header = carried.header
    scenarios = compact(list(carried.state.scenarios))
    return (header.program, header.plan, header.object, PRIORITIES.index(header.priority), scenarios)


def _now(carried: Carried) -> Columns:
    state = carried.state
    return (
        state.status.value,
        to_micros(state.moment),
        None if carried.wake is None else to_micros(carried.wake),
        len(state.steps),
        carried.finished,
    )


_PROGRAM = "(SELECT key FROM programs WHERE hash = ?)"
_KIND = (
    "INSERT INTO kinds (program, plan, object, priority, scenarios)"
    f" VALUES ({_PROGRAM}, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_NEW = (
    "INSERT INTO plans (id, object, record, usage, program, plan, name, priority, submitted, status, updated, wake,"
    " steps, finished, entries, chain, checksum, state, key, kind)"
    f" VALUES (?, ?, ?, ?, {_PROGRAM}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT key FROM kinds"
    f" WHERE program = {_PROGRAM} AND plan = ? AND object = ? AND priority = ? AND scenarios = ?))"
)
_STATE = (
    "UPDATE plans SET status = ?, updated = ?, wake = ?, steps = ?, finished = ?, entries = ?, chain = ?, checksum = ?,"
    " state = ?, trouble = NULL WHERE key = ?"
)
_ENTRY = "INSERT INTO journal (plan, number, at, event, history, checksum) VALUES (?, ?, ?, ?, ?, ?)"
_PIECE = "INSERT OR REPLACE INTO pieces (plan, number, data) VALUES (?, ?, ?)"
_CLOSED = "DELETE FROM steps WHERE plan = ? AND place = ?"
# A callout that the outside has accepted stays so while its step changes in other ways.
_OPEN = (
    f"INSERT INTO steps VALUES ({', '.join('?' * 18)}, (SELECT kind FROM plans WHERE key = ?1))"
    " ON CONFLICT DO UPDATE SET"
    " awaited = CASE WHEN awaited = 2 AND excluded.awaited = 1 AND status = excluded.status"
    " AND attempt = excluded.attempt THEN 2 ELSE excluded.awaited END, status = excluded.status,"
    " since = excluded.since, queue = excluded.queue, assignee = excluded.assignee, jeopardy = excluded.jeopardy,"
    " due = excluded.due, attempt = excluded.attempt, error = excluded.error"
)
STATEMENTS = (_KIND, _NEW, _STATE, _PIECE, _ENTRY, _CLOSED, _OPEN)
