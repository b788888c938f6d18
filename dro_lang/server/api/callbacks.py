"""Callbacks: what outside systems answer to callouts, later, by a request of their own that is signed."""

import logging
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool

from dro_lang.kernel.commands import Key
from dro_lang.program.model import StepKind
from dro_lang.runtime.configuration.secret import SecretMissing
from dro_lang.runtime.embedded.requests import Answer, Send
from dro_lang.runtime.outside.callbacks.handler import Accepted, Expected, Refused, handle
from dro_lang.runtime.outside.configured import CALLBACK_PATH
from dro_lang.server.api.routes import problems
from dro_lang.server.api.said import Said
from dro_lang.server.rights.audit import Actor, Outcome
from dro_lang.server.rights.permissions import Kind
from dro_lang.server.services import Services, services_of
from dro_lang.server.web.caller import address_of
from dro_lang.server.web.problems import Problem

router = APIRouter(tags=["callbacks"])

_LOG = logging.getLogger("drolang.callbacks")
_CODES = {400: "S0201", 401: "S0101", 404: "S0202", 413: "S0204"}


class Taken(Said):
    """`accepted` is false where the plan refuses the answer, because it comes late or again; `reason` says so. Sending
    it once more changes nothing."""

    accepted: bool
    reason: str | None = None


@router.post(
    f"/{CALLBACK_PATH}/{{integration}}",
    responses=problems(400, 401, 404, 413, 422, 429, 503),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def callback(request: Request, integration: Annotated[str, Path(min_length=1, max_length=255)]) -> Taken:
    """The answer to an asynchronous callout, signed by Standard Webhooks with a secret of its integration: the
    `correlation_id` that came with the callout, and `results` or an `error`."""
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    return await run_in_threadpool(_take, services_of(request), integration, headers, body, address_of(request))


def _take(services: Services, integration: str, headers: dict[str, str], body: bytes, address: str) -> Taken:
    settings = services.configuration.integrations.get(integration)
    if settings is None or not settings.callback_secrets:
        raise Problem(404, "S0202", f"there is no integration `{integration}` that calls back")
    try:
        secrets = [secret.reveal() for secret in settings.callback_secrets]
    except SecretMissing as error:
        _LOG.error("callbacks of %s cannot be verified: %s", integration, error)
        raise Problem(503, "S0501", "callbacks cannot be verified now") from None
    now = services.carrier.clock.now()

    def expect(key: Key) -> Expected | None:
        return _expected(services, key)

    callbacks, hidden = services.configuration.callbacks, services.hidden()
    found = handle(headers, body, integration, settings, secrets, callbacks, hidden, expect, now)
    actor = Actor(integration, Kind.MACHINE, address, f"integration:{integration}")
    if isinstance(found, Refused):
        _LOG.warning("a callback of %s is refused (%d): %s", integration, found.status, found.reason)
        services.audit.note(actor, "call back", outcome=Outcome.FORBIDDEN, reason=found.reason)
        raise Problem(int(found.status), _CODES.get(int(found.status), "S0201"), found.reason)
    return _deliver(services, actor, found)


def _deliver(services: Services, actor: Actor, found: Accepted) -> Taken:
    reply = services.carrier.ask(Send(found.key.plan, found.event))
    refusal = reply.refusal if isinstance(reply, Answer) else None
    outcome = Outcome.DONE if refusal is None else Outcome.REFUSED
    services.audit.note(actor, "call back", str(found.key), None, outcome, reason=refusal or found.problem)
    if refusal is not None:
        # Sent again it would be refused again, so the sender is told that it is done.
        return Taken(accepted=False, reason=refusal)
    if found.problem:
        raise Problem(422, "S0201", found.problem)
    return Taken(accepted=True)


def _expected(services: Services, key: Key) -> Expected | None:
    """The integration that a callout asked; None where no plan has made it."""
    with services.readers.one() as reader:
        try:
            loaded = reader.store.load(key.plan)
        except KeyError:
            return None
        kernel = reader.queries.kernel(loaded.header)
    group = loaded.state.group(key.step.group_key)
    if group is None or loaded.state.step(key.step) is None:
        return None
    step = kernel.blueprint.step(group.group, key.step.step)
    if step.kind is not StepKind.CALLOUT or step.target is None:
        return None
    return Expected(kernel.program.integrations[step.target], kernel.program)
