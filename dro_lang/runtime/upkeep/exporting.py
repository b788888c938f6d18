"""A store, or the plans of it that a filter means, as lines of NDJSON."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from dro_lang import __version__
from dro_lang.program import serial
from dro_lang.runtime.embedded.clock import from_micros
from dro_lang.runtime.embedded.lists import Mark, PlanFilter
from dro_lang.runtime.embedded.port import PlanRow
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.upkeep.lines import VERSION, Line, PlanOut, plan_line

_PAGE = 200


def store_lines(store: SqliteStore, at: datetime, filter: PlanFilter | None = None) -> Iterator[Line]:
    """Everything in a store, as it is at one moment; others may write meanwhile. With a filter, the plans that it means
    with their programs and receipts, and nothing else. Raises StoreError."""
    with store.reading():
        plans = _plans(store, filter or PlanFilter())
        yield from numbered(at, _lines(store, plans, filter))


def numbered(at: datetime, lines: Iterable[Line]) -> Iterator[Line]:
    """Lines between the first and the last one."""
    yield {"type": "store", "version": VERSION, "drolang": __version__, "at": at.isoformat()}
    count = 1
    for line in lines:
        yield line
        count += 1
    yield {"type": "end", "lines": count}


def _lines(store: SqliteStore, plans: Iterator[PlanRow], filter: PlanFilter | None) -> Iterator[Line]:
    ids: set[str] = set()
    yield from plan_lines(store, plans, ids)
    for kept in store.receipts():
        if filter is None or kept.plan_id in ids:
            yield {
                "type": "receipt",
                "number": kept.number,
                "request_id": kept.request_id,
                "plan_id": kept.plan_id,
                "code": kept.code,
                "reason": kept.reason,
                "object": kept.object,
                "record_id": kept.record_id,
                "at": None if kept.at is None else kept.at.isoformat(),
            }
    if filter is None:
        yield from _common(store)


def plan_lines(store: SqliteStore, plans: Iterable[PlanRow], ids: set[str] | None = None) -> Iterator[Line]:
    """Plans, each program before the first plan of it. Adds their ids to `ids`."""
    programs: set[str] = set()
    for row in plans:
        hash = row.header.program
        if hash not in programs:
            programs.add(hash)
            yield _program(store, hash)
        if ids is not None:
            ids.add(row.header.plan_id)
        yield _plan(store, row)


def _plans(store: SqliteStore, filter: PlanFilter) -> Iterator[PlanRow]:
    after: Mark | None = None
    while rows := store.list_plans(filter, after, _PAGE):
        yield from rows
        after = Mark(rows[-1].header.plan_id)


def _program(store: SqliteStore, hash: str) -> Line:
    program, source = store.program_source(hash)
    return {"type": "program", "hash": hash, "source": source, "program": serial.to_json(program)}


def _plan(store: SqliteStore, row: PlanRow) -> Line:
    loaded = store.load(row.header.plan_id)
    accepted = tuple(store.accepted_steps(loaded.key))
    return plan_line(PlanOut(row.header, tuple(store.journal(row.header.plan_id)), row.trouble, accepted))


def _common(store: SqliteStore) -> Iterator[Line]:
    for id, object, record_id, usage, at in store.archived():
        told = {"plan_id": id, "object": object, "record_id": record_id, "usage": usage}
        yield {"type": "archived", **told, "at": from_micros(at).isoformat()}
    for switch in store.switches():
        since = switch.since.isoformat()
        yield {
            "type": "switch",
            "integration": switch.integration,
            "online": switch.online,
            "since": since,
            "by": switch.by,
        }
    for queue, given in store.turns().items():
        yield {"type": "queue", "queue": queue, "given": given}
