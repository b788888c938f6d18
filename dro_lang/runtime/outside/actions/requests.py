"""Requests to configured endpoints: `std.http.HttpRequest`."""

from collections.abc import Mapping

from attrs import frozen

from dro_lang.records.json_text import NotJson
from dro_lang.runtime.configuration.model import Endpoint
from dro_lang.runtime.outside.actions.declared import Call
from dro_lang.runtime.outside.failures import INVALID_REQUEST, INVALID_RESPONSE, ActionError, Failure
from dro_lang.runtime.outside.web.answers import data_in, failure_in, succeeded
from dro_lang.runtime.outside.web.server import Servers

ENDPOINT_UNKNOWN = "ENDPOINT_UNKNOWN"
LONGEST = 65_536
"""The most characters of a body that come into a plan: it keeps them as long as it is kept itself."""


@frozen
class HttpRequest:
    """`endpoint` names one of the configuration, and `path` what is below it."""

    endpoints: Mapping[str, Endpoint]
    servers: Servers

    def __call__(
        self, *, endpoint: str, method: str | None, path: str | None, body: str | None, call: Call
    ) -> Mapping[str, object]:
        """Gives the status and the body of an answer that is a success. Raises ActionError."""
        server = self.endpoints.get(endpoint)
        if server is None:
            raise ActionError(ENDPOINT_UNKNOWN, "there is no endpoint of this name in the configuration")
        response = self.servers.of(server).request(
            (method or "Get").upper(),
            below(server.url, path or ""),
            headers={"Idempotency-Key": call.key, "Accept": "*/*", **({} if body is None else _type_of(body))},
            content=None if body is None else body.encode(),
        )
        if isinstance(response, Failure):
            raise ActionError(response.code, response.detail)
        if not succeeded(response):
            failure = failure_in(response, None, {})
            raise ActionError(failure.code, failure.detail)
        if len(response.text) > LONGEST or "\0" in response.text:
            raise ActionError(INVALID_RESPONSE, f"the body is not text of at most {LONGEST:,} characters")
        return {"status": response.status_code, "body": response.text}


def below(url: str, path: str) -> str:
    """The address of a path below another one. Raises ActionError for a path that would lead out of it."""
    if not path:
        return url
    if any(part in ("..", ".") for part in path.partition("?")[0].replace("%2e", ".").replace("%2E", ".").split("/")):
        raise ActionError(INVALID_REQUEST, "a path must not have `.` or `..` in it")
    return f"{url.rstrip('/')}/{path.lstrip('/')}"


def _type_of(body: str) -> Mapping[str, str]:
    json = not isinstance(data_in(body.encode()), NotJson)
    return {"Content-Type": "application/json" if json else "text/plain; charset=utf-8"}
