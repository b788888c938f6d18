"""Who asks, the log, users and tokens."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, Field, StrictBool

from dro_lang.server.api.asked import Asked, Text
from dro_lang.server.api.routes import CHANGES, READS, ApiRoute
from dro_lang.server.api.said import AuditSaid, Said
from dro_lang.server.rights.accounts import User, is_name
from dro_lang.server.rights.audit import Entry
from dro_lang.server.rights.permissions import Kind, Names, Operation, PermissionSet, Scope
from dro_lang.server.rights.tokens import LONGEST_LIFE, Token
from dro_lang.server.web.caller import TheCaller
from dro_lang.server.web.tokens import make_token, revoke_token
from dro_lang.server.web.users import add_user, change_user, invite

router = APIRouter(prefix="/api/v1", tags=["accounts"], route_class=ApiRoute)

Listed = Annotated[list[Text], Field(max_length=200)]


def _nameable(text: str) -> str:
    if not is_name(text):
        raise ValueError("a name of printable characters, without space around it")
    return text


Nameable = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_nameable)]


class Me(Said):
    name: str
    kind: Kind
    sets: list[PermissionSet]
    objects: list[str]
    queues: list[str]
    scopes: list[Scope]


@router.get("/me", responses=READS)
def me(caller: TheCaller) -> Me:
    """Who asks, and with which rights; `*` is every object, or every queue."""
    found = caller.principal
    return Me(
        name=found.name,
        kind=found.kind,
        sets=sorted(found.sets),
        objects=found.objects.texts(),
        queues=found.queues.texts(),
        scopes=sorted(found.scopes),
    )


@router.get("/audit", responses=READS)
def list_audit(
    caller: TheCaller,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="The id of the last entry that was seen.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    actor: Annotated[str | None, Query(max_length=255)] = None,
    subject: Annotated[str | None, Query(max_length=600)] = None,
    operation: Annotated[str | None, Query(max_length=255)] = None,
) -> list[AuditSaid]:
    """Every change, and every one that was refused: who, when, from where, what. The latest first."""
    caller.require(Operation.VIEW_AUDIT)
    entries = caller.services.audit.entries(before, limit, actor, subject, operation)
    return list(map(_entry, entries))


def _entry(entry: Entry) -> AuditSaid:
    return AuditSaid(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        kind=entry.kind,
        origin=entry.origin,
        operation=entry.operation,
        object=entry.object,
        subject=entry.subject,
        outcome=entry.outcome,
        detail=dict(entry.detail),
    )


# ---- users


class UserSaid(Said):
    name: str
    sets: list[PermissionSet]
    objects: list[str]
    queues: list[str]
    disabled: bool


@router.get("/users", responses=READS)
def list_users(caller: TheCaller) -> list[UserSaid]:
    """The users that were added here; not those whom an identity provider vouches for."""
    caller.require(Operation.MANAGE_ACCOUNTS)
    return list(map(_user, caller.services.accounts.users()))


class NewUser(Asked):
    name: Nameable
    sets: list[PermissionSet] = Field(max_length=10)
    objects: Listed = Field(default=[])
    queues: Listed = Field(default=[])


class ChangedUser(Asked):
    """What is not said stays."""

    sets: list[PermissionSet] | None = Field(default=None, max_length=10)
    objects: Listed | None = None
    queues: Listed | None = None
    disabled: StrictBool | None = None


class InvitationSaid(Said):
    url: str = Field(description="It signs the user in, once. It is not shown again.")
    expires_at: datetime


Name = Annotated[str, Path(min_length=1, max_length=200)]


@router.post("/users", status_code=201, responses=CHANGES)
def new_user(caller: TheCaller, new: NewUser) -> UserSaid:
    """Add a user. Nobody can sign in before there is a link."""
    return _user(add_user(caller, new.name, new.sets, Names.of(new.objects), Names.of(new.queues)))


@router.patch("/users/{name}", responses=CHANGES)
def set_user(caller: TheCaller, name: Name, changed: ChangedUser) -> UserSaid:
    """Give a user other rights, or take the account away and sign them out everywhere. It holds at once."""
    objects = None if changed.objects is None else Names.of(changed.objects)
    queues = None if changed.queues is None else Names.of(changed.queues)
    return _user(change_user(caller, name, changed.sets, objects, queues, changed.disabled))


@router.post("/users/{name}/link", status_code=201, responses=CHANGES)
def new_link(caller: TheCaller, name: Name) -> InvitationSaid:
    """Make a link that signs a user in, once, within a quarter of an hour."""
    made = invite(caller, name)
    return InvitationSaid(url=made.url, expires_at=made.expires_at)


def _user(user: User) -> UserSaid:
    return UserSaid(
        name=user.name,
        sets=sorted(user.sets),
        objects=user.objects.texts(),
        queues=user.queues.texts(),
        disabled=user.disabled_at is not None,
    )


# ---- tokens


class TokenSaid(Said):
    id: str
    name: str
    issuer: str
    sets: list[PermissionSet]
    objects: list[str]
    queues: list[str]
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


class NewToken(Asked):
    name: Nameable
    sets: list[PermissionSet] = Field(max_length=10)
    objects: Listed = Field(default=[])
    queues: Listed = Field(default=[])
    scopes: list[Scope] = Field(default=list(Scope), max_length=10)
    days: int = Field(default=90, strict=True, ge=1, le=LONGEST_LIFE.days)


class TokenMade(TokenSaid):
    token: str = Field(description="The token itself. It is not shown again.")


@router.get("/tokens", responses=READS)
def list_tokens(caller: TheCaller) -> list[TokenSaid]:
    """The tokens of machines, without their secrets."""
    caller.require(Operation.MANAGE_ACCOUNTS)
    return [TokenSaid(**_token(token)) for token in caller.services.tokens.tokens()]


@router.post("/tokens", status_code=201, responses=CHANGES)
def new_token(caller: TheCaller, new: NewToken) -> TokenMade:
    """Make a token for a machine."""
    objects, queues, life = Names.of(new.objects), Names.of(new.queues), timedelta(days=new.days)
    token, text = make_token(caller, new.name, new.sets, objects, queues, life, new.scopes)
    return TokenMade(**_token(token), token=text)


@router.post("/tokens/{id}/revoke", responses=CHANGES)
def end_token(caller: TheCaller, id: Annotated[str, Path(min_length=1, max_length=64)]) -> TokenSaid:
    """End a token at once, and the read tokens that it issued."""
    return TokenSaid(**_token(revoke_token(caller, id)))


def _token(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "issuer": token.issuer,
        "sets": sorted(token.sets),
        "objects": token.objects.texts(),
        "queues": token.queues.texts(),
        "scopes": sorted(token.scopes),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "used_at": token.used_at,
    }
