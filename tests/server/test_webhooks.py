"""Webhooks: CloudEvents, signed, sent until they are taken."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from attrs import field, frozen
from fastapi.testclient import TestClient
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from dro_lang.kernel.events import Freeze
from dro_lang.server.rights.permissions import EVERY, PermissionSet
from dro_lang.server.webhooks.outbox import DELAYS
from tests.server.world import WAIT, World

HOOKS = "/api/v1/webhooks"


@frozen
class Receiver:
    """A system that is told, and answers with the statuses that it is given, then with 204."""

    url: str
    statuses: list[int]
    got: list[tuple[dict[str, str], bytes]] = field(factory=list)

    def wait(self, enough: Callable[["Receiver"], bool]) -> None:
        until(lambda: enough(self))


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.statuses.pop(0) if found.statuses else 204)
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook?x=1", [])
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def admin(server: World) -> dict[str, str]:
    return server.token(PermissionSet.ADMIN)


def test_a_system_is_told_what_happens_in_signed_events(
    client: TestClient, server: World, receiver: Receiver, admin: dict[str, str]
) -> None:
    server.submit("CP-0")  # before it was to be told
    made = client.post(HOOKS, json={"url": receiver.url, "types": ["submitted", "plan"]}, headers=admin).json()
    server.submit("CP-1")
    server.send("CP-1", Freeze(server.clock.now(), "ada"))
    receiver.wait(lambda each: len(each.got) == 4)
    verifier = Webhook(made["secret"])
    events = sorted((verifier.verify(body, headers) for headers, body in receiver.got), key=lambda each: each["time"])
    assert {event["type"] for event in events} == {"drolang.submitted", "drolang.plan"}
    assert {event["subject"] for event in events} == {"CP-1"}
    assert len({event["id"] for event in events}) == len(events)
    frozen = next(event for event in events if event["data"].get("to") == "freezing")
    assert frozen["specversion"] == "1.0"
    assert frozen["source"] == "http://127.0.0.1:8020/plans/CP-1"
    assert (frozen["data"]["by"], frozen["data"]["object"]) == ("ada", "CollectionPlan")
    assert receiver.got[0][0]["content-type"] == "application/cloudevents+json"
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(receiver.got[0][1], receiver.got[0][0])
    assert "secret" not in client.get(HOOKS, headers=admin).json()[0]


def test_what_is_not_taken_is_sent_again_with_the_same_id(
    client: TestClient, server: World, receiver: Receiver, admin: dict[str, str]
) -> None:
    receiver.statuses[:] = [500, 302]
    made = client.post(HOOKS, json={"url": receiver.url, "types": ["submitted"]}, headers=admin).json()
    server.submit("CP-1")
    receiver.wait(lambda each: len(each.got) == 1)
    waiting = f"{HOOKS}/{made['id']}/waiting"
    until(lambda: client.get(waiting, headers=admin).json()[0]["attempts"] == 1)
    [letter] = client.get(waiting, headers=admin).json()
    assert letter["error"] == "HTTP 500"
    # It is five seconds until the next attempt; an operator need not wait.
    assert client.post(f"{HOOKS}/{made['id']}/retry", headers=admin).json() == {"events": 1}
    receiver.wait(lambda each: len(each.got) == 2)
    until(lambda: client.get(waiting, headers=admin).json()[0]["error"] == "HTTP 302")
    client.post(f"{HOOKS}/{made['id']}/retry", headers=admin)
    receiver.wait(lambda each: len(each.got) == 3)
    until(lambda: client.get(waiting, headers=admin).json() == [])
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({json.loads(body)["id"] for _, body in receiver.got}) == 1


def test_after_three_days_it_is_given_up_and_told_so(server: World, receiver: Receiver) -> None:
    outbox = server.services.outbox
    webhook = outbox.add(receiver.url, "whsec_" + "A" * 32, EVERY, ["plan"], "ada", 0)
    outbox.write([(webhook.id, 1, 0)], 1)
    for _ in range(len(DELAYS) + 1):
        [letter] = outbox.waiting(webhook.id)
        outbox.failed(letter, "ConnectError")
    [letter] = outbox.waiting(webhook.id)
    assert (letter.next_at, letter.attempts, letter.error) == (None, len(DELAYS) + 1, "ConnectError")
    assert outbox.due(10) == []
    assert sum(DELAYS, timedelta()) > timedelta(days=3)


def test_who_has_gone_is_told_nothing_more(
    client: TestClient, server: World, receiver: Receiver, admin: dict[str, str]
) -> None:
    receiver.statuses[:] = [410]
    client.post(HOOKS, json={"url": receiver.url, "types": ["submitted"]}, headers=admin)
    server.submit("CP-1")
    until(lambda: client.get(HOOKS, headers=admin).json()[0]["ended_because"] == "it answered 410 Gone")
    server.submit("CP-2")
    time.sleep(0.7)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/hook",
        "ftp://crm.example/",
        "file:///etc/passwd",
        "https://",
        "https://user:secret@crm.example/",
        "https://crm.example:99999/",
        "https://crm.example/a b",
        "javascript:alert(1)",
        "//crm.example/",
    ],
)
def test_what_is_no_address_to_tell(client: TestClient, admin: dict[str, str], url: str) -> None:
    answer = client.post(HOOKS, json={"url": url}, headers=admin)
    assert (answer.status_code, answer.json()["code"]) == (422, "S0201")
