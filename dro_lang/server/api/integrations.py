"""Integrations: which there are, and setting them offline and online."""

from typing import Annotated

from fastapi import APIRouter, Path

from dro_lang.runtime.embedded.requests import Answer, SwitchIntegration
from dro_lang.runtime.operations.documents import Document, integration_document
from dro_lang.server.api.routes import CHANGES, READS, ApiRoute
from dro_lang.server.api.said import IntegrationSaid
from dro_lang.server.plans.acting import nothing_there
from dro_lang.server.rights.audit import Outcome
from dro_lang.server.rights.permissions import Operation
from dro_lang.server.web.caller import Caller, TheCaller
from dro_lang.server.web.problems import Problem

router = APIRouter(prefix="/api/v1", tags=["integrations"], route_class=ApiRoute)

Named = Annotated[str, Path(min_length=1, max_length=255)]


@router.get("/integrations", responses=READS, response_model=list[IntegrationSaid])
def list_integrations(caller: TheCaller) -> list[Document]:
    """The integrations of all programs, who switched each last, and how many of their callouts stand where."""
    caller.require(Operation.VIEW_INTEGRATIONS)
    with caller.services.readers.one() as reader:
        return list(map(integration_document, reader.queries.integrations()))


@router.post("/integrations/{integration}/offline", responses=CHANGES, response_model=IntegrationSaid)
def offline(caller: TheCaller, integration: Named) -> Document:
    """Hold the callouts of an integration back, in all plans, instead of having them fail."""
    return switch(caller, integration, online=False)


@router.post("/integrations/{integration}/online", responses=CHANGES, response_model=IntegrationSaid)
def online(caller: TheCaller, integration: Named) -> Document:
    """Send the callouts of an integration again."""
    return switch(caller, integration, online=True)


def switch(caller: Caller, integration: str, online: bool) -> Document:
    """Set an integration offline or online. Raises Problem (403, 404, 409)."""
    caller.require(Operation.SWITCH_INTEGRATION, about=integration)
    if _line(caller, integration) is None:
        raise nothing_there(f"integration `{integration}`")
    reply = caller.services.carrier.ask(SwitchIntegration(integration, online, caller.principal.name))
    refusal = reply.refusal if isinstance(reply, Answer) else None
    outcome = Outcome.DONE if refusal is None else Outcome.REFUSED
    caller.note(Operation.SWITCH_INTEGRATION, integration, None, outcome, online=online)
    if refusal is not None:
        raise Problem(409, "S0303", refusal)
    line = _line(caller, integration)
    assert line is not None
    return line


def _line(caller: Caller, integration: str) -> Document | None:
    with caller.services.readers.one() as reader:
        lines = {line.name: line for line in reader.queries.integrations()}
    return integration_document(lines[integration]) if integration in lines else None
