"""What may be asked of an engine, from inside its process or, through the inbox, from another; and the replies."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from attrs import asdict, frozen

from dro_lang.kernel.codec import event_from_json, event_to_json, row_from_json, row_to_json
from dro_lang.kernel.events import SYSTEM, Event
from dro_lang.program.values import Row

SUCCESS, ERROR = "Success", "Error"


@frozen
class Submit:
    """A record is to get a plan. `program` is the hash of a program that was deployed.

    A record (by its object, id and usage type) that has a plan keeps it, unless it is to start `anew`. A request that
    comes again under its `request_id` gets the receipt that it got.
    """

    program: str
    plan: str
    row: Row
    anew: bool = False
    request_id: str | None = None
    by: str = SYSTEM


@frozen
class Send:
    """Something happens to a plan: what an operator does, or what the outside answers. `entries`: only if its journal
    has so many entries, which is how whoever has looked at the plan makes sure that nothing has changed since."""

    plan_id: str
    event: Event
    entries: int | None = None


@frozen
class SwitchIntegration:
    """An integration is offline, for all plans, or online again."""

    integration: str
    online: bool
    by: str = SYSTEM


Request: TypeAlias = Submit | Send | SwitchIntegration


@frozen
class Receipt:
    """What became of a submission (DRO's `orchestrateTransaction`): a plan, be it `existing` or new; or the code and
    the reason of the error."""

    request_id: str
    plan_id: str | None
    submit_status: str = SUCCESS
    error_code: str | None = None
    reason: str = ""
    existing: bool = False


@frozen
class SubmittedRecord:
    """What a receipt is about: the record, by its object and id, and when it was submitted."""

    object: str
    record_id: str
    at: datetime


@frozen
class Answer:
    """What became of another request: done, or why it was refused."""

    refusal: str | None = None


Reply: TypeAlias = Receipt | Answer


# ---- JSON, both ways: the form of the inbox


def request_to_json(request: Request) -> dict[str, Any]:
    data: dict[str, Any]
    match request:
        case Submit():
            data = {"program": request.program, "plan": request.plan, "row": row_to_json(request.row)}
            data |= {"anew": request.anew, "request_id": request.request_id, "by": request.by}
        case Send():
            data = {"plan_id": request.plan_id, "event": event_to_json(request.event), "entries": request.entries}
        case SwitchIntegration():
            data = {"integration": request.integration, "online": request.online, "by": request.by}
    return {"type": type(request).__name__, **data}


def request_from_json(data: Mapping[str, Any]) -> Request:
    """Raises ValueError for what is no request."""
    try:
        fields = {name: value for name, value in data.items() if name != "type"}
        return _REQUESTS[data["type"]](fields)
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"no request: {problem!r}") from problem


_REQUESTS: dict[str, Callable[[dict[str, Any]], Request]] = {
    "Submit": lambda data: Submit(**{**data, "row": row_from_json(data["row"])}),
    "Send": lambda data: Send(data["plan_id"], event_from_json(data["event"]), data.get("entries")),
    "SwitchIntegration": lambda data: SwitchIntegration(**data),
}


def reply_to_json(reply: Reply) -> dict[str, Any]:
    return {"type": type(reply).__name__, **asdict(reply)}


def reply_from_json(data: Mapping[str, Any]) -> Reply:
    fields = {name: value for name, value in data.items() if name != "type"}
    return Receipt(**fields) if data["type"] == "Receipt" else Answer(**fields)
