"""What the claims of an identity provider are worth: what the allow-list says, and nothing else."""

from typing import Any

import pytest

from dro_lang.server.rights.identity import Role, RoleMap
from dro_lang.server.rights.permissions import NONE, Names, PermissionSet

ROLES = RoleMap(
    {
        "collections": Role(frozenset({PermissionSet.OPERATOR}), Names.of(["Account"]), Names.of(["Calls"])),
        "billing": Role(frozenset({PermissionSet.SUBMIT, PermissionSet.ORCHESTRATE}), Names.of(["Case"]), NONE),
    },
    roles_claim="realm_access.roles",
    domains=frozenset({"example.com"}),
)


def claims(*roles: Any, **others: Any) -> dict[str, Any]:
    return {
        "email": "ada@example.com",
        "email_verified": True,
        "realm_access": {"roles": list(roles)},
        **others,
    }


def test_roles_that_are_listed_add_up() -> None:
    found = ROLES.principal(claims("collections", "billing", "admin"))
    assert found is not None
    assert found.name == "ada@example.com"
    assert found.sets == {PermissionSet.OPERATOR, PermissionSet.SUBMIT, PermissionSet.ORCHESTRATE}
    assert found.objects == Names.of(["Account", "Case"])
    assert found.queues == Names.of(["Calls"])


@pytest.mark.parametrize(
    "given",
    [
        claims(),
        claims("admin"),
        claims({"collections": True}),
        claims("collections", email=None),
        claims("collections", email="ada@example.com.evil.example"),
        claims("collections", email_verified=False),
        claims("collections", email_verified="true"),
        claims("collections", email="  "),
        claims(realm_access="collections"),
        claims(realm_access={"roles": {"collections": 1}}),
        {"roles": ["collections"]},
        {},
    ],
)
def test_whatever_else_is_worth_nothing(given: dict[str, Any]) -> None:
    assert ROLES.principal(given) is None


def test_roles_may_stand_in_one_text() -> None:
    found = ROLES.principal(claims(realm_access={"roles": "billing collections"}))
    assert found is not None
    assert PermissionSet.OPERATOR in found.sets
