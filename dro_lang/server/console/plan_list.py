"""The list of plans: search, filters, counts, pages."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from attrs import frozen
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from dro_lang.conditions.time import in_zone
from dro_lang.kernel.states import Jeopardy, PlanStatus
from dro_lang.runtime.embedded.lists import Count, PlanFilter, PlanOrder, StepFilter
from dro_lang.runtime.embedded.port import Header, PlanRow
from dro_lang.runtime.operations.pages import BadCursor, Order
from dro_lang.server.api.asked import Limit, PlanQuery, sight_of
from dro_lang.server.api.plans import bad_cursor
from dro_lang.server.console.asking import asked
from dro_lang.server.console.layout import console_page, places
from dro_lang.server.plans.counting import count_by_state
from dro_lang.server.plans.reading import Reader
from dro_lang.server.rights.permissions import Operation
from dro_lang.server.web.caller import Caller, TheCaller

router = APIRouter(include_in_schema=False)

LINES = 50


@frozen
class PlanLine:
    """A line of the list. `risk` is the worst of its open steps."""

    header: Header
    version: int
    state: PlanStatus
    steps: int
    finished: int
    submitted_at: datetime
    updated_at: datetime
    next_at: datetime | None
    risk: Jeopardy | None
    trouble: str | None

    @property
    def percent(self) -> int:
        return 100 * self.finished // self.steps if self.steps else 100


@frozen
class Choice:
    """Something that a list may be narrowed to; `count` where it is known."""

    value: str
    text: str
    count: int | None = None


@frozen
class PlanList:
    """`total` counts what is meant, `counts` all plans by state, and the others those that are at risk or set aside."""

    lines: tuple[PlanLine, ...]
    next: str | None
    total: Count
    counts: Mapping[PlanStatus, int]
    in_jeopardy: Count
    late: Count
    troubled: Count
    versions: tuple[Choice, ...]
    scenarios: tuple[Choice, ...]
    asked: PlanQuery
    narrowed: bool


@router.get("/", response_class=RedirectResponse)
def home(caller: TheCaller) -> RedirectResponse:
    """The first page that somebody may see."""
    first = next(iter(places(caller)), None)
    return RedirectResponse(first.path if first else "/nothing", 303)


@router.get("/nothing")
def nothing(request: Request, caller: TheCaller) -> HTMLResponse:
    """For those who may see none of the pages."""
    return console_page(request, caller, "nothing.html", "/")


@router.get("/plans")
def show_plans(request: Request, caller: TheCaller) -> HTMLResponse:
    caller.require(Operation.VIEW_PLANS)
    wanted = asked(_Query, request)
    if wanted.search and "sort" not in request.query_params:
        # Of many that are found, those are at hand: whatever was changed last may have other names.
        wanted = wanted.model_copy(update={"sort": PlanOrder.NAME, "order": "asc"})
    with caller.services.readers.one() as reader:
        return console_page(request, caller, "plans.html", "/plans", plans=plan_list(caller, reader, wanted))


class _Query(PlanQuery):
    """The latest first, unless something else is asked for; what is searched for, by name."""

    sort: PlanOrder = PlanOrder.UPDATED
    order: Literal["asc", "desc"] = "desc"
    limit: Limit = LINES


def plan_list(caller: Caller, reader: Reader, wanted: PlanQuery) -> PlanList:
    """Raises Problem (422) for a cursor that is none."""
    filter = wanted.filter(sight_of(caller.principal))
    try:
        page = reader.queries.plans(filter, Order(wanted.sort, wanted.order == "desc"), wanted.after, wanted.limit)
    except (BadCursor, KeyError) as error:
        raise bad_cursor(error) from None
    sight = filter.sight

    def at(risk: Jeopardy) -> Count:
        return reader.store.about_plans(PlanFilter(having=StepFilter(jeopardy=frozenset({risk})), sight=sight))

    risks = reader.store.worst_risks(row.header.plan_id for row in page.rows)
    return PlanList(
        lines=tuple(_line(reader, row, risks.get(row.header.plan_id)) for row in page.rows),
        next=page.next,
        total=reader.store.about_plans(filter),
        counts=count_by_state(caller, reader),
        in_jeopardy=at(Jeopardy.IN_JEOPARDY),
        late=at(Jeopardy.LATE),
        troubled=reader.store.about_plans(PlanFilter(in_trouble=True, sight=sight)),
        versions=tuple(_versions(reader)),
        scenarios=tuple(_scenarios(reader)),
        asked=wanted,
        narrowed=filter != PlanFilter(sight=sight),
    )


def _line(reader: Reader, row: PlanRow, risk: Jeopardy | None) -> PlanLine:
    blueprint = reader.queries.kernel(row.header).blueprint
    zone = blueprint.zone
    return PlanLine(
        row.header,
        blueprint.plan.version,
        row.status,
        row.steps,
        row.finished,
        in_zone(row.header.submitted_at, zone),
        in_zone(row.updated_at, zone),
        None if row.wake is None else in_zone(row.wake, zone),
        risk,
        row.trouble,
    )


def _versions(reader: Reader) -> Iterator[Choice]:
    """The programs by their hashes, the latest first, with the versions of their plans."""
    for hash in reversed(reader.store.programs()):
        plans = (f"{plan.name} v{plan.version}" for plan in reader.store.program(hash).plans.values())
        yield Choice(hash, f"{', '.join(plans)} ({short(hash)})")


def short(hash: str) -> str:
    """A hash as people tell programs apart."""
    return hash.removeprefix("sha256:")[:8]


def _scenarios(reader: Reader) -> Iterator[Choice]:
    programs = (reader.store.program(hash) for hash in reader.store.programs())
    names = {scenario.name for each in programs for plan in each.plans.values() for scenario in plan.scenarios}
    return (Choice(name, name) for name in sorted(names))
