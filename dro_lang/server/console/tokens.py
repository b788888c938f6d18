"""Tokens: with which machines call the API; making one, which is shown once, and revoking it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import field, frozen
from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from dro_lang.server.console.layout import console_page, done
from dro_lang.server.console.users import WORDS, names_in
from dro_lang.server.rights.permissions import Operation, PermissionSet, Scope
from dro_lang.server.rights.tokens import LONGEST_LIFE, Token
from dro_lang.server.web.caller import Caller, TheCaller
from dro_lang.server.web.forms import TheForm
from dro_lang.server.web.problems import Problem
from dro_lang.server.web.tokens import make_token, revoke_token

router = APIRouter(include_in_schema=False)

SCOPES: Mapping[Scope, str] = {
    Scope.READ: "see what the permission sets allow",
    Scope.ACT: "act on plans, steps and integrations",
    Scope.SUBMIT: "submit records",
    Scope.DESIGN: "deploy programs",
    Scope.EMBED: "issue read tokens for pages",
    Scope.SETTINGS: "manage users, tokens and webhooks",
}
_LATEST_ENDED = 50


@frozen
class Filled:
    """The form for a new token, as it is to be shown. `errors` are by field."""

    name: str = ""
    sets: frozenset[str] = frozenset()
    objects: str = ""
    queues: str = ""
    scopes: frozenset[str] = frozenset(Scope)
    days: str = "90"
    errors: Mapping[str, str] = field(factory=dict)

    @classmethod
    def from_form(cls, form: FormData) -> "Filled":
        """With what is wrong in it, as far as the form alone tells."""
        texts = {name: str(form.get(name, "")).strip() for name in ("name", "objects", "queues", "days")}
        sets, scopes = (frozenset(map(str, form.getlist(name))) for name in ("sets", "scopes"))
        sets, scopes = sets & frozenset(PermissionSet), scopes & frozenset(Scope)
        errors = {}
        days = texts["days"]
        if not (days.isascii() and days.isdigit() and 1 <= int(days[:9]) <= LONGEST_LIFE.days):
            errors["days"] = f"a token lives for 1 to {LONGEST_LIFE.days} days"
        if not sets:
            errors["sets"] = "without a permission set, a token can do nothing: choose one"
        if not scopes:
            errors["scopes"] = "without a use, a token can do nothing: choose one"
        return cls(**texts, sets=sets, scopes=scopes, errors=errors)


@frozen
class Listed:
    """The tokens that work, and the latest of those that do not any more."""

    working: tuple[Token, ...]
    ended: tuple[Token, ...]

    @classmethod
    def of(cls, tokens: list[Token], now: datetime) -> "Listed":
        working = tuple(each for each in tokens if each.revoked_at is None and each.expires_at > now)
        ended = [each for each in tokens if each not in working]
        return cls(working, tuple(ended[:_LATEST_ENDED]))


@router.get("/users/tokens")
def show_tokens(request: Request, caller: TheCaller) -> HTMLResponse:
    return _list(request, caller)


def _list(
    request: Request,
    caller: Caller,
    http_status: int = 200,
    problem: str | None = None,
    filled: Filled = Filled(),
    made: tuple[Token, str] | None = None,
) -> HTMLResponse:
    caller.require(Operation.MANAGE_ACCOUNTS)
    return console_page(
        request,
        caller,
        "tokens.html",
        "/users",
        http_status,
        tokens=Listed.of(caller.services.tokens.tokens(), caller.services.clock()),
        now=caller.services.clock(),
        words=WORDS,
        scopes=SCOPES,
        longest=LONGEST_LIFE.days,
        filled=filled,
        made=made,
        problem=problem,
    )


@router.post("/users/tokens")
def do_make(request: Request, caller: TheCaller, form: TheForm) -> Response:
    """Make a token. It stands on the page that answers, once, and in no address."""
    filled = Filled.from_form(form)
    caller.require(Operation.MANAGE_ACCOUNTS, about=filled.name)
    if filled.errors:
        return _list(request, caller, 422, "; ".join(filled.errors.values()), filled)
    try:
        made = make_token(
            caller,
            filled.name,
            [each for each in PermissionSet if each in filled.sets],
            names_in(filled.objects),
            names_in(filled.queues),
            timedelta(days=int(filled.days)),
            [each for each in Scope if each in filled.scopes],
        )
    except Problem as problem:
        if problem.status != 409:
            raise
        return _list(request, caller, 409, problem.detail, filled)
    return _list(request, caller, made=made)


@router.post("/users/tokens/revoke")
def do_revoke(caller: TheCaller, form: TheForm) -> Response:
    revoke_token(caller, str(form.get("id", "")))
    return done("/users/tokens", "revoked")
