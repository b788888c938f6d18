"""Webhooks over HTTP: who is told, what was not told yet."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from fastapi import APIRouter, Path
from pydantic import Field

from dro_lang.server.api.asked import Asked, Text
from dro_lang.server.api.routes import CHANGES, READS, ApiRoute
from dro_lang.server.api.said import Said
from dro_lang.server.plans.acting import nothing_there
from dro_lang.server.rights.permissions import Names, Operation
from dro_lang.server.settings import LOOPBACK
from dro_lang.server.web.caller import Caller, TheCaller
from dro_lang.server.web.problems import Problem
from dro_lang.server.webhooks.outbox import Webhook
from dro_lang.server.webhooks.secret import new_signing_secret

router = APIRouter(prefix="/api/v1", tags=["webhooks"], route_class=ApiRoute)

Type = Literal["submitted", "step", "jeopardy", "assigned", "plan", "data", "integration", "refused"]
Id = Annotated[str, Path(min_length=1, max_length=64)]


class NewWebhook(Asked):
    url: str = Field(min_length=8, max_length=2000, description="https, or http on this machine.")
    objects: list[Text] = Field(default=["*"], max_length=200, description="Plans for which objects; `*` is every one.")
    types: list[Type] = Field(default=list(get_args(Type)), min_length=1, max_length=20, description="Which events.")


class WebhookSaid(Said):
    id: str
    url: str
    objects: list[str]
    types: list[Type]
    created_at: datetime
    created_by: str
    ended_at: datetime | None
    ended_because: str | None


class WebhookMade(WebhookSaid):
    secret: str = Field(description="What events are signed with (Standard Webhooks). It is not shown again.")


class Waiting(Said):
    """An event that was not told yet. `next_at` is null where it was given up after the last attempt."""

    event: str
    attempts: int
    next_at: datetime | None
    error: str | None


@router.get("/webhooks", responses=READS)
def list_webhooks(caller: TheCaller) -> list[WebhookSaid]:
    """Who is told what happens to plans."""
    caller.require(Operation.MANAGE_WEBHOOKS)
    return [WebhookSaid(**_said(webhook)) for webhook in caller.services.outbox.webhooks()]


@router.post("/webhooks", status_code=201, responses=CHANGES)
def new_webhook(caller: TheCaller, new: NewWebhook) -> WebhookMade:
    """Tell an address what happens to plans from now on: CloudEvents, signed, and sent again for three days where they
    are not answered with 2xx. Each may come more than once, with the same id."""
    caller.require(Operation.MANAGE_WEBHOOKS, about=new.url)
    _check(new.url)
    secret = new_signing_secret()
    with caller.services.readers.one() as reader:
        seen = reader.store.last_change()
    webhook = caller.services.outbox.add(new.url, secret, Names.of(new.objects), new.types, caller.principal.name, seen)
    caller.note("add a webhook", webhook.id, url=new.url, types=sorted(new.types))
    return WebhookMade(**_said(webhook), secret=secret)


@router.get("/webhooks/{id}/waiting", responses=READS)
def list_waiting(caller: TheCaller, id: Id) -> list[Waiting]:
    """What an address was not told yet, or was given up: the oldest hundred."""
    caller.require(Operation.MANAGE_WEBHOOKS)
    _found(caller, id)
    return [
        Waiting(
            event=f"{letter.change}.{letter.line}",
            attempts=letter.attempts,
            next_at=letter.next_at,
            error=letter.error,
        )
        for letter in caller.services.outbox.waiting(id)
    ]


class Again(Said):
    events: int


@router.post("/webhooks/{id}/retry", responses=CHANGES)
def retry_waiting(caller: TheCaller, id: Id) -> Again:
    """Send now all that waits, also what was given up."""
    caller.require(Operation.MANAGE_WEBHOOKS, about=id)
    _found(caller, id)
    again = Again(events=caller.services.outbox.try_again(id))
    caller.note("send a webhook's events again", id, events=again.events)
    return again


@router.post("/webhooks/{id}/end", responses=CHANGES)
def end_webhook(caller: TheCaller, id: Id) -> WebhookSaid:
    """Tell an address nothing more."""
    caller.require(Operation.MANAGE_WEBHOOKS, about=id)
    _found(caller, id)
    caller.services.outbox.end(id, f"{caller.principal.name} ended it")
    caller.note("end a webhook", id)
    return WebhookSaid(**_said(_found(caller, id)))


def _found(caller: Caller, id: str) -> Webhook:
    webhook = caller.services.outbox.webhook(id)
    if webhook is None:
        raise nothing_there(f"webhook `{id}`")
    return webhook


def _check(url: str) -> None:
    """Raises Problem (422) for an address that must not be told anything."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not host or port == 0 or not secure or not url.isascii() or not url.isprintable() or " " in url:
        raise Problem(422, "S0201", "the `url` is no https address, nor an http address of this machine")
    if parts.username or parts.password or parts.fragment:
        raise Problem(422, "S0201", "the `url` has a name, a password or a fragment in it")


def _said(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "objects": webhook.objects.texts(),
        "types": sorted(webhook.types),
        "created_at": webhook.created_at,
        "created_by": webhook.created_by,
        "ended_at": webhook.ended_at,
        "ended_because": webhook.ended_because,
    }
