"""A server over a real store, a client of it, and a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from dro_lang.server.settings import Settings
from tests.server.browser import FLAGS, chromium
from tests.server.world import World, world

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def server(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, Settings(origins=frozenset({"https://crm.example"}))) as found:
        yield found


@pytest.fixture
def client(server: World) -> Iterator[TestClient]:
    """A client, while the server runs."""
    with TestClient(server.app, base_url="http://127.0.0.1:8020") as client:
        yield client


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    path = chromium()
    if path is None:
        pytest.skip("there is no Chromium, and it could not be installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
