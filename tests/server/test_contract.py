"""The whole API against its own description: whatever is asked, the answer is one that the description has."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from dro_lang.server.app import interface
from dro_lang.server.rights.permissions import EVERY, PermissionSet
from dro_lang.server.settings import Rates, Settings
from tests.server.running import free_socket, running
from tests.server.world import World, world

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
LIVE = ["/api/v1/events", "/api/v1/summary/stream"]
"""What goes on for ever."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server that runs, with a plan in it."""
    folder: Path = tmp_path_factory.mktemp("contract")
    listener = free_socket()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    much = Rates(requests=10**9, changes=10**9, failures=10**9)
    with world(folder, Settings(url=url, rates=much)) as found, running(found.app, listener):
        found.submit("CP-1")
        found.advance_to(date(2026, 12, 24))
        yield found


@pytest.fixture(scope="module")
def headers(server: World) -> dict[str, str]:
    _, text = server.services.tokens.new("fuzz", "test", list(PermissionSet), EVERY, EVERY, timedelta(days=1))
    return {"authorization": f"Bearer {text}"}


DESCRIBED = {name: value for name, value in interface().openapi().items() if name != "security"}
"""Who asks is the tests' own business."""

schema = schemathesis.openapi.from_dict(DESCRIBED)
# A text that is too long may make the whole request too large.
rejection = schema.config.checks.negative_data_rejection
rejection.expected_statuses = [*rejection.expected_statuses, "413"]
plain = schemathesis.openapi.from_dict(DESCRIBED)
plain.config.phases.coverage.enabled = False

few = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)
many = settings(few, max_examples=150)


@schema.exclude(path=LIVE).parametrize()
@few
def test_every_answer_is_one_that_is_described(case: schemathesis.Case, server: World, headers: dict[str, str]) -> None:
    case.call_and_validate(base_url=server.services.settings.url, headers=headers, checks=CHECKS)


@pytest.mark.slow
@schema.exclude(path=LIVE).parametrize()
@many
def test_every_answer_is_one_that_is_described_however_often(
    case: schemathesis.Case, server: World, headers: dict[str, str]
) -> None:
    case.call_and_validate(base_url=server.services.settings.url, headers=headers, checks=CHECKS)


@plain.exclude(path=[*LIVE, "/callbacks/{integration}"]).parametrize()
@few
def test_nobody_gets_anything(case: schemathesis.Case, server: World) -> None:
    answer = case.call(base_url=server.services.settings.url)
    assert answer.status_code in (400, 401, 403, 404, 405, 413, 415, 422)
    assert answer.headers["content-type"] == ["application/problem+json"]
