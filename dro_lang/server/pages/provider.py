"""Signing in through an identity provider: OpenID Connect, the code flow with PKCE.

What the provider says of a person is worth what the allow-list of the configuration says (`rights/identity.py`). Their
rights are those of the moment at which they signed in.
"""

import base64
import hashlib
import logging
import secrets
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

import httpx
from fastapi import APIRouter, Query, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.responses import RedirectResponse, Response

from dro_lang.runtime.configuration.model import SignIn
from dro_lang.runtime.configuration.secret import SecretMissing
from dro_lang.server.pages.cookies import forget, keep
from dro_lang.server.pages.sign_in import own_path, set_session
from dro_lang.server.rights.audit import Actor, Outcome
from dro_lang.server.rights.flows import FLOW_LIFE, Begun
from dro_lang.server.rights.identity import Role, RoleMap
from dro_lang.server.rights.permissions import Kind, Names, PermissionSet
from dro_lang.server.services import Services, services_of
from dro_lang.server.web.caller import address_of
from dro_lang.server.web.problems import Problem

router = APIRouter(include_in_schema=False)

_LOG = logging.getLogger("drolang.server")

PATH = "/sign-in/provider"
PATIENCE = 10.0
"""Seconds within which the provider must answer."""
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_LEEWAY = 60


def flow_cookie(secure: bool) -> str:
    return "__Host-drolang-flow" if secure else "drolang-flow"


@router.get(PATH)
def begin(request: Request, next: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    """Send a person to the provider."""
    services, settings = _configured(request)
    found = services.flows.begin(own_path(next), services.clock())
    if found is None:
        raise Problem(503, "S0501", "too many people are signing in at once", {"retry-after": "60"})
    state, begun = found
    challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": _redirect(services),
        "scope": settings.scope,
        "state": state,
        "nonce": begun.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    authorization = str(_discovered(settings)["authorization_endpoint"])
    separator = "&" if "?" in authorization else "?"
    response = RedirectResponse(f"{authorization}{separator}{urlencode(asked)}", 303)
    # The state comes back to the browser that began, and to no other.
    keep(response, services.settings, flow_cookie(services.settings.secure), state, FLOW_LIFE)
    return response


@router.get(f"{PATH}/callback")
def end(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """A person comes back from the provider."""
    services, settings = _configured(request)
    cookie = request.cookies.get(flow_cookie(services.settings.secure), "")
    begun = services.flows.end(state, services.clock()) if state and secrets.compare_digest(state, cookie) else None
    if begun is None:
        raise _refused(services, request, "this sign-in was not begun here, or too long ago; begin again")
    if error or not code:
        raise _refused(services, request, f"the provider does not sign you in ({error or 'no code'})")
    claims = _claims(services, settings, code, begun)
    principal = role_map(settings).principal(claims)
    if principal is None:
        raise _refused(services, request, "nothing here is for your name and roles; ask whoever runs this server")
    actor = Actor(principal.name, Kind.PERSON, address_of(request), f"user:{principal.name}")
    services.audit.note(actor, "sign in", principal.name, provider=settings.issuer, sets=sorted(principal.sets))
    response = RedirectResponse(begun.next, 303)
    forget(response, services.settings, flow_cookie(services.settings.secure))
    set_session(response, services, services.accounts.sign_in_as(principal, address_of(request)))
    return response


def role_map(settings: SignIn) -> RoleMap:
    """The allow-list as the configuration has it."""
    return RoleMap(
        {
            name: Role(frozenset(map(PermissionSet, role.sets)), Names.of(role.objects), Names.of(role.queues))
            for name, role in settings.roles.items()
        },
        settings.roles_at,
        settings.name,
        frozenset(domain.lower() for domain in settings.domains),
    )


def _configured(request: Request) -> tuple[Services, SignIn]:
    services = services_of(request)
    settings = services.configuration.sign_in
    if settings is None:
        raise Problem(404, "S0202", "no identity provider is configured")
    return services, settings


def _redirect(services: Services) -> str:
    return f"{services.settings.url}{PATH}/callback"


def _refused(services: Services, request: Request, why: str) -> Problem:
    actor = Actor("", Kind.PERSON, address_of(request))
    services.audit.note(actor, "sign in", outcome=Outcome.FORBIDDEN, reason=why)
    if not services.limiter.hit("failures", address_of(request)):
        return Problem(429, "S0401", "too many sign-ins that came to nothing", {"retry-after": "60"})
    return Problem(403, "S0102", why)


# ---- what the provider says


def _discovered(settings: SignIn) -> Mapping[str, Any]:
    """Where the provider's endpoints are. Raises Problem (503)."""
    url = f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration"
    found = _fetched("GET", url)
    if str(found.get("issuer", "")).rstrip("/") != settings.issuer.rstrip("/"):
        raise _unusable(f"{url} is of another issuer")
    for endpoint in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(found.get(endpoint), str):
            raise _unusable(f"{url} has no {endpoint}")
    return found


def _claims(services: Services, settings: SignIn, code: str, begun: Begun) -> Mapping[str, Any]:
    """What the provider says of a person, in a token that it signed for us and for this sign-in. Raises Problem."""
    endpoints = _discovered(settings)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _redirect(services),
        "code_verifier": begun.verifier,
        "client_id": settings.client_id,
    }
    try:
        secret = None if settings.client_secret is None else settings.client_secret.reveal()
    except SecretMissing as error:
        raise _unusable(str(error)) from None
    auth = None if secret is None else httpx.BasicAuth(settings.client_id, secret)
    answer = _fetched("POST", str(endpoints["token_endpoint"]), data=form, auth=auth)
    keys = _fetched("GET", str(endpoints["jwks_uri"]))
    registry = jwt.JWTClaimsRegistry(
        now=lambda: int(services.clock().timestamp()),
        leeway=_LEEWAY,
        iss={"essential": True, "value": endpoints["issuer"]},
        aud={"essential": True, "value": settings.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": begun.nonce},
    )
    try:
        token = jwt.decode(
            str(answer.get("id_token", "")), KeySet.import_key_set({"keys": keys.get("keys", [])}), _ALGORITHMS
        )
        registry.validate(token.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _unusable(f"its token is not to be trusted: {type(error).__name__}") from None
    return token.claims


def _fetched(method: str, url: str, **more: Any) -> dict[str, Any]:
    """A JSON object from the provider. Raises Problem (503)."""
    try:
        answer = httpx.request(method, url, timeout=PATIENCE, headers={"accept": "application/json"}, **more)
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise _unusable(f"{url}: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise _unusable(f"{url} is no JSON object")
    return found


def _unusable(why: str) -> Problem:
    _LOG.error("the identity provider cannot be used: %s", why)
    return Problem(503, "S0504", "the identity provider cannot be used now; the log of the server says why")
