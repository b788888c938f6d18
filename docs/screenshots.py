"""Makes the pictures of the console in this folder, from the dunning example: `python -m docs.screenshots`.

Two hundred records are submitted, and a month goes by on a clock that is set by hand; for two days mail cannot be
delivered. It takes what `pip install -e .[dev]` installs, and Debian's Chromium.
"""

import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zlib import crc32

from playwright.sync_api import FloatRect, Page, ViewportSize, sync_playwright

from dro_lang.kernel.events import Assign, Complete
from dro_lang.kernel.states import Jeopardy, StepStatus
from dro_lang.program.model import StepKind
from dro_lang.records.load import Accepted, Inputs, load
from dro_lang.runtime.embedded.lists import StepFilter, StepOrder
from dro_lang.runtime.embedded.requests import Send, Submit
from dro_lang.server.rights.permissions import EVERY, PermissionSet
from dro_lang.server.settings import Settings
from tests.server.browser import FLAGS, chromium
from tests.server.running import free_socket, running
from tests.server.world import DUNNING, World, program, world

FOLDER = Path(__file__).parent

BEGIN = date(2026, 12, 1)
SIZE: ViewportSize = {"width": 1200, "height": 760}

SHOTS = {
    "console-plans.png": ("/plans?state=in_progress&sort=next&order=asc", "light"),
    "console-plan.png": ("/plans/{plan}?group=Remind&step=call_customer", "light"),
    "console-plan-dark.png": ("/plans/{plan}?group=Remind&step=call_customer", "dark"),
    "console-timeline.png": ("/plans/{plan}?view=timeline", "light"),
    "console-tasks.png": ("/tasks?whose=all", "light"),
    "console-fallout.png": ("/fallout", "light"),
    "console-design.png": ("/programs/{program}", "light"),
}


def main() -> int:
    path = chromium()
    if path is None:
        print("there is no Chromium: apt-get install chromium", file=sys.stderr)
        return 2
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        listener = free_socket()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        made = stack.enter_context(world(Path(folder), Settings(url=url)))
        stack.enter_context(running(made.app, listener))
        live(made)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        stack.callback(browser.close)
        names = {"plan": a_plan(made), "program": made.program_hash}
        secret = session(made)
        for name, (address, scheme) in SHOTS.items():
            context = browser.new_context(viewport=SIZE, color_scheme="dark" if scheme == "dark" else "light")
            context.add_cookies([{"name": "drolang", "value": secret, "url": url}])
            shoot(context.new_page(), url + address.format(**names), FOLDER / name)
            context.close()
    return 0


def live(made: World) -> None:
    """Submit the records, and let a month go by."""
    found = load(program(), program().plans["Dunning"], Inputs([str(DUNNING.parent / "plans.ndjson")]))
    for record in found:
        if isinstance(record, Accepted):
            made.ask(Submit(made.program_hash, "Dunning", record.row, by="crm"))
    day = BEGIN
    while day < date(2026, 12, 31):
        day += timedelta(days=1)
        failing = date(2026, 12, 27) <= day <= date(2026, 12, 28)
        made.outside.failing = {"SendEmail": "MAIL_SERVER_DOWN"} if failing else {}
        for hour in (8, 9, 10, 11) if failing else (8,):
            made.advance_to(datetime(day.year, day.month, day.day, hour, tzinfo=UTC))
        work(made)


def work(made: World) -> None:
    """People get to their tasks after some days, which differ from plan to plan; ada takes some of them over."""
    with made.services.readers.one() as reader:
        tasks = StepFilter(frozenset({StepStatus.READY}), frozenset({StepKind.MANUAL}))
        rows = reader.store.list_steps(tasks, None, 500, StepOrder.DUE)
    now = made.clock.now()
    for row in rows:
        number = crc32(row.plan_id.encode())
        if row.since is not None and now - row.since >= timedelta(days=number % 14):
            made.ask(Send(row.plan_id, Complete(now, row.id, {}, ("ann", "bob")[number % 2])))
        elif row.assignee is None and number % 5 == 0:
            made.ask(Send(row.plan_id, Assign(now, row.id, "ada", "ada")))


def a_plan(made: World) -> str:
    """One with a task that is to be done."""
    with made.services.readers.one() as reader:
        tasks = StepFilter(frozenset({StepStatus.READY}), frozenset({StepKind.MANUAL}), step="call_customer")
        rows = sorted(reader.store.list_steps(tasks), key=lambda row: row.jeopardy is not Jeopardy.LATE)
        firm = [row.plan_id for row in rows if reader.store.load(row.plan_id).state.scenarios == ("firm",)]
        return firm[0] if firm else rows[0].plan_id


def session(made: World) -> str:
    made.services.accounts.add("ada", list(PermissionSet), EVERY, EVERY)
    signed_in = made.services.accounts.sign_in(made.services.accounts.new_link("ada"), "127.0.0.1")
    assert signed_in is not None
    return signed_in[1]


def shoot(page: Page, address: str, path: Path) -> None:
    page.goto(address)
    page.evaluate("document.fonts.ready")
    height = int(page.evaluate("document.querySelector('main').getBoundingClientRect().bottom"))
    clip: FloatRect = {"x": 0, "y": 0, "width": SIZE["width"], "height": min(height, SIZE["height"])}
    page.screenshot(path=path, animations="disabled", clip=clip)


if __name__ == "__main__":
    raise SystemExit(main())
