"""What stands before every request, as ASGI middleware: headers, the origin of changes, sizes, rates.

Cookies travel with requests that other sites make in a person's browser. So what changes something and comes with a
cookie must say that it comes from a page of this server (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/; for
browsers that do not say it, the Origin header). Requests with a token in their header need no such check: no site can
add one that it does not know.
"""

import hashlib
from collections.abc import Mapping

from attrs import frozen
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dro_lang.server.settings import Settings
from dro_lang.server.web.problems import Problem, problem_response

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


@frozen
class SecureHeaders:
    """Adds the headers that browsers obey. A response that says its own content security policy keeps it."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cross-origin-resource-policy", "same-origin")
                if "content-security-policy" not in headers:
                    page = headers.get("content-type", "").startswith("text/html")
                    headers["content-security-policy"] = PAGE_POLICY.format(ancestors="'none'") if page else API_POLICY
                headers.setdefault("cache-control", "no-store")
                if self.settings.secure:
                    headers.setdefault("strict-transport-security", "max-age=31536000; includeSubDomains")
            await send(message)

        await self.app(scope, receive, sent if scope["type"] == "http" else send)


@frozen
class KnownHosts:
    """Refuses requests under other names than the server's own, so that no site can have its name point here."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = _host(Headers(scope=scope).get("host", ""))
            if host not in self.settings.hosts:
                problem = Problem(421, "S0206", f"this server is {self.settings.url}, not `{host[:100]}`")
                await problem_response(problem)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _host(value: str) -> str:
    """The name in a Host header, without its port."""
    if value.startswith("["):
        return value[1:].partition("]")[0]
    return value.partition(":")[0].lower()


@frozen
class SameOriginChanges:
    """Refuses changes that a cookie would allow and another site asked for."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            headers = Headers(scope=scope)
            if "authorization" not in headers and not self._own(headers):
                problem = Problem(
                    403, "S0103", "this change was asked for by another site; do it on a page of this one"
                )
                await problem_response(problem)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _own(self, headers: Mapping[str, str]) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        return headers.get("origin") == self.settings.origin or ("cookie" not in headers and "origin" not in headers)


@frozen
class BoundedBody:
    """Refuses bodies that are too large: by what is announced, and by what comes."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.settings.body
        too_large = f"a request may have {limit:,} bytes"
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit:
            await problem_response(Problem(413, "S0204", too_large))(scope, receive, send)
            return
        taken = 0

        async def received() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                # Of all exceptions, this one is not taken for a body that cannot be parsed.
                raise HTTPException(413, too_large)
            return message

        await self.app(scope, received, send)


class Limiter:
    """Counts what each caller asks for in the last minute."""

    def __init__(self, settings: Settings) -> None:
        self._counts = SlidingWindowCounterRateLimiter(MemoryStorage())
        rates = settings.rates
        self._limits = {
            "requests": RateLimitItemPerMinute(rates.requests),
            "changes": RateLimitItemPerMinute(rates.changes),
            "failures": RateLimitItemPerMinute(rates.failures),
            "address": RateLimitItemPerMinute(rates.requests * 5),
        }

    def hit(self, what: str, who: str) -> bool:
        """Count one; False where that is one too many."""
        return self._counts.hit(self._limits[what], what, who)


@frozen
class BoundedRate:
    """Refuses who asks for more than the rates allow. Callers are told apart by address, token and cookie."""

    app: ASGIApp
    limiter: Limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            address = scope["client"][0] if scope.get("client") else ""
            who = caller_key(address, Headers(scope=scope))
            kinds = ("requests",) if scope["method"] in SAFE_METHODS else ("requests", "changes")
            if not all(self.limiter.hit(kind, who) for kind in kinds) or not self.limiter.hit("address", address):
                problem = Problem(429, "S0401", "too many requests in a minute", {"retry-after": "20"})
                await problem_response(problem)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def caller_key(address: str, headers: Mapping[str, str]) -> str:
    credential = headers.get("authorization") or headers.get("cookie") or ""
    return f"{address} {hashlib.sha256(credential.encode()).hexdigest()[:16] if credential else ''}"
