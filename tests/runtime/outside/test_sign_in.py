"""The identity provider of a configuration, and what its roles are worth."""

from pathlib import Path

import pytest

from dro_lang.runtime.configuration.model import Configuration, RoleSettings
from dro_lang.runtime.configuration.read import read
from dro_lang.runtime.configuration.secret import EnvironmentSecret
from dro_lang.source import Source

WHOLE = """
[sign_in]
issuer        = "https://login.example/realms/one"
client_id     = "drolang"
client_secret = { env = "OIDC_SECRET" }
roles_at      = "realm_access.roles"
domains       = ["example.com"]

[sign_in.roles.collections]
sets    = ["operator"]
objects = ["CollectionPlan"]
queues  = ["*"]
"""


def found(text: str) -> Configuration | list[tuple[str, str]]:
    configuration = read(Source("drolang.toml", text), Path("/here"), None)
    if isinstance(configuration, Configuration):
        return configuration
    return [(each.code, each.message) for each in configuration]


def test_a_provider_and_its_roles() -> None:
    configuration = found(WHOLE)
    assert isinstance(configuration, Configuration)
    sign_in = configuration.sign_in
    assert sign_in is not None
    assert (sign_in.client_secret, sign_in.name) == (EnvironmentSecret("OIDC_SECRET"), "email")
    assert sign_in.roles == {"collections": RoleSettings(("operator",), ("CollectionPlan",), ("*",))}


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("operator", "operater", "C0103", "did you mean `operator`?"),
        ("roles_at", "role_at", "C0102", "no setting `role_at`"),
        ('issuer        = "https', 'issuer        = "ftp', "C0103", "begins with `https://`"),
        ('{ env = "OIDC_SECRET" }', '"s3cret"', "C0106", "a secret must not stand in this file"),
        ("[sign_in.roles.collections]", "[sign_in.collections]", "C0104", "has no roles"),
        ('client_id     = "drolang"', "", "C0104", "has no `client_id`"),
    ],
)
def test_what_is_wrong_with_one(old: str, new: str, code: str, said: str) -> None:
    problems = found(WHOLE.replace(old, new))
    assert not isinstance(problems, Configuration)
    assert any(code == each and said in message for each, message in problems), problems
