"""The summary of a record over HTTP: once, or live."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from dro_lang.server.api.routes import READS
from dro_lang.server.rights.permissions import Operation, Record, Subject
from dro_lang.server.services import Services
from dro_lang.server.summary.model import Summary
from dro_lang.server.summary.summarise import summarise
from dro_lang.server.web.access import Access
from dro_lang.server.web.caller import Caller, TheCaller, caller_of
from dro_lang.server.web.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["summary"])

Name = Annotated[str, Query(min_length=1, max_length=255)]


def _record(caller: TheCaller, object: Name, record_id: Name) -> Record:
    caller.require(Operation.VIEW_SUMMARY, Subject(object, record=record_id))
    return Record(object, record_id)


def _room(caller: TheCaller) -> None:
    caller.services.streams.check()


TheRecord = Annotated[Record, Depends(_record)]


@router.get("/summary", responses=READS, summary="What became of a record", response_model_exclude_none=True)
def summary(caller: TheCaller, record: TheRecord) -> Summary:
    """The record's submission, its plan and how far that is; and the open tasks of the person who asks."""
    return _summary(caller.services, record, caller)[1]


def _summary(services: Services, record: Record, caller: Caller) -> tuple[str, Summary]:
    known = services.summaries.known(record)
    url = None if known.plan is None else services.plan_url(known.plan.id)
    return known.revision, summarise(record, known, caller.principal.name, url)


@router.get(
    "/summary/stream",
    response_class=EventSourceResponse,
    responses=READS,
    dependencies=[Depends(_room)],
    summary="What becomes of a record, live",
)
async def stream(
    request: Request,
    caller: TheCaller,
    record: TheRecord,
    last_event_id: Annotated[str | None, Header(max_length=100)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """An event `summary` at once and after each change, with the revision as its id. Who comes again with the last id
    they saw gets what is new. It ends when the caller's access does."""
    services = caller.services
    seen = last_event_id
    with services.streams.one():
        yield ServerSentEvent(comment="open", retry=2000)
        access = Access(caller, lambda: _still_there(request))
        async for revision in services.summaries.changes(record):
            if not await access.lasts():
                return
            if revision == seen:
                continue
            seen, found = await services.feed.in_thread(_summary, services, record, caller)
            text = found.model_dump_json(by_alias=True, exclude_none=True)
            yield ServerSentEvent(event="summary", id=seen, raw_data=text)


def _still_there(request: Request) -> bool:
    """Whether whoever opened the stream may still see it."""
    try:
        caller = caller_of(request)
    except Problem:
        return False
    record = Subject(request.query_params["object"], record=request.query_params["record_id"])
    return caller.may(Operation.VIEW_SUMMARY, record)
