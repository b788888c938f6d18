"""What stands before every request: the origin of changes, hosts, sizes, rates, headers; and signing in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dro_lang.server.rights.permissions import EVERY, PermissionSet
from dro_lang.server.settings import Rates, Settings
from tests.server.world import OWN, World, world

RECORD = {"object": "CollectionPlan", "record_id": "CP-1"}


# ---- signing in


def test_a_link_is_shown_before_it_is_used(server: World, client: TestClient) -> None:
    server.services.accounts.add("ada", [PermissionSet.OPERATOR], EVERY, EVERY)
    link = server.services.accounts.new_link("ada")
    for _ in range(2):  # also for a program that looks into mail first
        assert "Sign in as ada" in client.get("/sign-in", params={"link": link}).text
    assert client.get("/api/v1/summary", params=RECORD).status_code == 401
    done = client.post("/sign-in", data={"link": link}, headers=OWN, follow_redirects=False)
    cookie = done.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/api/v1/summary", params=RECORD).status_code == 200
    assert "was used already" in client.get("/sign-in", params={"link": link}).text
    client.post("/sign-out", headers=OWN)
    assert client.get("/api/v1/summary", params=RECORD).status_code == 401


def test_over_tls_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    with world(tmp_path, Settings(url="https://plans.example")) as server:
        client = TestClient(server.app, base_url="https://plans.example")
        server.services.accounts.add("ada", [], EVERY, EVERY)
        done = client.post("/sign-in", data={"link": server.services.accounts.new_link("ada")}, follow_redirects=False)
        assert done.headers["set-cookie"].startswith("__Host-drolang=")
        assert "; secure" in done.headers["set-cookie"].lower()
        assert "strict-transport-security" in done.headers


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/plans/CP-1?x=1", "/plans/CP-1?x=1"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: x=1", "/"),
    ],
)
def test_signing_in_leads_to_no_other_site(server: World, client: TestClient, wanted: str, goes_to: str) -> None:
    server.services.accounts.add("ada", [], EVERY, EVERY)
    form = {"link": server.services.accounts.new_link("ada"), "next": wanted}
    done = client.post("/sign-in", data=form, headers=OWN, follow_redirects=False)
    assert done.headers["location"] == goes_to


def test_who_tries_links_is_stopped(server: World, client: TestClient) -> None:
    answers = [client.get("/sign-in", params={"link": f"guess-{n}"}).status_code for n in range(25)]
    assert answers[:20] == [200] * 20
    assert answers[-1] == 429


# ---- changes that another site asked for


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"origin": "http://127.0.0.1:8020"}, 201),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:8020.evil.example"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8020"}, 403),
        ({}, 403),
    ],
)
def test_a_change_with_a_cookie_comes_from_our_own_pages(
    server: World, client: TestClient, headers: dict[str, str], status: int
) -> None:
    server.sign_in(client)
    done = client.post("/api/v1/read-tokens", json=RECORD, headers=headers)
    assert done.status_code == status
    if status == 403:
        assert done.json()["code"] == "S0103"


def test_a_token_needs_no_such_check_and_a_cookie_does_not_help_a_bad_one(server: World, client: TestClient) -> None:
    cross = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
    assert client.post(
        "/api/v1/read-tokens", json=RECORD, headers=server.token(PermissionSet.OPERATOR) | cross
    ).is_success
    server.sign_in(client)
    bad = client.post("/api/v1/read-tokens", json=RECORD, headers={"authorization": "Bearer dro_nonsense"})
    assert (bad.status_code, bad.json()["code"]) == (401, "S0101")


# ---- hosts, sizes, rates


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:8020"])
def test_under_another_name_nothing_is_served(client: TestClient, host: str) -> None:
    answer = client.get("/sign-in", headers={"host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "S0206")


@pytest.mark.parametrize("host", ["localhost:8020", "127.0.0.1", "[::1]:8020", "LOCALHOST"])
def test_the_own_machine_has_several_names(client: TestClient, host: str) -> None:
    assert client.get("/sign-in", headers={"host": host}).status_code == 200


def test_a_body_that_is_too_large_is_refused_whatever_it_says_of_itself(client: TestClient, server: World) -> None:
    headers = server.token(PermissionSet.OPERATOR)
    big = b'{"object": "' + b"x" * 1_100_000 + b'"}'
    announced = client.post("/api/v1/read-tokens", content=big, headers=headers)
    assert (announced.status_code, announced.json()["code"]) == (413, "S0204")

    def chunks() -> Iterator[bytes]:
        yield from (big[at : at + 65536] for at in range(0, len(big), 65536))

    streamed = client.post("/api/v1/read-tokens", content=chunks(), headers=headers)
    assert (streamed.status_code, streamed.json()["code"]) == (413, "S0204")


def test_who_asks_too_often_waits(tmp_path: Path) -> None:
    with world(tmp_path, Settings(rates=Rates(requests=5))) as server:
        client = TestClient(server.app, base_url="http://127.0.0.1:8020")
        answers = [client.get("/sign-in") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert answers[-1].headers["retry-after"]


# ---- headers and errors


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/summary", "/nowhere", "/static/drolang.css"])
def test_every_answer_has_the_headers_that_protect(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "S0202"),
        ("DELETE", "/api/v1/summary", 405, "S0203"),
        ("GET", "/api/v1/summary?object=A", 422, "S0201"),
        ("GET", "/static/../services.py", 404, "S0202"),
        ("GET", "/static/%2e%2e/services.py", 404, "S0202"),
        ("GET", "/static/..%2fservices.py", 404, "S0202"),
        ("GET", "/static//etc/passwd", 404, "S0202"),
    ],
)
def test_errors_are_problems(client: TestClient, server: World, method: str, path: str, status: int, code: str) -> None:
    answer = client.request(method, path, headers=server.token(PermissionSet.OPERATOR))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_people_get_pages(client: TestClient) -> None:
    page = client.get("/nowhere", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "There is nothing of that name" in page.text


def test_only_listed_origins_may_read_answers(client: TestClient, server: World) -> None:
    headers = server.token(PermissionSet.OPERATOR)
    friend = client.get("/api/v1/summary", params=RECORD, headers=headers | {"origin": "https://crm.example"})
    assert friend.headers["access-control-allow-origin"] == "https://crm.example"
    assert "access-control-allow-credentials" not in friend.headers
    stranger = client.get("/api/v1/summary", params=RECORD, headers=headers | {"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in stranger.headers
