"""The header that says who asks, and the tokens that have to be fetched for it."""

import base64
import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from dro_lang.runtime.configuration.model import Basic, Bearer, ClientCredentials, Credentials
from dro_lang.runtime.outside.failures import UNAUTHORIZED, Failure

if TYPE_CHECKING:
    import httpx

_EARLY = 30.0
"""Seconds before its end from which a token is not used any more."""
_UNSAID = 300.0
"""How long a token is taken to hold whose server does not say."""


class Authority(Protocol):
    """Says who asks."""

    def header(self) -> str | Failure:
        """The value of the Authorization header. Raises SecretMissing."""

    def refused(self, header: str) -> bool:
        """The server does not take this header: whether it is worth another try."""


class Fixed:
    """Credentials that are sent as they are."""

    def __init__(self, credentials: Basic | Bearer, seen: Callable[[str], None]) -> None:
        self._credentials = credentials
        self._seen = seen

    def header(self) -> str:
        if isinstance(self._credentials, Bearer):
            return f"Bearer {self._credentials.token.reveal()}"
        return _basic(self._credentials.username, self._credentials.password.reveal(), self._seen)

    def refused(self, header: str) -> bool:
        return False


class Fetched:
    """A token that is fetched with client credentials, kept while it holds, and fetched again where it is refused.

    One thread fetches, the others wait for what it gets.
    """

    def __init__(
        self,
        credentials: ClientCredentials,
        client: "httpx.Client",
        fetch: Callable[..., "httpx.Response | Failure"],
        seen: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._credentials = credentials
        self._client = client
        self._fetch = fetch
        self._seen = seen
        self._clock = clock
        self._lock = Lock()
        self._header = ""
        self._until = 0.0

    def header(self) -> str | Failure:
        with self._lock:
            if self._header and self._clock() < self._until:
                return self._header
            token = self._token()
            if isinstance(token, Failure):
                return token
            value, seconds = token
            self._seen(value)
            self._header, self._until = f"Bearer {value}", self._clock() + max(seconds - _EARLY, 0.0)
            return self._header

    def refused(self, header: str) -> bool:
        with self._lock:
            if header == self._header:
                self._header = ""
        return True

    def _token(self) -> tuple[str, float] | Failure:
        asked = self._credentials
        form = {"grant_type": "client_credentials"}
        form |= {} if asked.scope is None else {"scope": asked.scope}
        form |= {} if asked.audience is None else {"audience": asked.audience}
        headers = {"Accept": "application/json"}
        secret = asked.client_secret.reveal()
        if asked.in_body:
            form |= {"client_id": asked.client_id, "client_secret": secret}
        else:
            headers["Authorization"] = _basic(_form_encoded(asked.client_id), _form_encoded(secret), self._seen)
        response = self._fetch(self._client.build_request("POST", asked.token_url, data=form, headers=headers))
        if isinstance(response, Failure):
            return Failure(response.code, f"for a token: {response.detail}")
        if response.status_code >= 300:
            return Failure(UNAUTHORIZED, f"the token server answered {response.status_code}")
        try:
            answer = response.json()
            value, seconds = answer["access_token"], float(answer.get("expires_in", _UNSAID))
        except (ValueError, KeyError, TypeError, AttributeError):
            return Failure(UNAUTHORIZED, "the token server's answer has no `access_token`, or is not JSON")
        if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
            return Failure(UNAUTHORIZED, "the token server's `access_token` is no token")
        return value, seconds


def _basic(username: str, password: str, seen: Callable[[str], None]) -> str:
    """The header; what stands for the password in it is as secret as that."""
    encoded = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
    seen(encoded)
    return f"Basic {encoded}"


def _form_encoded(text: str) -> str:
    """As RFC 6749, section 2.3.1, wants it before it is put into the header."""
    from urllib.parse import quote_plus

    return quote_plus(text)


def authority_of(
    credentials: Credentials | None,
    client: "httpx.Client",
    fetch: Callable[..., "httpx.Response | Failure"],
    seen: Callable[[str], None],
) -> Authority | None:
    """Who asks by some credentials; None without them. `seen` is told each token that is fetched, and each
    header made of a password."""
    if credentials is None:
        return None
    if isinstance(credentials, ClientCredentials):
        return Fetched(credentials, client, fetch, seen)
    return Fixed(credentials, seen)
