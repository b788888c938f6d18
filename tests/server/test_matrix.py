"""Every operation over HTTP, asked for by every role: allowed, or refused with S0102; and by nobody: S0101."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from fastapi.testclient import TestClient

from dro_lang.server.app import application
from dro_lang.server.rights.permissions import RULES, Operation, PermissionSet
from tests.server.world import OBJECT, World, record, world

A, D, O, S, SO = PermissionSet  # noqa: E741
STEP = "/api/v1/plans/CP-1/steps/Remind/call_customer"


@frozen
class Asked:
    """A request, and which roles may make it."""

    operation: Operation
    method: str
    path: str
    allowed: str
    body: Any = None


REQUESTS = [
    Asked(
        Operation.VIEW_SUMMARY, "GET", f"/api/v1/summary?object={OBJECT}&record_id=CP-1", "admin operator submit both"
    ),
    Asked(Operation.VIEW_PLANS, "GET", "/api/v1/plans", "admin operator"),
    Asked(Operation.VIEW_PLANS, "GET", "/api/v1/plans/counts", "admin operator"),
    Asked(Operation.VIEW_PLANS, "GET", "/api/v1/plans/CP-1", "admin operator"),
    Asked(Operation.VIEW_PLANS, "GET", "/api/v1/plans/CP-1/history", "admin operator"),
    Asked(Operation.VIEW_PLANS, "GET", "/api/v1/plans/CP-1/points-of-no-return", "admin operator"),
    Asked(Operation.VIEW_PLANS, "GET", "/api/v1/steps", "admin operator"),
    Asked(Operation.VIEW_PLANS, "GET", "/metrics", "admin operator"),
    Asked(Operation.VIEW_TASKS, "GET", "/api/v1/tasks", "admin operator"),
    Asked(Operation.VIEW_TASKS, "GET", "/api/v1/queues", "admin operator"),
    Asked(Operation.VIEW_INTEGRATIONS, "GET", "/api/v1/integrations", "admin operator"),
    Asked(Operation.VIEW_PROGRAMS, "GET", "/api/v1/programs", "admin designer operator"),
    Asked(Operation.VIEW_PROGRAMS, "GET", "/api/v1/programs/current", "admin designer operator"),
    Asked(Operation.VIEW_PROGRAMS, "GET", "/api/v1/programs/PROGRAM", "admin designer operator"),
    Asked(Operation.VIEW_PROGRAMS, "GET", "/api/v1/programs/PROGRAM/source", "admin designer operator"),
    Asked(Operation.VIEW_AUDIT, "GET", "/api/v1/audit", "admin"),
    Asked(Operation.CLAIM, "POST", f"{STEP}/claim", "admin operator"),
    Asked(Operation.ASSIGN, "POST", f"{STEP}/assign", "admin operator", {"user": "ben"}),
    Asked(Operation.RETRY, "POST", f"{STEP}/retry", "admin operator"),
    Asked(Operation.DISCARD, "POST", f"{STEP}/discard", "admin operator"),
    Asked(Operation.COMPLETE, "POST", f"{STEP}/complete", "admin operator", {}),
    Asked(Operation.RETRY, "POST", "/api/v1/steps/bulk", "admin operator", {"verb": "retry", "filter": {"queue": "X"}}),
    Asked(
        Operation.FREEZE, "POST", "/api/v1/plans/bulk", "admin operator", {"verb": "freeze", "filter": {"plan": "X"}}
    ),
    Asked(Operation.FREEZE, "POST", "/api/v1/plans/CP-1/freeze", "admin operator"),
    Asked(Operation.AMEND, "POST", "/api/v1/plans/CP-1/amend", "admin operator", {}),
    Asked(Operation.SET_DATA, "POST", "/api/v1/plans/CP-1/data", "admin operator both", {"values": {"name": "A"}}),
    Asked(Operation.OVERRIDE, "POST", "/api/v1/plans/CP-1/cancel", "admin", {"override": True}),
    Asked(Operation.CANCEL, "POST", "/api/v1/plans/CP-1/cancel", "admin operator", {}),
    Asked(Operation.UNFREEZE, "POST", "/api/v1/plans/CP-1/unfreeze", "admin operator"),
    Asked(Operation.SWITCH_INTEGRATION, "POST", "/api/v1/integrations/Erp/offline", "admin operator"),
    Asked(Operation.SWITCH_INTEGRATION, "POST", "/api/v1/integrations/Erp/online", "admin operator"),
    Asked(
        Operation.SUBMIT,
        "POST",
        "/api/v1/actions/orchestrateTransaction",
        "both",
        {"object": OBJECT, "record": record("CP-2")},
    ),
    Asked(Operation.DEPLOY, "POST", "/api/v1/programs", "admin designer", {"module": "a.b", "source": "x"}),
    Asked(Operation.EMBED, "POST", "/api/v1/read-tokens", "admin operator", {"object": OBJECT, "record_id": "CP-1"}),
    Asked(Operation.MANAGE_ACCOUNTS, "GET", "/api/v1/users", "admin"),
    Asked(Operation.MANAGE_ACCOUNTS, "POST", "/api/v1/users", "admin", {"name": "x", "sets": []}),
    Asked(Operation.MANAGE_ACCOUNTS, "PATCH", "/api/v1/users/x", "admin", {"sets": ["operator"]}),
    Asked(Operation.MANAGE_ACCOUNTS, "POST", "/api/v1/users/x/link", "admin"),
    Asked(Operation.MANAGE_ACCOUNTS, "GET", "/api/v1/tokens", "admin"),
    Asked(Operation.MANAGE_ACCOUNTS, "POST", "/api/v1/tokens", "admin", {"name": "x", "sets": []}),
    Asked(Operation.MANAGE_ACCOUNTS, "POST", "/api/v1/tokens/x/revoke", "admin"),
    Asked(Operation.MANAGE_WEBHOOKS, "GET", "/api/v1/webhooks", "admin"),
    Asked(Operation.MANAGE_WEBHOOKS, "POST", "/api/v1/webhooks", "admin", {"url": "https://crm.example/hook"}),
    Asked(Operation.MANAGE_WEBHOOKS, "GET", "/api/v1/webhooks/x/waiting", "admin"),
    Asked(Operation.MANAGE_WEBHOOKS, "POST", "/api/v1/webhooks/x/retry", "admin"),
    Asked(Operation.MANAGE_WEBHOOKS, "POST", "/api/v1/webhooks/x/end", "admin"),
]
ROLES = {
    "admin": (A,),
    "designer": (D,),
    "operator": (O,),
    "submit": (S,),
    "both": (S, SO),
    "nobody": (),
}

FREE = {"/api/v1/openapi.json", "/api/v1/me", "/callbacks/{integration}"}
"""What takes no permission set: what anybody may read, who one is oneself, and what is signed."""
LIVE = {"/api/v1/events", "/api/v1/summary/stream"}
"""What goes on for ever, and is tested elsewhere."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("matrix")
    with world(folder) as found:
        yield found


@pytest.fixture(scope="module")
def client(server: World) -> Iterator[TestClient]:
    with TestClient(server.app, base_url="http://127.0.0.1:8020") as client:
        server.submit("CP-1")
        server.advance_to(date(2026, 12, 24))
        yield client


def ask(client: TestClient, server: World, asked: Asked, headers: dict[str, str]) -> tuple[int, str]:
    path = asked.path.replace("PROGRAM", server.program_hash)
    answer = client.request(asked.method, path, json=asked.body, headers=headers)
    problem = answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"] if problem else ""


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: f"{asked.operation.name} {asked.path}")
@pytest.mark.parametrize("role", ["nobody", "submit", "both", "designer", "operator", "admin"])
def test_a_role_may_ask_or_not(client: TestClient, server: World, role: str, asked: Asked) -> None:
    status, code = ask(client, server, asked, server.token(*ROLES[role], name=role))
    if role in asked.allowed.split():
        assert code not in ("S0101", "S0102")
        assert status != 500
    else:
        assert (status, code) == (403, "S0102")


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: f"{asked.operation.name} {asked.path}")
def test_nobody_may_ask_without_saying_who_they_are(client: TestClient, server: World, asked: Asked) -> None:
    assert ask(client, server, asked, {}) == (401, "S0101")


def test_every_operation_and_every_path_of_the_api_is_here(server: World) -> None:
    assert {asked.operation for asked in REQUESTS} == set(RULES)
    described = application(server.services).openapi()["paths"]
    known = {template_of(asked.path, described) for asked in REQUESTS}
    assert set(described) - FREE - LIVE <= known


def template_of(path: str, described: dict[str, Any]) -> str:
    """The path of the description that a path is one of."""
    parts = path.partition("?")[0].split("/")
    for template in sorted(described, key=lambda each: each.count("{")):
        names = template.split("/")
        fits = (name == part or name.startswith("{") for name, part in zip(names, parts, strict=False))
        if len(names) == len(parts) and all(fits):
            return str(template)
    return path
