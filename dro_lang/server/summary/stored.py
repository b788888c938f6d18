"""What the store knows of a record, now and after each change."""

from collections.abc import AsyncIterator
from datetime import datetime

from attrs import frozen

from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.states import PlanState
from dro_lang.runtime.embedded.lists import PlanFilter, PlanOrder
from dro_lang.runtime.operations.pages import Order
from dro_lang.server.plans.feed import Feed
from dro_lang.server.plans.reading import Readers
from dro_lang.server.rights.permissions import Record

_LATEST = Order(PlanOrder.SUBMITTED, descending=True)


@frozen
class Known:
    """What is known of a record: its latest plan, if it has one, and what became of its last submission. `revision` is
    another one after every change."""

    plan: PlanState | None = None
    blueprint: Blueprint | None = None
    submitted_at: datetime | None = None
    request_id: str | None = None
    error_code: str | None = None
    reason: str = ""
    revision: str = "0"


@frozen
class StoredSummaries:
    readers: Readers
    feed: Feed

    def known(self, record: Record) -> Known:
        with self.readers.one() as reader:
            last = reader.store.last_receipt(record.object, record.id)
            at, request, code, reason = None, None, None, ""
            if last is not None:
                submission, receipt = last
                at, request, code, reason = submission.at, receipt.request_id, receipt.error_code, receipt.reason
            found = reader.queries.plans(PlanFilter(object=record.object, record_id=record.id), _LATEST, limit=1).rows
            if not found:
                return Known(None, None, at, request, code, reason, f"0-{request}")
            header = found[0].header
            change = reader.store.change_of(header.plan_id)
            state = reader.store.load(header.plan_id).state
            blueprint = reader.queries.kernel(header).blueprint
        return Known(state, blueprint, at or header.submitted_at, request, code, reason, f"{change}-{request}")

    async def changes(self, record: Record) -> AsyncIterator[str]:
        wanted = (record.object, record.id)
        async for _ in self.feed.pulses(lambda change: (change.object, change.record_id) == wanted):
            yield await self.feed.in_thread(lambda: self.known(record).revision)
