"""A server that is configured: requests with its headers and credentials, within its time, and what comes back."""

import logging
import re
import ssl
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from dro_lang.runtime.configuration.model import Endpoint
from dro_lang.runtime.outside.failures import (
    CONNECTION_LOST,
    INVALID_REQUEST,
    INVALID_RESPONSE,
    SECRET_MISSING,
    TIMEOUT,
    UNREACHABLE,
    Failure,
)
from dro_lang.runtime.outside.web.credentials import Authority, authority_of

if TYPE_CHECKING:
    import httpx

LARGEST = 4 * 1024 * 1024
"""The most bytes of an answer that are read."""
_UNFIT_IN_HEADERS = re.compile(r"[^\x20-\x7e]")
UNAUTHORIZED_STATUS = 401


class Server:
    """Connections to one endpoint, shared by all threads. Close it at the end. `seen` is told each token that is
    fetched, and each header made of a password."""

    def __init__(self, endpoint: Endpoint, seen: Callable[[str], None]) -> None:
        import httpx

        # Its lines at INFO show addresses, and the address of a webhook may be a secret.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        context = ssl.create_default_context(cafile=endpoint.authorities)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=16)
        self.endpoint = endpoint
        # A redirect would take credentials, and the request, to where nobody has configured them to go.
        self._client = httpx.Client(verify=context, limits=limits, follow_redirects=False)
        self._authority: Authority | None = authority_of(endpoint.credentials, self._client, self._fetch, seen)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> "httpx.Response | Failure":
        """The answer to a request, read to its end; or why there is none. Raises SecretMissing.

        Where credentials that were fetched are refused, they are fetched again and the request is sent once more.
        """
        import httpx

        own = {
            name: value if isinstance(value, str) else value.reveal() for name, value in self.endpoint.headers.items()
        }
        sent = {"Accept": "application/json", **own, **(headers or {})}
        for last in (False, True):
            header = None if self._authority is None else self._authority.header()
            if isinstance(header, Failure):
                return header
            if header is not None:
                sent["Authorization"] = header
            unfit = next((name for name, value in sent.items() if _UNFIT_IN_HEADERS.search(value)), None)
            if unfit is not None:
                return Failure(SECRET_MISSING, f"the value of the header `{unfit}` cannot be sent")
            try:
                request = self._client.build_request(
                    method, url, headers=sent, params=params, json=json, data=data, content=content
                )
            except httpx.InvalidURL:
                return Failure(INVALID_REQUEST, "the address to ask is none")
            response = self._fetch(request, seconds)
            refused = not isinstance(response, Failure) and response.status_code == UNAUTHORIZED_STATUS
            if last or not refused or header is None or self._authority is None or not self._authority.refused(header):
                break
        return response

    def _fetch(self, request: "httpx.Request", seconds: float | None = None) -> "httpx.Response | Failure":
        import httpx

        seconds = self.endpoint.timeout.total_seconds() if seconds is None else seconds
        deadline = time.monotonic() + seconds
        request.extensions["timeout"] = httpx.Timeout(seconds).as_dict()
        try:
            response = self._client.send(request, stream=True)
            try:
                return _read(response, deadline, seconds)
            finally:
                response.close()
        except (httpx.ConnectTimeout, httpx.ConnectError) as error:
            return Failure(UNREACHABLE, f"no connection to `{request.url.host}`: {type(error).__name__}")
        except httpx.TimeoutException:
            return _too_slow(seconds)
        except httpx.DecodingError:
            return Failure(INVALID_RESPONSE, "the answer is not in the encoding that it names")
        except httpx.UnsupportedProtocol:
            return Failure(INVALID_REQUEST, "the address to ask begins neither with `https://` nor with `http://`")
        except httpx.TransportError as error:
            return Failure(CONNECTION_LOST, f"the connection broke: {type(error).__name__}")

    def close(self) -> None:
        self._client.close()


def _read(response: "httpx.Response", deadline: float, seconds: float) -> "httpx.Response | Failure":
    import httpx

    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > LARGEST:
            return Failure(INVALID_RESPONSE, f"the answer has more than {LARGEST:,} bytes")
        if time.monotonic() > deadline:
            return _too_slow(seconds)
    headers = [(name, value) for name, value in response.headers.multi_items() if name != "content-encoding"]
    return httpx.Response(response.status_code, headers=headers, content=bytes(content), request=response.request)


def _too_slow(seconds: float) -> Failure:
    return Failure(TIMEOUT, f"no answer within {seconds:g} seconds")


class Servers:
    """The servers of endpoints, each made when it is first asked for. Close them at the end."""

    def __init__(self) -> None:
        self.tokens: set[str] = set()
        """Every token that was fetched, and every header made of a password: secrets, too."""
        self._lock = Lock()
        self._made: dict[int, Server] = {}

    def of(self, endpoint: Endpoint) -> Server:
        """The server of an endpoint: for the same one the same."""
        with self._lock:
            if id(endpoint) not in self._made:
                self._made[id(endpoint)] = Server(endpoint, self.tokens.add)
            return self._made[id(endpoint)]

    def close(self) -> None:
        for server in self._made.values():
            server.close()
