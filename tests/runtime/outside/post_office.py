"""A real mail server on this machine, which takes mail, refuses it, or is slow."""

import email
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

PASSWORD = "hunter2hunter2"


class PostOffice:
    """What came in, and what is answered to recipients and messages: a whole reply, `250 OK` where none is said."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: dict[str, str] = {}
        self.data_reply = ""
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        reply = self.recipients.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data_reply:
            return self.data_reply
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        message["X-Envelope"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 taken"


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    fits = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=fits, handled=False)


class _AtAnyPort(Controller):
    """Knows the port that it was given only when it has it."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def post_office(authenticated: bool = False) -> Iterator[PostOffice]:
    office = PostOffice()
    options: dict[str, Any] = (
        {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": False} if authenticated else {}
    )
    controller = _AtAnyPort(office, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        office.port = controller.port
        yield office
    finally:
        controller.stop()
