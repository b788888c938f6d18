"""Secrets of every kind are used, and then looked for in everything that anybody could see."""

import base64
import json
import traceback
from pathlib import Path

import pytest

from dro_lang.diagnostics.render import text
from dro_lang.kernel.codec import event_to_json
from dro_lang.runtime.outside.configured import ConfiguredOutside, Resources
from dro_lang.runtime.outside.examine import findings_of
from tests.runtime.outside.counterpart import Asked, Counterpart, Reply
from tests.runtime.outside.plans import NOW, call, configuration, program, run

PLAN = program(
    """
integration Basic { takes { account : Id }  gives { said : Text } }
integration Bearer { takes { account : Id }  gives { said : Text } }
integration Oauth { takes { account : Id }  gives { said : Text } }
""",
    """
  step basic: callout Basic { with { account: id } }
  step bearer: callout Bearer { with { account: id } }
  step oauth: callout Oauth { with { account: id } }
  step text: auto SendSms { with { to: "+49", text: "x" } }
  step note: auto Notify { with { to: "team", text: "x" } }
  step ask: auto HttpRequest { with { endpoint: "crm" } }
""",
    "import std.notify { SendSms, Notify }\nimport std.http { HttpRequest }",
)
SETTINGS = """
[integrations.Basic]
url = "{url}/{{account}}"
credentials = {{ type = "basic", username = "dro", password = {{ env = "S_BASIC" }} }}
error_code = "code"
[integrations.Bearer]
url = "{url}"
credentials = {{ type = "bearer", token = {{ file = "bearer.token" }} }}
headers = {{ X-Key = {{ env = "S_HEADER" }} }}
error_code = "code"
[integrations.Oauth]
url = "{url}"
credentials = {{ type = "oauth2", token_url = "{url}/token", client_id = "dro", client_secret = {{ env = "S_OAUTH" }} }}
error_code = "code"
callback_secrets = [{{ env = "S_CALLBACK" }}]
[sms]
url = "{url}"
fields = {{ account = {{ env = "S_SMS" }} }}
error_code = "code"
[channels.team]
webhook = {{ env = "S_WEBHOOK" }}
[endpoints.crm]
url = "{url}"
headers = {{ Authorization = {{ env = "S_ENDPOINT" }} }}
"""
TOKEN = "fetched-7f3a9c"


def told_by(asked: Asked) -> str:
    """All that a server was told, which a bad one says again."""
    basic = asked.headers.get("authorization", "").removeprefix("Basic ")
    try:
        decoded = base64.b64decode(basic, validate=True).decode()
    except ValueError:
        decoded = ""
    return f"{decoded} {asked.headers} {asked.path} {asked.body.decode()}"


@pytest.mark.parametrize("status", [200, 400, 401, 500])
@pytest.mark.parametrize("echo", ["results", "code", "text"])
def test_nothing_shows_a_secret(
    status: int,
    echo: str,
    server: Counterpart,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    secrets = {name: f"secret-{name[2:].lower()}-7f3a9c" for name in ("S_BASIC", "S_HEADER", "S_OAUTH", "S_SMS")}
    secrets |= {"S_ENDPOINT": "secret-endpoint-7f3a9c", "S_CALLBACK": "secret-callback-7f3a9c"}
    secrets["S_WEBHOOK"] = f"{server.url}/hook/secret-webhook-7f3a9c"
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "bearer.token").write_text("secret-bearer-7f3a9c\n", encoding="utf-8")

    def answer(asked: Asked) -> Reply:
        if asked.path == "/token":
            return Reply(200, {"access_token": TOKEN, "expires_in": 3600})
        said = told_by(asked)
        if echo == "text":
            return Reply(status, said.encode())
        # A bad server may even call its error by the secret.
        code = asked.headers.get("authorization", "x").split()[-1]
        return Reply(status, {"said": said, "id": said} if echo == "results" else {"code": code, "id": code})

    server.answer = answer
    caplog.set_level("INFO")
    resources = Resources(configuration(SETTINGS.format(url=server.url), tmp_path))
    outside = ConfiguredOutside(PLAN, resources)
    commands = [call(name, {"account": "A-1"}) for name in ("Basic", "Bearer", "Oauth")]
    commands += [
        run("SendSms", {"to": "+49", "text": "x"}),  # type: ignore[list-item]
        run("Notify", {"to": "team", "text": "x"}),  # type: ignore[list-item]
        run("HttpRequest", {"endpoint": "crm"}),  # type: ignore[list-item]
    ]
    shown = []
    for command in commands:
        answered = outside.answer(command, NOW)
        assert answered is not None
        shown.append(json.dumps(event_to_json(answered)))
    found = findings_of([PLAN], resources)
    shown += [text.render(found), repr(found), repr(resources), repr(outside), repr(resources.configuration)]
    shown += [repr(resources.servers), repr(outside._actions)]
    shown += [caplog.text, *("".join(traceback.format_exception(e.exc_info[1])) for e in caplog.records if e.exc_info)]
    resources.close()
    assert len(server.asked) >= len(commands)
    assert [each for each in shown if "7f3a9c" in each] == []
