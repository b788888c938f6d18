"""A plan with steps of every kind: tasks with typed results, integrations that are offline, large plans in parts."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from dro_lang.runtime.embedded.requests import Receipt, Submit
from dro_lang.server.plans.deploying import checked_text, deploy
from dro_lang.server.rights.permissions import PermissionSet
from tests.server.console.test_pages import get, post, text_of
from tests.server.world import World, world

EVERY_KIND = Path(__file__).parent / "every.dro"

RESULTS = {
    "value.answer": "Agreed",
    "value.amount": "12.50",
    "value.count": "3",
    "value.on_day": "2026-12-24",
    "value.sure": "true",
}
ASK = {"group": "Work", "step": "ask", "next": "/tasks"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, path=EVERY_KIND, plan="Everything") as found:
        yield found


@pytest.fixture
def ada(client: TestClient, server: World) -> TestClient:
    server.sign_in(client, "ada", *PermissionSet)
    return client


def order(server: World, id: str = "O-1", parts: int = 2, program: str | None = None) -> None:
    rows = tuple({"id": f"P-{number}", "name": "A part"} for number in range(parts))
    row: dict[str, Any] = {"id": id, "name": "An order", "start_date": date(2026, 12, 1), "paid": False, "parts": rows}
    receipt = server.ask(Submit(program or server.program_hash, "Everything", row, by="test"))
    assert isinstance(receipt, Receipt)
    assert receipt.plan_id == id


# ---- typed results


def test_a_task_with_results_is_completed_with_a_field_for_each(ada: TestClient, server: World) -> None:
    order(server)
    page = get(ada, "/tasks")
    assert 'href="/plans/O-1/complete?group=Work&amp;step=ask&amp;next=/tasks%3Fwhose%3Dall"' in page
    form = get(ada, "/plans/O-1/complete?group=Work&step=ask&next=/tasks")
    for part in ('<option value="Refused">', 'type="date"', 'inputmode="decimal"', '<option value="true">Yes'):
        assert part in form
    # It may be a callout as well as a task, so it stands below its plan.
    assert 'aria-label="Breadcrumb"><a href="/plans">Plans</a>' in form
    done = post(ada, "/plans/O-1/complete", **ASK, **RESULTS)
    assert done.headers["location"] == "/tasks?said=completed"
    said = text_of(get(ada, "/plans/O-1?group=Work&step=ask"))
    assert "answer Agreed amount 12.5 EUR count 3 on_day 2026-12-24 sure true" in said


def test_results_that_do_not_fit_are_told_beside_their_fields(ada: TestClient, server: World) -> None:
    order(server)
    wrong = {**RESULTS, "value.answer": "", "value.count": "11", "value.amount": "much"}
    answer = post(ada, "/plans/O-1/complete", **ASK, **wrong)
    assert answer.status_code == 422
    said = text_of(answer.text)
    assert "3 values do not fit. answer , amount , count" in said
    for name, reason in (("answer", "A value is required"), ("count", "is more than the most"), ("amount", "much")):
        field = answer.text.split(f'id="error-{name}"')[1].split("</p>")[0]
        assert reason in field
    assert 'value="2026-12-24"' in answer.text
    assert "Ready" in text_of(get(ada, "/plans/O-1?group=Work&step=ask"))


def test_of_two_who_complete_a_task_the_second_is_told(ada: TestClient, server: World) -> None:
    order(server)
    assert post(ada, "/plans/O-1/complete", **ASK, **RESULTS).status_code == 303
    answer = post(ada, "/plans/O-1/complete", **ASK, **RESULTS)
    assert answer.status_code == 409
    assert "Refused. It is completed for good." in text_of(answer.text)


def test_a_step_that_is_not_there_cannot_be_completed(ada: TestClient, server: World) -> None:
    order(server)
    assert post(ada, "/plans/O-1/complete", group="Work", step="nothing").status_code == 404
    assert post(ada, "/plans/O-1/complete", group="Work").status_code == 422
    assert post(ada, "/plans/O-1/steps/retry", group="Work", step="ask", copy="x").status_code == 422


# ---- items


def test_a_step_for_each_item_says_how_many_are_in_which_state(ada: TestClient, server: World) -> None:
    order(server, parts=3)
    server.outside.failing["Erp"] = "DOWN"
    post(ada, "/plans/O-1/complete", **ASK, **RESULTS)
    server.advance_to(date(2026, 12, 2))
    page = get(ada, "/plans/O-1?group=Work&step=send")
    said = text_of(page)
    assert "3 instances, one for each item" in said
    assert "3 Fatally Failed" in said
    one = text_of(get(ada, "/plans/O-1?group=Work&step=send&item=P-1"))
    assert 'Work.send for item "P-1"' in one
    assert "Error DOWN" in one


def test_data_of_one_item_is_changed(ada: TestClient, server: World) -> None:
    order(server)
    assert "item P-1" in get(ada, "/plans/O-1/change/set")
    done = post(ada, "/plans/O-1/set", item="P-1", **{"value.name": "Another name"})
    assert done.status_code == 303
    assert "Another name" in get(ada, "/plans/O-1?view=record")
    assert ada.get("/plans/O-1/change/set?item=P-9", headers={"accept": "text/html"}).status_code == 404


# ---- amending and cancelling


def test_a_frozen_plan_is_canceled_and_made_up_for(ada: TestClient, server: World) -> None:
    order(server)
    post(ada, "/plans/O-1/complete", **ASK, **RESULTS)
    server.advance_to(date(2026, 12, 2))
    assert post(ada, "/plans/O-1/cancel").status_code == 409
    post(ada, "/plans/O-1/freeze")
    assert "Cancel the plan" in get(ada, "/plans/O-1/change/cancel")
    assert post(ada, "/plans/O-1/cancel").headers["location"] == "/plans/O-1?said=canceled"
    page = get(ada, "/plans/O-1")
    assert "makes up for" in page
    assert "because of Work.tell" in page


# ---- integrations


def test_an_integration_is_set_offline_and_its_callouts_wait(ada: TestClient, server: World) -> None:
    order(server)
    assert "Erp synchronous Online" in text_of(get(ada, "/integrations"))
    assert post(ada, "/integrations/Erp/offline").headers["location"] == "/integrations?said=offline"
    post(ada, "/plans/O-1/complete", **ASK, **RESULTS)
    server.advance_to(date(2026, 12, 2))
    said = text_of(get(ada, "/integrations?said=offline"))
    assert "its callouts are held back" in said
    assert "Offline since" in said
    assert 'Held back Work.send for item "P-0" of An order' in said
    assert "Offline: Erp" in text_of(get(ada, "/plans/O-1"))
    assert post(ada, "/integrations/Erp/online").status_code == 303
    assert post(ada, "/integrations/Nothing/online").status_code == 404


# ---- large plans


def test_a_large_plan_comes_in_pages(ada: TestClient, server: World) -> None:
    order(server, parts=250)
    page = get(ada, "/plans/O-1?view=steps")
    assert "Pending" in page
    assert 'id="next-page" href="/plans/O-1?view=steps&amp;first=100"' in page
    assert len(get(ada, "/plans/O-1")) < 30_000
    assert "the first 200 of them" in text_of(get(ada, "/plans/O-1?group=Work&step=send"))


def test_a_plan_of_many_groups_comes_in_parts(ada: TestClient, server: World) -> None:
    names = [f"Part{number}" for number in range(30)]
    text = EVERY_KIND.read_text(encoding="utf-8").replace("run  Work", f"run  {', '.join(names)}", 1)
    text += "".join(
        f"\ngroup {name} for Order {{\n  step one: milestone {{ }}\n  step two: milestone {{ after one }}\n"
        "  step three: milestone { after two }\n}\n"
        for name in names
    )
    checked = checked_text("tests.large", text, {})
    assert checked.program is not None, checked.diagnostics
    with server.services.readers.one() as reader:
        hash, _ = deploy(server.services, reader, checked.program, text)
    order(server, "L-1", program=hash)
    first = get(ada, "/plans/L-1")
    assert "90 steps in 2 parts: Part0 to Part19 60 Part20 to Part29 30" in text_of(first)
    assert "graph-Part0.0.one" in first
    assert "graph-Part20.0.one" not in first
    assert "graph-Part20.0.one" in get(ada, "/plans/L-1?part=1")
    assert "graph-Part25.0.two" in get(ada, "/plans/L-1?group=Part25&step=two")
    assert "graph-Part25.0.two" in get(ada, "/plans/L-1?q=Part25")


# ---- programs


def test_programs_say_what_they_are_and_how_many_plans_each_has(ada: TestClient, server: World) -> None:
    order(server)
    said = text_of(get(ada, "/programs"))
    assert "every" in said
    assert "Everything Current" in said
    assert "1 1 In Progress" in said


def test_the_design_is_the_workspace(ada: TestClient, server: World) -> None:
    said = text_of(get(ada, f"/programs/{server.program_hash}"))
    assert "1 Work What is done. Generic always, else 5" in said
    assert "2 Undo Generic to make up for a step 1" in said
    assert "call of an outside system Work.send Callout Erp Item Generic" in said
    assert "Work.paid Work.send Plan finished None Generic" in said
    assert "else Generic otherwise Work" in said


def test_the_source_is_the_text_that_was_deployed(ada: TestClient, server: World) -> None:
    page = get(ada, f"/programs/{server.program_hash}?view=source")
    assert '<span class="s-keyword">module</span>' in page
    assert '<span class="s-string">&#34;The desk&#34;</span>' in page
    assert '<span class="s-doc">/// What is done.</span>' in page
    assert ada.get("/programs/nothing", headers={"accept": "text/html"}).status_code == 404


def test_two_versions_are_compared_in_text_and_in_what_they_do(ada: TestClient, server: World) -> None:
    text = EVERY_KIND.read_text(encoding="utf-8")
    other = text.replace("expires after 30 days", "expires after 10 days")
    checked = checked_text("every", other, {})
    assert checked.program is not None
    with server.services.readers.one() as reader:
        hash, _ = deploy(server.services, reader, checked.program, other)
    page = get(ada, f"/programs/{server.program_hash}/to/{hash}")
    said = text_of(page)
    assert "Work.paid expires after 30 days after 10 days" in said
    assert page.count('<tr class="minus">') == page.count('<tr class="plus">') == 1
    same = get(ada, f"/programs/{hash}/to/{hash}")
    assert "The texts are the same." in same


# ---- the log


def test_the_log_says_who_did_what_and_is_narrowed(ada: TestClient, server: World) -> None:
    order(server)
    post(ada, "/plans/O-1/freeze")
    post(ada, "/plans/O-1/freeze")
    said = text_of(get(ada, "/audit?subject=O-1"))
    assert said.count("freeze a plan O-1") == 2
    assert "Refused" in said
    assert "Done" in said
    assert "Nothing that fits was done yet." in text_of(get(ada, "/audit?actor=nobody"))


def test_only_who_may_see_all_sees_the_log(client: TestClient, server: World) -> None:
    server.sign_in(client, "bob", PermissionSet.OPERATOR)
    assert client.get("/audit", headers={"accept": "text/html"}).status_code == 403
    assert "Audit log" not in get(client, "/plans")
