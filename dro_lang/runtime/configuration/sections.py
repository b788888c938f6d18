"""Reading the sections of a configuration, each into the part of the model that it is about."""

from datetime import timedelta
from pathlib import Path

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.records.tables.address import Table as TableOfRecords
from dro_lang.runtime.configuration.document import Node
from dro_lang.runtime.configuration.model import (
    PERMISSION_SETS,
    ActionSettings,
    Callbacks,
    Channel,
    Endpoint,
    IntegrationSettings,
    Mail,
    Method,
    ObjectSettings,
    RecordTarget,
    RoleSettings,
    Security,
    SignIn,
    TextGateway,
    Use,
)
from dro_lang.runtime.configuration.references import References
from dro_lang.runtime.configuration.secret import Secret
from dro_lang.runtime.configuration.servers import endpoint, lane
from dro_lang.runtime.configuration.tables import (
    Table,
    address,
    choice,
    constant,
    each_of,
    flag,
    length_of_time,
    list_of,
    mapping,
    text,
    texts,
    whole,
    wrong,
)
from dro_lang.runtime.outside.actions.mail.addresses import mailbox
from dro_lang.runtime.outside.failures import CODE
from dro_lang.runtime.outside.port import Lane

_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


def mail(table: Table, references: References) -> Mail:
    security = table.get("security", constant(Security), Security.STARTTLS)
    made = Mail(
        host=table.need("host", text, ""),
        port=table.get("port", whole(1, 65_535), _PORTS[security]),
        sender=table.need("sender", text, "nobody@localhost"),
        security=security,
        username=table.get("username", text, None),
        password=table.get("password", references.secret, None),
        templates=table.get("templates", references.path, None),
        reply_to=table.get("reply_to", text, None),
        timeout=table.get("timeout", length_of_time, timedelta(seconds=30)),
    )
    for key, value in (("sender", made.sender), ("reply_to", made.reply_to)):
        if key in table.node.value and value is not None and mailbox(value) is None:
            wrong(
                table.node.value[key], "this is to be an address, such as `Billing <billing@example.com>`", table.found
            )
    if table.has("username") != table.has("password"):
        table.found.append(diagnose("C0108", table.node.key, "`username` and `password` belong together"))
    if made.password is not None and security is Security.NONE and made.host not in ("localhost", "127.0.0.1", "::1"):
        what = "a password would be sent to another machine without protection"
        table.found.append(diagnose("C0108", table.node.key, what, help="set `security` to `starttls` or `tls`"))
    table.close()
    return made


def text_gateway(table: Table, references: References) -> TextGateway:
    made = TextGateway(
        endpoint=endpoint(table, references),
        to=table.get("to", text, "to"),
        text=table.get("text", text, "text"),
        message_id=table.get("message_id", text, "id"),
        fields=table.get("fields", mapping(references.text_or_secret), {}),
        form=table.get("form", flag, False),
        error_code=table.get("error_code", text, None),
    )
    table.close()
    return made


def channel(table: Table, references: References) -> Channel:
    secret = table.has("webhook") and table.node.value["webhook"].is_table
    made = Channel(
        webhook=table.get("webhook", references.secret, None) if secret else table.get("webhook", address, None),
        field=table.get("field", text, "text"),
        file=table.get("file", references.path, None),
        timeout=table.get("timeout", length_of_time, timedelta(seconds=30)),
    )
    _one_of(table, "webhook", "file")
    table.close()
    return made


def server(table: Table, references: References) -> Endpoint:
    made = endpoint(table, references)
    table.close()
    return made


def record_target(table: Table, references: References) -> RecordTarget:
    secret = table.has("database") and _is_secret(table.node.value["database"])
    made = RecordTarget(
        key=table.need("key", text, ""),
        database=None if secret else table.get("database", references.path, None),
        server=table.get("database", references.secret, None) if secret else None,
        table=table.need("table", text, "") if table.has("database") else "",
        file=table.get("file", references.path, None),
    )
    _one_of(table, "database", "file")
    if made.file is not None and made.file.suffix not in (".csv", ".ndjson"):
        wrong(table.node.value["file"], "this is to be a file that ends in `.csv` or `.ndjson`", table.found)
    table.close()
    return made


def _is_secret(database: Node) -> bool:
    """Whether a database is a server, by its address: that is a secret, also where somebody wrote it down."""
    return database.is_table or "://" in str(database.value)


def object_records(table: Table, references: References) -> ObjectSettings:
    nowhere: Path | TableOfRecords | Secret = Path()
    made = ObjectSettings(
        records=table.need("records", references.records, nowhere), items=table.get("items", references.records, None)
    )
    table.close()
    return made


def action(table: Table) -> ActionSettings:
    use: Use | None = table.get("use", constant(Use), None)
    made = ActionSettings(
        use=use,
        target=table.need("target", text, "") if use is Use.RECORD else None,
        timeout=table.get("timeout", length_of_time, None),
    )
    table.close()
    return made


def integration(table: Table, references: References) -> IntegrationSettings:
    made = IntegrationSettings(
        endpoint=endpoint(table, references),
        method=table.get("method", constant(Method), Method.POST),
        arguments=table.get("arguments", mapping(text), {}),
        results=table.get("results", mapping(text), {}),
        results_at=table.get("results_at", text, None),
        error_code=table.get("error_code", text, None),
        correlation_at=table.get("correlation_at", text, "correlation_id"),
        errors=table.get("errors", mapping(text), {}),
        lane=lane(table),
        callback_secrets=table.get("callback_secrets", list_of(references.secret), ()),
    )
    for theirs, ours in made.errors.items():
        if not CODE.fullmatch(ours):
            each = table.node.value["errors"].value[theirs]
            wrong(each, "this is to be a code of letters, digits and `_ . : -`, at most 64 of them", table.found)
    table.close()
    return made


def lanes(table: Table) -> Lane:
    """How fast actions are carried out; integrations say so themselves."""
    below = table.table("actions")
    made = Lane() if below is None else lane(below)
    if below is not None:
        below.close()
    table.close()
    return made


def callbacks(table: Table) -> Callbacks:
    made = Callbacks(
        url=table.get("url", address, None),
        tolerance=table.get("tolerance", length_of_time, timedelta(minutes=5)),
        largest=table.get("largest", whole(1_024, 67_108_864), 262_144),
    )
    table.close()
    return made


def sign_in(table: Table, references: References) -> SignIn:
    made = SignIn(
        issuer=table.need("issuer", address, "https://localhost"),
        client_id=table.need("client_id", text, ""),
        client_secret=table.get("client_secret", references.secret, None),
        name=table.get("name", text, "email"),
        roles_at=table.get("roles_at", text, "roles"),
        domains=table.get("domains", texts, ()),
        scope=table.get("scope", text, "openid email profile"),
        roles={name: _role(each) for name, each in table.tables("roles").items()},
    )
    if not made.roles:
        help = "say what a role is worth with `[sign_in.roles.NAME]`"
        table.found.append(
            diagnose("C0104", table.node.key, "`sign_in` has no roles, so nobody could do anything", help=help)
        )
    table.close()
    return made


def _role(table: Table) -> RoleSettings:
    made = RoleSettings(
        sets=table.need("sets", each_of(choice(PERMISSION_SETS)), ()),
        objects=table.get("objects", texts, ()),
        queues=table.get("queues", texts, ()),
    )
    table.close()
    return made


def _one_of(table: Table, one: str, other: str) -> None:
    if table.has(one) == table.has(other):
        what = f"{table.title} has either `{one}` or `{other}`"
        table.found.append(diagnose("C0108", table.node.key, what))
