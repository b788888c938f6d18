"""What the summary says of a record, and who may see it."""

from datetime import date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from dro_lang.conditions.time import midnight
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.events import Freeze
from dro_lang.runtime.embedded.desk import Desk
from dro_lang.runtime.embedded.requests import SubmittedRecord
from dro_lang.server.rights.permissions import PermissionSet
from tests.server.world import OBJECT, World, program, record

ASKED = {"object": OBJECT, "record_id": "CP-1"}
BOTH = (PermissionSet.SUBMIT, PermissionSet.ORCHESTRATE)


def said(server: World, client: TestClient, viewer: str = "") -> dict[str, Any]:
    page = {"authorization": f"Bearer {server.page_token('CP-1', viewer)}"}
    answer = client.get("/api/v1/summary", params=ASKED, headers=page)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_record_that_nobody_submitted(server: World, client: TestClient) -> None:
    found = said(server, client)
    assert found["submission"] == {"status": "not_submitted"}
    assert "plan" not in found


def test_a_record_that_got_no_plan_tells_why_until_it_gets_one(server: World, client: TestClient) -> None:
    headers = server.token(*BOTH)
    wrong = {"object": OBJECT, "record": record("CP-1", OverdueRiskIndicator="Unheard of")}
    assert client.post("/api/v1/actions/orchestrateTransaction", json=wrong, headers=headers).is_success
    found = said(server, client)["submission"]
    assert (found["status"], found["error_code"]) == ("error", "R0105")
    assert "Unheard of" in found["reason"]
    right = {"object": OBJECT, "record": record("CP-1")}
    assert client.post("/api/v1/actions/orchestrateTransaction", json=right, headers=headers).is_success
    assert said(server, client)["submission"]["status"] == "submitted"


def test_a_record_that_was_refused_on_the_command_line_tells_why(server: World, client: TestClient) -> None:
    desk = Desk(server.services.database.path, "drolang run", clock=server.clock)
    with desk, desk.store.transaction():
        about = SubmittedRecord(OBJECT, "CP-1", server.clock.now())
        request_id = desk.store.add_receipt(about, None, None, "R0104", "due_date: it is missing")
    found = said(server, client)["submission"]
    assert found == {
        "status": "error",
        "at": "2026-12-01T00:00:00Z",
        "request_id": request_id,
        "error_code": "R0104",
        "reason": "due_date: it is missing",
    }
    server.submit("CP-1")
    found = said(server, client)["submission"]
    assert (found["status"], found.get("reason"), "error_code" in found) == ("submitted", None, False)


def test_a_new_plan_tells_what_comes_next_and_when(server: World, client: TestClient) -> None:
    server.submit("CP-1")
    found = said(server, client)
    assert found["submission"]["status"] == "submitted"
    assert found["plan"]["state"] == "in_progress"
    assert found["plan"]["name"] == "Acme"
    assert found["url"] == "http://127.0.0.1:8020/plans/CP-1"
    assert found["progress"] == {
        "total": 6,
        "finished": 0,
        "by_state": [{"state": "scheduled", "count": 2}, {"state": "pending", "count": 4}],
    }
    first, *_ = found["upcoming"]
    assert (first["group"], first["step"], first["what"]) == ("EarlyWarning", "warn", "starts")
    assert first["at"] == "2026-12-10T00:00:00+01:00"


def test_an_open_task_is_told_to_the_person_it_is_assigned_to(server: World, client: TestClient) -> None:
    server.submit("CP-1")
    server.advance_to(date(2026, 12, 24))
    assert said(server, client, "ada")["tasks"] == []
    assert said(server, client)["upcoming"][0]["who"] == "Collections"
    server.assign("CP-1", "Remind", "call_customer", "ada")
    [task] = said(server, client, "ada")["tasks"]
    assert (task["step"], task["queue"], task["jeopardy"]) == ("call_customer", "Collections", "on_time")
    assert said(server, client, "ben")["tasks"] == []


@pytest.mark.parametrize(
    ("when", "jeopardy"),
    [("2026-12-25T00:00", []), ("2026-12-25T21:00", ["in_jeopardy"]), ("2026-12-27T00:00", ["late"])],
)
def test_a_task_in_jeopardy_or_late_is_at_risk(
    server: World, client: TestClient, when: str, jeopardy: list[str]
) -> None:
    server.submit("CP-1")
    server.advance_to(date(2026, 12, 24))
    zone = Blueprint.of(program(), "Dunning").zone
    server.advance_to(datetime.fromisoformat(when).replace(tzinfo=zone))
    assert [risk["jeopardy"] for risk in said(server, client)["at_risk"]] == jeopardy


def test_a_step_that_failed_tells_its_error_and_when_it_is_tried_again(server: World, client: TestClient) -> None:
    server.outside.failing["SendEmail"] = "MAILBOX_BUSY"
    server.submit("CP-1")
    server.advance_to(date(2026, 12, 10))
    [failed] = said(server, client)["failed"]
    assert (failed["error"], failed["state"], failed["attempts"]) == ("MAILBOX_BUSY", "failed", 1)
    assert failed["retry_at"] == "2026-12-10T00:10:00+01:00"
    assert said(server, client)["upcoming"][0]["what"] == "retries"


def test_a_frozen_plan_goes_on_when_it_is_unfrozen(server: World, client: TestClient) -> None:
    server.submit("CP-1")
    server.send("CP-1", Freeze(midnight(date(2026, 12, 1), Blueprint.of(program(), "Dunning").zone)))
    assert said(server, client)["plan"]["state"] == "frozen"
    assert {step["what"] for step in said(server, client)["upcoming"]} == {"unfreeze"}


# ---- who may see it


def test_the_summary_needs_a_right_to_it(server: World, client: TestClient) -> None:
    server.submit("CP-1")
    assert client.get("/api/v1/summary", params=ASKED).status_code == 401
    refused = client.get("/api/v1/summary", params=ASKED, headers=server.token(PermissionSet.DESIGNER))
    assert (refused.status_code, refused.json()["code"]) == (403, "S0102")
    answer = client.get("/api/v1/summary", params=ASKED, headers=server.token(PermissionSet.SUBMIT))
    assert answer.json()["plan"]["state"] == "in_progress"


def test_a_read_token_shows_one_record(server: World, client: TestClient) -> None:
    server.submit("CP-1")
    server.submit("CP-2")
    wanted = ASKED | {"viewer": "ada"}
    issued = client.post("/api/v1/read-tokens", json=wanted, headers=server.token(PermissionSet.OPERATOR))
    assert issued.status_code == 201
    page = {"authorization": f"Bearer {issued.json()['token']}"}
    other = ASKED | {"record_id": "CP-2"}
    assert client.get("/api/v1/summary", params=ASKED, headers=page).status_code == 200
    for path in ("/api/v1/summary", "/api/v1/summary/stream"):
        assert client.get(path, params=other, headers=page).json()["code"] == "S0102"
    for path in ("/api/v1/plans/CP-1", "/api/v1/plans", "/api/v1/tasks", "/api/v1/events", "/api/v1/audit"):
        assert client.get(path, headers=page).status_code in (403, 404)
    assert client.post("/api/v1/read-tokens", json=ASKED, headers=page).status_code == 403
