"""Live streams, over a real connection."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from dro_lang.cli.main import run
from dro_lang.kernel.events import Freeze, Unfreeze
from dro_lang.runtime.embedded.sqlite.feed import Change
from dro_lang.server.plans import feed as feed_module
from dro_lang.server.plans.reading import Reader
from dro_lang.server.rights.permissions import EVERY, Names, PermissionSet
from dro_lang.server.rights.tokens import Tokens
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


def test_a_quiet_stream_ends_soon_after_the_command_line_took_the_rights_away(
    server: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What goes on by itself would notice it, too: later.
    monkeypatch.setattr(feed_module, "PULSE", 10 * WAIT)
    store, life = server.services.database.path, timedelta(hours=1)
    token, text = server.services.tokens.new("x", "test", [PermissionSet.OPERATOR], EVERY, EVERY, life)
    shown = page(server)
    server.submit("CP-1")
    with (
        stream(server, "/api/v1/events", {"authorization": f"Bearer {text}"}) as events,
        stream(server, "/api/v1/summary/stream", shown, **ASKED) as summary,
    ):
        next(events)
        next(summary)
        assert run(["token", "revoke", token.id, "--store", str(store)]) == 0
        assert list(events) == []
        # Other people's streams go on.
        server.send("CP-1", Freeze(server.clock.now()))
        assert next(summary)["data"]["plan"]["state"] == "frozen"


def test_a_stream_ends_with_the_life_of_its_token(server: World, monkeypatch: pytest.MonkeyPatch) -> None:
    life = timedelta(seconds=3)
    _, text = server.services.tokens.new("x", "test", [PermissionSet.OPERATOR], EVERY, EVERY, life)
    monkeypatch.setattr(feed_module, "PULSE", 0.5)
    with stream(server, "/api/v1/events", {"authorization": f"Bearer {text}"}) as events:
        assert [list(event) for event in events] == [["id"]]


def test_a_signed_out_or_disabled_user_is_another_number_of_rights(server: World) -> None:
    services = server.services
    services.accounts.add("ben", [PermissionSet.OPERATOR], EVERY, EVERY)
    signed_in = services.accounts.sign_in(services.accounts.new_link("ben"), "here")
    assert signed_in is not None
    numbers = [services.database.rights()]
    services.accounts.sign_out(signed_in[1])
    numbers.append(services.database.rights())
    services.accounts.change("ben", sets=[PermissionSet.SUBMIT])
    numbers.append(services.database.rights())
    services.accounts.change("ben", disabled=True)
    numbers.append(services.database.rights())
    assert len(set(numbers)) == 4
    token, text = services.tokens.new("x", "test", [PermissionSet.OPERATOR], EVERY, EVERY, timedelta(hours=1))
    assert services.tokens.check(text) is not None
    assert services.database.rights() == numbers[-1], "using a token takes nothing away"
    services.tokens.revoke(token.id)
    assert services.database.rights() not in numbers


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="this system does not list open files")
def test_threads_that_ended_leave_no_file_open(server: World) -> None:
    """Requests run in threads that come and go, and each has a connection."""

    def used() -> None:
        thread = threading.Thread(target=server.services.database.rights)
        thread.start()
        thread.join()

    used()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        used()
    assert len(os.listdir("/proc/self/fd")) <= before + 3


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


def test_when_a_token_was_last_used_is_written_later_than_it_is_known(server: World) -> None:
    tokens, life = server.services.tokens, timedelta(hours=1)
    token, text = tokens.new("x", "test", [PermissionSet.OPERATOR], EVERY, EVERY, life)
    before = tokens.database.connection.total_changes
    assert tokens.check(text) is not None
    assert tokens.database.connection.total_changes == before
    known = tokens.token(token.id)
    assert known is not None
    assert known.used_at is not None
    tokens.write_used()
    assert [each.used_at for each in Tokens(tokens.database).tokens()] == [known.used_at]


def test_what_was_last_used_is_written_by_the_end(tmp_path: Path) -> None:
    with world(tmp_path) as found:
        with TestClient(found.app, base_url="http://127.0.0.1:8020") as client:
            assert client.get("/api/v1/me", headers=found.token(PermissionSet.OPERATOR)).status_code == 200
        assert [each.used_at is not None for each in Tokens(found.services.database).tokens()] == [True]
