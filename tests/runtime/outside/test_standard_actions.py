"""The standard library's own actions, carried out for real: text messages, notices, requests."""

import json
from pathlib import Path

import pytest

from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.program.values import Row
from dro_lang.runtime.outside.actions.requests import below
from tests.runtime.outside.conftest import Outsides
from tests.runtime.outside.counterpart import Counterpart, Reply
from tests.runtime.outside.plans import NOW, program, run

PLAN = program(
    imports="import std.notify { SendSms, Notify }\nimport std.http { HttpRequest }",
    steps="""
  step text: auto SendSms { with { to: "+49", text: "x" } }
  step note: auto Notify { with { to: "team", text: "x" } }
  step ask: auto HttpRequest { with { endpoint: "crm" } }
""",
)


def code(answer: object) -> str | None:
    assert isinstance(answer, Failed), answer
    return answer.code


# ---- text messages

SMS: Row = {"to": "+4930123456", "text": "Überfällig"}


def test_a_text_message_goes_through_the_gateway(
    server: Counterpart, outside: Outsides, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCOUNT", "hunter2hunter2")
    server.replies.append(Reply(201, {"message": {"sid": "SM1"}}))
    text = f"""
[sms]
url        = "{server.url}/send"
to         = "To"
text       = "Body"
fields     = {{ From = "+49", Account = {{ env = "ACCOUNT" }} }}
form       = true
message_id = "message.sid"
"""
    answer = outside(PLAN, text).answer(run("SendSms", SMS), NOW)
    assert isinstance(answer, Succeeded)
    assert answer.results == {"message_id": "SM1"}
    [asked] = server.asked
    assert asked.body.decode() == "From=%2B49&Account=hunter2hunter2&To=%2B4930123456&Body=%C3%9Cberf%C3%A4llig"
    assert asked.headers["idempotency-key"] == "A-1/Steps.work/-/1"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(429, {"code": "TOO_MANY"}), "TOO_MANY"),
        (Reply(500), "HTTP_500"),
        (Reply(200, {"other": 1}), "INVALID_RESPONSE"),
        (Reply(abort=True), "CONNECTION_LOST"),
    ],
)
def test_a_gateway_that_does_not(reply: Reply, expected: str, server: Counterpart, outside: Outsides) -> None:
    server.replies.append(reply)
    made = outside(PLAN, f'[sms]\nurl = "{server.url}"\nerror_code = "code"\n')
    assert code(made.answer(run("SendSms", SMS), NOW)) == expected
    assert server.asked[0].data == {"to": "+4930123456", "text": "Überfällig"}


# ---- notices


def test_a_notice_to_a_webhook_whose_address_is_a_secret(
    server: Counterpart, outside: Outsides, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HOOK", f"{server.url}/hooks/hunter2hunter2")
    caplog.set_level("DEBUG")
    made = outside(PLAN, '[channels.team]\nwebhook = { env = "HOOK" }\n')
    server.replies.extend([Reply(200), Reply(404)])
    assert isinstance(made.answer(run("Notify", {"to": "team", "text": "late"}), NOW), Succeeded)
    assert (server.asked[0].path, server.asked[0].data) == ("/hooks/hunter2hunter2", {"text": "late"})
    assert code(made.answer(run("Notify", {"to": "team", "text": "late"}), NOW)) == "HTTP_404"
    assert "hunter2" not in "\n".join(each.getMessage() for each in caplog.records if each.name != "httpcore.http11")


def test_a_notice_to_a_file(outside: Outsides, tmp_path: Path) -> None:
    made = outside(PLAN, '[channels.team]\nfile = "notices.ndjson"\nfield = "say"\n')
    for text in ("one", "two\nlines"):
        assert isinstance(made.answer(run("Notify", {"to": "team", "text": text}), NOW), Succeeded)
    lines = [json.loads(line) for line in (tmp_path / "notices.ndjson").read_text(encoding="utf-8").splitlines()]
    assert [(line["to"], line["say"], line["key"]) for line in lines] == [
        ("team", "one", "A-1/Steps.work/-/1"),
        ("team", "two\nlines", "A-1/Steps.work/-/1"),
    ]


@pytest.mark.parametrize(("to", "expected"), [("nobody", "CHANNEL_UNKNOWN"), ("team", "CHANNEL_FAILED")])
def test_a_notice_that_cannot_be_put(to: str, expected: str, outside: Outsides) -> None:
    made = outside(PLAN, '[channels.team]\nfile = "nowhere/notices.ndjson"\n')
    assert code(made.answer(run("Notify", {"to": to, "text": "x"}), NOW)) == expected


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk(outside: Outsides) -> None:
    made = outside(PLAN, '[channels.team]\nfile = "/dev/full"\n')
    assert code(made.answer(run("Notify", {"to": "team", "text": "x"}), NOW)) == "CHANNEL_FAILED"


# ---- requests


def ask(**arguments: object) -> Row:
    return {"endpoint": "crm", **arguments}  # type: ignore[dict-item]


def test_a_request_below_an_endpoint(server: Counterpart, outside: Outsides) -> None:
    server.replies.extend([Reply(200, b"hello"), Reply(201, b"")])
    made = outside(PLAN, f'[endpoints.crm]\nurl = "{server.url}/api/"\n')
    answer = made.answer(run("HttpRequest", ask(path="/accounts/7?full=1")), NOW)
    assert isinstance(answer, Succeeded)
    assert answer.results == {"status": 200, "body": "hello"}
    made.answer(run("HttpRequest", ask(method="Put", path="notes", body='{"text": "é"}')), NOW)
    first, second = server.asked
    assert (first.method, first.path, first.body) == ("GET", "/api/accounts/7?full=1", b"")
    assert (second.method, second.path, second.data) == ("PUT", "/api/notes", {"text": "é"})
    assert second.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("arguments", "reply", "expected"),
    [
        (ask(), Reply(404, b"no"), "HTTP_404"),
        (ask(endpoint="erp"), Reply(), "ENDPOINT_UNKNOWN"),
        (ask(path="a/../../secret"), Reply(), "INVALID_REQUEST"),
        (ask(path="%2e%2E/secret"), Reply(), "INVALID_REQUEST"),
        (ask(), Reply(200, b"x" * 65_537), "INVALID_RESPONSE"),
        (ask(), Reply(200, b"a\0b"), "INVALID_RESPONSE"),
    ],
)
def test_requests_that_fail(
    arguments: Row, reply: Reply, expected: str, server: Counterpart, outside: Outsides
) -> None:
    server.replies.append(reply)
    made = outside(PLAN, f'[endpoints.crm]\nurl = "{server.url}/api"\n')
    assert code(made.answer(run("HttpRequest", arguments), NOW)) == expected


@pytest.mark.parametrize("path", ["@evil.example/x", "//evil.example", "\\evil.example", "https://evil.example"])
def test_no_path_leads_to_another_server(path: str) -> None:
    from httpx import URL

    assert URL(below("https://crm.example.com/api", path)).host == "crm.example.com"
