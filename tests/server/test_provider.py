"""Signing in through an identity provider: one that signs in earnest, and others that do not."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import define, evolve, field
from fastapi.testclient import TestClient
from httpx import Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from dro_lang.runtime.configuration.model import RoleSettings, SignIn
from tests.server.world import World, nothing_configured, world

KEYS = KeySet([RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)])
OTHERS = KeySet([RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)])


@define
class Provider:
    """An identity provider that signs in whoever comes, as the person that `claims` tell."""

    url: str = ""
    claims: dict[str, Any] = field(factory=dict)
    keys: KeySet = KEYS
    asked: dict[str, str] = field(factory=dict)
    """What the last sign-in was begun with."""

    def answers(self, path: str, form: dict[str, list[str]]) -> Any:
        match path:
            case "/.well-known/openid-configuration":
                return {
                    "issuer": self.url,
                    "authorization_endpoint": f"{self.url}/authorize?tenant=1",
                    "token_endpoint": f"{self.url}/token",
                    "jwks_uri": f"{self.url}/keys",
                }
            case "/keys":
                return KEYS.as_dict(private=False)
            case "/token":
                assert form["code_verifier"][0]
                return {"id_token": jwt.encode({"alg": "RS256"}, self.claims, self.keys), "access_token": "x"}
        return None


@pytest.fixture
def provider() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = found.answers(urlsplit(self.path).path, {})
            self.send_response(200 if answer else 404)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(found.answers(self.path, form)).encode())

        def log_message(self, format: str, *arguments: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def server(tmp_path: Path, provider: Provider) -> Iterator[World]:
    roles = {"collections": RoleSettings(("operator",), ("CollectionPlan",), ("Collections",))}
    sign_in = SignIn(provider.url, "drolang", None, domains=("example.com",), roles=roles)
    with world(tmp_path, configuration=evolve(nothing_configured(), sign_in=sign_in)) as found:
        yield found


def begin(client: TestClient, provider: Provider, server: World, **claims: Any) -> str:
    """Go to the provider, which will tell these claims; gives the state."""
    sent = client.get("/sign-in/provider", params={"next": "/plans"}, follow_redirects=False)
    assert sent.headers["location"].startswith(f"{provider.url}/authorize?tenant=1&")
    provider.asked = {name: value[0] for name, value in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    now = int(server.services.clock().timestamp())
    provider.claims = {
        "iss": provider.url,
        "aud": "drolang",
        "sub": "1",
        "iat": now,
        "exp": now + 300,
        "nonce": provider.asked["nonce"],
        "email": "ada@example.com",
        "email_verified": True,
        "roles": ["collections", "admin"],
        **claims,
    }
    return provider.asked["state"]


def come_back(client: TestClient, state: str, **params: str) -> Response:
    asked = {"state": state, "code": "c-1", **params}
    return client.get("/sign-in/provider/callback", params=asked, follow_redirects=False)


def test_a_person_signs_in_and_has_what_the_allow_list_says(
    client: TestClient, provider: Provider, server: World
) -> None:
    assert "Sign in with your organisation" in client.get("/sign-in").text
    state = begin(client, provider, server)
    assert provider.asked["code_challenge_method"] == "S256"
    assert provider.asked["redirect_uri"] == "http://127.0.0.1:8020/sign-in/provider/callback"
    done = come_back(client, state)
    assert (done.status_code, done.headers["location"]) == (303, "/plans")
    me = client.get("/api/v1/me").json()
    assert (me["name"], me["sets"], me["objects"], me["queues"]) == (
        "ada@example.com",
        ["operator"],
        ["CollectionPlan"],
        ["Collections"],
    )
    assert server.audited()[0][2:] == ("sign in", "ada@example.com", "done")
    # Once is enough: who got hold of the address gets nothing.
    assert come_back(client, state).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"roles": ["admin"]},
        {"roles": []},
        {"email": "ada@elsewhere.example"},
        {"email_verified": False},
        {"email": None},
    ],
)
def test_who_is_not_on_the_allow_list_gets_nothing(
    client: TestClient, provider: Provider, server: World, claims: dict[str, Any]
) -> None:
    assert come_back(client, begin(client, provider, server, **claims)).status_code == 403
    assert client.get("/api/v1/me").status_code == 401
    assert server.audited()[0][2:] == ("sign in", None, "forbidden")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "another"},
        {"nonce": "another"},
        {"exp": 1},
        {"iat": 4_000_000_000},
    ],
)
def test_a_token_for_somebody_else_or_of_another_time_is_not_trusted(
    client: TestClient, provider: Provider, server: World, claims: dict[str, Any]
) -> None:
    answer = come_back(client, begin(client, provider, server, **claims))
    assert (answer.status_code, answer.json()["code"]) == (503, "S0504")
    assert client.get("/api/v1/me").status_code == 401


def test_a_token_that_another_signed_is_not_trusted(client: TestClient, provider: Provider, server: World) -> None:
    state = begin(client, provider, server)
    provider.keys = OTHERS
    assert come_back(client, state).json()["code"] == "S0504"


def test_only_the_browser_that_began_comes_back(client: TestClient, provider: Provider, server: World) -> None:
    state = begin(client, provider, server)
    client.cookies.clear()
    assert come_back(client, state).status_code == 403
    assert come_back(client, "invented").status_code == 403


def test_where_the_provider_is_away_a_link_still_signs_in(
    client: TestClient, server: World, provider: Provider
) -> None:
    provider.url = "http://127.0.0.1:1"
    assert client.get("/sign-in/provider", follow_redirects=False).json()["code"] == "S0504"
    server.sign_in(client)
    assert client.get("/api/v1/me").status_code == 200
