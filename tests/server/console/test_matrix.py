"""Every page of the console and every form on it, asked for by every role: shown or done, or refused; and by nobody."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from attrs import field, frozen
from fastapi.testclient import TestClient

from dro_lang.server.console.routes import ROUTERS
from dro_lang.server.rights.permissions import EVERY, PermissionSet
from tests.server.console.test_pages import HTML
from tests.server.test_matrix import ROLES
from tests.server.world import OWN, World, world

STEP = {"group": "Remind", "step": "call_customer"}
AT_STEP = "group=Remind&step=call_customer"


@frozen
class Asked:
    """A request, and which roles may make it; `route` is what of the console answers it."""

    route: str
    path: str
    allowed: str
    form: dict[str, str] | None = field(default=None, kw_only=True)

    @property
    def method(self) -> str:
        return "GET" if self.form is None else "POST"


OPERATING = "admin operator"
REQUESTS = [
    Asked("/plans", "/plans", OPERATING),
    Asked("/plans/{plan_id}", "/plans/CP-1", OPERATING),
    Asked("/plans/{plan_id}/complete", f"/plans/CP-1/complete?{AT_STEP}", OPERATING),
    Asked("/plans/{plan_id}/change/{verb}", "/plans/CP-1/change/set", f"{OPERATING} both"),
    Asked("/plans/{plan_id}/change/{verb}", "/plans/CP-1/change/amend", OPERATING),
    Asked("/plans/{plan_id}/steps/{verb}", "/plans/CP-1/steps/claim", OPERATING, form=STEP),
    Asked("/plans/{plan_id}/steps/{verb}", "/plans/CP-1/steps/assign", OPERATING, form=STEP | {"user": "ben"}),
    Asked("/plans/{plan_id}/steps/{verb}", "/plans/CP-1/steps/retry", OPERATING, form=STEP),
    Asked("/plans/{plan_id}/steps/{verb}", "/plans/CP-1/steps/discard", OPERATING, form=STEP),
    Asked("/plans/{plan_id}/steps/{verb}", "/plans/CP-1/steps/complete", OPERATING, form=STEP),
    Asked("/plans/{plan_id}/complete", "/plans/CP-1/complete", OPERATING, form=STEP),
    Asked("/plans/{plan_id}/{verb}", "/plans/CP-1/freeze", OPERATING, form={}),
    Asked("/plans/{plan_id}/{verb}", "/plans/CP-1/set", f"{OPERATING} both", form={"value.name": "Acme 2"}),
    Asked("/plans/{plan_id}/{verb}", "/plans/CP-1/amend", OPERATING, form={}),
    Asked("/plans/{plan_id}/{verb}", "/plans/CP-1/cancel", OPERATING, form={}),
    Asked("/plans/{plan_id}/{verb}", "/plans/CP-1/unfreeze", OPERATING, form={}),
    Asked("/tasks", "/tasks", OPERATING),
    Asked("/fallout", "/fallout", OPERATING),
    Asked("/fallout/all", "/fallout/all?verb=retry", OPERATING),
    Asked("/fallout/all", "/fallout/all", OPERATING, form={"verb": "retry", "queue": "X"}),
    Asked("/integrations", "/integrations", OPERATING),
    Asked("/integrations/{integration}/{to}", "/integrations/Erp/offline", OPERATING, form={}),
    Asked("/programs", "/programs", f"{OPERATING} designer"),
    Asked("/programs/{program}", "/programs/PROGRAM", f"{OPERATING} designer"),
    Asked("/programs/{old}/to/{new}", "/programs/PROGRAM/to/PROGRAM", f"{OPERATING} designer"),
    Asked("/users", "/users", "admin"),
    Asked("/users", "/users", "admin", form={"name": "x", "sets": "operator"}),
    Asked("/users/change", "/users/change?name=x", "admin"),
    Asked("/users/change", "/users/change", "admin", form={"name": "x", "sets": "operator"}),
    Asked("/users/{to}", "/users/invited", "admin", form={"name": "x"}),
    Asked("/users/{to}", "/users/disabled", "admin", form={"name": "x"}),
    Asked("/users/tokens", "/users/tokens", "admin"),
    Asked(
        "/users/tokens",
        "/users/tokens",
        "admin",
        form={"name": "x", "sets": "operator", "scopes": "read", "days": "1", "objects": "*"},
    ),
    Asked("/users/tokens/revoke", "/users/tokens/revoke", "admin", form={"id": "0123456789ab"}),
    Asked("/audit", "/audit", "admin"),
]
FREE = {("GET", "/"), ("GET", "/nothing"), ("GET", "/console/looks.css")}
"""What anybody may see who signed in; and colours."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("matrix")
    with world(folder) as found:
        yield found


@pytest.fixture(scope="module")
def clients(server: World) -> Iterator[dict[str, TestClient]]:
    """One for each role, signed in; and one for nobody."""
    with TestClient(server.app, base_url="http://127.0.0.1:8020") as running:
        server.submit("CP-1")
        server.advance_to(date(2026, 12, 24))
        # So that there is a last one, whoever is disabled.
        server.services.accounts.add("root", [PermissionSet.ADMIN], EVERY, EVERY)
        clients = {"": running}
        for role, sets in ROLES.items():
            clients[role] = TestClient(server.app, base_url="http://127.0.0.1:8020")
            server.services.accounts.add(role, sets, EVERY, EVERY)
            link = server.services.accounts.new_link(role)
            clients[role].post("/sign-in", data={"link": link}, headers=OWN, follow_redirects=False)
        yield clients


def status_of(client: TestClient, server: World, asked: Asked, headers: dict[str, str]) -> int:
    path = asked.path.replace("PROGRAM", server.program_hash)
    answer = client.request(asked.method, path, data=asked.form, headers=HTML | headers, follow_redirects=False)
    return answer.status_code


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: f"{asked.method} {asked.path}")
@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_a_page_or_not(clients: dict[str, TestClient], server: World, role: str, asked: Asked) -> None:
    status = status_of(clients[role], server, asked, dict(OWN))
    if role in asked.allowed.split():
        assert status not in (401, 403, 500)
    else:
        assert status == 403


@pytest.mark.parametrize("asked", REQUESTS, ids=lambda asked: f"{asked.method} {asked.path}")
def test_nobody_sees_a_page(clients: dict[str, TestClient], server: World, asked: Asked) -> None:
    # A page leads to where people sign in.
    assert status_of(clients[""], server, asked, dict(OWN)) == (303 if asked.form is None else 401)


@pytest.mark.parametrize(
    "asked", [each for each in REQUESTS if each.form is not None], ids=lambda asked: f"{asked.method} {asked.path}"
)
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_no_form_of_another_site_is_taken(
    clients: dict[str, TestClient], server: World, site: str, asked: Asked
) -> None:
    assert status_of(clients["admin"], server, asked, {"sec-fetch-site": site}) == 403


def test_every_page_and_every_form_is_here() -> None:
    routes = {(method, route.path) for router in ROUTERS for route in router.routes for method in route.methods}  # type: ignore[attr-defined]
    assert routes - FREE == {(asked.method, asked.route) for asked in REQUESTS}
