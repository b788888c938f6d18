"""What a configuration says, what is wrong with it, and what differs between environments."""

from datetime import timedelta
from pathlib import Path

import pytest

from dro_lang.diagnostics.render import json
from dro_lang.diagnostics.render.text import render
from dro_lang.runtime.configuration.model import Basic, ClientCredentials, Configuration, Endpoint, Method, Security
from dro_lang.runtime.configuration.read import find, load, read
from dro_lang.runtime.configuration.secret import EnvironmentSecret, FileSecret, SecretMissing, hidden
from dro_lang.runtime.outside.port import Lane, Rate
from dro_lang.source import Source
from tests.runtime.outside.plans import configuration

WHOLE = """
store   = "data/plans.db"
modules = ["billing"]

[queues]
Collections = ["ann@example.com", "bob@example.com"]

[mail]
host      = "localhost"
port      = 8025
security  = "none"
sender    = "Billing <billing@example.com>"
templates = "templates"

[integrations.Erp]
url         = "https://erp.example.com/{id}"
method      = "PUT"
headers     = { X-Tenant = "7", X-Key = { env = "ERP_KEY" } }
credentials = { type = "basic", username = "dro", password = { file = "erp.password" } }
concurrency = 2
rate        = { requests = 10, per = "1 minute" }
errors      = { 409 = "DUPLICATE" }

[env.production.mail]
host     = "smtp.example.com"
port     = 587
security = "starttls"

[env.production.integrations.Erp]
credentials = { type = "oauth2", token_url = "https://id.example/t", client_id = "d", client_secret = { env = "S" } }
"""


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    made = configuration(WHOLE, tmp_path)
    assert made.store == tmp_path / "data" / "plans.db"
    assert made.mail is not None
    assert made.mail.templates == tmp_path / "templates"


def test_what_is_common_to_all_environments(tmp_path: Path) -> None:
    made = configuration(WHOLE, tmp_path)
    erp = made.integrations["Erp"]
    assert made.queues == {"Collections": ("ann@example.com", "bob@example.com")}
    assert (erp.method, erp.lane, erp.errors) == (
        Method.PUT,
        Lane(2, Rate(10, timedelta(minutes=1))),
        {"409": "DUPLICATE"},
    )
    assert erp.endpoint == Endpoint(
        "https://erp.example.com/{id}",
        {"X-Tenant": "7", "X-Key": EnvironmentSecret("ERP_KEY")},
        Basic("dro", FileSecret(tmp_path / "erp.password")),
    )


def test_an_environment_changes_single_settings(tmp_path: Path) -> None:
    made = configuration(WHOLE, tmp_path, "production")
    assert made.mail is not None
    assert (made.mail.host, made.mail.security, made.mail.sender) == (
        "smtp.example.com",
        Security.STARTTLS,
        "Billing <billing@example.com>",
    )
    erp = made.integrations["Erp"]
    # A setting is replaced whole: nothing of the other kind of credentials is left.
    assert isinstance(erp.endpoint.credentials, ClientCredentials)
    assert erp.method is Method.PUT


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[mial]", "1 C0102 the configuration has no setting `mial` | did you mean `mail`?"),
        (
            'store = "a"\n[env.x]\nstroe = "b"',
            "3 C0102 the configuration has no setting `stroe` | did you mean `store`?",
        ),
        *(
            (
                f'modules = [\n"billing", "{name}"]',
                "2 C0103 this is to be the name of a Python module, such as `billing` or `company.billing`",
            )
            for name in ("../billing", "company/billing", ".billing", "bill-ing", "billing ")
        ),
        ("modules = 3", '1 C0103 this is to be a list of texts, such as `["a", "b"]`'),
        ("[integrations.Erp]\nurl = 7", "2 C0103 this is to be text that is not empty"),
        (
            '[integrations.Erp]\nurl = "erp.example.com"',
            "2 C0103 this is to be an address that begins with `https://` or `http://` and names a host",
        ),
        ("[integrations.Erp]", "1 C0104 `integrations.Erp` has no `url`"),
        ("[integrations]\nErp = 1", "2 C0103 `integrations.Erp` is a table, `[integrations.Erp]`"),
        (
            '[integrations.Erp]\nurl = "https://e.example"\nmethod = "POTS"',
            "3 C0103 this is to be one of `GET`, `POST`, `PUT`, `PATCH`, `DELETE`; did you mean `POST`?",
        ),
        (
            '[integrations.Erp]\nurl = "https://e.example"\ntimeout = "0 seconds"',
            '3 C0103 this is to be a length of time, such as `"30 seconds"` or `"5 minutes"`',
        ),
        (
            '[integrations.Erp]\nurl = "https://e.example"\nheaders = { "X Y" = "1" }',
            "3 C0103 `X Y` is no header that can be sent",
        ),
        (
            '[integrations.Erp]\nurl = "https://e.example"\nheaders = { Idempotency-Key = "1" }',
            "3 C0108 the header `Idempotency-Key` is set with each request, and not here",
        ),
        ('[queues]\nQ = ["ann", "ann"]', "2 C0103 `ann` stands in this list already"),
        (
            '[mail]\nhost = "h"\nsender = "nobody"',
            "3 C0103 this is to be an address, such as `Billing <billing@example.com>`",
        ),
        (
            '[mail]\nhost = "h"\nsender = "a@b.example"\nsecurity = "none"\nusername = "u"\npassword = { env = "P" }',
            "1 C0108 a password would be sent to another machine without protection",
        ),
        (
            '[records.r]\nkey = "id"\ntable = "t"\ndatabase = "postgresql://me:hush@crm/db"',
            "4 C0106 a secret must not stand in this file",
        ),
        (
            '[objects.X]\nrecords = "postgresql://me:hush@crm/db?table=t"',
            "2 C0106 the address of a server must not stand in this file",
        ),
        ('[records.r]\nkey = "id"', "1 C0108 `records.r` has either `database` or `file`"),
        ('[records.r]\nkey = "id"\nfile = "r.xml"', "3 C0103 this is to be a file that ends in `.csv` or `.ndjson`"),
        ('[actions.A]\nuse = "record"', "1 C0104 `actions.A` has no `target`"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    found = read(Source("drolang.toml", text), tmp_path, "x" if "env.x" in text else None)
    assert isinstance(found, tuple)
    [diagnostic] = found
    line = diagnostic.span.source.position(diagnostic.span.start)[0]
    message, _, help = told.partition(" | ")
    assert f"{line} {diagnostic.code} {diagnostic.message}" == message
    assert not help or diagnostic.help == help


@pytest.mark.parametrize(
    "text",
    [
        '[mail]\nhost = "h"\nsender = "a@b.example"\nusername = "u"\npassword = "hunter2hunter2"',
        '[endpoints.e]\nurl = "https://me:hunter2hunter2@e.example"',
        '[endpoints.e]\nurl = "https://e.example"\nheaders = { Authorization = "hunter2hunter2" }',
        '[endpoints.e]\nurl = "https://e.example"\ncredentials = { type = "bearer", token = "hunter2hunter2" }',
        '[integrations.E]\nurl = "https://e.example"\ncallback_secrets = ["hunter2hunter2"]',
    ],
)
def test_a_secret_in_plain_text_is_refused_and_never_shown(text: str, tmp_path: Path) -> None:
    found = read(Source("drolang.toml", text), tmp_path)
    assert isinstance(found, tuple)
    assert [diagnostic.code for diagnostic in found] == ["C0106"]
    assert "^^^" in render(found)
    assert "hunter2" not in render(found) + repr(found) + json.render(found)


def test_an_environment_that_is_not_there(tmp_path: Path) -> None:
    found = read(Source("drolang.toml", WHOLE), tmp_path, "prodution")
    assert isinstance(found, tuple)
    assert [(each.code, each.help) for each in found] == [("C0105", "did you mean `production`?")]


def test_the_nearest_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "drolang.toml").write_text("", encoding="utf-8")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert find(below) == tmp_path / "drolang.toml"


def test_a_file_that_cannot_be_read_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "drolang.toml").write_bytes(b"store = '\xff'")
    for path in (tmp_path / "drolang.toml", tmp_path / "nowhere.toml"):
        found = load(path)
        assert isinstance(found, tuple)
        assert [each.code for each in found] == ["C0101"]


# ---- secrets


def test_a_secret_is_read_when_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "token"
    path.write_text("first\n", encoding="utf-8")
    secret = FileSecret(path)
    assert secret.reveal() == "first"
    path.write_text("second\r\n", encoding="utf-8")
    assert secret.reveal() == "second"
    monkeypatch.setenv("TOKEN", "third")
    assert EnvironmentSecret("TOKEN").reveal() == "third"


def test_a_secret_that_is_missing_says_where_it_was_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOKEN", raising=False)
    with pytest.raises(SecretMissing, match="the environment variable `TOKEN` is not set"):
        EnvironmentSecret("TOKEN").reveal()
    with pytest.raises(SecretMissing, match="cannot be read: no such file"):
        FileSecret(tmp_path / "none").reveal()
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    with pytest.raises(SecretMissing, match="is empty"):
        FileSecret(tmp_path / "empty").reveal()


def test_nothing_shows_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERP_KEY", "hunter2hunter2")
    made = configuration(WHOLE, tmp_path)
    assert isinstance(made, Configuration)
    assert "hunter2" not in repr(made) + str(made) + repr(made.secrets)
    assert hidden("a hunter2hunter2 b", ["hunter2hunter2"]) == "a *** b"
