"""Finished plans, written to an archive and then removed. Their receipts stay, their ids are not used again, and their
records go on to have had a plan: submitting one again gives no second one."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO

from dro_lang.kernel.states import PlanStatus
from dro_lang.runtime.embedded.lists import Mark, PlanFilter
from dro_lang.runtime.embedded.port import PlanRow
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.upkeep.exporting import numbered, plan_lines
from dro_lang.runtime.upkeep.lines import written

_PAGE = 200


def finished(store: SqliteStore, before: datetime | None) -> Iterator[PlanRow]:
    """The plans that are completed, and have been since before a moment."""
    after: Mark | None = None
    while rows := store.list_plans(PlanFilter(frozenset({PlanStatus.COMPLETED})), after, _PAGE):
        after = Mark(rows[-1].header.plan_id)
        yield from (row for row in rows if before is None or row.updated_at < before)


def archive(store: SqliteStore, before: datetime | None, at: datetime, out: IO[str]) -> list[str]:
    """Write finished plans to an archive that `drolang store import` reads, and give their ids. Nothing is removed."""
    ids: set[str] = set()
    with store.reading():
        for line in numbered(at, plan_lines(store, finished(store, before), ids)):
            out.write(written(line))
    out.flush()
    os.fsync(out.fileno())
    return sorted(ids)


def remove(store: SqliteStore, ids: list[str], at: datetime, progress: Callable[[int], None]) -> None:
    """Remove plans that were archived; the process must hold the store. What a crash leaves is whole: a plan is there
    with all that belongs to it, or gone."""
    for begin in range(0, len(ids), _PAGE):
        with store.transaction():
            store.remove([store.load(plan_id) for plan_id in ids[begin : begin + _PAGE]], at)
        progress(begin)
    with store.transaction():
        store.forget_replies(at)
    store.shrink()
