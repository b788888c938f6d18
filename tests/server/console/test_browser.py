"""The console in a real browser: it can be used by keyboard and by screen reader, follows what happens, and keeps the
focus; and it can be read and used without scripts."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import frozen
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from dro_lang.kernel.events import Claim, Complete, Freeze
from dro_lang.kernel.states import InstanceId
from dro_lang.server.rights.permissions import EVERY, PermissionSet
from dro_lang.server.settings import Settings
from tests.server.console.test_pages import fall_out
from tests.server.running import free_socket, running
from tests.server.world import World, world

pytestmark = pytest.mark.browser

WAIT = 30_000
"""Milliseconds: for a machine that is busy with other things."""

expect.set_options(timeout=WAIT)

PAYLOAD = '<img src=x onerror="document.title=1"><script>document.title=2</script>'

PAGES = {
    "plans": "/plans",
    "graph": "/plans/CP-1?group=Remind&step=call_customer",
    "timeline": "/plans/CP-1?view=timeline",
    "steps": "/plans/CP-1?view=steps",
    "history": "/plans/CP-1?view=history",
    "record": "/plans/CP-1?view=record",
    "why": "/plans/CP-1?view=why",
    "change": "/plans/CP-1/change/set",
    "tasks": "/tasks",
    "fallout": "/fallout",
    "bulk": "/fallout/all?verb=retry",
    "integrations": "/integrations",
    "programs": "/programs",
    "users": "/users",
    "user": "/users/change?name=ada",
    "tokens": "/users/tokens",
    "audit": "/audit",
}


@frozen
class Console:
    url: str
    world: World
    problems: list[str]
    open: Callable[..., Page]


@pytest.fixture
def console(browser: Browser, tmp_path: Path) -> Iterator[Console]:
    listener = free_socket()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    problems: list[str] = []
    contexts: list[Any] = []
    with world(tmp_path, Settings(url=url)) as found, running(found.app, listener):
        found.services.accounts.add("ada", list(PermissionSet), EVERY, EVERY)

        def open_(path: str, scheme: str = "light", width: int = 1280, scripts: bool = True) -> Page:
            context = browser.new_context(
                color_scheme="dark" if scheme == "dark" else "light",
                viewport={"width": width, "height": 900},
                java_script_enabled=scripts,
            )
            contexts.append(context)
            context.set_default_timeout(WAIT)
            signed_in = found.services.accounts.sign_in(found.services.accounts.new_link("ada"), "127.0.0.1")
            assert signed_in is not None
            context.add_cookies([{"name": "drolang", "value": signed_in[1], "url": url, "httpOnly": True}])
            page = context.new_page()
            page.on("console", lambda message: _note(problems, message))
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("request", lambda request: request.url.startswith((url, "data:")) or problems.append(request.url))
            page.goto(url + path)
            return page

        try:
            yield Console(url, found, problems, open_)
        finally:
            for context in contexts:
                context.close()


def _note(problems: list[str], message: ConsoleMessage) -> None:
    if message.type in ("error", "warning"):
        problems.append(message.text)


def at_work(world: World) -> None:
    """A plan with finished steps and an open task, one of another scenario, and steps that have fallen out."""
    world.submit("CP-1", name="Acme")
    world.submit("CP-2", name="Brandt", promised_on=date(2026, 12, 20))
    world.advance_to(date(2026, 12, 11))
    fall_out(world, "CP-3", name="Cobalt")
    world.outside.failing.clear()
    world.advance_to(date(2026, 12, 24))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_has_no_errors(console: Console, scheme: str) -> None:
    at_work(console.world)
    paths = {**PAGES, "design": f"/programs/{console.world.program_hash}"}
    paths["source"] = f"{paths['design']}?view=source"
    found: dict[str, list[str]] = {}
    page = console.open("/plans", scheme)
    for name, path in paths.items():
        page.goto(console.url + path)
        expect(page.locator("h1")).to_have_count(1)
        violations = Axe().run(page).response["violations"]
        said = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations]
        found |= {name: said} if said else {}
    assert found == {}
    assert console.problems == []


def test_no_page_is_wider_than_a_narrow_screen(console: Console) -> None:
    at_work(console.world)
    page = console.open("/plans", width=360)
    paths = {**PAGES, "design": f"/programs/{console.world.program_hash}"}
    for name, path in paths.items():
        page.goto(console.url + path)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, name


def test_a_plan_follows_what_happens_and_keeps_the_focus(console: Console) -> None:
    at_work(console.world)
    page = console.open("/plans/CP-1?group=Remind&step=call_customer")
    panel = page.get_by_role("complementary", name="Step")
    expect(panel.locator(".panel-state")).to_have_text("Ready On Time")
    step = page.get_by_role("link", name="suspension_notice, auto, Completed")
    step.focus()
    call, now = InstanceId("Remind", "call_customer"), console.world.clock.now()
    console.world.send("CP-1", Claim(now, call, "bob"))
    expect(panel.locator(".panel-state")).to_contain_text("In Progress")
    expect(step).to_be_focused()
    console.world.send("CP-1", Complete(now, call, {}, "bob"))
    expect(page.get_by_role("heading", name="Acme Completed")).to_be_visible()
    expect(step).to_be_focused()
    assert console.problems == []


def test_a_list_follows_what_happens(console: Console) -> None:
    at_work(console.world)
    page = console.open("/plans")
    row = page.get_by_role("row", name="Acme")
    expect(row).to_contain_text("In Progress")
    console.world.send("CP-1", Freeze(console.world.clock.now(), "bob"))
    expect(row).to_contain_text("Frozen")
    assert console.problems == []


def test_a_search_goes_on_while_somebody_types(console: Console) -> None:
    at_work(console.world)
    page = console.open("/plans")
    field = page.get_by_role("searchbox", name="Search")
    field.press_sequentially("bra", delay=20)
    expect(page.get_by_text("1 plan that fits")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("bra")
    expect(page).to_have_url(f"{console.url}/plans?search=bra")
    page.get_by_role("link", name="Brandt").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Brandt")
    page.go_back()
    expect(page.get_by_text("1 plan that fits")).to_be_visible()
    assert console.problems == []


def test_the_graph_is_used_by_keyboard(console: Console) -> None:
    at_work(console.world)
    page = console.open("/plans/CP-1")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_role("link", name="warn, auto, Completed").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="reminder, auto, Completed")).to_be_focused()
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Step")
    expect(panel.get_by_role("heading", level=2)).to_contain_text("Remind.reminder")
    expect(page.get_by_role("link", name="reminder, auto, Completed")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page).to_have_url(f"{console.url}/plans/CP-1")
    assert console.problems == []


def test_the_graph_is_made_larger_and_stays_so(console: Console) -> None:
    at_work(console.world)
    page = console.open("/plans/CP-1")
    graph = page.locator("svg.dro-graph")
    before = graph.bounding_box()
    page.get_by_role("button", name="Larger").click()
    after = graph.bounding_box()
    assert before
    assert after
    assert after["width"] == pytest.approx(before["width"] * 1.25, rel=0.01)
    page.get_by_role("link", name="warn, auto, Completed").click()
    expect(page.get_by_role("complementary", name="Step")).to_be_visible()
    larger = graph.bounding_box()
    assert larger
    assert larger["width"] == pytest.approx(after["width"], rel=0.01)


def test_a_task_is_done_in_the_inbox(console: Console) -> None:
    at_work(console.world)
    page = console.open("/tasks")
    page.get_by_role("button", name="Claim call_customer for Acme").click()
    expect(page.get_by_role("status").filter(has_text="The task is yours.")).to_be_visible()
    page.get_by_role("link", name="Mine").click()
    expect(page.get_by_role("link", name="Mine")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="Complete call_customer for Acme").click()
    expect(page.get_by_text("All done: no task is waiting for you.")).to_be_visible()
    assert console.problems == []


def test_fallout_is_dealt_with_at_once(console: Console) -> None:
    at_work(console.world)
    page = console.open("/fallout")
    page.get_by_role("button", name="Retry all 1…").click()
    page.get_by_role("button", name="Retry 1").click()
    expect(page.get_by_text("1 done, 0 refused.")).to_be_visible()
    page.get_by_role("link", name="Back to fallout").click()
    expect(page.get_by_text("All dealt with: nothing is in fallout.")).to_be_visible()
    assert console.problems == []


def test_somebody_is_invited_and_signs_in(console: Console) -> None:
    page = console.open("/users")
    page.get_by_label("Name often an e-mail address").fill("ben@example.com")
    page.get_by_label("operator").check()
    page.get_by_label("Objects").fill("*")
    page.get_by_role("button", name="Add the user").click()
    expect(page.get_by_role("row", name="ben@example.com")).to_contain_text("every one")
    page.get_by_role("button", name="New link: ben@example.com").click()
    link = page.get_by_label("Link", exact=True).input_value()
    guest = console.open("/plans")
    guest.context.clear_cookies()
    guest.goto(link)
    guest.get_by_role("button", name="Sign in as ben@example.com").click()
    expect(guest.get_by_role("heading", name="Plans")).to_be_visible()
    expect(guest.get_by_role("link", name="Users")).to_have_count(0)
    page.goto(console.url + "/users")
    page.get_by_role("button", name="Disable: ben@example.com").click()
    expect(page.get_by_role("row", name="ben@example.com")).to_contain_text("Disabled")
    guest.reload()
    expect(guest.get_by_role("heading", name="Sign in")).to_be_visible()
    # The live stream of who is no longer allowed ends; the browser may have asked for it once more.
    assert [each for each in console.problems if "401" not in each] == []


def test_what_a_list_is_narrowed_to_stays_when_something_is_searched_for(console: Console) -> None:
    at_work(console.world)
    console.world.send("CP-2", Freeze(console.world.clock.now()))
    page = console.open("/plans")
    rows = page.get_by_role("region", name="Plans").get_by_role("row")
    clear = page.get_by_role("link", name="Clear")
    expect(clear).to_be_hidden()
    page.get_by_role("link", name="Frozen").click()
    expect(rows).to_have_count(2)
    expect(clear).to_be_visible()
    page.get_by_label("Search").fill("br")
    expect(page).to_have_url(re.compile("search=br"))
    assert "state=frozen" in page.url
    expect(rows).to_have_count(2)
    page.get_by_label("Search").fill("ac")
    expect(page.get_by_text("No plan fits.")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="All", exact=False).first.focus()
    page.go_back()
    expect(page.get_by_label("Search")).to_have_value("")
    assert console.problems == []


@pytest.mark.parametrize("scripts", [True, False])
def test_a_machine_gets_a_token_and_loses_it(console: Console, scripts: bool) -> None:
    console.world.submit("CP-1", name="Acme")
    page = console.open("/users", scripts=scripts)
    page.get_by_role("link", name="Tokens of machines").click()
    expect(page.get_by_text("No token works: no machine can call the API.")).to_be_visible()
    page.get_by_label("Name what it is called").fill("crm")
    page.get_by_label("operator").check()
    page.get_by_label("Objects").fill("*")
    for use in ("act", "submit", "design", "embed", "settings"):
        page.get_by_label(use, exact=False).and_(page.locator("[name=scopes]")).first.uncheck()
    page.get_by_role("button", name="Make the token").click()
    text = page.get_by_label("Token", exact=True).input_value()
    row = page.get_by_role("row", name="crm")
    expect(row.get_by_role("cell")).to_contain_text(
        ["operator", "every one", "none", "read", "ada", "never", "in ", ""]
    )
    told = httpx.get(f"{console.url}/api/v1/plans", headers={"authorization": f"Bearer {text}"})
    assert [each["plan_id"] for each in told.json()["items"]] == ["CP-1"]
    page.goto(f"{console.url}/users/tokens")
    assert text not in page.content()
    row.get_by_text("Revoke…").click()
    row.get_by_role("button", name="Revoke crm").click()
    expect(page.get_by_role("status").filter(has_text="The token is revoked")).to_be_visible()
    page.get_by_text("1 that ended").click()
    expect(page.get_by_role("region", name="Tokens that ended")).to_contain_text("revoked")
    assert httpx.get(f"{console.url}/api/v1/plans", headers={"authorization": f"Bearer {text}"}).status_code == 401
    assert console.problems == []


def test_it_is_read_and_used_without_scripts(console: Console) -> None:
    at_work(console.world)
    page = console.open("/plans?search=ac", scripts=False)
    page.get_by_role("link", name="Acme").click()
    page.get_by_role("link", name="call_customer, manual, Ready").click()
    panel = page.get_by_role("complementary", name="Step")
    panel.get_by_role("button", name="Claim").click()
    expect(page.get_by_role("status").filter(has_text="The task is yours.")).to_be_visible()
    expect(panel.locator(".panel-state")).to_contain_text("In Progress")
    panel.get_by_role("button", name="Complete").click()
    expect(page.get_by_role("heading", name="Acme Completed")).to_be_visible()
    page.goto(f"{console.url}/fallout")
    page.get_by_role("button", name="Retry all 1…").click()
    page.get_by_role("button", name="Retry 1").click()
    expect(page.get_by_text("1 done, 0 refused.")).to_be_visible()


def test_what_stands_in_records_is_text_and_nothing_else(console: Console) -> None:
    console.world.submit("CP-1", name=PAYLOAD, email=PAYLOAD)
    console.world.advance_to(date(2026, 12, 24))
    page = console.open("/plans")
    for path in PAGES.values():
        page.goto(console.url + path)
        assert page.evaluate("document.querySelectorAll('main img, main script').length") == 0, path
        assert page.title() not in ("1", "2")
    assert console.problems == []
