"""Callbacks of outside systems: true, forged, changed, late, repeated."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from fastapi.testclient import TestClient
from httpx import Response

from dro_lang.kernel.events import Complete
from dro_lang.kernel.states import InstanceId, StepStatus
from dro_lang.runtime.configuration.model import Endpoint, IntegrationSettings
from dro_lang.runtime.configuration.secret import EnvironmentSecret
from dro_lang.runtime.embedded.requests import Submit
from dro_lang.runtime.outside.callbacks.signature import sign
from tests.server.world import EXAMPLES, World, nothing_configured, world

SECRET = "whsec_" + "c2VjcmV0" * 5
OTHER = "whsec_" + "b3RoZXJz" * 5
STEP = InstanceId("Deliver", "confirm_visit", "S-1")
KEY = "OB-1/Deliver.confirm_visit/=S-1/1"
ANSWER = {"correlation_id": KEY, "results": {"visit_no": "V-1"}}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("ERP_SECRET", SECRET)
    erp = IntegrationSettings(Endpoint("https://erp.example"), callback_secrets=(EnvironmentSecret("ERP_SECRET"),))
    configuration = evolve(nothing_configured(), integrations={"Erp": erp})
    path = EXAMPLES / "obligations" / "obligations.dro"
    with world(tmp_path, None, path, "KeepObligation", configuration) as found:
        yield found


@pytest.fixture
def client(server: World) -> Iterator[TestClient]:
    """While a visit waits to be confirmed by the ERP."""
    sites = ({"id": "S-1", "country": "DE", "ready": True},)
    row = {
        "id": "OB-1",
        "name": "Delivery",
        "start_date": date(2026, 12, 1),
        "due_on": date(2026, 12, 2),
        "kind": "Delivery",
        "tier": "Gold",
        "value": Decimal(5),
        "uptime": None,
        "accepted_on": None,
        "sites": sites,
    }
    with TestClient(server.app, base_url="http://127.0.0.1:8020") as client:
        server.ask(Submit(server.program_hash, "KeepObligation", row))
        server.advance_to(datetime(2026, 12, 1, 10, tzinfo=UTC))
        server.send("OB-1", Complete(server.clock.now(), InstanceId("Deliver", "plan_visit", "S-1"), {}, "ada"))
        yield client


def call_back(
    client: TestClient,
    server: World,
    body: Any = ANSWER,
    secret: str = SECRET,
    late: timedelta = timedelta(0),
    path: str = "/callbacks/Erp",
    sent: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A callback that was signed for `body`, and perhaps sent with another one."""
    content = json.dumps(body).encode()
    timestamp = int((server.clock.now() - late).timestamp())
    signed = {
        "webhook-id": "msg-1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, "msg-1", timestamp, content),
    }
    return client.post(path, content=content if sent is None else sent, headers=signed | (headers or {}))


def state(server: World) -> StepStatus:
    with server.services.readers.one() as reader:
        found = reader.store.load("OB-1").state.step(STEP)
    assert found is not None
    return found.status


def test_a_true_callback_completes_its_step_once(client: TestClient, server: World) -> None:
    assert state(server) is StepStatus.IN_PROGRESS
    assert call_back(client, server).json() == {"accepted": True, "reason": None}
    assert state(server) is StepStatus.COMPLETED
    again = call_back(client, server)
    assert again.status_code == 200
    assert again.json()["accepted"] is False
    assert [entry[2:] for entry in server.audited()[:2]] == [("call back", KEY, "refused"), ("call back", KEY, "done")]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"secret": OTHER}, 401),
        ({"late": timedelta(minutes=6)}, 401),
        ({"late": timedelta(minutes=-6)}, 401),
        ({"sent": json.dumps(ANSWER | {"results": {"visit_no": "V-2"}}).encode()}, 401),
        ({"headers": {"webhook-signature": ""}}, 401),
        ({"headers": {"webhook-id": "msg-2"}}, 401),
        ({"headers": {"webhook-timestamp": "1"}}, 401),
        ({"body": ANSWER | {"correlation_id": "OB-2/Deliver.confirm_visit/=S-1/1"}}, 404),
        ({"body": ANSWER | {"correlation_id": "OB-1/Deliver.plan_visit/=S-1/1"}}, 404),
        ({"body": ANSWER | {"correlation_id": "../../etc/passwd"}}, 400),
        ({"body": {"results": {}}}, 400),
        ({"body": []}, 400),
        ({"path": "/callbacks/Sap"}, 404),
    ],
)
def test_what_is_forged_changed_or_too_old_does_nothing(
    client: TestClient, server: World, changed: dict[str, Any], status: int
) -> None:
    answer = call_back(client, server, **changed)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text
    assert state(server) is StepStatus.IN_PROGRESS


def test_results_that_do_not_fit_are_told_and_the_step_fails(client: TestClient, server: World) -> None:
    answer = call_back(client, server, ANSWER | {"results": {"visit_no": 5}})
    assert (answer.status_code, answer.json()["code"]) == (422, "S0201")
    assert state(server) is StepStatus.FAILED


def test_an_error_fails_the_step(client: TestClient, server: World) -> None:
    call_back(client, server, {"correlation_id": KEY, "error": {"code": "NO_SLOT"}})
    assert state(server) is StepStatus.FAILED
