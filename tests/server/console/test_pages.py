"""The pages for operators: what is on them, and what their forms do."""

import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from dro_lang.kernel.states import PlanStatus, StepStatus
from dro_lang.runtime.embedded.lists import Count
from dro_lang.runtime.embedded.sqlite import walking
from dro_lang.runtime.operations import queries
from dro_lang.server.console import layout
from dro_lang.server.pages.render import environment
from dro_lang.server.rights.permissions import EVERY, Names, PermissionSet
from tests.server.world import OWN, World

HTML = {"accept": "text/html"}


@pytest.fixture
def ada(client: TestClient, server: World) -> TestClient:
    """Somebody who may do everything, signed in."""
    server.sign_in(client, "ada", *PermissionSet)
    return client


def get(client: TestClient, path: str) -> str:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


def post(client: TestClient, path: str, **fields: str) -> Response:
    return client.post(path, data=fields, headers={**HTML, **OWN}, follow_redirects=False)


def text_of(page: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])))


def fall_out(server: World, *ids: str, **values: Any) -> None:
    """Let the first mail of some plans fail until its retries are spent."""
    server.outside.failing["SendEmail"] = "NO_MAILBOX"
    for id in ids:
        server.submit(id, **values)
    for minutes in range(0, 20, 5):
        server.advance_to(datetime(2026, 12, 14, 8, minutes, tzinfo=UTC))


# ---- plans


def test_the_list_of_plans_says_how_each_stands(ada: TestClient, server: World) -> None:
    server.submit("CP-1", name="Acme")
    server.submit("CP-2", name="Brandt", risk="Low")
    said = text_of(get(ada, "/plans"))
    assert "2 plans" in said
    assert "Acme CP-1 CollectionPlan Dunning v1 In Progress 0/6" in said


def test_plans_are_narrowed_by_what_the_address_says(ada: TestClient, server: World) -> None:
    server.submit("CP-1", name="Acme")
    server.submit("CP-2", name="Brandt", risk="Low")
    for query, name in (
        ("scenario=firm", "Acme"),
        ("scenario=gentle", "Brandt"),
        ("search=bra", "Brandt"),
        ("search=CP-1", "Acme"),
    ):
        said = text_of(get(ada, f"/plans?{query}"))
        assert "1 plan that fits" in said, query
        assert f"{name} CP-" in said
    assert "No plan fits" in get(ada, "/plans?state=completed")
    assert "2 plans that fit" in get(ada, f"/plans?program={server.program_hash}")


def test_a_list_goes_on_behind_its_last_line(ada: TestClient, server: World) -> None:
    for number in range(3):
        server.submit(f"CP-{number}")
    first = get(ada, "/plans?limit=2&sort=submitted&order=asc")
    link = re.search(r'id="next-page" href="([^"]+)"', first)
    assert link
    rest = get(ada, link[1].replace("&amp;", "&"))
    assert re.findall(r'id="plan-(CP-\d)"', first) == ["CP-0", "CP-1"]
    assert re.findall(r'id="plan-(CP-\d)"', rest) == ["CP-2"]


def test_what_does_not_fit_is_told_on_a_page(ada: TestClient) -> None:
    for path in ("/plans?state=nonsense", "/plans?after=nonsense", "/tasks?after=x", "/fallout?state=x", "/plans/CP-9"):
        answer = ada.get(path, headers=HTML)
        assert answer.status_code in (404, 422), path
        assert "<h1>" in answer.text


@pytest.mark.parametrize("view", ["graph", "timeline", "steps", "history", "record", "why"])
def test_a_plan_is_shown_in_every_view(ada: TestClient, server: World, view: str) -> None:
    server.submit("CP-1")
    server.advance_to(date(2026, 12, 16))
    page = get(ada, f"/plans/CP-1?view={view}")
    assert "2 of 6 finished" in text_of(page)
    expected = {
        "graph": "call_customer",
        "timeline": "Remind.due_notice",
        "steps": "starts on 2026-12-20",
        "history": "Submitted by test",
        "record": "ap@acme.example",
        "why": "risk = High",
    }
    assert expected[view] in page


def test_the_panel_tells_all_of_a_step(ada: TestClient, server: World) -> None:
    server.submit("CP-1")
    server.advance_to(date(2026, 12, 16))
    said = text_of(get(ada, "/plans/CP-1?group=Remind&step=reminder"))
    for part in (
        "Remind.reminder ✕ Completed",
        "automated task SendEmail",
        "Attempts 1",
        "message_id",
        "Is waited for by Remind.due_notice",
        'email is known email = "ap@acme.example"',
        "first before due_date",
    ):
        assert part in said, part


def test_the_graph_shows_what_a_step_waits_for(ada: TestClient, server: World) -> None:
    server.submit("CP-1")
    page = get(ada, "/plans/CP-1?group=Remind&step=due_notice")
    near = re.findall(r'<a class="step([^"]*)" id="graph-Remind.0.(\w+)"', page)
    assert {name for classes, name in near if "near" in classes} == {"reminder", "due_notice", "suspension_notice"}
    assert [name for classes, name in near if "chosen" in classes] == ["due_notice"]


def test_steps_that_a_filter_does_not_mean_stand_back(ada: TestClient, server: World) -> None:
    server.submit("CP-1")
    page = get(ada, "/plans/CP-1?show=manual")
    steps = re.findall(r'<a class="step([^"]*)" id="graph-Remind.0.(\w+)"', page)
    assert [name for classes, name in steps if "away" not in classes] == ["call_customer"]
    assert "1 step fits" in text_of(get(ada, "/plans/CP-1?view=steps&q=due_n"))


# ---- what forms do


def test_a_plan_is_frozen_and_goes_on(ada: TestClient, server: World) -> None:
    server.submit("CP-1")
    answer = post(ada, "/plans/CP-1/freeze")
    assert (answer.status_code, answer.headers["location"]) == (303, "/plans/CP-1?said=frozen")
    page = get(ada, answer.headers["location"])
    assert "The plan is told to stop" in page
    assert PlanStatus.FROZEN.name.title() in text_of(page)
    assert post(ada, "/plans/CP-1/unfreeze").status_code == 303
    refused = post(ada, "/plans/CP-1/unfreeze")
    assert refused.status_code == 409
    assert "Refused." in refused.text
    assert [entry[2:] for entry in server.audited()[:3]] == [
        ("unfreeze a plan", "CP-1", "refused"),
        ("unfreeze a plan", "CP-1", "done"),
        ("freeze a plan", "CP-1", "done"),
    ]


def test_data_of_a_record_is_changed_where_it_is_another(ada: TestClient, server: World) -> None:
    server.submit("CP-1", promised_on=date(2026, 12, 24))
    page = get(ada, "/plans/CP-1/change/set")
    assert 'name="value.balance" inputmode="decimal" value="900 EUR"' in page or 'value="900 EUR"' in page
    wrong = post(ada, "/plans/CP-1/set", **{"value.balance": "much", "value.due_date": "2026-12-21"})
    assert wrong.status_code == 422
    assert 'id="error-balance"' in wrong.text
    assert 'value="much"' in wrong.text
    same = post(ada, "/plans/CP-1/set", **{"value.balance": "900 EUR"})
    assert (same.status_code, "nothing is different" in same.text.lower()) == (409, True)
    done = post(ada, "/plans/CP-1/set", **{"value.balance": "0 EUR"})
    assert done.headers["location"] == "/plans/CP-1?said=changed"
    assert "Plan In Progress → Completed" in text_of(get(ada, "/plans/CP-1?view=history"))


def test_a_task_is_claimed_and_completed_in_the_inbox(ada: TestClient, server: World) -> None:
    server.submit("CP-1")
    server.advance_to(date(2026, 12, 25))
    assert "call customer" in get(ada, "/tasks")
    step = {"group": "Remind", "step": "call_customer", "next": "/tasks?whose=all"}
    claimed = post(ada, "/plans/CP-1/steps/claim", **step)
    assert claimed.headers["location"] == "/tasks?whose=all&said=claimed"
    assert 'name="next" value="/tasks?whose=mine"' in get(ada, "/tasks"), "whose own tasks were shown sees them again"
    mine = text_of(get(ada, "/tasks?whose=mine"))
    assert "In Progress Collections ada" in mine
    assert post(ada, "/plans/CP-1/steps/complete", **step).status_code == 303
    assert "All done: no task is waiting for you" in text_of(get(ada, "/tasks?whose=mine"))
    again = post(ada, "/plans/CP-1/steps/complete", **step)
    assert again.status_code == 409
    assert "the plan is completed" in again.text


def test_a_form_leads_to_no_other_site(ada: TestClient, server: World) -> None:
    server.submit("CP-1")
    server.advance_to(date(2026, 12, 25))
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = post(ada, "/plans/CP-1/freeze", next=elsewhere)
        assert answer.headers.get("location", "/plans/CP-1").startswith("/plans/CP-1")


def test_a_form_of_another_site_does_nothing(ada: TestClient, server: World) -> None:
    server.submit("CP-1")
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"sec-fetch-site": "none"}):
        answer = ada.post("/plans/CP-1/freeze", headers=headers, follow_redirects=False)
        assert answer.status_code == 403
    assert "In Progress" in text_of(get(ada, "/plans/CP-1"))


# ---- fallout


def test_what_has_fallen_out_is_retried_for_all_that_the_filter_means(ada: TestClient, server: World) -> None:
    fall_out(server, "CP-0", "CP-1", "CP-2")
    page = get(ada, "/fallout")
    assert "3 steps in fallout" in text_of(page)
    assert "Retry 3 steps?" in text_of(get(ada, "/fallout/all?verb=retry&error=NO_MAILBOX"))
    assert "Retry 0 steps?" in text_of(get(ada, "/fallout/all?verb=retry&error=OTHER"))
    server.outside.failing.clear()
    done = post(ada, "/fallout/all", verb="retry", state="fatally_failed", queue="MailFallout")
    assert done.status_code == 200
    said = text_of(done.text)
    assert "3 done, 0 refused." in said
    assert "All dealt with: nothing that the filter means is left." in said
    assert said.count("EarlyWarning.warn CP-") == 3
    assert "All dealt with: nothing is in fallout." in text_of(get(ada, "/fallout"))
    entry = server.services.audit.entries(limit=1)[0]
    assert (entry.operation, entry.detail["done"]) == ("retry a step", 3)


def test_each_that_is_refused_says_why(ada: TestClient, server: World) -> None:
    fall_out(server, "CP-1", "CP-2")
    post(ada, "/plans/CP-1/freeze")
    preview = text_of(get(ada, "/fallout/all?verb=retry"))
    assert "EarlyWarning.warn Acme CP-1 Refused it is fatally failed, and the plan frozen" in preview
    assert "EarlyWarning.warn Acme CP-2 Done" in preview
    server.outside.failing.clear()
    said = text_of(post(ada, "/fallout/all", verb="retry", state="fatally_failed").text)
    assert "1 done, 1 refused." in said
    assert "EarlyWarning.warn CP-1 Refused it is fatally failed, and the plan frozen" in said
    assert "EarlyWarning.warn CP-2 Done" in said
    assert "1 of what the filter means is in fallout now." in said


def test_all_are_completed_with_results_where_they_give_the_same(ada: TestClient, server: World) -> None:
    fall_out(server, "CP-1", "CP-2")
    form = get(ada, "/fallout/all?verb=complete")
    assert 'name="value.message_id"' in form
    wrong = post(ada, "/fallout/all", verb="complete", state="fatally_failed", **{"value.message_id": ""})
    assert wrong.status_code == 422
    assert "A value is required" in wrong.text
    done = post(ada, "/fallout/all", verb="complete", state="fatally_failed", **{"value.message_id": "by letter"})
    assert "2 done, 0 refused." in text_of(done.text)
    assert "message_id by letter" in text_of(get(ada, "/plans/CP-1?group=EarlyWarning&step=warn"))


# ---- who may see what


def test_who_may_see_little_is_led_nowhere_else(client: TestClient, server: World) -> None:
    server.submit("CP-1")
    server.services.accounts.add("bob", [PermissionSet.DESIGNER], EVERY, EVERY)
    client.post("/sign-in", data={"link": server.services.accounts.new_link("bob")}, headers=OWN)
    assert client.get("/", follow_redirects=False).headers["location"] == "/programs"
    assert client.get("/plans", headers=HTML).status_code == 403
    assert client.get("/plans/CP-1", headers=HTML).status_code == 403
    assert post(client, "/plans/CP-1/freeze").status_code == 403
    assert post(client, "/fallout/all", verb="retry").status_code == 403


def test_plans_for_other_objects_are_not_there(client: TestClient, server: World) -> None:
    server.submit("CP-1")
    server.services.accounts.add("eve", [PermissionSet.OPERATOR], Names.of(["Obligation"]), EVERY)
    client.post("/sign-in", data={"link": server.services.accounts.new_link("eve")}, headers=OWN)
    assert "0 plans" in text_of(get(client, "/plans"))
    assert client.get("/plans/CP-1", headers=HTML).status_code == 404
    assert post(client, "/plans/CP-1/freeze").status_code == 404


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client: TestClient) -> None:
    for path in ("/plans", "/tasks", "/fallout", "/plans/CP-1"):
        answer = client.get(path, headers=HTML, follow_redirects=False)
        assert answer.headers["location"] == f"/sign-in?next={path}"


def test_texts_of_others_stay_texts(ada: TestClient, server: World) -> None:
    payload = "<img src=x onerror=alert(1)>\"'</script>"
    server.submit("CP-1", name=payload, email=payload)
    server.advance_to(date(2026, 12, 25))
    paths = ["/plans", "/tasks", *(f"/plans/CP-1?view={view}" for view in ("graph", "timeline", "steps", "record"))]
    for path in [
        *paths,
        "/plans/CP-1?group=EarlyWarning&step=warn",
        "/plans/CP-1/change/set",
        f"/plans?search={payload}",
    ]:
        page = get(ada, path)
        assert "<img" not in page.replace('<img src="/static/drolang.svg"', ""), path
        assert "&lt;img" in page, path


def test_states_are_the_same_words_everywhere(ada: TestClient, server: World) -> None:
    server.submit("CP-1")
    sheet = ada.get("/console/looks.css").text
    for state in (*StepStatus, *PlanStatus):
        assert f".state-{state} " in sheet


@pytest.mark.parametrize("query", ["limit=-1", "limit=0", "limit=1000000", "limit=x", "order=up", "sort=size"])
def test_what_a_list_cannot_be_asked_is_told(ada: TestClient, query: str) -> None:
    answer = ada.get(f"/plans?{query}", headers=HTML)
    assert answer.status_code == 422
    assert query.partition("=")[0] in text_of(answer.text)


# ---- millions


def test_a_page_on_which_nothing_fits_leads_on(ada: TestClient, server: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        server.submit(f"CP-{number}", name="Acme" if number > 2 else "Zenith")
    for module in (walking, queries):
        monkeypatch.setattr(module, "MOST_LOOKED_AT", 2)
    monkeypatch.setattr(queries, "LOOKS_ON", 0)
    page = get(ada, "/plans?search=Zenith&sort=updated&order=desc")
    assert "None of the plans that were looked at so far fits." in text_of(page)
    for _ in range(6):
        further = re.search(r'id="next-page" href="([^"]+)"', page)
        assert further is not None
        page = get(ada, unescape(further[1]))
        if "Zenith" in text_of(page):
            break
    assert "Zenith CP-" in text_of(page)
    assert "Zenith CP-0" in text_of(get(ada, "/plans?search=Zenith")), "what is searched for comes by name"


def test_what_is_counted_in_part_is_told_so(ada: TestClient, server: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        server.submit(f"CP-{number}", name="Zenith")
    assert "3 plans that fit" in text_of(get(ada, "/plans?search=Zenith"))
    monkeypatch.setattr(walking, "MOST_LOOKED_AT", 2)
    monkeypatch.setitem(environment().globals, "most_looked_at", 2)
    page = text_of(get(ada, "/plans?search=Zenith"))
    assert "At least 2 plans fit " in page
    assert "+" not in page.partition("Next look")[0]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (Count(1), "1 plan that fits"),
        (Count(1301), "1,301 plans that fit"),
        (Count(4000, exact=False), "At least 4,000 plans fit"),
        (Count(40, exact=False), "At least 40 plans fit: so many of the first 4,000 that were looked at"),
        (Count(1, exact=False), "At least 1 plan fits: so many of the first 4,000 that were looked at"),
        (
            Count(0, exact=False),
            "None of the first 4,000 plans that were looked at fits: there may be some among the others",
        ),
    ],
)
def test_a_count_says_what_it_is(count: Count, said: str) -> None:
    template = environment().from_string('{% import "macros.html" as m %}{{ m.about(count, "plan", true, 4000) }}')
    layout.template("plans.html")
    assert " ".join(template.render(count=count).split()) == said


# ---- users


def test_users_are_added_and_invited_on_their_page(ada: TestClient, server: World) -> None:
    fields = {"name": "ben@example.com", "sets": "operator", "objects": "CollectionPlan\n Other ", "queues": "*"}
    assert post(ada, "/users", **fields).headers["location"] == "/users?said=added"
    assert "ben@example.com May sign in operator CollectionPlan, Other every one" in text_of(get(ada, "/users"))
    invited = post(ada, "/users/invited", name="ben@example.com")
    found = re.search(r'value="(http://127.0.0.1:8020/sign-in\?link=[^"]+)"', invited.text)
    assert invited.status_code == 200
    assert found is not None
    assert server.services.accounts.link_for(found[1].partition("link=")[2]) is not None
    assert found[1] not in get(ada, "/users")
    again = post(ada, "/users", **fields)
    assert again.status_code == 409
    assert "There is a user `ben@example.com` already" in text_of(again.text)
    assert 'value="operator" checked' in again.text


def test_rights_of_users_are_changed_and_taken_away(ada: TestClient, server: World) -> None:
    server.services.accounts.add("ben", [PermissionSet.OPERATOR], EVERY, EVERY)
    form = get(ada, "/users/change?name=ben")
    assert 'value="operator" checked' in form
    changed = post(ada, "/users/change", name="ben", sets="designer", objects="*", queues="")
    assert changed.headers["location"] == "/users?said=rights"
    assert "ben May sign in designer every one none" in text_of(get(ada, "/users"))
    assert post(ada, "/users/disabled", name="ben").headers["location"] == "/users?said=disabled"
    assert "ben Disabled" in text_of(get(ada, "/users"))
    assert post(ada, "/users/invited", name="ben").status_code == 409
    assert post(ada, "/users/enabled", name="ben").headers["location"] == "/users?said=enabled"
    last = post(ada, "/users/disabled", name="ada")
    assert last.status_code == 409
    assert "the last user who can manage users" in text_of(last.text)
    assert ada.get("/users/change?name=nobody", headers=HTML).status_code == 404


def test_only_those_who_manage_users_see_them(client: TestClient, server: World) -> None:
    server.sign_in(client, "ben", PermissionSet.OPERATOR)
    assert "/users" not in get(client, "/tasks")
    assert client.get("/users", headers=HTML).status_code == 403
    assert client.get("/users/change?name=ben", headers=HTML).status_code == 403
    for path in ("/users", "/users/change", "/users/disabled", "/users/invited"):
        assert post(client, path, name="ben", sets="admin", objects="*", queues="*").status_code == 403
    ben = server.services.accounts.user("ben")
    assert ben is not None
    assert ben.sets == {PermissionSet.OPERATOR}


# ---- tokens


TOKEN = {"name": "crm", "sets": "operator", "objects": "CollectionPlan\n", "queues": "", "scopes": "read", "days": "30"}


def test_a_token_is_made_shown_once_and_revoked(ada: TestClient, server: World) -> None:
    server.submit("CP-1")
    assert "No token works" in text_of(get(ada, "/users/tokens"))
    made = post(ada, "/users/tokens", **TOKEN)
    found = re.search(r'id="token" readonly value="(dro_([0-9a-f]{12})_[^"]+)"', made.text)
    assert made.status_code == 200
    assert found is not None
    text, id = found.groups()
    assert made.headers["cache-control"] == "no-store"
    listed = get(ada, "/users/tokens")
    assert text not in listed
    assert f"crm dro_{id}_… operator CollectionPlan none read ada never" in text_of(listed)
    assert "in 29 days" in text_of(listed)

    machine = TestClient(server.app, base_url="http://127.0.0.1:8020", headers={"authorization": f"Bearer {text}"})
    assert [each["plan_id"] for each in machine.get("/api/v1/plans").json()["items"]] == ["CP-1"]
    assert machine.post("/api/v1/plans/CP-1/freeze").status_code == 403

    assert post(ada, "/users/tokens/revoke", id=id).headers["location"] == "/users/tokens?said=revoked"
    assert machine.get("/api/v1/plans").status_code == 401
    said = text_of(get(ada, "/users/tokens"))
    assert "No token works" in said
    assert "1 that ended" in said
    entries = [entry for entry in server.services.audit.entries() if entry.subject == id]
    assert [(entry.actor, entry.operation) for entry in entries] == [
        ("ada", "revoke a token"),
        ("ada", "make a token"),
    ]
    assert entries[1].detail == {
        "name": "crm",
        "sets": ["operator"],
        "objects": ["CollectionPlan"],
        "queues": [],
        "scopes": ["read"],
    }
    assert text not in str(entries)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"days": "367"}, "A token lives for 1 to 366 days"),
        ({"days": "0"}, "A token lives for 1 to 366 days"),
        ({"days": "²"}, "A token lives for 1 to 366 days"),
        ({"sets": ""}, "Without a permission set, a token can do nothing"),
        ({"scopes": "everything"}, "Without a use, a token can do nothing"),
        ({"name": ""}, "cannot be the name of a token"),
        ({"name": "a\x07b"}, "cannot be the name of a token"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(
    ada: TestClient, server: World, wrong: dict[str, str], said: str
) -> None:
    refused = post(ada, "/users/tokens", **{**TOKEN, **wrong})
    assert refused.status_code in (409, 422)
    assert said in text_of(refused.text)
    assert "CollectionPlan" in refused.text
    assert server.services.tokens.tokens() == []


def test_a_token_that_is_not_there_is_not_revoked(ada: TestClient, server: World) -> None:
    assert post(ada, "/users/tokens/revoke", id="0123456789ab").status_code == 404
    assert "revoke a token" not in [entry.operation for entry in server.services.audit.entries()]
