"""The server as a process: its socket, its start, and its end."""

import gc
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import uvicorn
from attrs import frozen
from fastapi import FastAPI

from dro_lang.server.services import Services
from dro_lang.server.settings import LOOPBACK

_GRACE = 10
"""Seconds that open requests have when the server is to end."""


class _Server(uvicorn.Server):
    """Ends live streams when it is told to end, which would otherwise go on."""

    services: Services
    ready: Callable[[], None]

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Have SIGINT and SIGTERM end the server, and no more than that: what comes after it is still to be done."""
        before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.services.feed.close_soon()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _settle()
            self.ready()


_SELDOM = (5_000, 20, 20)
"""What Python counts until it looks for garbage in what is new, what is older, and all there is."""


def _settle() -> None:
    """Have Python look for garbage seldom, and never in what is there from the start: every time that it looks through
    all there is, nothing is answered meanwhile, for a tenth of a second with some hundred live streams."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_SELDOM)


@frozen
class Transport:
    """TLS of its own, if at all; and whose word about the address of a client is taken (the addresses of proxies)."""

    certificate: str | None = None
    key: str | None = None
    proxies: Sequence[str] = ()


def bind(host: str, port: int) -> socket.socket:
    """Take an address. Port 0 is a free one. Raises OSError where it is taken, or not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, its connections do not wait for more to send (asyncio sets TCP_NODELAY on no others).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def url_of(listener: socket.socket, secure: bool) -> str:
    """Where a browser on this machine reaches it."""
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{name}:{port}"


def is_loopback(host: str) -> bool:
    return host in LOOPBACK or host.startswith("127.")


def run(
    app: FastAPI, services: Services, listener: socket.socket, transport: Transport, ready: Callable[[], None]
) -> bool:
    """Serve until SIGINT or SIGTERM. `ready` is called when requests are taken. Gives whether plans were carried out
    until the end."""
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
            proxy_headers=bool(transport.proxies),
            forwarded_allow_ips=list(transport.proxies),
            ssl_certfile=transport.certificate,
            ssl_keyfile=transport.key,
        )
    )
    server.services = services
    server.ready = ready
    server.run(sockets=[listener])
    return services.carrier.failure is None and server.started
