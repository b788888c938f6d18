"""The audit log: who did what, when, from where; also what was refused."""

import json

from attrs import frozen
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse

from dro_lang.server.console.asking import asked
from dro_lang.server.console.layout import console_page
from dro_lang.server.console.plan_list import Choice
from dro_lang.server.rights.audit import Entry
from dro_lang.server.rights.permissions import Operation
from dro_lang.server.web.caller import TheCaller

router = APIRouter(include_in_schema=False)

LINES = 100


class AuditAsked(BaseModel):
    actor: str | None = Field(default=None, max_length=255)
    subject: str | None = Field(default=None, max_length=1000)
    operation: str | None = Field(default=None, max_length=255)
    before: int | None = Field(default=None, ge=0, le=2**62)


@frozen
class AuditLog:
    entries: tuple[Entry, ...]
    next: int | None
    asked: AuditAsked
    operations: tuple[Choice, ...]

    @property
    def narrowed(self) -> bool:
        return bool(self.asked.actor or self.asked.subject or self.asked.operation)


def detail_of(entry: Entry) -> str:
    """What else the log says, in short."""
    parts = (f"{name}: {_said(value)}" for name, value in entry.detail.items())
    return "; ".join(parts)


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@router.get("/audit")
def show_audit(request: Request, caller: TheCaller) -> HTMLResponse:
    caller.require(Operation.VIEW_AUDIT)
    wanted = asked(AuditAsked, request)
    found = caller.services.audit.entries(wanted.before, LINES + 1, wanted.actor, wanted.subject, wanted.operation)
    log = AuditLog(
        tuple(found[:LINES]),
        found[LINES - 1].id if len(found) > LINES else None,
        wanted,
        tuple(Choice(name, name) for name in (*Operation, "sign in", "sign out")),
    )
    return console_page(request, caller, "audit.html", "/audit", log=log, detail_of=detail_of)
