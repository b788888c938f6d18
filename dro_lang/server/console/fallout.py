"""Fallout: steps whose retries are spent, by queue; and what is done to one, or to all that a filter means."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from attrs import define, field, frozen
from fastapi import APIRouter, Request
from pydantic import BaseModel
from pydantic import Field as Bounded
from starlette.responses import HTMLResponse, Response, StreamingResponse

from dro_lang.conditions.time import in_zone
from dro_lang.kernel.states import StepStatus
from dro_lang.program.model import AttributeDefinition, Program
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.lists import Sight, StepField, StepFilter, StepOrder
from dro_lang.runtime.embedded.port import StepRow
from dro_lang.runtime.operations.actions import StepAction, StepVerb, Target
from dro_lang.runtime.operations.pages import Order
from dro_lang.runtime.operations.performing import Operations, Outcome
from dro_lang.runtime.operations.values import Data
from dro_lang.server.api.asked import sight_of
from dro_lang.server.api.plans import bad_cursor
from dro_lang.server.console.asking import asked, fitted
from dro_lang.server.console.fields import Field, data_of, errors_of, fields_of, values_in
from dro_lang.server.console.layout import console_page, places, template
from dro_lang.server.console.plan_list import Choice
from dro_lang.server.plans.acting import OPERATIONS
from dro_lang.server.plans.reading import Reader
from dro_lang.server.rights.permissions import Operation
from dro_lang.server.web.caller import Caller, TheCaller
from dro_lang.server.web.forms import TheForm

router = APIRouter(include_in_schema=False)

LINES = 50

_STATES: Mapping[str, StepStatus] = {"fatally_failed": StepStatus.FATALLY_FAILED, "failed": StepStatus.FAILED}
_VERBS = (StepVerb.RETRY, StepVerb.COMPLETE)


class FalloutAsked(BaseModel):
    """Which steps: those that are fatally failed, unless those are meant that will be tried again by themselves."""

    state: Literal["fatally_failed", "failed"] = "fatally_failed"
    queue: str | None = Bounded(default=None, max_length=255)
    target: str | None = Bounded(default=None, max_length=255)
    error: str | None = Bounded(default=None, max_length=255)
    plan: str | None = Bounded(default=None, max_length=255)
    after: str | None = Bounded(default=None, max_length=2000)

    def filter(self, sight: Sight) -> StepFilter:
        return StepFilter(
            frozenset({_STATES[self.state]}),
            queue=self.queue,
            target=self.target,
            error=self.error,
            plan=self.plan,
            sight=sight,
        )

    @property
    def said(self) -> dict[str, str]:
        return {name: str(value) for name, value in self if value is not None and name != "after"}


class BulkAsked(FalloutAsked):
    verb: Literal["retry", "complete"] = "retry"


@frozen
class FalloutLine:
    row: StepRow
    since: datetime | None


@frozen
class Fallout:
    """`dealt_with`: nothing is left, of the filter or (`empty`) at all. `verbs` are those that the caller may use."""

    lines: tuple[FalloutLine, ...]
    next: str | None
    asked: FalloutAsked
    total: int
    spent: int
    retrying: int
    queues: tuple[Choice, ...]
    targets: tuple[Choice, ...]
    errors: tuple[Choice, ...]
    verbs: frozenset[StepVerb]
    now: datetime

    @property
    def narrowed(self) -> bool:
        return bool(self.asked.queue or self.asked.target or self.asked.error or self.asked.plan)


@router.get("/fallout")
def show_fallout(request: Request, caller: TheCaller) -> HTMLResponse:
    caller.require(Operation.VIEW_PLANS)
    with caller.services.readers.one() as reader:
        found = fallout(caller, reader, asked(FalloutAsked, request))
        return console_page(request, caller, "fallout.html", "/fallout", fallout=found)


def fallout(caller: Caller, reader: Reader, wanted: FalloutAsked) -> Fallout:
    """Raises Problem (422) for a cursor that is none."""
    sight = sight_of(caller.principal)
    filter = wanted.filter(sight)
    try:
        page = reader.queries.steps(filter, Order(StepOrder.SINCE), wanted.after, LINES)
    except (ValueError, KeyError) as error:
        raise bad_cursor(error) from None
    every = {name: StepFilter(frozenset({status}), sight=sight) for name, status in _STATES.items()}

    def choices(by: StepField) -> tuple[Choice, ...]:
        tally = reader.store.tally_steps(by, every[wanted.state])
        named = sorted((name, count) for name, count in tally.items() if name is not None)
        return tuple(Choice(name, f"{name} ({count:,})", count) for name, count in named)

    return Fallout(
        lines=tuple(_line(reader, row) for row in page.rows),
        next=page.next,
        asked=wanted,
        total=reader.store.count_steps(filter),
        spent=reader.store.count_steps(every["fatally_failed"]),
        retrying=reader.store.count_steps(every["failed"]),
        queues=choices(StepField.QUEUE),
        targets=choices(StepField.TARGET),
        errors=choices(StepField.ERROR),
        verbs=frozenset(verb for verb in _VERBS if caller.may(OPERATIONS[verb])),
        now=caller.services.carrier.clock.now(),
    )


def _line(reader: Reader, row: StepRow) -> FalloutLine:
    zone = reader.queries.kernel(row.header).blueprint.zone
    return FalloutLine(row, None if row.since is None else in_zone(row.since, zone))


# ---- all that a filter means


@frozen
class BulkPage:
    """What would be done to how many, with some of them as they would fare now; `fields` for the results with which
    they are completed, where all that are shown give the same."""

    verb: StepVerb
    asked: BulkAsked
    total: int
    preview: tuple[tuple[StepRow, str | None], ...]
    fields: tuple[Field, ...] = ()

    @property
    def errors(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.error)


PREVIEWED = 20

_PIECES = 100
"""So many pieces of a page are sent at once."""


@router.get("/fallout/all")
def show_bulk(request: Request, caller: TheCaller) -> HTMLResponse:
    """Ask once more before something is done to all that the filter means."""
    wanted = asked(BulkAsked, request)
    caller.require(OPERATIONS[StepVerb(wanted.verb)])
    return _asking(request, caller, wanted, {}, {})


def _asking(
    request: Request, caller: Caller, wanted: BulkAsked, given: Mapping[str, str], errors: Mapping[str, str]
) -> HTMLResponse:
    with caller.services.readers.one() as reader:
        operations, action, filter = _prepared(caller, reader, wanted, {})
        rows = reader.queries.steps(filter, limit=PREVIEWED).rows
        gives = _given_by(reader, rows) if action.verb is StepVerb.COMPLETE else None
        # How they would fare with results is known when these are there.
        shown = rows if gives is None or not gives.definitions else ()
        outcomes = operations.preview(action, [Target(row.plan_id, row.id) for row in shown])
        preview = tuple((row, outcome.refusal) for row, outcome in zip(shown, outcomes, strict=True))
        fields = () if gives is None else fields_of(gives.definitions, gives.program, gives.zone, given, errors)
        page = BulkPage(action.verb, wanted, operations.count(action, filter), preview, fields)
        return console_page(request, caller, "bulk.html", "/fallout", 422 if errors else 200, bulk=page)


@frozen
class Gives:
    """The results that steps have."""

    definitions: tuple[AttributeDefinition, ...]
    program: Program
    zone: ZoneInfo


def _given_by(reader: Reader, rows: Iterable[StepRow]) -> Gives | None:
    """The results that all of some steps have; None where they differ."""
    found: list[Gives] = []
    for row in rows:
        blueprint = reader.queries.kernel(row.header).blueprint
        step = blueprint.step(blueprint.groups[row.id.group].name, row.id.step)
        found.append(Gives(blueprint.gives(step), blueprint.program, blueprint.zone))
    same = all(each.definitions == found[0].definitions for each in found)
    return found[0] if found and same else None


@define
class Tally:
    """What has become of those that were done so far."""

    done: int = 0
    refused: int = 0
    left: int | None = None
    problem: str | None = None
    reasons: dict[str, int] = field(factory=dict)


@router.post("/fallout/all")
def do_bulk(request: Request, caller: TheCaller, form: TheForm) -> Response:
    """Do it to all that the filter means: a line for each, as it is done."""
    wanted = fitted(BulkAsked, form)  # type: ignore[arg-type]
    caller.require(OPERATIONS[StepVerb(wanted.verb)])
    given = values_in(form)
    results: Data = {}
    if given:
        with caller.services.readers.one() as reader:
            rows = reader.queries.steps(wanted.filter(sight_of(caller.principal)), limit=PREVIEWED).rows
            gives = _given_by(reader, rows)
            if gives is not None:
                results = data_of(given, gives.definitions, gives.zone)
                errors = errors_of(results, gives.definitions, gives.program)
                if errors:
                    return _asking(request, caller, wanted, given, errors)
    tally = Tally()
    shown = template("outcomes.html").stream(
        request=request,
        caller=caller,
        places=places(caller),
        at="/fallout",
        notice=None,
        problem=None,
        asked=wanted,
        verb=wanted.verb,
        tally=tally,
        outcomes=_outcomes(caller, wanted, results, tally),
    )
    shown.enable_buffering(_PIECES)
    return StreamingResponse(shown, media_type="text/html")


def _outcomes(caller: Caller, wanted: BulkAsked, results: Data, tally: Tally) -> Iterator[Outcome]:
    operation = OPERATIONS[StepVerb(wanted.verb)]
    try:
        with caller.services.readers.for_long() as reader:
            operations, action, filter = _prepared(caller, reader, wanted, results)
            for outcome in operations.perform(action, operations.meant(action, filter)):
                if outcome.done:
                    tally.done += 1
                else:
                    tally.refused += 1
                    reason = outcome.refusal or ""
                    tally.reasons[reason] = tally.reasons.get(reason, 0) + 1
                yield outcome
            tally.left = operations.count(action, filter)
    except StoreError as error:
        tally.problem = error.message
    finally:
        # Also where whoever asked has gone meanwhile: so many were done.
        about = "all that a filter means"
        caller.note(operation, about, filter=wanted.said, done=tally.done, refused=tally.refused)


def _prepared(
    caller: Caller, reader: Reader, wanted: BulkAsked, results: Data
) -> tuple[Operations, StepAction, StepFilter]:
    operations = Operations(reader.queries, caller.services.carrier, caller.services.carrier.clock)
    action = StepAction(StepVerb(wanted.verb), caller.principal.name, results)
    return operations, action, wanted.filter(sight_of(caller.principal))
