"""The request of a callout: its address, its body or query, and the headers by which a repeat is known."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from attrs import frozen

from dro_lang.kernel.commands import CallOut
from dro_lang.program.model import AttributeDefinition, Integration, Program
from dro_lang.program.values import Value
from dro_lang.records.json_text import NumberText, encode
from dro_lang.records.validate import to_data
from dro_lang.runtime.configuration.model import IntegrationSettings, Method
from dro_lang.runtime.outside.failures import INVALID_REQUEST, Failure

PLACEHOLDER = re.compile(r"\{(\w+)\}")
KEY_HEADER = "Idempotency-Key"
CORRELATION_HEADER = "Drolang-Correlation-Id"
CALLBACK_HEADER = "Drolang-Callback-Url"
_WITHOUT_BODY = (Method.GET, Method.DELETE)


@frozen
class Request:
    """What is sent. Arguments that have a place in the address stand there alone; the others are the fields of a JSON
    object, or the query where the method has no body."""

    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, str] | None
    content: bytes | None


def request_of(
    command: CallOut,
    integration: Integration,
    settings: IntegrationSettings,
    program: Program,
    callback_url: str | None,
) -> Request | Failure:
    """The request of a callout; `callback_url` is where the answer of an asynchronous one may be sent to."""
    takes = {definition.name: definition for definition in integration.takes}
    address = settings.endpoint.url
    placed = PLACEHOLDER.findall(address)
    for name in placed:
        text = _text(command.arguments.get(name), takes[name], program) if name in takes else None
        if text in (None, "", ".", ".."):
            return Failure(INVALID_REQUEST, f"`{name}` has no value that could stand in an address")
        address = address.replace("{" + name + "}", quote(str(text), safe=""))
    key = str(command.key)
    headers = {KEY_HEADER: key}
    if command.asynchronous:
        headers[CORRELATION_HEADER] = key
        if callback_url is not None:
            headers[CALLBACK_HEADER] = callback_url
    # What is unknown is left out: there is no null in the language.
    given = {
        name: command.arguments[name]
        for name in takes
        if name not in placed and command.arguments.get(name) is not None
    }
    if settings.method in _WITHOUT_BODY:
        params = {
            settings.arguments.get(name, name): _text(value, takes[name], program) for name, value in given.items()
        }
        query = {name: text for name, text in params.items() if text is not None}
        return Request(settings.method, address, headers, query or None, None)
    body: dict[str, Any] = {}
    for name, value in given.items():
        _put(body, settings.arguments.get(name, name), _data(value, takes[name], program))
    headers["Content-Type"] = "application/json"
    return Request(settings.method, address, headers, None, encode(body).encode())


def _text(value: Value, definition: AttributeDefinition, program: Program) -> str | None:
    data = None if value is None else _data(value, definition, program)
    return data if data is None or isinstance(data, str) else encode(data)


def _data(value: Value, definition: AttributeDefinition, program: Program) -> Any:
    """Data for JSON. Decimals and money are numbers there, with every digit: both sides know the currency."""
    if isinstance(value, Decimal):
        return NumberText(f"{value:f}")
    return to_data(value, definition.type, program)


def _put(body: dict[str, Any], path: str, data: Any) -> None:
    *outer, last = path.split(".")
    for key in outer:
        body = body.setdefault(key, {})
    body[last] = data
