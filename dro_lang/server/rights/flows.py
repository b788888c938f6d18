"""Sign-ins through an identity provider that are under way."""

import secrets
import threading
from datetime import datetime, timedelta

from attrs import field, frozen

FLOW_LIFE = timedelta(minutes=10)
_MOST = 10_000


@frozen
class Begun:
    """A sign-in that somebody began: what the provider must tell again, and where to go afterwards."""

    nonce: str
    verifier: str
    next: str
    ends_at: datetime


@frozen
class Flows:
    """The sign-ins that are under way, by their state. They do not outlive the server."""

    _begun: dict[str, Begun] = field(factory=dict)
    _guard: threading.Lock = field(factory=threading.Lock)

    def begin(self, next: str, now: datetime) -> tuple[str, Begun] | None:
        """A new sign-in and its state; None where too many are under way."""
        state = secrets.token_urlsafe(24)
        begun = Begun(secrets.token_urlsafe(24), secrets.token_urlsafe(48), next, now + FLOW_LIFE)
        with self._guard:
            for old in [key for key, each in self._begun.items() if each.ends_at <= now]:
                del self._begun[old]
            if len(self._begun) >= _MOST:
                return None
            self._begun[state] = begun
        return state, begun

    def end(self, state: str, now: datetime) -> Begun | None:
        """The sign-in of a state: once."""
        with self._guard:
            begun = self._begun.pop(state, None)
        return None if begun is None or begun.ends_at <= now else begun
