"""Integrations: which are online, and the callouts that wait while one is not."""

from typing import Annotated, Literal

from attrs import frozen
from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dro_lang.kernel.states import StepStatus
from dro_lang.program.model import StepKind
from dro_lang.runtime.embedded.lists import StepFilter, StepOrder
from dro_lang.runtime.embedded.port import StepRow
from dro_lang.runtime.operations.pages import Order
from dro_lang.runtime.operations.queries import IntegrationLine
from dro_lang.server.api.asked import sight_of
from dro_lang.server.api.integrations import switch
from dro_lang.server.console.layout import console_page, done
from dro_lang.server.plans.reading import Reader
from dro_lang.server.rights.permissions import Operation
from dro_lang.server.web.caller import Caller, TheCaller
from dro_lang.server.web.problems import Problem

router = APIRouter(include_in_schema=False)

SHOWN = 20


@frozen
class Integration:
    """`held` are some of the callouts that wait until it is online again, of those that the caller may see; `targets`
    is how many there are."""

    line: IntegrationLine
    held: tuple[StepRow, ...]


@frozen
class Integrations:
    all: tuple[Integration, ...]
    may_switch: bool


@router.get("/integrations")
def show_integrations(request: Request, caller: TheCaller) -> HTMLResponse:
    return _page(request, caller)


def _page(request: Request, caller: Caller, http_status: int = 200, problem: str | None = None) -> HTMLResponse:
    caller.require(Operation.VIEW_INTEGRATIONS)
    with caller.services.readers.one() as reader:
        found = Integrations(
            tuple(Integration(line, _held(caller, reader, line)) for line in reader.queries.integrations()),
            caller.may(Operation.SWITCH_INTEGRATION),
        )
        return console_page(
            request, caller, "integrations.html", "/integrations", http_status, integrations=found, problem=problem
        )


def _held(caller: Caller, reader: Reader, line: IntegrationLine) -> tuple[StepRow, ...]:
    if not line.on_hold:
        return ()
    held = StepFilter(
        frozenset({StepStatus.ON_HOLD}),
        frozenset({StepKind.CALLOUT}),
        target=line.name,
        sight=sight_of(caller.principal),
    )
    return reader.queries.steps(held, Order(StepOrder.SINCE), limit=SHOWN).rows


@router.post("/integrations/{integration}/{to}", response_class=RedirectResponse)
def do_switch(
    request: Request,
    caller: TheCaller,
    integration: Annotated[str, Path(min_length=1, max_length=255)],
    to: Literal["offline", "online"],
) -> Response:
    try:
        switch(caller, integration, online=to == "online")
    except Problem as problem:
        if problem.status != 409:
            raise
        return _page(request, caller, 409, f"{integration}: {problem.detail}")
    return done("/integrations", to)
