"""The API: what machines submit, read and do; how often, in which version, and what is logged of it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from dro_lang.server.rights.permissions import Kind, Names, PermissionSet
from tests.server.world import DUNNING, EXAMPLES, OBJECT, World, record, world

SUBMIT = "/api/v1/actions/orchestrateTransaction"
BOTH = (PermissionSet.SUBMIT, PermissionSet.ORCHESTRATE)
CALL = "/api/v1/plans/CP-1/steps/Remind/call_customer"


@pytest.fixture
def both(server: World) -> dict[str, str]:
    return server.token(*BOTH, name="crm")


@pytest.fixture
def operator(server: World) -> dict[str, str]:
    return server.token(PermissionSet.OPERATOR, name="ada")


def code(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# ---- submission


def test_a_record_gets_its_plan_with_the_names_of_dro(client: TestClient, both: dict[str, str]) -> None:
    answer = client.post(SUBMIT, json={"object": OBJECT, "record": record("CP-1")}, headers=both).json()
    assert answer == {
        "requestId": answer["requestId"],
        "fulfillmentPlanId": "CP-1",
        "submitStatus": "Success",
        "errorCode": None,
        "reason": None,
        "existing": False,
        "problems": [],
    }
    again = client.post(SUBMIT, json={"object": OBJECT, "record": record("CP-1")}, headers=both).json()
    assert (again["fulfillmentPlanId"], again["existing"]) == ("CP-1", True)
    known = {"object": OBJECT, "transactionId": "CP-1", "anew": True}
    assert client.post(SUBMIT, json=known, headers=both).json()["fulfillmentPlanId"] == "CP-1~2"


def test_money_is_taken_as_it_is_written(client: TestClient, server: World, both: dict[str, str]) -> None:
    text = json.dumps({"object": OBJECT, "record": record("CP-1", CurrentDueAmount=0)})
    body = text.replace('"CurrentDueAmount": 0', '"CurrentDueAmount": 123456789012.123457')
    answer = client.post(SUBMIT, content=body, headers=both | {"content-type": "application/json"})
    assert answer.json()["submitStatus"] == "Success", answer.text
    plan = client.get("/api/v1/plans/CP-1", headers=server.token(PermissionSet.OPERATOR)).json()
    assert plan["record"]["balance"] in ("123456789012.123457", "123456789012.123457 EUR")


def test_a_record_that_does_not_fit_is_an_error_with_all_its_problems(
    client: TestClient, server: World, both: dict[str, str]
) -> None:
    wrong = record("CP-1", OverdueRiskIndicator="Huge", DueDate__c="soon")
    answer = client.post(SUBMIT, json={"object": OBJECT, "record": wrong}, headers=both).json()
    assert (answer["submitStatus"], answer["fulfillmentPlanId"]) == ("Error", None)
    assert {(each["attribute"], each["code"]) for each in answer["problems"]} == {
        ("due_date", "R0103"),
        ("risk", "R0105"),
    }
    assert server.audited()[0] == ("crm", Kind.MACHINE, "submit a record", "CollectionPlan/CP-1", "refused")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"object": OBJECT}, "give a `transactionId` or a `record`"),
        ({"object": "Nothing", "transactionId": "X"}, "no program has a plan"),
        ({"object": OBJECT, "transactionId": "CP-1", "orchestrationType": "Billing"}, "no program has a plan"),
        ({"object": OBJECT, "transactionId": "CP-1", "plan": "Other"}, "has no plan `Other`"),
        ({"object": OBJECT, "transactionId": "CP-1"}, "does not know the record"),
        ({"object": OBJECT, "transactionId": "CP-2", "record": {"Id": "CP-1"}}, None),
        ({"object": OBJECT, "transactionId": "CP-1", "x": 1}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_submitted(client: TestClient, both: dict[str, str], body: Any, detail: str | None) -> None:
    answer = client.post(SUBMIT, json=body, headers=both)
    if detail is None:
        assert answer.json()["submitStatus"] == "Error"
    else:
        assert answer.status_code in (404, 422)
        assert detail in answer.json()["detail"]


def test_a_request_that_comes_again_with_its_key_is_answered_as_before(
    client: TestClient, server: World, both: dict[str, str]
) -> None:
    body = {"object": OBJECT, "record": record("CP-1"), "anew": True}
    keyed = both | {"idempotency-key": "k-1"}
    first = client.post(SUBMIT, json=body, headers=keyed)
    again = client.post(SUBMIT, json=body, headers=keyed)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert code(client.post(SUBMIT, json=body | {"anew": False}, headers=keyed)) == (422, "S0302")
    other = server.token(*BOTH, name="erp") | {"idempotency-key": "k-1"}
    assert client.post(SUBMIT, json=body, headers=other).json()["fulfillmentPlanId"] == "CP-1~2"


# ---- lists


def test_a_list_has_every_plan_once_page_by_page(client: TestClient, server: World, operator: dict[str, str]) -> None:
    for number in range(1, 24):
        server.submit(f"CP-{number:03}", name=f"Account {number % 5}")
    for sort, order in (("submitted", "asc"), ("name", "desc"), ("updated", "desc"), ("next", "asc")):
        found: list[str] = []
        after: dict[str, str] = {}
        while True:
            asked = {"sort": sort, "order": order, "limit": "5", **after}
            page = client.get("/api/v1/plans", params=asked, headers=operator).json()
            found += [item["plan_id"] for item in page["items"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert sorted(found) == [f"CP-{number:03}" for number in range(1, 24)], sort
    assert client.get("/api/v1/plans/counts", headers=operator).json() == {"counts": {"in_progress": 23}}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"search": "CP-2"}, ["CP-2"]),
        ({"state": "frozen"}, []),
        ({"state": ["in_progress", "frozen"]}, ["CP-1", "CP-2", "CP-3"]),
        ({"record_id": "CP-3"}, ["CP-3"]),
        ({"step_jeopardy": "late"}, []),
        ({"step_state": "scheduled"}, ["CP-1", "CP-2", "CP-3"]),
        ({"submitted_before": "2026-01-01T00:00:00Z"}, []),
        ({"search": "' or 1=1 --"}, []),
        ({"object": "CollectionPlan' or '1'='1"}, []),
        ({"plan_id": "x'); drop table plans; --"}, []),
        ({"search": "%"}, []),
        ({"search": "_"}, []),
    ],
)
def test_filters_narrow_and_are_no_sql(
    client: TestClient, server: World, operator: dict[str, str], asked: Any, found: list[str]
) -> None:
    for number in (1, 2, 3):
        server.submit(f"CP-{number}")
    page = client.get("/api/v1/plans", params=asked, headers=operator).json()
    assert [item["plan_id"] for item in page["items"]] == found
    assert client.get("/api/v1/plans/counts", headers=operator).json()["counts"] == {"in_progress": 3}


@pytest.mark.parametrize(
    "asked",
    [{"after": "nonsense"}, {"sort": "price"}, {"limit": "0"}, {"limit": "9999"}, {"state": "gone"}, {"what": "1"}],
)
def test_what_is_no_list(client: TestClient, operator: dict[str, str], asked: dict[str, str]) -> None:
    assert code(client.get("/api/v1/plans", params=asked, headers=operator)) == (422, "S0201")


def test_an_address_at_which_there_is_nothing(client: TestClient, operator: dict[str, str]) -> None:
    answer = client.get("/api/v1/plan", headers=operator)
    assert (code(answer), answer.json()["detail"]) == ((404, "S0202"), "there is nothing at this address")


def test_one_sees_what_one_has_a_right_to(client: TestClient, server: World) -> None:
    server.submit("CP-1")
    other = server.token(PermissionSet.OPERATOR, objects=Names.of(["Case"]))
    assert client.get("/api/v1/plans", headers=other).json()["items"] == []
    assert client.get("/api/v1/plans/counts", headers=other).json() == {"counts": {}}
    assert client.get("/api/v1/steps", headers=other).json()["items"] == []
    for path in ("", "/history", "/points-of-no-return"):
        # It is not told apart from a plan that is not there.
        assert code(client.get(f"/api/v1/plans/CP-1{path}", headers=other)) == (404, "S0202")
        assert code(client.get(f"/api/v1/plans/CP-2{path}", headers=other)) == (404, "S0202")
    assert code(client.post("/api/v1/plans/CP-1/freeze", headers=other)) == (404, "S0202")


# ---- one plan


def test_a_plan_in_full_tells_its_record_its_steps_and_why(
    client: TestClient, server: World, operator: dict[str, str]
) -> None:
    server.submit("CP-1")
    answer = client.get("/api/v1/plans/CP-1", headers=operator)
    plan = answer.json()
    assert answer.headers["etag"] == '"2"'
    assert (plan["name"], plan["state"], plan["scenarios"]) == ("Acme", "in_progress", ["firm"])
    steps = {step["step"]: step for step in plan["step_list"]}
    assert steps["due_notice"]["reason"] == "waits for Remind.reminder"
    assert steps["due_notice"]["waits"][0]["met"] is False
    history = client.get("/api/v1/plans/CP-1/history", headers=operator).json()
    assert history[0]["what"] == "submitted"
    assert [line["to"] for line in history if line["what"] == "step"] == ["scheduled", "scheduled"]


# ---- what operators do


def at_the_task(server: World) -> None:
    server.submit("CP-1")
    server.advance_to(date(2026, 12, 24))


def test_a_task_is_claimed_and_completed_and_the_log_says_by_whom(
    client: TestClient, server: World, operator: dict[str, str]
) -> None:
    at_the_task(server)
    [task] = client.get("/api/v1/tasks", params={"sort": "due"}, headers=operator).json()["items"]
    assert (task["step"], task["queue"], task["assignee"]) == ("call_customer", "Collections", None)
    assert client.post(f"{CALL}/claim", headers=operator).json()["done"] is True
    assert (
        client.get("/api/v1/tasks", params={"mine": "true"}, headers=operator).json()["items"][0]["assignee"] == "ada"
    )
    assert client.post(f"{CALL}/complete", json={"results": {}}, headers=operator).json()["done"] is True
    assert client.get("/api/v1/plans/CP-1", headers=operator).json()["state"] == "completed"
    told = [(actor, what, about, outcome) for actor, _, what, about, outcome in server.audited()]
    assert told[:2] == [
        ("ada", "complete a step", "CP-1/Remind.call_customer", "done"),
        ("ada", "claim a task", "CP-1/Remind.call_customer", "done"),
    ]
    by = [line for line in client.get("/api/v1/plans/CP-1/history", headers=operator).json() if line.get("by") == "ada"]
    assert by


def test_what_the_plan_refuses_is_told_with_its_reason(
    client: TestClient, server: World, operator: dict[str, str]
) -> None:
    at_the_task(server)
    refused = client.post(f"{CALL}/retry", headers=operator)
    assert code(refused) == (409, "S0303")
    assert refused.json()["detail"] == "it is ready"
    assert code(client.post("/api/v1/plans/CP-1/amend", json={}, headers=operator))[0] == 409
    unknown = client.post(f"{CALL}/complete", json={"results": {"note": "x"}}, headers=operator)
    assert (code(unknown), "is no result" in unknown.json()["detail"]) == ((422, "S0201"), True)
    assert code(client.post(f"{CALL}/complete?copy=3", json={}, headers=operator)) == (404, "S0202")
    assert server.audited()[0][2:] == ("amend a plan", "CP-1", "refused")


def test_what_has_changed_since_it_was_read_is_not_changed(
    client: TestClient, server: World, operator: dict[str, str]
) -> None:
    server.submit("CP-1")
    seen = client.get("/api/v1/plans/CP-1", headers=operator).headers["etag"]
    frozen = client.post("/api/v1/plans/CP-1/freeze", headers=operator | {"if-match": seen})
    assert frozen.status_code == 200
    stale = client.post("/api/v1/plans/CP-1/unfreeze", headers=operator | {"if-match": seen})
    assert code(stale) == (412, "S0301")
    fresh = client.post("/api/v1/plans/CP-1/unfreeze", headers=operator | {"if-match": frozen.headers["etag"]})
    assert fresh.status_code == 200
    assert code(client.post("/api/v1/plans/CP-1/freeze", headers=operator | {"if-match": "x"})) == (422, "S0201")


def test_of_two_who_claim_one_task_at_once_one_gets_it(client: TestClient, server: World) -> None:
    at_the_task(server)
    people = [server.token(PermissionSet.OPERATOR, name=f"person-{number}") for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda headers: client.post(f"{CALL}/claim", headers=headers).status_code, people))
    assert sorted(answers) == [200, 409, 409, 409, 409, 409]


def test_of_two_who_act_on_what_they_read_one_has_to_read_again(client: TestClient, server: World) -> None:
    server.submit("CP-1")
    people = [server.token(PermissionSet.OPERATOR, name=name) for name in ("ada", "ben")]
    seen = client.get("/api/v1/plans/CP-1", headers=people[0]).headers["etag"]

    def change(number: int) -> int:
        data = {"values": {"email": f"{number}@acme.example"}}
        headers = people[number] | {"if-match": seen}
        return client.post("/api/v1/plans/CP-1/data", json=data, headers=headers).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(change, range(2))) == [200, 412]


def test_a_frozen_plan_is_amended_and_canceled(client: TestClient, server: World, operator: dict[str, str]) -> None:
    server.submit("CP-1")
    client.post("/api/v1/plans/CP-1/freeze", headers=operator)
    amended = client.post("/api/v1/plans/CP-1/amend", json={"values": {"balance": 12.5}}, headers=operator)
    assert amended.status_code == 200, amended.text
    assert "12.5" in client.get("/api/v1/plans/CP-1", headers=operator).json()["record"]["balance"]
    forced = client.post("/api/v1/plans/CP-1/cancel", json={"override": True}, headers=operator)
    assert code(forced) == (403, "S0102")
    assert client.post("/api/v1/plans/CP-1/cancel", json={}, headers=operator).status_code == 200
    client.post("/api/v1/plans/CP-1/unfreeze", headers=operator)
    assert client.get("/api/v1/plans/CP-1", headers=operator).json()["state"] == "completed"


# ---- many at once


def lines(answer: Response) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    *items, end = [json.loads(line) for line in answer.text.splitlines()]
    return items, end


def test_all_that_a_filter_means_are_acted_on_each_with_a_result(
    client: TestClient, server: World, operator: dict[str, str]
) -> None:
    server.outside.failing["SendEmail"] = "NO_SUCH_ADDRESS"
    for number in range(1, 6):
        server.submit(f"CP-{number}")
    for minutes in range(0, 20, 5):
        server.advance_to(datetime(2026, 12, 10, tzinfo=UTC) + timedelta(minutes=minutes))
    fallen = client.get("/api/v1/steps", params={"state": "fatally_failed"}, headers=operator).json()["items"]
    assert [step["queue"] for step in fallen] == ["MailFallout"] * 5
    server.outside.failing.clear()
    wanted = {"verb": "retry", "filter": {"queue": "MailFallout"}}
    items, end = lines(client.post("/api/v1/steps/bulk", json=wanted, headers=operator))
    assert [(item["plan_id"], item["done"]) for item in items] == [(f"CP-{number}", True) for number in range(1, 6)]
    assert end == {"done": 5, "refused": 0}
    left = {"state": "fatally_failed", "queue": "MailFallout"}
    assert client.get("/api/v1/steps", params=left, headers=operator).json()["items"] == []
    assert server.audited()[0][2:] == ("retry a step", "all that a filter means", "done")


def test_the_ineligible_are_refused_one_by_one_while_the_eligible_succeed(
    client: TestClient, server: World, operator: dict[str, str]
) -> None:
    for number in (1, 2, 3):
        server.submit(f"CP-{number}")
    client.post("/api/v1/plans/CP-2/freeze", headers=operator)
    wanted = {"verb": "freeze", "filter": {"state": ["in_progress", "frozen"]}}
    items, end = lines(client.post("/api/v1/plans/bulk", json=wanted, headers=operator))
    assert [item["done"] for item in items] == [True, False, True]
    assert items[1]["reason"]
    assert end == {"done": 2, "refused": 1}


def test_many_are_done_once_and_the_same_key_gets_the_same_lines(
    client: TestClient, server: World, operator: dict[str, str]
) -> None:
    for number in (1, 2, 3):
        server.submit(f"CP-{number}")
    wanted = {"verb": "freeze", "filter": {"plan": "Dunning"}}
    keyed = operator | {"idempotency-key": "all of them"}
    first = client.post("/api/v1/plans/bulk", json=wanted, headers=keyed)
    server.submit("CP-4")
    for coding in ("gzip", "identity"):
        again = client.post("/api/v1/plans/bulk", json=wanted, headers=keyed | {"accept-encoding": coding})
        assert (again.text, again.status_code) == (first.text, 200)
        assert again.headers["content-type"] == first.headers["content-type"]
        assert again.headers["idempotency-replayed"] == "true"
    assert lines(first)[1] == {"done": 3, "refused": 0}
    assert client.get("/api/v1/plans/CP-4", headers=operator).json()["state"] == "in_progress"
    assert code(client.post("/api/v1/plans/bulk", json=wanted | {"verb": "unfreeze"}, headers=keyed)) == (422, "S0302")


def test_many_are_only_meant_where_that_is_said(client: TestClient, server: World, operator: dict[str, str]) -> None:
    server.submit("CP-1")
    everything = {"verb": "freeze", "filter": {}}
    assert code(client.post("/api/v1/plans/bulk", json=everything, headers=operator)) == (422, "S0201")
    other = server.token(PermissionSet.OPERATOR, objects=Names.of(["Case"]))
    _, end = lines(client.post("/api/v1/plans/bulk", json=everything | {"all": True}, headers=other))
    assert end == {"done": 0, "refused": 0}
    _, end = lines(client.post("/api/v1/plans/bulk", json=everything | {"all": True}, headers=operator))
    assert end == {"done": 1, "refused": 0}


# ---- integrations and programs


@pytest.fixture
def obligations(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, path=EXAMPLES / "obligations" / "obligations.dro", plan="KeepObligation") as found:
        yield found


def test_an_integration_is_set_offline_and_online(obligations: World) -> None:
    operator = obligations.token(PermissionSet.OPERATOR, name="ada")
    with TestClient(obligations.app, base_url="http://127.0.0.1:8020") as client:
        gone = client.post("/api/v1/integrations/Erp/offline", headers=operator).json()
        assert (gone["online"], gone["by"]) == (False, "ada")
        assert code(client.post("/api/v1/integrations/Erp/offline", headers=operator)) == (409, "S0303")
        assert client.post("/api/v1/integrations/Erp/online", headers=operator).json()["online"] is True
        assert code(client.post("/api/v1/integrations/Sap/offline", headers=operator)) == (404, "S0202")


def test_a_new_version_counts_for_new_records_and_running_plans_keep_theirs(
    client: TestClient, server: World, both: dict[str, str], operator: dict[str, str]
) -> None:
    server.submit("CP-1")
    designer = server.token(PermissionSet.DESIGNER)
    text = DUNNING.read_text(encoding="utf-8").replace("version  1", "version  2")
    new = {"module": "billing.dunning", "source": text}
    deployed = client.post("/api/v1/programs", json=new, headers=designer)
    assert deployed.status_code == 201, deployed.text
    hash = deployed.json()["program"]
    assert [each["program"] for each in deployed.json()["replaced"]] == [server.program_hash]
    client.post(SUBMIT, json={"object": OBJECT, "record": record("CP-2")}, headers=both)
    found = {item["plan_id"]: item["program"] for item in client.get("/api/v1/plans", headers=operator).json()["items"]}
    assert found == {"CP-1": server.program_hash, "CP-2": hash}
    assert client.get(f"/api/v1/programs/{hash}/source", headers=designer).text == text
    current = client.get("/api/v1/programs/current", headers=designer).json()
    assert [(each["object"], each["usage"], each["program"]) for each in current] == [(OBJECT, "Generic", hash)]


def test_a_program_with_errors_is_not_deployed(client: TestClient, server: World) -> None:
    text = DUNNING.read_text(encoding="utf-8").replace("unless promised", "")
    designer = server.token(PermissionSet.DESIGNER)
    answer = client.post("/api/v1/programs", json={"module": "billing.dunning", "source": text}, headers=designer)
    assert code(answer) == (422, "S0201")
    assert "E0701" in {finding["code"] for finding in answer.json()["findings"]}
    assert len(client.get("/api/v1/programs", headers=designer).json()) == 1


# ---- tokens, the log, the service


def test_an_admin_makes_and_revokes_tokens(client: TestClient, server: World) -> None:
    admin = server.token(PermissionSet.ADMIN)
    made = client.post("/api/v1/tokens", json={"name": "bi", "sets": ["operator"], "objects": ["*"]}, headers=admin)
    assert made.status_code == 201
    bi = {"authorization": f"Bearer {made.json()['token']}"}
    assert client.get("/api/v1/me", headers=bi).json()["sets"] == ["operator"]
    assert all("token" not in each for each in client.get("/api/v1/tokens", headers=admin).json())
    client.post(f"/api/v1/tokens/{made.json()['id']}/revoke", headers=admin)
    assert code(client.get("/api/v1/me", headers=bi)) == (401, "S0101")


def test_the_log_is_read_page_by_page(client: TestClient, server: World, operator: dict[str, str]) -> None:
    server.submit("CP-1")
    for verb in ("freeze", "unfreeze", "freeze"):
        client.post(f"/api/v1/plans/CP-1/{verb}", headers=operator)
    admin = server.token(PermissionSet.ADMIN)
    first = client.get("/api/v1/audit", params={"limit": 2}, headers=admin).json()
    rest = client.get("/api/v1/audit", params={"before": first[-1]["id"]}, headers=admin).json()
    assert [entry["operation"] for entry in first + rest] == ["freeze a plan", "unfreeze a plan", "freeze a plan"]
    assert {entry["origin"] for entry in first} == {"testclient"}


def test_health_and_metrics(client: TestClient, server: World, operator: dict[str, str]) -> None:
    server.submit("CP-1")
    assert client.get("/healthz").json() == {"status": "ok", "problem": None}
    assert client.get("/metrics").status_code == 401
    text = client.get("/metrics", headers=operator).text
    assert 'drolang_plans{state="in_progress"} 1.0' in text
    assert 'drolang_http_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text


def test_health_tells_that_plans_are_not_carried_out(server: World) -> None:
    answer = TestClient(server.app, base_url="http://127.0.0.1:8020").get("/healthz")
    assert (answer.status_code, answer.json()["problem"]) == (503, "plans are not carried out")
