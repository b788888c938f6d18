"""The server over a real store, with plans of the dunning example, carried out on a clock that is set by hand."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dro_lang.conditions.time import midnight
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.commands import CallOut, RunAction
from dro_lang.kernel.events import Assign, Event, Failed, Succeeded
from dro_lang.kernel.states import InstanceId
from dro_lang.pipeline import check_file
from dro_lang.program.model import Program
from dro_lang.program.values import Row
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.embedded.clock import ManualClock
from dro_lang.runtime.embedded.dispatch import Inline, everywhere
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.lock import Lock
from dro_lang.runtime.embedded.requests import Answer, Receipt, Reply, Send, Submit
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.outside.willing import Willing
from dro_lang.server.app import application
from dro_lang.server.rights.permissions import EVERY, Kind, Names, PermissionSet, Record, Scope
from dro_lang.server.services import Services
from dro_lang.server.settings import Settings
from dro_lang.source import Source

EXAMPLES = Path(__file__).parents[2] / "examples"
DUNNING = EXAMPLES / "dunning" / "dunning.dro"
OBJECT = "CollectionPlan"
BEGIN = datetime(2026, 12, 1, tzinfo=UTC)
WAIT = 60.0
"""Seconds: for a machine that is busy with other things."""


@cache
def program(path: Path = DUNNING) -> Program:
    found = check_file(path).program
    assert found is not None
    return found


def row(id: str, **values: Any) -> Row:
    """A record of the dunning example; by default of high risk."""
    invoice = {"id": "I-1", "number": "2026-17", "balance": Decimal(900), "due_date": date(2026, 12, 20)}
    return {
        "id": id,
        "name": "Acme",
        "start_date": date(2026, 12, 1),
        "due_date": date(2026, 12, 20),
        "risk": "High",
        "balance": Decimal(900),
        "email": "ap@acme.example",
        "promised_on": None,
        "invoices": ({**invoice, "disputed": False},),
        **values,
    }


def record(id: str, **values: Any) -> dict[str, Any]:
    """The same as the object has it, with the names of its fields."""
    item = {"Id": "I-1", "Invoice": {"DocumentNumber": "2026-17", "Balance": 900.10, "DueDate": "2026-12-20"}}
    return {
        "Id": id,
        "Name": "Acme",
        "StartDate": "2026-12-01",
        "DueDate__c": "2026-12-20",
        "OverdueRiskIndicator": "High",
        "CurrentDueAmount": 900.10,
        "ContactEmail__c": "ap@acme.example",
        "CollectionPlanItem": [{**item, "disputed": False}],
        **values,
    }


class Moody:
    """An outside that succeeds, except where `failing` says with which code an action or integration fails."""

    def __init__(self, program: Program, plan: str) -> None:
        self._willing = Willing(Blueprint.of(program, plan), callouts=True)
        self.failing: dict[str, str] = {}

    def answer(self, command: RunAction | CallOut, at: datetime) -> Succeeded | Failed | None:
        target = command.action if isinstance(command, RunAction) else command.integration
        if target in self.failing:
            return Failed(at, command.key.step, self.failing[target], command.key.attempt)
        return self._willing.answer(command, at)


@frozen
class World:
    services: Services
    app: FastAPI
    clock: ManualClock
    outside: Moody
    program_hash: str

    # ---- plans

    def ask(self, request: Any) -> Reply:
        return self.services.carrier.ask(request)

    def submit(self, id: str, **values: Any) -> str:
        """Give a record its plan; gives the plan's id."""
        receipt = self.ask(Submit(self.program_hash, "Dunning", row(id, **values), by="test"))
        assert isinstance(receipt, Receipt)
        assert receipt.plan_id is not None
        return receipt.plan_id

    def send(self, plan_id: str, event: Event) -> None:
        assert self.ask(Send(plan_id, event)) == Answer(None)

    def assign(self, plan_id: str, group: str, step: str, user: str) -> None:
        self.send(plan_id, Assign(self.clock.now(), InstanceId(group, step), user))

    def advance_to(self, when: date) -> None:
        """Let time pass, to a moment or to the beginning of a day in Berlin, with all that is due until then."""
        zone = Blueprint.of(program(), "Dunning").zone
        self.clock.set(when if isinstance(when, datetime) else midnight(when, zone))
        end = time.monotonic() + WAIT
        quiet = 0
        while quiet < 3:
            assert time.monotonic() < end, "the worker does not come to an end with what is due"
            with self.services.readers.one() as reader:
                wake = reader.store.next_wake()
                idle = (wake is None or wake > self.clock.now()) and not reader.store.unanswered_targets()
            quiet = quiet + 1 if idle else 0
            time.sleep(0.02)

    # ---- people and machines

    def token(
        self,
        *sets: PermissionSet,
        objects: Names = EVERY,
        queues: Names = EVERY,
        scopes: tuple[Scope, ...] = tuple(Scope),
        name: str = "crm",
    ) -> dict[str, str]:
        """The header that sends a token with these rights."""
        _, text = self.services.tokens.new(name, "test", sets, objects, queues, timedelta(hours=1), scopes)
        return {"authorization": f"Bearer {text}"}

    def page_token(self, id: str, viewer: str = "ada") -> str:
        made = self.services.tokens.new_for_page(Record(OBJECT, id), viewer, "test", timedelta(minutes=5))
        return made[1]

    def sign_in(self, client: TestClient, name: str = "ada", *sets: PermissionSet) -> None:
        """Sign a new user in, in a client."""
        self.services.accounts.add(name, sets or (PermissionSet.OPERATOR,), EVERY, EVERY)
        link = self.services.accounts.new_link(name)
        done = client.post("/sign-in", data={"link": link}, headers=OWN, follow_redirects=False)
        assert done.status_code == 303

    def audited(self) -> list[tuple[str, Kind, str, str | None, str]]:
        """The log, the latest first."""
        return [
            (entry.actor, entry.kind, entry.operation, entry.subject, entry.outcome.value)
            for entry in self.services.audit.entries()
        ]


OWN: Mapping[str, str] = {"sec-fetch-site": "same-origin"}
"""What a browser says of a request that a page of the server itself asks for."""


@contextmanager
def world(
    folder: Path,
    settings: Settings | None = None,
    path: Path = DUNNING,
    plan: str = "Dunning",
    configuration: Configuration | None = None,
) -> Iterator[World]:
    """A server that is not started yet: `TestClient` and `running` start it."""
    store_path = folder / "plans.db"
    clock = ManualClock(BEGIN)
    store = SqliteStore.open(store_path, create=True)
    lock = Lock.take(store, "test", clock)
    outside = Moody(program(path), plan)
    engine = Engine(store, Inline(everywhere(outside), clock_that_waits(clock)), clock, {"Collections": []})
    hash = engine.deploy(program(path), path.read_text(encoding="utf-8"))
    services = Services.over(settings or Settings(), store_path, engine, configuration or nothing_configured())
    services.current.make_current(program(path), hash)
    try:
        yield World(services, application(services), clock, outside, hash)
    finally:
        services.close()
        lock.release()
        store.close()


def nothing_configured() -> Configuration:
    return Configuration(Source("drolang.toml", ""), Path.cwd())


def clock_that_waits(clock: ManualClock) -> "Waiting":
    return Waiting(clock)


class Waiting:
    """A clock that is set by hand, and sleeps as everybody does: so that a worker that waits does not move it."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.02))
