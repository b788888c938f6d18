"""What the tables hold, as the engine's values, and back."""

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from dro_lang.kernel.codec import (
    entry_from_json,
    entry_text,
    event_from_json,
    event_text,
    row_from_json,
    row_to_json,
)
from dro_lang.kernel.states import InstanceId, Jeopardy, PlanStatus, StepStatus
from dro_lang.kernel.writing import compact
from dro_lang.program.model import Priority, StepKind
from dro_lang.runtime.embedded.clock import from_micros, to_micros
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.port import Header, JournalEntry, JournalEvent, PlanRow, StepRow, Submitted

R = TypeVar("R")

PRIORITIES = (Priority.HIGH, Priority.DEFAULT, Priority.BULK)

Columns = tuple[Any, ...]


# ---- journal entries


def entry_texts(entry: JournalEntry) -> tuple[str, str]:
    """The event and the history of an entry."""
    event = entry.event
    if isinstance(event, Submitted):
        told = {"type": "Submitted", "at": event.at.isoformat(), "row": row_to_json(event.row)}
        told |= {"scenarios": list(event.scenarios), "by": event.by}
        text = compact(told)
    else:
        text = event_text(event)
    return text, f"[{','.join([entry_text(each) for each in entry.history])}]"


def entry_of(number: int, event: str, history: str) -> JournalEntry:
    """Raises ValueError for what is no entry."""
    return JournalEntry(number, _event(json.loads(event)), tuple(map(entry_from_json, json.loads(history))))


def _event(data: Mapping[str, Any]) -> JournalEvent:
    if data.get("type") != "Submitted":
        return event_from_json(dict(data))
    return Submitted(
        datetime.fromisoformat(data["at"]), row_from_json(data["row"]), tuple(data["scenarios"]), data["by"]
    )


def checksum(data: str | bytes, before: int) -> int:
    """The CRC-32 of data that comes after what has the checksum `before`: it finds every flipped bit."""
    return zlib.crc32(data.encode() if isinstance(data, str) else data, before)


def entry_checksum(plan_id: str, number: int, event: str, history: str, before: int) -> int:
    """The checksum of a journal entry in its place."""
    return checksum(f"{plan_id}\0{number}\0{event}\0{history}", before)


# ---- lists

HEADER = (
    "p.id, p.object, p.record, p.usage, g.hash, p.plan, p.name, p.priority, p.submitted"
    # of plans p, joined with their programs g
)


def _told(read: Callable[[Columns], R]) -> Callable[[Columns], R]:
    """What a row of a list says. Raises StoreError where that is nothing that was ever written."""

    @wraps(read)
    def reading(row: Columns) -> R:
        try:
            return read(row)
        except (ValueError, IndexError, TypeError, OverflowError) as problem:
            what = f"the store is damaged: what lists have of plan `{row[0]}` cannot be read"
            raise StoreError("R0405", what, "restore a backup; `drolang store check` says more") from problem

    return reading


@_told
def header_of(row: Columns) -> Header:
    id, object, record, usage, program, plan, name, priority, submitted = row
    return Header(id, object, record, usage, program, plan, name, PRIORITIES[priority], from_micros(submitted))


PLAN = f"{HEADER}, p.status, p.updated, p.wake, p.steps, p.finished, p.trouble"


@_told
def plan_row_of(row: Columns) -> PlanRow:
    status, updated, wake, steps, finished, trouble = row[9:]
    wakes = None if wake is None else from_micros(wake)
    return PlanRow(header_of(row[:9]), PlanStatus(status), from_micros(updated), wakes, steps, finished, trouble)


STEP = (
    f"{HEADER}, s.name, s.step, s.item, s.copy, s.kind, s.target, s.status, s.since, s.queue, s.assignee, s.jeopardy,"
    " s.due, s.attempt, s.error, s.place, s.awaited"
    # of steps s, joined with their plans p and the programs g of these
)


@_told
def step_row_of(row: Columns) -> StepRow:
    name, step, item, copy, kind, target, status, since, queue, assignee = row[9:19]
    jeopardy, due, attempt, error, place, awaited = row[19:]
    return StepRow(
        header=header_of(row[:9]),
        id=InstanceId(name, step, item, copy),
        kind=StepKind(kind),
        target=target,
        status=StepStatus(status),
        since=None if since is None else from_micros(since),
        queue=queue,
        assignee=assignee,
        jeopardy=None if jeopardy is None else Jeopardy(jeopardy),
        due_at=None if due is None else from_micros(due),
        attempt=attempt,
        error=error,
        place=place,
        awaited=awaited > 0,
    )


def step_columns(plan: int, row: StepRow) -> Columns:
    """A step as the table has it."""
    id = row.id
    return (
        plan,
        row.place,
        PRIORITIES.index(row.priority),
        id.group,
        id.step,
        id.item,
        id.copy,
        row.kind.value,
        row.target,
        row.status.value,
        None if row.since is None else to_micros(row.since),
        row.queue,
        row.assignee,
        None if row.jeopardy is None else row.jeopardy.value,
        None if row.due_at is None else to_micros(row.due_at),
        row.attempt,
        row.error,
        int(row.awaited),
    )
