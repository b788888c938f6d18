"""What a configuration holds. Everything is frozen; secrets are references, and paths are absolute."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from attrs import field, frozen

from dro_lang.records.load import InputError, Inputs
from dro_lang.records.tables.address import Table, source_of
from dro_lang.runtime.configuration.secret import Secret, SecretMissing
from dro_lang.runtime.outside.port import Lane
from dro_lang.source import Source, Span

# ---- reaching servers


@frozen
class Basic:
    """A name and a password in each request (RFC 7617)."""

    username: str
    password: Secret


@frozen
class Bearer:
    """A token in each request (RFC 6750)."""

    token: Secret


@frozen
class ClientCredentials:
    """A token that is fetched for this client, and kept until it expires (OAuth 2, RFC 6749, section 4.4)."""

    token_url: str
    client_id: str
    client_secret: Secret
    scope: str | None = None
    audience: str | None = None
    in_body: bool = False
    """Whether the token server wants the client's id and secret in the form, rather than in a header."""


Credentials = Basic | Bearer | ClientCredentials


@frozen
class Endpoint:
    """A server and how it is spoken to. `timeout` bounds one request, from connecting to the last byte."""

    url: str
    headers: Mapping[str, str | Secret] = field(factory=dict)
    credentials: Credentials | None = None
    timeout: timedelta = timedelta(seconds=30)
    authorities: Path | None = None
    """A file of the certificates to trust, where the system's are not those."""


# ---- actions


class Security(StrEnum):
    """How the connection to a mail server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@frozen
class Mail:
    """The server that takes e-mail, whom it is from, and the folder of templates."""

    host: str
    port: int
    sender: str
    security: Security = Security.STARTTLS
    username: str | None = None
    password: Secret | None = None
    templates: Path | None = None
    reply_to: str | None = None
    timeout: timedelta = timedelta(seconds=30)


@frozen
class TextGateway:
    """A server that sends text messages: what its fields are called, and where it answers with the message's id."""

    endpoint: Endpoint
    to: str = "to"
    text: str = "text"
    message_id: str = "id"
    fields: Mapping[str, str | Secret] = field(factory=dict)
    form: bool = False
    error_code: str | None = None


@frozen
class Channel:
    """Where a notice goes: to a webhook, as `{field: text}`, or to the end of a file, a JSON object a line."""

    webhook: str | Secret | None = None
    field: str = "text"
    file: Path | None = None
    timeout: timedelta = timedelta(seconds=30)


@frozen
class RecordTarget:
    """Where records are kept that actions update: a table of a SQLite database or of a database server, by its secret
    address, or a file of CSV or NDJSON. `key` is the column that tells which one."""

    key: str
    database: Path | None = None
    server: Secret | None = None
    table: str = ""
    file: Path | None = None


class Use(StrEnum):
    """What carries out an action of one's own without code."""

    EMAIL = "email"
    RECORD = "record"


@frozen
class ActionSettings:
    """Of one action, by its name: what ready-made one carries it out (None: code), and the longest it may take."""

    use: Use | None = None
    target: str | None = None
    timeout: timedelta | None = None


# ---- callouts


class Method(StrEnum):
    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


@frozen
class IntegrationSettings:
    """The system behind an integration.

    `arguments` and `results` say what fields they have in bodies, where not their own names; `results_at` and
    `error_code` where in an answer the results and the code of an error stand, as dotted paths, and `correlation_at`
    where in a callback the id that went out with the callout does; `errors` what a code of theirs (or an HTTP status)
    is called in plans. Callbacks are signed with one of `callback_secrets`.
    """

    endpoint: Endpoint
    method: Method = Method.POST
    arguments: Mapping[str, str] = field(factory=dict)
    results: Mapping[str, str] = field(factory=dict)
    results_at: str | None = None
    error_code: str | None = None
    correlation_at: str = "correlation_id"
    errors: Mapping[str, str] = field(factory=dict)
    lane: Lane = field(factory=Lane)
    callback_secrets: tuple[Secret, ...] = ()


@frozen
class Callbacks:
    """How callbacks are taken. `url` is the address by which the outside reaches the listener; `tolerance` how far the
    sender's clock may be off; `largest` the most bytes of a body."""

    url: str | None = None
    tolerance: timedelta = timedelta(minutes=5)
    largest: int = 262_144


# ---- records


@frozen
class ObjectSettings:
    """Where the records of an object stand, for whoever submits one by its id: a file or a table, and another one for
    items that are rows of their own. A table on a server is a secret: its address may hold a password."""

    records: Path | Table | Secret
    items: Path | Table | Secret | None = None

    def inputs(self) -> Inputs:
        """What is to be read. Raises InputError where the address of a server is not there, or none."""
        return Inputs([_revealed(self.records)], None if self.items is None else _revealed(self.items))


def _revealed(where: Path | Table | Secret) -> Path | Table:
    if isinstance(where, Path | Table):
        return where
    try:
        found = source_of(where.reveal())
    except SecretMissing as missing:
        raise InputError(str(missing), "say there where the records stand") from None
    if not isinstance(found, Table) or found.file is not None:
        what = "the secret that says where the records stand is no address of a table on a server"
        raise InputError(what, "write postgresql://HOST/DATABASE?table=NAME")
    return found


# ---- signing in


PERMISSION_SETS = ("admin", "designer", "operator", "submit", "submit-and-orchestrate")


@frozen
class RoleSettings:
    """What a role of the identity provider is worth: permission sets, and the objects and queues for which they hold
    (`*` is every one)."""

    sets: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()


@frozen
class SignIn:
    """The identity provider (OpenID Connect) through which people sign in to the server, and the allow-list of its
    roles. `name` and `roles_at` say which claims tell a person's name and roles, as dotted paths; with `domains`, names
    are e-mail addresses of these."""

    issuer: str
    client_id: str
    client_secret: Secret | None = None
    name: str = "email"
    roles_at: str = "roles"
    domains: tuple[str, ...] = ()
    scope: str = "openid email profile"
    roles: Mapping[str, RoleSettings] = field(factory=dict)


# ---- the whole


@frozen
class Configuration:
    """A configuration in one environment (None: without one)."""

    source: Source
    folder: Path
    environment: str | None = None
    store: Path | None = None
    modules: tuple[str, ...] = ()
    queues: Mapping[str, tuple[str, ...]] = field(factory=dict)
    mail: Mail | None = None
    text_gateway: TextGateway | None = None
    channels: Mapping[str, Channel] = field(factory=dict)
    endpoints: Mapping[str, Endpoint] = field(factory=dict)
    records: Mapping[str, RecordTarget] = field(factory=dict)
    objects: Mapping[str, ObjectSettings] = field(factory=dict)
    actions: Mapping[str, ActionSettings] = field(factory=dict)
    action_lane: Lane = field(factory=Lane)
    integrations: Mapping[str, IntegrationSettings] = field(factory=dict)
    callbacks: Callbacks = field(factory=Callbacks)
    sign_in: SignIn | None = None
    secrets: Mapping[Secret, Span] = field(factory=dict, eq=False)
    """Every secret that is referred to, and where."""
    places: Mapping[tuple[str, ...], Span] = field(factory=dict, eq=False, repr=False)

    def place(self, *path: str) -> Span:
        """Where a setting stands, or what it would stand in: its table, else the beginning."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Span(self.source, 0, 0))
