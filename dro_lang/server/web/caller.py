"""Who asks: the dependency through which every endpoint learns it, and asks whether that is allowed."""

from datetime import datetime
from typing import Annotated, Any

from attrs import frozen
from fastapi import Depends, Request

from dro_lang.server.rights.audit import Actor, Outcome
from dro_lang.server.rights.permissions import NOTHING, Kind, Operation, Principal, Subject, lacks, may
from dro_lang.server.services import Services, services_of
from dro_lang.server.web.problems import Problem


def session_cookie(secure: bool) -> str:
    """The name of the cookie; over TLS it is bound to this very host (RFC 6265bis, `__Host-`)."""
    return "__Host-drolang" if secure else "drolang"


@frozen
class Caller:
    """Who asks, from where, and until when they may with what they showed. `services` writes the log."""

    principal: Principal
    actor: Actor
    services: Services
    until: datetime

    def may(self, operation: Operation, subject: Subject = NOTHING) -> bool:
        return may(self.principal, operation, subject)

    def require(self, operation: Operation, subject: Subject = NOTHING, about: str | None = None) -> None:
        """Raises Problem (403) where the caller may not; where it was to change something, the log says so."""
        lacking = lacks(self.principal, operation, subject)
        if not lacking:
            return
        if operation not in READING:
            self.note(operation, about, subject.object, Outcome.FORBIDDEN, lacks=list(lacking))
        raise Problem(403, "S0102", f"to {operation} takes {' and '.join(lacking)}", lacks=list(lacking))

    def note(
        self,
        operation: str,
        about: str | None = None,
        object: str | None = None,
        outcome: Outcome = Outcome.DONE,
        **detail: Any,
    ) -> None:
        """Write into the log what the caller did; `about` is what it was done to."""
        self.services.audit.note(self.actor, operation, about, object, outcome, **detail)


READING = frozenset(
    {
        Operation.VIEW_SUMMARY,
        Operation.VIEW_PLANS,
        Operation.VIEW_TASKS,
        Operation.VIEW_INTEGRATIONS,
        Operation.VIEW_PROGRAMS,
        Operation.VIEW_AUDIT,
    }
)


def address_of(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def caller_or_none(request: Request) -> Caller | None:
    """Who asks; None for nobody. Raises Problem (401, 429) for a token that is none: it is never passed over for a
    cookie."""
    services, address = services_of(request), address_of(request)
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, text = header.partition(" ")
        token = services.tokens.check(text.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            if not services.limiter.hit("failures", address):
                raise Problem(429, "S0401", "too many tokens that are none", {"retry-after": "60"})
            raise Problem(
                401,
                "S0101",
                "this token is unknown, revoked or too old",
                {"www-authenticate": 'Bearer error="invalid_token"'},
            )
        actor = Actor(token.name, token.kind, address, f"token:{token.id}")
        return Caller(token.principal, actor, services, token.expires_at)
    cookie = request.cookies.get(session_cookie(services.settings.secure))
    session = services.accounts.session(cookie) if cookie else None
    if session is None:
        return None
    principal = session.principal
    actor = Actor(principal.name, Kind.PERSON, address, f"user:{principal.name}")
    return Caller(principal, actor, services, session.expires_at)


def caller_of(request: Request) -> Caller:
    """Who asks. Raises Problem (401) for nobody."""
    caller = caller_or_none(request)
    if caller is None:
        raise Problem(
            401, "S0101", "sign in, or send a token: `Authorization: Bearer dro_…`", {"www-authenticate": "Bearer"}
        )
    return caller


TheCaller = Annotated[Caller, Depends(caller_of)]
