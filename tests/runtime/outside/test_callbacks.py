"""Callbacks: which are true, what they bring, and what becomes of those that are forged, late, or come again."""

import base64
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from dro_lang.kernel.commands import CallOut, Key
from dro_lang.kernel.events import Failed, Start, Succeeded
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import InstanceId, PlanState, StepStatus
from dro_lang.runtime.configuration.model import Callbacks, Configuration, IntegrationSettings
from dro_lang.runtime.outside.callbacks.handler import Accepted, Expected, Refused, handle
from dro_lang.runtime.outside.callbacks.listener import Listener
from dro_lang.runtime.outside.callbacks.signature import Unverified, key_of, sign, verify
from tests.runtime.outside.plans import NOW, configuration, program

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
PLAN = program(
    """
integration Later { takes { account : Id }  gives { reference : Text }  async }
integration Other { takes { account : Id }  async }
""",
    """
  step later: callout Later { with { account: id }  retry 1 times }
  step other: callout Other { with { account: id } }
""",
)
KEY = Key("A-1", InstanceId("Steps", "later"), 1)
FIVE_MINUTES = timedelta(minutes=5)
HIDDEN = frozenset({"hunter2hunter2"})
WORDS = st.text(max_size=10)


def headers(body: bytes, secret: str = SECRET, at: datetime = NOW, message: str = "msg_1") -> dict[str, str]:
    timestamp = int(at.timestamp())
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message, timestamp, body),
    }


# ---- signatures


def test_the_form_is_that_of_standard_webhooks() -> None:
    """Their own library signs as we do."""
    made = Webhook(SECRET).sign("msg_1", NOW, '{"a": 1}')
    assert sign(SECRET, "msg_1", int(NOW.timestamp()), b'{"a": 1}') == made


@settings(deadline=None)
@given(st.binary(max_size=50), st.binary(min_size=24, max_size=64), st.integers(-300, 300))
def test_what_was_signed_is_verified(body: bytes, key: bytes, late: int) -> None:
    secret = base64.b64encode(key).decode()
    signed = headers(body, secret, NOW + timedelta(seconds=late))
    assert verify(signed, body, [OTHER, secret], NOW, FIVE_MINUTES) is None


@settings(deadline=None)
@given(st.data())
def test_nothing_else_is(data: st.DataObject) -> None:
    body = data.draw(st.binary(max_size=20))
    signed = headers(body)
    what = data.draw(st.sampled_from([*signed, "body", "secret"]))
    secrets = [OTHER] if what == "secret" else [SECRET]
    if what == "body":
        body = data.draw(st.binary(max_size=20).filter(lambda other: other != body))
    elif what != "secret":
        right = signed[what]
        signed[what] = data.draw(st.text(max_size=60).filter(lambda other: other.strip() != right))
    assert isinstance(verify(signed, body, secrets, NOW, FIVE_MINUTES), Unverified)


@pytest.mark.parametrize("late", [-301, 301, 100_000])
def test_what_was_signed_long_ago_is_not_taken(late: int) -> None:
    found = verify(headers(b"", at=NOW + timedelta(seconds=late)), b"", [SECRET], NOW, FIVE_MINUTES)
    assert isinstance(found, Unverified)
    assert "is not taken that late" in found.reason


def test_one_secret_follows_another() -> None:
    signed = headers(b"x", OTHER)
    both = signed["webhook-signature"] + " " + headers(b"x")["webhook-signature"] + " v2,abc"
    for secrets in ([SECRET], [OTHER], [SECRET, OTHER]):
        assert verify({**signed, "webhook-signature": both}, b"x", secrets, NOW, FIVE_MINUTES) is None
    assert isinstance(verify(signed, b"x", [SECRET], NOW, FIVE_MINUTES), Unverified)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_short", "no base64!", base64.b64encode(b"x" * 23).decode()])
def test_what_is_no_secret_verifies_nothing(secret: str) -> None:
    assert key_of(secret) is None
    assert isinstance(verify(headers(b""), b"", [secret], NOW, FIVE_MINUTES), Unverified)


# ---- what they bring


def expect(key: Key) -> Expected | None:
    name = {"later": "Later", "other": "Other"}.get(key.step.step)
    return None if name is None or key.plan != "A-1" else Expected(PLAN.integrations[name], PLAN)


def taken(data: Any, key: str = str(KEY), **changes: Any) -> Accepted | Refused:
    body = data if isinstance(data, bytes) else json.dumps({"correlation_id": key, **data}).encode()
    made = IntegrationSettings(endpoint=None, **changes)  # type: ignore[arg-type]
    return handle(headers(body), body, "Later", made, [SECRET], Callbacks(largest=2_000), HIDDEN, expect, NOW)


def test_results() -> None:
    found = taken({"results": {"reference": "R-1", "more": 1}})
    assert found == Accepted("msg_1", KEY, Succeeded(NOW, KEY.step, {"reference": "R-1"}, 1))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"error": "NO_STOCK"}, "NO_STOCK"),
        ({"error": {"code": "NO_STOCK", "text": "nothing left"}}, "NO_STOCK"),
        ({"error": 17, "results": {"reference": "R"}}, "SEVENTEEN"),
        ({"error": {"text": "nothing left"}}, "ERROR_REPORTED"),
        ({"error": "nothing left of it"}, "ERROR_REPORTED"),
        ({"error": "hunter2hunter2"}, "SECRET_IN_ANSWER"),
        ({"results": {"reference": "it is hunter2hunter2"}}, "SECRET_IN_ANSWER"),
    ],
)
def test_errors(data: Any, code: str) -> None:
    found = taken(data, errors={"17": "SEVENTEEN"})
    assert isinstance(found, Accepted)
    assert found.event == Failed(NOW, KEY.step, code, 1)


@pytest.mark.parametrize("data", [{}, {"results": {}}, {"results": {"reference": 1}}, {"results": "R"}])
def test_results_that_do_not_fit_are_a_failure_that_the_sender_is_told_of(data: Any) -> None:
    found = taken(data)
    assert isinstance(found, Accepted)
    assert found.event == Failed(NOW, KEY.step, "INVALID_RESPONSE", 1)
    assert found.problem


def test_fields_may_stand_elsewhere() -> None:
    body = json.dumps({"data": {"ref": str(KEY), "out": {"no": "R"}}}).encode()
    found = taken(body, correlation_at="data.ref", results_at="data.out", results={"reference": "no"})
    assert isinstance(found, Accepted)
    assert found.event == Succeeded(NOW, KEY.step, {"reference": "R"}, 1)


@pytest.mark.parametrize(
    ("data", "key", "status"),
    [
        (b"{", "", HTTPStatus.BAD_REQUEST),
        (b'"text"', "", HTTPStatus.BAD_REQUEST),
        (b"{}", "", HTTPStatus.BAD_REQUEST),
        (b'{"correlation_id": 7}', "", HTTPStatus.BAD_REQUEST),
        ({}, "A-1", HTTPStatus.BAD_REQUEST),
        ({}, "A-2/Steps.later/-/1", HTTPStatus.NOT_FOUND),
        ({}, "A-1/Steps.other/-/1", HTTPStatus.NOT_FOUND),
        (b" " * 2_001, "", HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    ],
)
def test_what_is_no_callback_is_refused(data: Any, key: str, status: HTTPStatus) -> None:
    found = taken(data, key)
    assert isinstance(found, Refused)
    assert found.status is status


@settings(deadline=None)
@given(st.recursive(WORDS | st.none() | st.integers(), lambda x: st.lists(x) | st.dictionaries(WORDS, x), max_leaves=5))
def test_no_body_makes_it_fail(data: Any) -> None:
    body = json.dumps(data).encode()
    assert isinstance(taken(body), Refused)
    assert isinstance(taken({"results": data}), Accepted)
    assert isinstance(taken({"error": data}), Accepted)


# ---- the listener


class Plans:
    """One plan, carried on by the kernel: what comes too late, or twice, the kernel refuses."""

    def __init__(self) -> None:
        self.kernel = Kernel(PLAN, "Work", "hash")
        row = {"id": "A-1", "start_date": NOW.date(), "level": "Low", "lines": ()}
        state = self.kernel.compose(["all"], row, "A-1", NOW)
        assert isinstance(state, PlanState)
        begun = self.kernel.step(state, Start(NOW))
        self.state = begun.state
        self.keys = [str(command.key) for command in begun.commands if isinstance(command, CallOut)]
        self.broken = False
        self._lock = Lock()

    def deliver(self, key: Key, event: Succeeded | Failed) -> str | None:
        if self.broken:
            raise OSError("disk full")
        with self._lock:
            done = self.kernel.step(self.state, event)
            self.state = done.state
        return done.refusal

    def status(self, step: str) -> StepStatus:
        return next(each.status for each in self.state.steps if each.id.step == step)


@pytest.fixture
def plans() -> Plans:
    return Plans()


@pytest.fixture
def settings_of_all(tmp_path: Path) -> Configuration:
    (tmp_path / "later.secret").write_text(SECRET, encoding="utf-8")
    return configuration(
        '[integrations.Later]\nurl = "https://later.example"\ncallback_secrets = [{ file = "later.secret" }]\n'
        '[integrations.Mute]\nurl = "https://mute.example"\n'
        "[callbacks]\nlargest = 2000\n",
        tmp_path,
    )


@pytest.fixture
def listener(plans: Plans, settings_of_all: Configuration) -> Iterator[Listener]:
    made = Listener("127.0.0.1", 0, settings_of_all, expect, plans.deliver)
    yield made
    made.close()


def post(listener: Listener, data: Any, name: str = "Later", **changes: Any) -> httpx.Response:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    signed = headers(body, at=changes.pop("at", datetime.now(UTC)), **changes)
    return httpx.post(
        f"http://127.0.0.1:{listener.port}/callbacks/{name}", content=body, headers=signed, trust_env=False
    )


def answer(plans: Plans, **data: Any) -> dict[str, Any]:
    return {"correlation_id": plans.keys[0], **data}


def test_a_callback_completes_its_step(listener: Listener, plans: Plans) -> None:
    response = post(listener, answer(plans, results={"reference": "R-1"}))
    assert (response.status_code, response.json()) == (200, {"accepted": True})
    assert plans.status("later") is StepStatus.COMPLETED


def test_a_callback_that_comes_again_changes_nothing_and_is_not_wanted_again(listener: Listener, plans: Plans) -> None:
    post(listener, answer(plans, results={"reference": "R-1"}))
    before = plans.state
    for message in ("msg_1", "msg_2"):
        response = post(listener, answer(plans, results={"reference": "R-2"}), message=message)
        assert response.status_code == 200
        assert response.json() == {"accepted": False, "reason": "it is completed, and waits for no answer"}
    assert plans.state == before


def test_a_late_answer_to_an_earlier_attempt_is_refused(listener: Listener, plans: Plans) -> None:
    post(listener, answer(plans, error="BUSY"))
    assert plans.status("later") is StepStatus.IN_PROGRESS  # tried again at once
    response = post(listener, answer(plans, results={"reference": "R-1"}), message="msg_2")
    assert response.json() == {"accepted": False, "reason": "attempt 1 is not the present one (2)"}


@pytest.mark.parametrize(
    "changes", [{"secret": OTHER}, {"at": datetime.now(UTC) - timedelta(hours=1)}], ids=["forged", "old"]
)
def test_what_is_not_true_changes_nothing(changes: Any, listener: Listener, plans: Plans) -> None:
    before = plans.state
    response = post(listener, answer(plans, results={"reference": "R-1"}), **changes)
    assert response.status_code == 401
    assert plans.state == before


def test_results_that_do_not_fit(listener: Listener, plans: Plans) -> None:
    response = post(listener, answer(plans, results={"reference": 7}))
    assert response.status_code == 422
    assert response.json()["reason"] == "results that do not fit the signature: `reference` (R0103)"
    assert next(each.attempt for each in plans.state.steps if each.id.step == "later") == 2


@pytest.mark.parametrize(("name", "status"), [("Nobody", 404), ("Mute", 404), ("../health", 404)])
def test_an_integration_that_does_not_call_back(name: str, status: int, listener: Listener, plans: Plans) -> None:
    assert post(listener, answer(plans), name).status_code == status


def test_what_a_callback_fails_is_logged(listener: Listener, caplog: pytest.LogCaptureFixture) -> None:
    assert post(listener, {"correlation_id": str(KEY), "error": "NO_STOCK"}).status_code == HTTPStatus.OK
    assert f"{KEY} failed with NO_STOCK: a callback says so" in caplog.text


def test_a_large_body_is_not_read(listener: Listener) -> None:
    assert post(listener, b"x" * 2_001).status_code == 413


def test_a_body_without_a_length(listener: Listener) -> None:
    with socket.create_connection(("127.0.0.1", listener.port)) as raw:
        raw.sendall(b"POST /callbacks/Later HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 411 ")


def test_a_body_that_is_cut_off(listener: Listener, plans: Plans) -> None:
    before = plans.state
    with socket.create_connection(("127.0.0.1", listener.port)) as raw:
        raw.sendall(b"POST /callbacks/Later HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
        raw.shutdown(socket.SHUT_WR)
        assert raw.recv(100).startswith(b"HTTP/1.1 400 ")
    assert plans.state == before


def test_where_it_cannot_be_delivered_the_sender_is_to_try_again(listener: Listener, plans: Plans) -> None:
    plans.broken = True
    assert post(listener, answer(plans, results={"reference": "R-1"})).status_code == 503
    plans.broken = False
    assert post(listener, answer(plans, results={"reference": "R-1"})).status_code == 200
    assert plans.status("later") is StepStatus.COMPLETED


def test_a_secret_may_be_replaced_while_it_runs(
    listener: Listener, plans: Plans, settings_of_all: Configuration
) -> None:
    (settings_of_all.folder / "later.secret").write_text(OTHER, encoding="utf-8")
    assert post(listener, answer(plans), secret=SECRET).status_code == 401
    assert post(listener, answer(plans, results={"reference": "R"}), secret=OTHER).status_code == 200


def test_without_its_secret_nothing_is_verified(
    listener: Listener, plans: Plans, settings_of_all: Configuration, caplog: pytest.LogCaptureFixture
) -> None:
    (settings_of_all.folder / "later.secret").unlink()
    response = post(listener, answer(plans))
    assert (response.status_code, response.json()) == (503, {"reason": "callbacks cannot be verified now"})
    assert "callbacks of Later cannot be verified" in caplog.text


def test_health(listener: Listener) -> None:
    base = f"http://127.0.0.1:{listener.port}"
    assert httpx.get(f"{base}/health", trust_env=False).json() == {"status": "ok"}
    assert httpx.get(f"{base}/callbacks/Later", trust_env=False).status_code == 404


def test_an_address_that_is_taken(listener: Listener, settings_of_all: Configuration, plans: Plans) -> None:
    with pytest.raises(OSError, match="in use"):
        Listener("127.0.0.1", listener.port, settings_of_all, expect, plans.deliver)
