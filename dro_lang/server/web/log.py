"""The log: a JSON object a line, to standard error. Never the query of an address, a body, a cookie or a token."""

import logging
import sys
import time
from collections.abc import Mapping

from pythonjsonlogger.json import JsonFormatter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ACCESS = logging.getLogger("drolang.access")


def set_up(json: bool, level: str = "INFO") -> None:
    """Have everything that is logged go to standard error: as JSON, or as lines for people."""
    handler = logging.StreamHandler(sys.stderr)
    fields = "%(asctime)s %(levelname)s %(name)s %(message)s"
    renamed = {"asctime": "at", "levelname": "level", "name": "logger"}
    handler.setFormatter(
        JsonFormatter(fields, rename_fields=renamed) if json else logging.Formatter("%(levelname).1s %(message)s")
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # It writes addresses with their queries, in which sign-in links stand.
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).setLevel("WARNING")
    logging.getLogger("httpx").setLevel("WARNING")


class Logged:
    """ASGI middleware that writes a line for each request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, sent)
        finally:
            facts: Mapping[str, object] = {
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
                "milliseconds": round((time.perf_counter() - began) * 1000, 1),
                "address": scope["client"][0] if scope.get("client") else None,
            }
            _ACCESS.info("%s %s %s", scope["method"], scope["path"], status, extra=dict(facts))
