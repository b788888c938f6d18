"""`drolang serve`: started, reached, stopped; and what it will not do."""

import re
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from attrs import frozen

from tests.cli.shell import Shell, process

WAIT = 60.0


@frozen
class Started:
    url: str
    link: str | None


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Started]:
    """The server as a process of its own; it ends well."""
    with process("serve", "plan.dro", "--port", "0", *options, folder=folder, text=True) as started:
        assert started.stderr is not None
        said = ""
        try:
            for line in started.stderr:
                said += line
                if "Ctrl-C stops" in line:
                    break
            url = re.search(r"serving \S+ at (\S+) as", said)
            assert url, said
            link = re.search(r"\S+/sign-in\?link=\S+", said)
            yield Started(url[1], link[0] if link else None)
        finally:
            started.send_signal(signal.SIGTERM)
            drained = threading.Thread(target=started.stderr.read, daemon=True)
            drained.start()
            assert started.wait(WAIT) == 0


def test_the_first_start_prints_a_link_that_signs_in_and_later_ones_do_not(drolang: Shell, tmp_path: Path) -> None:
    drolang("new", "reminders")
    folder = tmp_path / "reminders"
    with serving(folder) as server:
        assert server.link is not None
        assert httpx.get(f"{server.url}/healthz").json()["status"] == "ok"
        page = httpx.get(server.link)
        assert "Sign in as admin" in page.text
        secret = server.link.partition("link=")[2]
        with httpx.Client(base_url=server.url, headers={"origin": server.url}) as client:
            assert client.post("/sign-in", data={"link": secret}).status_code == 303
            record = {"id": "A-1", "name": "Acme", "start_date": "2026-12-01", "due_date": "2026-12-09", "balance": 1}
            body = {"object": "Account", "record": record}
            answer = client.post("/api/v1/actions/orchestrateTransaction", json=body)
            assert answer.status_code == 200, answer.text
    with serving(folder) as server:
        assert server.link is None
    with sqlite3.connect(folder / "plans.db") as connection:
        assert connection.execute("select count(*) from server_users").fetchone() == (1,)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--host", "0.0.0.0"], 2, "so it takes TLS"),
        (["--host", "0.0.0.0", "--url", "https://plans.example"], 2, "there is no user yet"),
        (["--origin", "crm.example"], 2, "is no site"),
        (["--certificate", "plan.dro"], 2, "belong together"),
        (["--store", "plan.dro"], 2, "is no database"),
        (["--host", "192.0.2.1", "--url", "https://plans.example"], 1, "cannot listen at 192.0.2.1"),
    ],
)
def test_what_it_will_not_do(
    drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    drolang("new", "reminders")
    monkeypatch.chdir(tmp_path / "reminders")
    done = drolang("serve", "plan.dro", "--port", "0", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
