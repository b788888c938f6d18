"""A small HTTP server for callbacks, `POST /callbacks/INTEGRATION`, and `GET /health` for whoever watches it."""

import json
import logging
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import BoundedSemaphore, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from dro_lang.kernel.commands import Key
from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.configuration.secret import SecretMissing, values_of
from dro_lang.runtime.outside.callbacks.handler import Accepted, Expect, Refused, handle, too_large
from dro_lang.runtime.outside.configured import CALLBACK_PATH

logger = logging.getLogger("drolang.callbacks")

PATIENCE = 10.0
"""Seconds within which a request must have come."""
MOST_AT_ONCE = 64

Deliver = Callable[[Key, Succeeded | Failed], str | None]
"""Brings an event to its plan. Gives why the plan refuses it (it comes late, or again), or None. May raise."""


class Listener:
    """Takes callbacks at an address, until it is closed. Port 0 takes one that is free: `port` says which.

    Raises OSError where the address cannot be taken.
    """

    def __init__(self, host: str, port: int, configuration: Configuration, expect: Expect, deliver: Deliver) -> None:
        self._server = (_SixServer if ":" in host else _Server)((host, port), _Handler)
        self._server.configuration = configuration
        self._server.expect = expect
        self._server.deliver = deliver
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="callbacks", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Take no more; what is being answered is answered."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    configuration: Configuration
    expect: Expect
    deliver: Deliver

    def __init__(self, *arguments: Any) -> None:
        self._room = BoundedSemaphore(MOST_AT_ONCE)
        super().__init__(*arguments)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # without asking the network for the machine's name

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._room.acquire(timeout=PATIENCE):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is none of ours; anything else is a line, without what was sent."""
        logger.info("a connection ended early")


class _SixServer(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = PATIENCE
    protocol_version = "HTTP/1.1"
    server_version = "drolang"
    sys_version = ""

    def do_GET(self) -> None:
        if urlsplit(self.path).path == "/health":
            self._answer(HTTPStatus.OK, {"status": "ok"})
        else:
            self._answer(HTTPStatus.NOT_FOUND, {"reason": "there is nothing here"})

    def do_POST(self) -> None:
        self.close_connection = True  # what was not read of a body must not be taken for the next request
        self._answer(*self._taken())

    def _taken(self) -> tuple[HTTPStatus, dict[str, Any]]:
        configuration = self.server.configuration
        folder, _, name = urlsplit(self.path).path.removeprefix("/").partition("/")
        settings = configuration.integrations.get(unquote(name))
        if folder != CALLBACK_PATH or settings is None or not settings.callback_secrets:
            return HTTPStatus.NOT_FOUND, {"reason": "there is no such integration that calls back"}
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdecimal():
            return HTTPStatus.LENGTH_REQUIRED, {"reason": "`Content-Length` is wanted"}
        if len(length) > 12 or int(length) > configuration.callbacks.largest:
            refused = too_large(configuration.callbacks)
            return refused.status, {"reason": refused.reason}
        body = self._body(int(length))
        if body is None:
            return HTTPStatus.BAD_REQUEST, {"reason": "the body is shorter than it says, or comes too slowly"}
        headers = {key.lower(): value for key, value in self.headers.items()}
        try:
            secrets = [secret.reveal() for secret in settings.callback_secrets]
            found = handle(
                headers,
                body,
                unquote(name),
                settings,
                secrets,
                configuration.callbacks,
                values_of(configuration.secrets),
                self.server.expect,
                datetime.now(UTC),
            )
            return self._outcome(unquote(name), found)
        except SecretMissing as error:
            logger.error("callbacks of %s cannot be verified: %s", unquote(name), error)
            return HTTPStatus.SERVICE_UNAVAILABLE, {"reason": "callbacks cannot be verified now"}
        except Exception as error:  # whatever keeps an event from its plan: the sender tries again
            logger.error("a callback of %s was not delivered: %s", unquote(name), type(error).__name__)
            return HTTPStatus.SERVICE_UNAVAILABLE, {"reason": "the plan cannot be reached now"}

    def _body(self, length: int) -> bytes | None:
        """The body, if it comes whole and in time."""
        end = time.monotonic() + PATIENCE
        body = b""
        while len(body) < length:
            part = self.rfile.read1(length - len(body))
            if not part or time.monotonic() > end:
                return None
            body += part
        return body

    def _outcome(self, name: str, found: Accepted | Refused) -> tuple[HTTPStatus, dict[str, Any]]:
        if isinstance(found, Refused):
            logger.warning("a callback of %s is refused (%d): %s", name, found.status, found.reason)
            return found.status, {"reason": found.reason}
        refusal = self.server.deliver(found.key, found.event)
        if refusal is not None:
            # Sent again it would be refused again, so the sender is told that it is done.
            logger.info("a callback for %s came to nothing: %s", found.key, refusal)
            return HTTPStatus.OK, {"accepted": False, "reason": refusal}
        if isinstance(found.event, Failed):
            why = found.problem or "a callback says so"
            logger.warning("%s failed with %s: %s", found.key, found.event.code, why)
        if found.problem:
            return HTTPStatus.UNPROCESSABLE_ENTITY, {"accepted": True, "reason": found.problem}
        return HTTPStatus.OK, {"accepted": True}

    def _answer(self, status: HTTPStatus, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Requests are told by what comes of them."""
