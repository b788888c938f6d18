"""Callouts go to a real server: what it is asked, and what its answers mean."""

import base64
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve

from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.program.values import Duration, Row
from dro_lang.runtime.outside.configured import ConfiguredOutside
from tests.runtime.outside.conftest import Outsides
from tests.runtime.outside.counterpart import Asked, Counterpart, Reply
from tests.runtime.outside.plans import NOW, call, program

PLAN = program(
    """
integration Erp {
  takes { account : Id, amount : Decimal, due : Date, level : Level, note : Text optional }
  gives { reference : Text, booked : Date optional, level : Level optional }
  timeout 5 seconds
}
integration Plain { takes { account : Id } }
integration Later { takes { account : Id }  gives { reference : Text }  async }
""",
    """
  step work: callout Erp { with { account: id, amount: 1.5, due: start_date, level: level } }
  step plain: callout Plain { with { account: id } }
  step later: callout Later { with { account: id } }
""",
)
ARGUMENTS: Row = {
    "account": "A/1",
    "amount": Decimal("12345678901.000001"),
    "due": date(2026, 12, 24),
    "level": "VeryHigh",
    "note": None,
}
BASIC = '[integrations.{name}]\nurl = "{url}"\n'


def erp(server: Counterpart, outside: Outsides, more: str = "", path: str = "/orders") -> ConfiguredOutside:
    return outside(PLAN, BASIC.format(name="Erp", url=server.url + path) + more)


def failure(answer: object) -> str | None:
    assert isinstance(answer, Failed), answer
    assert (answer.step.step, answer.attempt) == ("work", 1)
    return answer.code


# ---- what is asked


def test_arguments_are_the_fields_of_a_json_object(server: Counterpart, outside: Outsides) -> None:
    server.replies.append(Reply(201, {"reference": "R-1", "booked": "2026-12-01", "level": "very high", "more": [1]}))
    answer = erp(server, outside).answer(call("Erp", ARGUMENTS), NOW)
    assert isinstance(answer, Succeeded)
    assert answer.results == {"reference": "R-1", "booked": date(2026, 12, 1), "level": "VeryHigh"}
    [asked] = server.asked
    assert (asked.method, asked.path) == ("POST", "/orders")
    # A number keeps every digit, an enum is its text, and what is unknown is left out.
    expected = '{"account": "A/1", "amount": 12345678901.000001, "due": "2026-12-24", "level": "very high"}'
    assert asked.body.decode() == expected
    assert asked.headers["content-type"] == "application/json"


def test_each_attempt_has_its_own_key_and_a_repeat_the_same(server: Counterpart, outside: Outsides) -> None:
    made = outside(PLAN, BASIC.format(name="Plain", url=server.url))
    for attempt in (1, 1, 2):
        made.answer(call("Plain", {"account": "A"}, attempt), NOW)
    keys = [asked.headers["idempotency-key"] for asked in server.asked]
    assert keys == ["A-1/Steps.work/-/1", "A-1/Steps.work/-/1", "A-1/Steps.work/-/2"]


def test_arguments_may_stand_in_the_address(server: Counterpart, outside: Outsides) -> None:
    made = erp(server, outside, 'method = "PUT"\n', "/accounts/{account}/orders?due={due}")
    server.replies.append(Reply(200, {"reference": "R"}))
    made.answer(call("Erp", ARGUMENTS), NOW)
    [asked] = server.asked
    assert (asked.method, asked.path) == ("PUT", "/accounts/A%2F1/orders?due=2026-12-24")
    assert set(asked.data) == {"amount", "level"}


@pytest.mark.parametrize("account", ["..", ".", ""])
def test_no_argument_leads_to_another_address(account: str, server: Counterpart, outside: Outsides) -> None:
    made = erp(server, outside, "", "/accounts/{account}/orders")
    assert failure(made.answer(call("Erp", {**ARGUMENTS, "account": account}), NOW)) == "INVALID_REQUEST"
    assert server.asked == []


def test_without_a_body_they_are_the_query(server: Counterpart, outside: Outsides) -> None:
    server.replies.append(Reply(200, {"reference": "R"}))
    erp(server, outside, 'method = "GET"\narguments = { amount = "sum" }\n').answer(call("Erp", ARGUMENTS), NOW)
    [asked] = server.asked
    assert asked.path == "/orders?account=A%2F1&sum=12345678901.000001&due=2026-12-24&level=very+high"
    assert asked.body == b""


def test_fields_may_be_called_otherwise(server: Counterpart, outside: Outsides) -> None:
    more = (
        'arguments  = { account = "customer.id", due = "customer.dueOn" }\n'
        'results    = { reference = "ref.no" }\nresults_at = "data.0"\n'
    )
    server.replies.append(Reply(200, {"data": [{"ref": {"no": "R-9"}}]}))
    answer = erp(server, outside, more).answer(call("Erp", ARGUMENTS), NOW)
    assert server.asked[0].data["customer"] == {"id": "A/1", "dueOn": "2026-12-24"}
    assert isinstance(answer, Succeeded)
    assert answer.results["reference"] == "R-9"


# ---- who asks


def authorization(asked: Asked) -> str:
    return asked.headers.get("authorization", "")


def test_basic_and_bearer(server: Counterpart, outside: Outsides, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hunter2hunter2")
    for credentials, expected in (
        ('type = "basic", username = "dro", password', "Basic " + base64.b64encode(b"dro:hunter2hunter2").decode()),
        ('type = "bearer", token', "Bearer hunter2hunter2"),
    ):
        text = (
            BASIC.format(name="Plain", url=server.url) + f'credentials = {{ {credentials} = {{ env = "SECRET" }} }}\n'
        )
        outside(PLAN, text).answer(call("Plain", {"account": "A"}), NOW)
        assert authorization(server.asked[-1]) == expected


def test_headers_with_and_without_secrets(
    server: Counterpart, outside: Outsides, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hunter2hunter2")
    text = BASIC.format(name="Plain", url=server.url) + 'headers = { X-Tenant = "7", X-Key = { env = "SECRET" } }\n'
    outside(PLAN, text).answer(call("Plain", {"account": "A"}), NOW)
    assert (server.asked[0].headers["x-tenant"], server.asked[0].headers["x-key"]) == ("7", "hunter2hunter2")


OAUTH = """
[integrations.Plain]
url = "{url}/plain"
credentials = {{ type = "oauth2", token_url = "{url}/token", client_id = "dro", client_secret = {{ env = "SECRET" }} }}
"""


class TokenServer:
    """Gives tokens 1, 2, 3...; takes those that are not revoked."""

    def __init__(self, expires_in: int = 3600) -> None:
        self.given = 0
        self.revoked: set[str] = set()
        self.expires_in = expires_in

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            self.given += 1
            return Reply(200, {"access_token": f"token-{self.given}", "expires_in": self.expires_in})
        token = authorization(asked).removeprefix("Bearer ")
        return Reply(401) if token in self.revoked or not token else Reply(200)


def test_a_token_is_fetched_once_and_kept(
    server: Counterpart, outside: Outsides, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hunter2 hunter2")
    server.answer = tokens = TokenServer()
    made = outside(PLAN, OAUTH.format(url=server.url))
    commands = [call("Plain", {"account": "A"}, plan=f"A-{number}") for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda command: made.answer(command, NOW), commands))
    assert all(isinstance(answer, Succeeded) for answer in answers)
    assert tokens.given == 1
    [fetched] = [asked for asked in server.asked if asked.path == "/token"]
    assert fetched.body == b"grant_type=client_credentials"
    assert base64.b64decode(authorization(fetched).removeprefix("Basic ")) == b"dro:hunter2+hunter2"


def test_a_token_that_is_refused_is_fetched_again_and_the_request_repeated_with_its_key(
    server: Counterpart, outside: Outsides, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hunter2hunter2")
    server.answer = tokens = TokenServer()
    made = outside(PLAN, OAUTH.format(url=server.url))
    made.answer(call("Plain", {"account": "A"}), NOW)
    tokens.revoked.add("token-1")
    assert isinstance(made.answer(call("Plain", {"account": "A"}, 2), NOW), Succeeded)
    assert tokens.given == 2
    keys = [asked.headers["idempotency-key"][-1] for asked in server.asked if asked.path == "/plain"]
    assert keys == ["1", "2", "2"]
    tokens.revoked |= {f"token-{number}" for number in range(9)}
    assert failure(made.answer(call("Plain", {"account": "A"}), NOW)) == "HTTP_401"


def test_a_token_that_has_expired_is_fetched_again(
    server: Counterpart, outside: Outsides, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "hunter2hunter2")
    server.answer = tokens = TokenServer(expires_in=1)
    made = outside(PLAN, OAUTH.format(url=server.url))
    for _ in range(2):
        assert isinstance(made.answer(call("Plain", {"account": "A"}), NOW), Succeeded)
    assert tokens.given == 2


@pytest.mark.parametrize(
    "reply", [Reply(400, {"error": "invalid_client"}), Reply(200, {}), Reply(200, b"<html>"), Reply(200, ["token"])]
)
def test_no_token(reply: Reply, server: Counterpart, outside: Outsides, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "hunter2hunter2")
    server.replies.append(reply)
    made = outside(PLAN, OAUTH.format(url=server.url))
    assert failure(made.answer(call("Plain", {"account": "A"}), NOW)) == "UNAUTHORIZED"
    assert [asked.path for asked in server.asked] == ["/token"]


def test_a_secret_that_is_missing(server: Counterpart, outside: Outsides, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET", raising=False)
    made = outside(PLAN, OAUTH.format(url=server.url))
    assert failure(made.answer(call("Plain", {"account": "A"}), NOW)) == "SECRET_MISSING"


def test_a_redirect_is_not_followed(server: Counterpart, outside: Outsides) -> None:
    server.replies.append(Reply(302, None, {"Location": server.url + "/elsewhere"}))
    made = outside(PLAN, BASIC.format(name="Plain", url=server.url))
    assert failure(made.answer(call("Plain", {"account": "A"}), NOW)) == "HTTP_302"
    assert len(server.asked) == 1


# ---- what answers mean


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(500), "HTTP_500"),
        (Reply(404, {"error": {"code": "NO_SUCH_ACCOUNT"}}), "NO_SUCH_ACCOUNT"),
        (Reply(409, {"error": {"code": 17}}), "17"),
        (Reply(409, {"error": {"code": "E17"}}), "DUPLICATE"),
        (Reply(422, {"error": {"code": "other"}}), "REFUSED"),
        (Reply(400, {"error": {"code": "what went wrong: everything"}}), "HTTP_400"),
        (Reply(400, {"error": "code"}), "HTTP_400"),
        (Reply(400, b"\xff\xfe"), "HTTP_400"),
        (Reply(200, b"<html>all is well</html>"), "INVALID_RESPONSE"),
        (Reply(200, b""), "INVALID_RESPONSE"),
        (Reply(200, []), "INVALID_RESPONSE"),
        (Reply(200, {"reference": 7}), "INVALID_RESPONSE"),
        (Reply(200, {"reference": "R", "booked": "24.12.2026"}), "INVALID_RESPONSE"),
        (Reply(200, {"reference": "R", "level": "VeryHigh"}), "INVALID_RESPONSE"),
        (Reply(200, b"not gzip", {"Content-Encoding": "gzip"}), "INVALID_RESPONSE"),
        (Reply(200, b" " * (4 * 1024 * 1024 + 1)), "INVALID_RESPONSE"),
        (Reply(raw=b"garbage\r\n\r\n"), "CONNECTION_LOST"),
        (Reply(abort=True), "CONNECTION_LOST"),
        (Reply(200, {"reference": "R" * 99}, abort=True), "CONNECTION_LOST"),
    ],
)
def test_failures_have_codes(reply: Reply, code: str, server: Counterpart, outside: Outsides) -> None:
    server.replies.append(reply)
    more = 'error_code = "error.code"\nerrors = { E17 = "DUPLICATE", 422 = "REFUSED" }\n'
    assert failure(erp(server, outside, more).answer(call("Erp", ARGUMENTS), NOW)) == code


def test_a_success_without_results_needs_no_body(server: Counterpart, outside: Outsides) -> None:
    server.replies.append(Reply(204))
    answer = outside(PLAN, BASIC.format(name="Plain", url=server.url)).answer(call("Plain", {"account": "A"}), NOW)
    assert isinstance(answer, Succeeded)
    assert answer.results == {}


def test_nobody_there(outside: Outsides) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    assert (
        failure(outside(PLAN, BASIC.format(name="Erp", url=url)).answer(call("Erp", ARGUMENTS), NOW)) == "UNREACHABLE"
    )


@pytest.mark.parametrize("reply", [Reply(200, {"reference": "R"}, pause=5), Reply(200, {"reference": "R"}, drip=0.5)])
def test_a_slow_answer(reply: Reply, server: Counterpart, outside: Outsides) -> None:
    server.replies.append(reply)
    command = evolve(call("Erp", ARGUMENTS), timeout=Duration(seconds=1))
    answer = erp(server, outside).answer(command, NOW)
    assert failure(answer) == "TIMEOUT"
    assert isinstance(answer, Failed)
    assert (answer.at - NOW).total_seconds() >= 1


def test_an_integration_that_is_not_configured(outside: Outsides) -> None:
    assert failure(outside(PLAN, "").answer(call("Erp", ARGUMENTS), NOW)) == "NOT_CONFIGURED"


@pytest.mark.parametrize(
    "credentials", ['type = "bearer", token =', 'type = "basic", username = "ann", password ='], ids=["bearer", "basic"]
)
def test_an_answer_that_holds_a_secret_is_not_taken(
    credentials: str,
    server: Counterpart,
    outside: Outsides,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SECRET", "hunter2hunter2")
    server.answer = lambda asked: Reply(200, {"reference": "you said " + authorization(asked)})
    made = erp(server, outside, f'credentials = {{ {credentials} {{ env = "SECRET" }} }}\n')
    assert failure(made.answer(call("Erp", ARGUMENTS), NOW)) == "SECRET_IN_ANSWER"
    assert "hunter2" not in caplog.text


# ---- asynchronous


LATER = BASIC + '[callbacks]\nurl = "https://plans.example.com/"\n'


def test_what_is_accepted_is_answered_later(server: Counterpart, outside: Outsides) -> None:
    server.replies.append(Reply(202, {"reference": "not yet"}))
    made = outside(PLAN, LATER.format(name="Later", url=server.url))
    assert made.answer(call("Later", {"account": "A"}, asynchronous=True), NOW) is None
    [asked] = server.asked
    assert asked.headers["drolang-correlation-id"] == "A-1/Steps.work/-/1"
    assert asked.headers["drolang-callback-url"] == "https://plans.example.com/callbacks/Later"


def test_another_success_completes_at_once(server: Counterpart, outside: Outsides) -> None:
    server.replies.append(Reply(200, {"reference": "R"}))
    made = outside(PLAN, LATER.format(name="Later", url=server.url))
    answer = made.answer(call("Later", {"account": "A"}, asynchronous=True), NOW)
    assert isinstance(answer, Succeeded)
    assert answer.results == {"reference": "R"}


def test_for_a_synchronous_one_accepted_is_a_success(server: Counterpart, outside: Outsides, tmp_path: Path) -> None:
    server.replies.append(Reply(202))
    made = outside(PLAN, BASIC.format(name="Plain", url=server.url))
    assert isinstance(made.answer(call("Plain", {"account": "A"}), NOW), Succeeded)
