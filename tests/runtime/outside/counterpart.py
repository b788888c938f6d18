"""A real HTTP server on this machine, which answers as it is told: late, wrongly, with garbage, or not at all."""

import json
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from attrs import define, field, frozen


@frozen
class Reply:
    """What is answered. `raw` goes out as it is, instead of HTTP; `abort` closes the connection, after half of the body
    where there is one; `pause` seconds go by before it, and `drip` after each byte of the body."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(factory=dict)
    raw: bytes | None = None
    abort: bool = False
    pause: float = 0.0
    drip: float = 0.0


@frozen
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@define
class Counterpart:
    """What was asked, and what is answered: the next of `replies`, or what `answer` makes of the request."""

    url: str
    asked: list[Asked] = field(factory=list)
    replies: deque[Reply] = field(factory=deque)
    answer: Callable[[Asked], Reply] = lambda asked: Reply()

    def next(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        return self.replies.popleft() if self.replies else self.answer(asked)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _any(self) -> None:
        counterpart: Counterpart = self.server.counterpart  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = counterpart.next(Asked(self.command, self.path, headers, body))
        time.sleep(reply.pause)
        try:
            self._send(reply)
        except OSError:
            self.close_connection = True  # whoever asked has gone

    def _send(self, reply: Reply) -> None:
        if reply.raw is not None:
            self.wfile.write(reply.raw)
            self.close_connection = True
            return
        content = reply.body if isinstance(reply.body, bytes) else b"" if reply.body is None else _json(reply.body)
        if reply.abort and not content:
            self._hang_up()
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if reply.abort:
            self.wfile.write(content[: len(content) // 2])
            self._hang_up()
        elif reply.drip:
            for at in range(len(content)):
                self.wfile.write(content[at : at + 1])
                self.wfile.flush()
                time.sleep(reply.drip)
        else:
            self.wfile.write(content)

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


def _json(data: Any) -> bytes:
    return json.dumps(data).encode()


@contextmanager
def counterpart() -> Iterator[Counterpart]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    made = Counterpart(f"http://127.0.0.1:{server.server_address[1]}")
    server.counterpart = made  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
