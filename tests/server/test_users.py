"""Managing users over the API: who may, what holds at once, what the log says."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from dro_lang.server.rights.accounts import LINK_LIFE
from dro_lang.server.rights.audit import Outcome
from dro_lang.server.rights.permissions import EVERY, Names, PermissionSet
from tests.server.world import OWN, World

ADA = {"name": "ada", "sets": ["operator"], "objects": ["CollectionPlan"], "queues": ["Collections"]}


@pytest.fixture
def admin(server: World) -> dict[str, str]:
    return server.token(PermissionSet.ADMIN)


def code(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def sign_in(client: TestClient, url: str) -> int:
    answer = client.post("/sign-in", data={"link": url.partition("link=")[2]}, headers=OWN, follow_redirects=False)
    return answer.status_code


def test_a_user_is_added_invited_and_signs_in_once(client: TestClient, server: World, admin: dict[str, str]) -> None:
    made = client.post("/api/v1/users", json=ADA, headers=admin)
    assert (made.status_code, made.json()) == (201, {**ADA, "disabled": False})
    link = client.post("/api/v1/users/ada/link", headers=admin).json()
    assert link["expires_at"].startswith(f"{server.services.clock() + LINK_LIFE:%Y-%m-%dT%H:%M}"[:13])
    assert (sign_in(client, link["url"]), sign_in(client, link["url"])) == (303, 400)
    assert client.get("/api/v1/me").json()["objects"] == ["CollectionPlan"]
    secret = link["url"].partition("link=")[2]
    entries = server.services.audit.entries()
    assert [entry.operation for entry in entries][-2:] == ["make a sign-in link", "add a user"]
    assert not [entry for entry in entries if secret in str(entry)]


def test_other_rights_hold_at_once(client: TestClient, server: World, admin: dict[str, str]) -> None:
    client.post("/api/v1/users", json=ADA, headers=admin)
    link = client.post("/api/v1/users/ada/link", headers=admin).json()["url"]
    assert sign_in(client, link) == 303
    assert client.get("/api/v1/plans").status_code == 200
    changed = client.patch("/api/v1/users/ada", json={"sets": ["designer"], "objects": ["*"]}, headers=admin).json()
    assert changed == {**ADA, "sets": ["designer"], "objects": ["*"], "disabled": False}
    assert code(client.get("/api/v1/plans")) == (403, "S0102")
    client.patch("/api/v1/users/ada", json={"disabled": True}, headers=admin)
    assert code(client.get("/api/v1/me")) == (401, "S0101")
    assert code(client.post("/api/v1/users/ada/link", headers=admin)) == (409, "S0304")
    client.patch("/api/v1/users/ada", json={"disabled": False}, headers=admin)
    assert client.post("/api/v1/users/ada/link", headers=admin).status_code == 201
    told = [entry.operation for entry in server.services.audit.entries() if entry.subject == "ada"]
    assert told[::-1][:5] == ["add a user", "make a sign-in link", "sign in", "change a user", "disable a user"]


def test_somebody_is_left_who_can_manage_users(client: TestClient, server: World, admin: dict[str, str]) -> None:
    server.services.accounts.add("root", [PermissionSet.ADMIN], EVERY, EVERY)
    for taken in ({"disabled": True}, {"sets": ["operator"]}, {"objects": ["CollectionPlan"]}, {"queues": []}):
        answer = client.patch("/api/v1/users/root", json=taken, headers=admin)
        assert code(answer) == (409, "S0304")
        assert "the last user" in answer.json()["detail"]
    root = server.services.accounts.user("root")
    assert root is not None
    assert (root.sets, root.objects, root.disabled_at) == (frozenset({PermissionSet.ADMIN}), EVERY, None)
    server.services.accounts.add("second", [PermissionSet.ADMIN], EVERY, EVERY)
    assert client.patch("/api/v1/users/root", json={"disabled": True}, headers=admin).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/api/v1/users", ADA, (409, "S0304")),
        ("POST", "/api/v1/users", {"name": " x", "sets": []}, (422, "S0201")),
        ("POST", "/api/v1/users", {"name": "x", "sets": ["root"]}, (422, "S0201")),
        ("PATCH", "/api/v1/users/ada", {"disabled": "yes"}, (422, "S0201")),
        ("PATCH", "/api/v1/users/nobody", {}, (404, "S0202")),
        ("POST", "/api/v1/users/nobody/link", None, (404, "S0202")),
    ],
)
def test_what_does_not_go(
    client: TestClient, admin: dict[str, str], method: str, path: str, body: Any, expected: tuple[int, str]
) -> None:
    client.post("/api/v1/users", json=ADA, headers=admin)
    assert code(client.request(method, path, json=body, headers=admin)) == expected


def test_what_is_forbidden_stands_in_the_log(client: TestClient, server: World) -> None:
    narrow = server.token(PermissionSet.ADMIN, objects=Names.of(["CollectionPlan"]), name="narrow")
    assert code(client.post("/api/v1/users", json=ADA, headers=narrow)) == (403, "S0102")
    [entry] = server.services.audit.entries()
    assert (entry.actor, entry.subject, entry.outcome) == ("narrow", "ada", Outcome.FORBIDDEN)
    assert server.services.accounts.users() == []
