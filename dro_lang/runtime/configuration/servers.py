"""Reading how servers are reached: addresses, headers, credentials, limits."""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.runtime.configuration.document import Node
from dro_lang.runtime.configuration.model import Basic, Bearer, ClientCredentials, Credentials, Endpoint
from dro_lang.runtime.configuration.references import References
from dro_lang.runtime.configuration.secret import Secret
from dro_lang.runtime.configuration.tables import (
    Findings,
    Reader,
    Table,
    address,
    choice,
    exposed,
    flag,
    length_of_time,
    mapping,
    text,
    whole,
    wrong,
)
from dro_lang.runtime.outside.port import Lane, Rate

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110
_UNFIT_IN_HEADERS = re.compile("[\0-\x1f\x7f]")
_SECRET_HEADERS = {"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-auth-token"}
_OWN_HEADERS = {"content-length", "transfer-encoding", "host", "idempotency-key", "content-type"}
NO_SECRET: Secret = None  # type: ignore[assignment]
"""Stands for a secret that is missing, which has been reported: no configuration comes of it."""


def endpoint(table: Table, references: References) -> Endpoint:
    """The endpoint whose settings stand in a table, among others."""
    return Endpoint(
        url=table.need("url", address, ""),
        headers=table.get("headers", partial(_headers, references), {}),
        credentials=table.get("credentials", partial(_credentials, references), None),
        timeout=table.get("timeout", length_of_time, timedelta(seconds=30)),
        authorities=table.get("authorities", references.path, None),
    )


def lane(table: Table) -> Lane:
    """The limits whose settings stand in a table, among others."""
    return Lane(table.get("concurrency", whole(1, 1_000), Lane().concurrency), table.get("rate", _rate, None))


def _rate(node: Node, found: Findings) -> Rate | None:
    """`{ requests = 10, per = "1 second" }`."""
    if not node.is_table:
        wrong(node, 'this is to be a rate, such as `{ requests = 10, per = "1 second" }`', found)
        return None
    table = Table(node, "a rate", found)
    rate = Rate(table.need("requests", whole(1, 1_000_000), 1), table.need("per", length_of_time, timedelta(seconds=1)))
    table.close()
    return rate


def _headers(references: References, node: Node, found: Findings) -> dict[str, str | Secret] | None:
    read: Reader[Mapping[str, str | Secret]] = mapping(references.text_or_secret)
    values = read(node, found)
    if values is None:
        return None
    for name, value in values.items():
        each = node.value[name]
        if not _HEADER_NAME.fullmatch(name) or (isinstance(value, str) and _UNFIT_IN_HEADERS.search(value)):
            wrong(each, f"`{name}` is no header that can be sent", found)
        elif name.lower() in _OWN_HEADERS:
            found.append(diagnose("C0108", each.key, f"the header `{name}` is set with each request, and not here"))
        elif isinstance(value, str) and name.lower() in _SECRET_HEADERS:
            exposed(each, f"the header `{name}` holds a secret, which must not stand in this file", "`env`", found)
    return dict(values)


def _credentials(references: References, node: Node, found: Findings) -> Credentials | None:
    if not node.is_table:
        wrong(node, 'this is to be a table, such as `{ type = "bearer", token = { env = "NAME" } }`', found)
        return None
    table = Table(node, "`credentials`", found)
    kind = table.need("type", choice(("basic", "bearer", "oauth2")), "")
    made: Credentials | None = None
    if kind == "basic":
        made = Basic(table.need("username", text, ""), table.need("password", references.secret, NO_SECRET))
    elif kind == "bearer":
        made = Bearer(table.need("token", references.secret, NO_SECRET))
    elif kind == "oauth2":
        made = ClientCredentials(
            token_url=table.need("token_url", address, ""),
            client_id=table.need("client_id", text, ""),
            client_secret=table.need("client_secret", references.secret, NO_SECRET),
            scope=table.get("scope", text, None),
            audience=table.get("audience", text, None),
            in_body=table.get("in_body", flag, False),
        )
    if made is not None:
        table.close()
    return made
