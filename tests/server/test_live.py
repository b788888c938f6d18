"""Live streams, over a real connection."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from dro_lang.kernel.events import Freeze, Unfreeze
from dro_lang.runtime.embedded.sqlite.feed import Change
from dro_lang.server.plans import feed as feed_module
from dro_lang.server.plans.reading import Reader
from dro_lang.server.rights.permissions import EVERY, Names, PermissionSet
from dro_lang.server.settings import Settings
from tests.server.running import free_socket, running
from tests.server.world import OBJECT, WAIT, World, world

ASKED = {"object": OBJECT, "record_id": "CP-1"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[World]:
    listener = free_socket()
    settings = Settings(url=f"http://127.0.0.1:{listener.getsockname()[1]}", streams=2)
    with world(tmp_path, settings) as found, running(found.app, listener):
        yield found


Event = dict[str, Any]


@contextmanager
def stream(server: World, path: str, headers: dict[str, str], **params: str) -> Iterator[Iterator[Event]]:
    """The events of a stream that is open as long as the block."""
    url = f"{server.services.settings.url}{path}"
    with httpx.stream("GET", url, params=params, headers=headers, timeout=WAIT) as answer:
        assert answer.status_code == 200, answer.read()
        yield _events(answer)


def _events(answer: httpx.Response) -> Iterator[Event]:
    event: Event = {}
    for line in answer.iter_lines():
        if not line:
            if "data" in event or "id" in event:
                yield event
            event = {}
        name, _, value = line.partition(": ")
        if name == "data":
            event["data"] = json.loads(value)
        elif name:
            event[name] = value


def page(server: World) -> dict[str, str]:
    return {"authorization": f"Bearer {server.page_token('CP-1')}"}


def test_the_summary_is_told_at_once_and_after_each_change(server: World) -> None:
    server.submit("CP-1")
    with stream(server, "/api/v1/summary/stream", page(server), **ASKED) as events:
        assert next(events)["data"]["plan"]["state"] == "in_progress"
        server.send("CP-1", Freeze(server.clock.now()))
        frozen = next(events)
        assert frozen["data"]["plan"]["state"] == "frozen"
    # Who comes again and has seen that is told only what is new.
    again = page(server) | {"last-event-id": frozen["id"]}
    with stream(server, "/api/v1/summary/stream", again, **ASKED) as events:
        server.send("CP-1", Unfreeze(server.clock.now()))
        assert next(events)["data"]["plan"]["state"] == "in_progress"


def test_the_events_of_plans_miss_nothing_across_reconnects(server: World) -> None:
    operator = server.token(PermissionSet.OPERATOR)
    with stream(server, "/api/v1/events", operator) as events:
        begin = next(events)["id"]
    server.submit("CP-1")
    server.send("CP-1", Freeze(server.clock.now()))
    with stream(server, "/api/v1/events", operator | {"last-event-id": begin}) as events:
        told = [next(events)["data"] for _ in range(3)]
        server.submit("CP-2")
        assert next(events)["data"]["plan_id"] == "CP-2"
    assert [data["plan_id"] for data in told] == ["CP-1"] * 3
    assert [line["what"] for line in told[0]["lines"]] == ["submitted"]
    assert told[2]["lines"][-1] == told[2]["lines"][-1] | {"what": "plan", "to": "frozen"}


def test_a_stream_tells_only_of_objects_that_one_has_a_right_to(server: World) -> None:
    other = server.token(PermissionSet.OPERATOR, objects=Names.of(["Case"]))
    url = f"{server.services.settings.url}/api/v1/events"
    assert httpx.get(url, params={"object": OBJECT}, headers=other).json()["code"] == "S0102"
    with stream(server, "/api/v1/events", server.token(PermissionSet.OPERATOR), plan_id="CP-2") as events:
        next(events)
        server.submit("CP-1")
        server.submit("CP-2")
        assert next(events)["data"]["plan_id"] == "CP-2"


def test_a_stream_ends_when_its_token_is_revoked(server: World) -> None:
    life = timedelta(hours=1)
    token, text = server.services.tokens.new("x", "test", [PermissionSet.OPERATOR], EVERY, EVERY, life)
    with stream(server, "/api/v1/events", {"authorization": f"Bearer {text}"}) as events:
        next(events)
        server.services.tokens.revoke(token.id)
        server.submit("CP-1")
        assert list(events) == []


def test_what_many_follow_is_put_into_words_once(server: World, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    feed, words = server.services.feed, server.services.feed._text_of

    def counted(reader: Reader, change: Change) -> str:
        told.append(change.number)
        return words(reader, change)

    monkeypatch.setattr(feed, "_text_of", counted)
    operator = server.token(PermissionSet.OPERATOR)
    with stream(server, "/api/v1/events", operator) as one, stream(server, "/api/v1/events", operator) as two:
        next(one)
        next(two)
        server.submit("CP-1")
        first, second = next(one), next(two)
        assert first == second
        assert first["data"]["plan_id"] == "CP-1"
        third = next(one)
        assert third == next(two)
    assert told == [int(first["id"]), int(third["id"])]


def test_whoever_comes_late_gets_what_is_not_remembered_any_more(
    server: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "_REMEMBERED", 2)
    operator = server.token(PermissionSet.OPERATOR)
    with stream(server, "/api/v1/events", operator) as events:
        begin = next(events)["id"]
        plans = [server.submit(f"CP-{number}") for number in range(8)]
        seen = [next(events)["data"]["plan_id"] for _ in range(16)]
        with stream(server, "/api/v1/events", operator | {"last-event-id": begin}) as again:
            assert [next(again)["data"]["plan_id"] for _ in range(16)] == seen
    assert set(seen) == set(plans)


def test_too_many_streams_are_refused(server: World) -> None:
    operator = server.token(PermissionSet.OPERATOR)
    with stream(server, "/api/v1/events", operator) as one, stream(server, "/api/v1/events", operator) as two:
        next(one)
        next(two)
        answer = httpx.get(f"{server.services.settings.url}/api/v1/events", headers=operator)
        assert (answer.status_code, answer.json()["code"]) == (503, "S0503")
