"""How the API reads requests: numbers as they are written, and requests that come twice done once.

A request with an `Idempotency-Key` is answered once; whoever sends it again within a day, because the answer was lost,
gets that answer (draft-ietf-httpapi-idempotency-key-header).
"""

import hashlib
import json
from collections.abc import Callable, Coroutine
from decimal import Decimal
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from dro_lang.server.api.said import ProblemSaid
from dro_lang.server.services import services_of
from dro_lang.server.web.caller import caller_or_none
from dro_lang.server.web.guards import SAFE_METHODS
from dro_lang.server.web.problems import MEDIA_TYPE, Problem

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class ExactRequest(Request):
    """A request whose JSON loses nothing: numbers with a fraction are decimals."""

    async def json(self) -> Any:
        body = await self.body()
        return json.loads(body, parse_float=Decimal, parse_constant=_no_number)


def _no_number(text: str) -> Any:
    raise json.JSONDecodeError(f"{text} is no number of JSON", text, 0)


class ApiRoute(APIRoute):
    """A route of the API."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def exactly(request: Request) -> Response:
            exact = ExactRequest(request.scope, request.receive)
            key = request.headers.get("idempotency-key")
            if key is None or request.method in SAFE_METHODS:
                return await handle(exact)
            return await _once(exact, key, handle)

        return exactly


async def _once(request: Request, key: str, handle: Handler) -> Response:
    if not key.isprintable() or len(key) > 255:
        raise Problem(422, "S0201", "an Idempotency-Key has up to 255 printable characters")
    repeats = services_of(request).repeats
    caller = await run_in_threadpool(caller_or_none, request)
    if caller is None:
        return await handle(request)
    body = await request.body()
    asked = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode() + body).hexdigest()
    known = await run_in_threadpool(repeats.begin, caller.actor.id, key, asked)
    if known is not None:
        return known.response(request.headers.get("accept-encoding", ""))
    try:
        response = await handle(request)
    except BaseException:
        # Nothing was done, or a problem says what is wrong: the same request may be sent again.
        await run_in_threadpool(repeats.forget, caller.actor.id, key)
        raise
    await run_in_threadpool(repeats.keep, caller.actor.id, key, response)
    return response


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers that say what is wrong, for the description of a route."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemSaid"}}}
    told = {
        400: "The body cannot be read.",
        401: "Nobody is signed in.",
        403: "Not allowed, or asked for by another site.",
        404: "There is none, or none that you may know of.",
        409: "The plan does not allow it now.",
        412: "It has changed since.",
        413: "Too large.",
        415: "The body is of the wrong type.",
        422: "The request does not fit.",
        429: "Too many requests.",
        503: "The store cannot be reached.",
    }
    return {status: {"description": told[status], "model": ProblemSaid, "content": content} for status in statuses}


READS = problems(401, 403, 404, 422, 429, 503)
CHANGES = problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 429, 503)
