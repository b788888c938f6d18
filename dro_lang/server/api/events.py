"""What happens to plans, live: server-sent events that miss nothing across reconnects.

The id of an event is the number of its change in the store, and those last. Whoever comes again with the last id that
they saw (browsers do so by themselves) gets all that came since.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from attrs import frozen
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from dro_lang.runtime.embedded.sqlite.feed import Change
from dro_lang.server.api.asked import Text
from dro_lang.server.api.routes import READS
from dro_lang.server.rights.permissions import Names, Operation, Subject
from dro_lang.server.web.access import Access
from dro_lang.server.web.caller import TheCaller, caller_of
from dro_lang.server.web.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["events"])

_LastId = Annotated[str | None, Header(max_length=30, description="The id of the last event that was seen.")]


@frozen
class Followed:
    """Of which plans somebody follows the changes."""

    plan_id: str | None
    object: str | None
    objects: Names

    def wanted(self, change: Change) -> bool:
        return (
            self.plan_id in (None, change.plan_id)
            and self.object in (None, change.object)
            and change.object in self.objects
        )


def _followed(
    caller: TheCaller,
    plan_id: Annotated[Text | None, Query(description="Only of this plan.")] = None,
    object: Annotated[Text | None, Query(description="Only of plans for this object.")] = None,
) -> Followed:
    """What is refused is refused before the stream begins."""
    caller.require(Operation.VIEW_PLANS, Subject(object))
    caller.services.streams.check()
    return Followed(plan_id, object, caller.principal.objects)


@router.get("/events", responses=READS, response_class=EventSourceResponse)
async def stream_events(
    request: Request,
    caller: TheCaller,
    followed: Annotated[Followed, Depends(_followed)],
    last_event_id: _LastId = None,
) -> AsyncIterator[ServerSentEvent]:
    """An event `plan` for each change of a plan: its `plan_id`, `object`, `record_id`, and the lines of its history. It
    goes on until whoever asked goes, or may no longer see it."""
    services = caller.services
    with services.streams.one():
        yield ServerSentEvent(comment="open", retry=2000)
        seen = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else None
        access = Access(caller, lambda: _may_still(request))
        async for _ in services.feed.pulses(followed.wanted):
            if not await access.lasts():
                return
            if seen is None:
                # Whoever begins begins now.
                seen = await services.feed.last()
                yield ServerSentEvent(comment="from here on", id=str(seen))
                continue
            while changes := await services.feed.changes_after(seen):
                for change in filter(followed.wanted, changes):
                    text = await services.feed.told(change)
                    yield ServerSentEvent(event="plan", id=str(change.number), raw_data=text)
                seen = changes[-1].number


def _may_still(request: Request) -> bool:
    try:
        return caller_of(request).may(Operation.VIEW_PLANS)
    except Problem:
        return False
