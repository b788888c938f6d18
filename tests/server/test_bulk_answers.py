"""The answer of a request for many, where whoever asked does not stay until its end."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dro_lang.kernel.states import PlanStatus
from dro_lang.runtime.embedded.lists import PlanFilter
from dro_lang.runtime.operations.actions import PlanAction, PlanVerb
from dro_lang.server.api import bulk
from dro_lang.server.rights.audit import Actor
from dro_lang.server.rights.permissions import EVERY, Kind, Operation, PermissionSet, Principal
from dro_lang.server.settings import Settings
from dro_lang.server.web.caller import Caller
from dro_lang.server.web.pieces import InPieces, unpacked
from tests.server.running import free_socket, running
from tests.server.world import BEGIN, WAIT, World, world

PLANS = 300


@pytest.fixture
def server(tmp_path: Path) -> Iterator[World]:
    listener = free_socket()
    settings = Settings(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
    with world(tmp_path, settings) as found, running(found.app, listener):
        yield found


def test_what_was_begun_is_done_and_told_to_whoever_asks_again(server: World) -> None:
    for number in range(PLANS):
        server.submit(f"CP-{number}")
    url = f"{server.services.settings.url}/api/v1/plans/bulk"
    headers = server.token(PermissionSet.OPERATOR) | {"idempotency-key": "k"}
    wanted = {"verb": "freeze", "filter": {"plan": "Dunning"}}
    with httpx.stream("POST", url, json=wanted, headers=headers, timeout=WAIT) as answer:
        first = next(answer.iter_lines())
    end = time.monotonic() + WAIT
    while (again := httpx.post(url, json=wanted, headers=headers, timeout=WAIT)).status_code == 409:
        assert time.monotonic() < end, "the answer never came to its end"
        time.sleep(0.05)
    lines = again.text.splitlines()
    assert lines[0] == first
    assert json.loads(lines[-1]) == {"done": PLANS, "refused": 0}


def test_an_answer_that_breaks_off_is_not_kept() -> None:
    def pieces() -> Iterator[str]:
        yield "a"
        raise RuntimeError("a defect")

    told: list[object] = []
    answer = InPieces(pieces(), "text/plain")
    answer.keep(told.append, lambda: told.append("broken"))
    assert answer._kept is not None
    answer._kept.finish()
    assert told == ["broken"]


def test_what_is_kept_is_all_of_it() -> None:
    told: list[bytes] = []
    answer = InPieces(iter(["a", "ä", "\n"]), "text/plain")
    answer.keep(told.append, told.clear)
    assert answer._kept is not None
    answer._kept.finish()
    assert [unpacked(each).decode() for each in told] == ["aä\n"]


def test_what_was_not_answered_when_the_server_broke_down_may_be_asked_again(tmp_path: Path) -> None:
    with world(tmp_path) as found:
        repeats = found.services.repeats
        assert repeats.begin("crm", "k", "asked") is None
        repeats.start()
        assert repeats.begin("crm", "k", "asked") is None


def test_however_many_are_under_way_others_can_read(server: World) -> None:
    server.submit("CP-1")
    ada = Principal("ada", Kind.PERSON, frozenset({PermissionSet.OPERATOR}), EVERY, EVERY)
    caller = Caller(ada, Actor("ada", Kind.PERSON, "test"), server.services, BEGIN)
    # Each is refused, and may be told again.
    action, every = PlanAction(PlanVerb.UNFREEZE, "ada"), PlanFilter(frozenset({PlanStatus.IN_PROGRESS}))
    begun = [bulk._lines(caller, Operation.UNFREEZE, action, every, {}) for _ in range(20)]
    for lines in begun:
        next(lines)
    url, token = server.services.settings.url, server.token(PermissionSet.OPERATOR)
    assert httpx.get(f"{url}/api/v1/plans", headers=token, timeout=WAIT).status_code == 200
    for lines in begun:
        assert json.loads(list(lines)[-1]) == {"done": 0, "refused": 1}
