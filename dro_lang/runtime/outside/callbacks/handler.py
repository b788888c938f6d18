"""READ FIRST: from a request to the event that it brings, or why it is refused. Pure: whoever listens calls this."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from attrs import frozen

from dro_lang.kernel.commands import Key
from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.program.model import Integration, Program
from dro_lang.program.values import Row
from dro_lang.records.json_text import NotJson
from dro_lang.runtime.configuration.model import Callbacks, IntegrationSettings
from dro_lang.runtime.outside.callbacks.signature import verify
from dro_lang.runtime.outside.callouts.answer import results_in
from dro_lang.runtime.outside.failures import ERROR_REPORTED, Failure, guarded
from dro_lang.runtime.outside.web.answers import at, code_at, data_in

_RESULTS = "results"
_ERRORS = ("error.code", "error")


@frozen
class Expected:
    """What a callout is answered by: results of this integration, of a plan of this program."""

    integration: Integration
    program: Program


Expect = Callable[[Key], Expected | None]
"""What answers a callout, by its key; None where no plan of ours has made it."""


@frozen
class Accepted:
    """A callback that is true, and the event that it brings to a plan, which says whether it comes in time.

    `problem` is what is wrong with its results, where the event is a failure for that.
    """

    message_id: str
    key: Key
    event: Succeeded | Failed
    problem: str = ""


@frozen
class Refused:
    """A request that is no callback, or not a true one: the status to answer it with, and why."""

    status: HTTPStatus
    reason: str


def handle(
    headers: Mapping[str, str],
    body: bytes,
    integration: str,
    settings: IntegrationSettings,
    secrets: Sequence[str],
    callbacks: Callbacks,
    hidden: frozenset[str],
    expect: Expect,
    now: datetime,
) -> Accepted | Refused:
    """What a callback of an integration brings. `headers` by names in lower case; `secrets` are the values of those in
    the settings, and `hidden` all those that no answer may show.

    The body is a JSON object: the correlation id that came with the callout, and `results` or an `error` (a code, or an
    object with a `code`); `settings` may say that they stand elsewhere.
    """
    if len(body) > callbacks.largest:
        return too_large(callbacks)
    unverified = verify(headers, body, secrets, now, callbacks.tolerance)
    if unverified is not None:
        return Refused(HTTPStatus.UNAUTHORIZED, unverified.reason)
    data = data_in(body)
    if isinstance(data, NotJson):
        return Refused(HTTPStatus.BAD_REQUEST, f"the body is {data.reason}")
    text = at(data, settings.correlation_at)
    if not isinstance(text, str):
        return Refused(HTTPStatus.BAD_REQUEST, f"there is no correlation id at `{settings.correlation_at}` in the body")
    try:
        key = Key.parse(text)
    except ValueError:
        return Refused(HTTPStatus.BAD_REQUEST, f"what stands at `{settings.correlation_at}` is no correlation id")
    expected = expect(key)
    if expected is None or expected.integration.name != integration:
        return Refused(HTTPStatus.NOT_FOUND, f"no callout to `{integration}` has this correlation id")
    outcome = guarded(_outcome(data, settings, expected), hidden)
    if not isinstance(outcome, Failure):
        return Accepted(headers["webhook-id"], key, Succeeded(now, key.step, outcome, key.attempt))
    return Accepted(headers["webhook-id"], key, Failed(now, key.step, outcome.code, key.attempt), outcome.detail)


def too_large(callbacks: Callbacks) -> Refused:
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {callbacks.largest:,} bytes")


def _outcome(data: Any, settings: IntegrationSettings, expected: Expected) -> Row | Failure:
    paths = _ERRORS if settings.error_code is None else (settings.error_code,)
    if any(at(data, path) is not None for path in paths):
        theirs = next((code for path in paths if (code := code_at(data, path)) is not None), ERROR_REPORTED)
        return Failure(settings.errors.get(theirs, theirs))
    found = at(data, settings.results_at or _RESULTS)
    nothing_wanted = found is None and all(definition.optional for definition in expected.integration.gives)
    return results_in({} if nothing_wanted else found, expected.integration, settings, expected.program)
