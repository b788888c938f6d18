"""Signing in with a link that works once, and out."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dro_lang.server.pages.cookies import forget, keep
from dro_lang.server.pages.render import page
from dro_lang.server.rights.accounts import SESSION_LIFE
from dro_lang.server.rights.audit import Actor, Outcome
from dro_lang.server.rights.permissions import Kind
from dro_lang.server.services import Services, services_of
from dro_lang.server.web.caller import address_of, caller_or_none, session_cookie
from dro_lang.server.web.problems import Problem

router = APIRouter(include_in_schema=False)

HOME = "/"
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]*")


def own_path(wanted: str) -> str:
    """Where to go after signing in: a path of this server, or home."""
    return wanted if _OWN_PATH.fullmatch(wanted) and "\\" not in wanted else HOME


@router.get("/sign-in")
def ask(
    request: Request,
    link: Annotated[str, Query(max_length=200)] = "",
    next: Annotated[str, Query(max_length=2000)] = HOME,
) -> HTMLResponse:
    """Show whom a link signs in. It is not used up yet: programs that look into mail open links, too."""
    services = services_of(request)
    user = services.accounts.link_for(link) if link else None
    if link and user is None:
        _count_failure(services, request)
    wrong = bool(link) and user is None
    return _page(request, 200, user=user, link=link, next=own_path(next), wrong=wrong)


@router.post("/sign-in")
def sign_in(
    request: Request,
    link: Annotated[str, Form(max_length=200)] = "",
    next: Annotated[str, Form(max_length=2000)] = HOME,
) -> Response:
    services, address = services_of(request), address_of(request)
    signed_in = services.accounts.sign_in(link, address)
    if signed_in is None:
        _count_failure(services, request)
        return _page(request, 400, user=None, link="", next=own_path(next), wrong=True)
    user, secret = signed_in
    services.audit.note(Actor(user.name, Kind.PERSON, address, f"user:{user.name}"), "sign in", user.name)
    response = RedirectResponse(own_path(next), 303)
    set_session(response, services, secret)
    return response


def _page(request: Request, status: int, **values: Any) -> HTMLResponse:
    provider = services_of(request).configuration.sign_in is not None
    return page(request, "sign_in.html", status, provider=provider, **values)


def set_session(response: Response, services: Services, secret: str) -> None:
    settings = services.settings
    keep(response, settings, session_cookie(settings.secure), secret, SESSION_LIFE)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    services = services_of(request)
    secure = services.settings.secure
    caller, cookie = caller_or_none(request), request.cookies.get(session_cookie(secure))
    if cookie:
        services.accounts.sign_out(cookie)
    if caller is not None:
        caller.note("sign out", caller.principal.name)
    response = RedirectResponse("/sign-in", 303)
    forget(response, services.settings, session_cookie(secure))
    return response


def _count_failure(services: Services, request: Request) -> None:
    """Raises Problem (429) where somebody tries too many links."""
    address = address_of(request)
    services.audit.note(Actor("", Kind.PERSON, address), "sign in", outcome=Outcome.FORBIDDEN)
    if not services.limiter.hit("failures", address):
        raise Problem(429, "S0401", "too many links that are none", {"retry-after": "60"})
