"""The summary element in a real browser, on pages of other sites."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from attrs import frozen
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from dro_lang.kernel.events import Claim, Complete
from dro_lang.kernel.states import InstanceId
from dro_lang.server.pages.static_files import ELEMENT
from dro_lang.server.rights.permissions import NONE, Names, PermissionSet, Scope
from dro_lang.server.settings import Settings
from tests.server.running import free_socket, running
from tests.server.world import World, record, world

pytestmark = pytest.mark.browser

HOST_PAGE = Path(__file__).parents[2] / "examples" / "host_page" / "serve.py"

WAIT = 30_000
"""Milliseconds: for a machine that is busy with other things."""


@frozen
class Site:
    """A site of somebody else, of another origin than the server, that shows the element under a strict policy."""

    url: str
    server: str
    world: World
    problems: list[str]
    example: int
    """The port on which the example of a host page may serve."""
    blank: Callable[..., Page]
    open: Callable[..., Page]

    def token(self, id: str, viewer: str = "ada") -> str:
        return self.world.page_token(id, viewer)


@pytest.fixture
def site(browser: Browser, tmp_path: Path) -> Iterator[Site]:
    ours, theirs = free_socket(), free_socket()
    server = f"http://127.0.0.1:{ours.getsockname()[1]}"
    host = f"http://localhost:{theirs.getsockname()[1]}"
    with free_socket() as unused:
        port = unused.getsockname()[1]
    example = f"http://127.0.0.1:{port}"

    async def page(request: Request) -> HTMLResponse:
        attributes = " ".join(f'{name}="{value}"' for name, value in request.query_params.items() if name != "scheme")
        policy = f"default-src 'none'; script-src {server}; connect-src {server}; style-src 'self'"
        text = (
            f'<!doctype html><html lang="en"><head><title>A record</title>'
            f'<meta name="color-scheme" content="{request.query_params.get("scheme", "light")}">'
            f'<script type="module" src="{server}/component/orchestration-plan-summary.js"></script></head>'
            f'<body><main><h1>A record</h1><orchestration-plan-summary src="{server}/" {attributes}>'
            f"</orchestration-plan-summary></main></body></html>"
        )
        return HTMLResponse(text, headers={"content-security-policy": policy})

    problems: list[str] = []
    with ExitStack() as stack:
        origins = frozenset({host, example})
        found = stack.enter_context(world(tmp_path, Settings(url=server, origins=origins)))
        stack.enter_context(running(found.app, ours))
        stack.enter_context(running(Starlette(routes=[Route("/", page)]), theirs))

        def blank(scheme: str = "light", width: int = 720) -> Page:
            context = browser.new_context(
                color_scheme="dark" if scheme == "dark" else "light", viewport={"width": width, "height": 900}
            )
            context.set_default_timeout(WAIT)
            stack.callback(context.close)
            page = context.new_page()
            page.on("console", lambda message: _note(problems, message))
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on("request", lambda request: _stray(problems, request.url, (server, host, example)))
            return page

        def open_(id: str = "CP-1", scheme: str = "light", width: int = 720, **attributes: str) -> Page:
            page = blank(scheme, width)
            attributes = {"object": "CollectionPlan", "record-id": id, "token": site.token(id), **attributes}
            page.goto(f"{host}/?{urlencode({**attributes, 'scheme': scheme})}")
            return page

        site = Site(host, server, found, problems, port, blank, open_)
        yield site


def _note(problems: list[str], message: ConsoleMessage) -> None:
    if message.type in ("error", "warning"):
        problems.append(message.text)


def _stray(problems: list[str], url: str, known: tuple[str, ...]) -> None:
    if not url.startswith(known) and not url.startswith("data:"):
        problems.append(f"a request to {url}")


def at_work(world: World, id: str = "CP-1", **values: Any) -> None:
    """A plan with finished steps, and an open task of ada's that is late."""
    world.submit(id, **values)
    world.advance_to(date(2026, 12, 24))
    world.assign(id, "Remind", "call_customer", "ada")
    world.advance_to(date(2026, 12, 27))


def test_it_shows_submission_plan_progress_and_tasks_on_a_page_of_another_origin(site: Site) -> None:
    at_work(site.world)
    page = site.open()
    element = page.locator("orchestration-plan-summary")
    expect(element.get_by_text("Submitted", exact=True)).to_be_visible(timeout=WAIT)
    expect(element.get_by_role("heading", name="Orchestration plan · Acme")).to_be_visible()
    bar = element.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuetext", "4 of 6 steps finished")
    states = element.get_by_role("list", name="Steps by state")
    expect(states.get_by_role("listitem")).to_have_text(["Completed4", "Ready1", "Pending1"])
    expect(element.get_by_role("region", name="At risk")).to_contain_text("Call customer")
    expect(element.get_by_role("region", name="At risk")).to_contain_text("Late")
    expect(element.get_by_role("region", name="Your open tasks")).to_contain_text("Collections")
    assert site.problems == []


def test_what_was_not_submitted_and_what_got_no_plan_are_told(site: Site) -> None:
    page = site.open("CP-7")
    expect(page.get_by_text("This record has not been submitted")).to_be_visible(timeout=WAIT)
    both = site.world.token(PermissionSet.SUBMIT, PermissionSet.ORCHESTRATE)
    wrong = {"object": "CollectionPlan", "record": record("CP-7", OverdueRiskIndicator="Huge")}
    httpx.post(f"{site.server}/api/v1/actions/orchestrateTransaction", json=wrong, headers=both).raise_for_status()
    expect(page.get_by_text("R0105: risk: ")).to_be_visible(timeout=WAIT)
    assert site.problems == []


def test_it_follows_the_plan_and_keeps_the_focus_meanwhile(site: Site) -> None:
    at_work(site.world)
    page = site.open()
    task = page.get_by_role("region", name="Your open tasks").get_by_role("link", name="Call customer")
    task.focus(timeout=WAIT)
    call, now = InstanceId("Remind", "call_customer"), site.world.clock.now()
    site.world.send("CP-1", Claim(now, call, "ada"))
    expect(page.get_by_role("region", name="Your open tasks")).to_contain_text("In Progress", timeout=WAIT)
    expect(task).to_be_focused()
    site.world.send("CP-1", Complete(now, call, {}, "ada"))
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuetext", "6 of 6 steps finished", timeout=WAIT)
    # The task has gone: the focus is on what is nearest, not lost.
    expect(page.get_by_role("link", name="Open the plan")).to_be_focused()
    expect(page.locator("orchestration-plan-summary [role=status]")).to_have_text(
        "Acme: Completed. 6 of 6 steps finished."
    )
    assert site.problems == []


def test_it_comes_back_after_the_server_was_away(site: Site) -> None:
    at_work(site.world)
    page = site.open()
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=WAIT)
    page.context.set_offline(True)
    page.evaluate("document.querySelector('orchestration-plan-summary').setAttribute('heading-level', '3')")
    expect(page.get_by_text("No connection to the server")).to_be_visible(timeout=WAIT)
    page.context.set_offline(False)
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("No connection to the server")).to_be_hidden(timeout=WAIT)


def test_when_the_token_has_ended_the_page_is_told_and_may_set_another(site: Site) -> None:
    at_work(site.world)
    page = site.open(token="dro_000000000000_" + "x" * 43)
    expect(page.get_by_text("Your access has ended")).to_be_visible(timeout=WAIT)
    page.locator("orchestration-plan-summary").evaluate(
        "(element, token) => element.setAttribute('token', token)", site.token("CP-1")
    )
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=WAIT)


def test_a_token_of_another_record_shows_nothing(site: Site) -> None:
    at_work(site.world)
    page = site.open(token=site.token("CP-2"))
    expect(page.get_by_text("You may not see the plan of this record.")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("progressbar")).to_be_hidden()


def test_what_stands_in_a_record_is_text_and_nothing_else(site: Site) -> None:
    at_work(site.world, name='<img src=x onerror="alert(1)"><script>alert(2)</script>')
    page = site.open()
    expect(page.get_by_text('· <img src=x onerror="alert(1)">')).to_be_visible(timeout=WAIT)
    assert page.evaluate("document.querySelector('orchestration-plan-summary').shadowRoot.querySelector('img')") is None
    assert site.problems == []


def test_it_speaks_german_where_the_page_does(site: Site) -> None:
    at_work(site.world)
    page = site.open(lang="de")
    expect(page.get_by_text("4 von 6 Schritten erledigt")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("region", name="Ihre offenen Aufgaben")).to_be_visible()


@pytest.mark.parametrize("width", [320, 720])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(site: Site, scheme: str, width: int) -> None:
    at_work(site.world)
    page = site.open(scheme=scheme, width=width)
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=WAIT)
    found = Axe().run(page)
    assert found.response["violations"] == []
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0


def test_the_record_page_of_somebody_else_shows_it(site: Site, tmp_path: Path) -> None:
    """The example, as its text says to run it: a server of its own, which asks for a read token."""
    at_work(site.world, "CP-0001")
    _, token = site.world.services.tokens.new(
        "crm", "test", [PermissionSet.OPERATOR], Names.of(["CollectionPlan"]), NONE, timedelta(hours=1), [Scope.EMBED]
    )
    host = subprocess.Popen(
        [sys.executable, str(HOST_PAGE)],
        env={
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "DROLANG_URL": site.server,
            "DROLANG_TOKEN": token,
            "DROLANG_VIEWER": "ada",
            "PORT": str(site.example),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert host.stdout is not None
        url = host.stdout.readline().strip()
        page = site.blank()
        page.goto(f"{url}?id=CP-0001")
        expect(page.get_by_role("heading", name="Eklund Papier S.p.A.", level=1)).to_be_visible(timeout=WAIT)
        expect(page.get_by_text("Submitted", exact=True)).to_be_visible(timeout=WAIT)
        assert token not in page.content()
    finally:
        host.terminate()
        host.wait(20)


def test_its_module_loads_nothing_else() -> None:
    text = ELEMENT.read_text(encoding="utf-8")
    assert re.findall(r"^\s*import\b", text, re.MULTILINE) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|new Function|document\.write", text) == []
