"""Plans that are carried out for real: by processes, a mail server, and a system that accepts and calls back."""

import base64
import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from dro_lang.kernel.states import PlanStatus, StepStatus
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.outside.callbacks.signature import sign
from tests.cli.shell import Shell, drolang, process
from tests.runtime.outside.counterpart import Counterpart, Reply
from tests.runtime.outside.post_office import post_office

__all__ = ["drolang"]

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
PLAN = """\
language 1.0

import std.generic { Generic }

context Order {
  id         : Id
  start_date : Date
}

mapping Orders for Order {
  usage Generic
  object "Order"
}

integration Erp {
  takes { order : Id }
  gives { reference : Text }
  async
}

plan Deliver for Order {
  usage  Generic
  choose exactly one scenario

  scenario all {
    run Delivery
  }
}

group Delivery for Order {
  step order: callout Erp {
    with { order: id }
  }

  step delivered: milestone {
    after order completed
  }
}
"""


@pytest.fixture
def folder(tmp_path: Path, server: Counterpart) -> Path:
    (tmp_path / "plan.dro").write_text(PLAN, encoding="utf-8")
    (tmp_path / "erp.secret").write_text(SECRET, encoding="utf-8")
    (tmp_path / "records.ndjson").write_text('{"id": "O-1", "start_date": "2020-01-01"}\n', encoding="utf-8")
    text = f'store = "plans.db"\n[integrations.Erp]\nurl = "{server.url}"\n'
    text += 'callback_secrets = [{ file = "erp.secret" }]\n[callbacks]\nurl = "https://plans.example.com"\n'
    (tmp_path / "drolang.toml").write_text(text, encoding="utf-8")
    return tmp_path


@contextmanager
def worker(folder: Path) -> Iterator[str]:
    """A worker, as a process, and the address at which it takes callbacks."""
    running = process("worker", "--listen", "127.0.0.1:0", folder=folder, stderr=subprocess.PIPE)
    assert running.stderr is not None
    try:
        told = running.stderr.readline().decode()
        found = re.search(r"taking callbacks at (http://127\.0\.0\.1:[0-9]+/callbacks/)", told)
        assert found, told
        yield found[1]
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
    assert running.returncode == 0


def call_back(address: str, correlation_id: str, secret: str = SECRET, **data: object) -> httpx.Response:
    body = json.dumps({"correlation_id": correlation_id, **data}).encode()
    now = int(datetime.now(UTC).timestamp())
    headers = {"webhook-id": "msg", "webhook-timestamp": str(now), "webhook-signature": sign(secret, "msg", now, body)}
    return httpx.post(f"{address}Erp", content=body, headers=headers, trust_env=False, timeout=60)


def test_a_system_accepts_and_calls_back(drolang: Shell, folder: Path, server: Counterpart) -> None:
    server.answer = lambda asked: Reply(202)
    ran = drolang("run", "plan.dro", "--records", "records.ndjson", "--store", "plans.db", "--format", "ndjson")
    assert ran.code == 0, ran.err
    plan_id = json.loads(ran.out.splitlines()[0])["plan_id"]
    [asked] = server.asked
    correlation_id = asked.headers["drolang-correlation-id"]
    assert asked.data == {"order": "O-1"}

    forged = "whsec_" + base64.b64encode(bytes(32)).decode()
    with worker(folder) as address:
        assert call_back(address, correlation_id, forged, results={"reference": "R"}).status_code == 401
        assert call_back(address, "nobody/Delivery.order/-/1", results={}).status_code == 404
        taken = call_back(address, correlation_id, results={"reference": "R-1"})
        assert (taken.status_code, taken.json()) == (200, {"accepted": True})
        again = call_back(address, correlation_id, results={"reference": "R-2"})
        assert (again.status_code, again.json()["accepted"]) == (200, False)
    assert len(server.asked) == 1  # what was accepted is not asked again

    store = SqliteStore.open(folder / "plans.db")
    state = store.load(plan_id).state
    store.close()
    assert state.status is PlanStatus.COMPLETED
    order = next(step for step in state.steps if step.id.step == "order")
    assert (order.status, order.results) == (StepStatus.COMPLETED, {"reference": "R-1"})


def test_a_new_folder_sends_mail(drolang: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drolang("new", "reminders")
    monkeypatch.chdir(tmp_path / "reminders")
    records = Path("records.ndjson").read_text(encoding="utf-8").replace("2026-12", "2020-12")
    Path("records.ndjson").write_text(records, encoding="utf-8")
    with post_office() as office:
        text = Path("drolang.toml").read_text(encoding="utf-8").replace("8025", str(office.port))
        Path("drolang.toml").write_text(text.replace('"localhost"', '"127.0.0.1"'), encoding="utf-8")
        for _ in range(2):  # a record that has a plan keeps it, and nobody is reminded twice
            ran = drolang("run", "plan.dro", "--records", "records.ndjson", "--store", "plans.db")
            assert ran.code == 0, ran.err
    subjects = sorted(str(message["Subject"]) for message in office.messages)
    assert subjects == ["Your balance is due in five days", "Your balance is due today"]


@pytest.mark.parametrize("address", ["localhost", "8721", ":8721", "localhost:x", "localhost:65536"])
def test_an_address_that_is_none(address: str, drolang: Shell, folder: Path) -> None:
    shown = drolang("worker", "--create", "--until-idle", "--listen", address)
    assert shown.code == 2
    assert "is not HOST:PORT, such as localhost:8721" in shown.err


def test_an_address_that_is_taken(drolang: Shell, folder: Path, server: Counterpart) -> None:
    taken = server.url.removeprefix("http://")
    shown = drolang("worker", "--create", "--until-idle", "--listen", taken)
    assert shown.code == 1
    assert f"no callbacks can be taken at {taken}: Address already in use" in shown.err
