"""Engines for tests: a store, an outside that does as it is told, and a clock that stands still."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from attrs import evolve

from dro_lang.kernel.commands import CallOut, RunAction
from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.kernel.states import PlanState
from dro_lang.program.model import ContextMapping, Program
from dro_lang.program.values import Row
from dro_lang.runtime.embedded.clock import ManualClock
from dro_lang.runtime.embedded.dispatch import Inline, everywhere
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.lists import PlanFilter, StepFilter
from dro_lang.runtime.embedded.requests import Receipt, Submit
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from tests.kernel.builders import at, case

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
LATER = None
"""The answer of an outside that has accepted something, and will answer later."""

Command: TypeAlias = RunAction | CallOut
Script: TypeAlias = Callable[[Command, datetime], Succeeded | Failed | None]


def succeeding(command: Command, at: datetime) -> Succeeded:
    return Succeeded(at, command.key.step, {}, command.key.attempt)


class Recorded:
    """An outside that succeeds, or does what the script says, and knows what it was asked."""

    def __init__(self, script: Script = succeeding) -> None:
        self.asked: list[Command] = []
        self.script = script

    def answer(self, command: Command, at: datetime) -> Succeeded | Failed | None:
        self.asked.append(command)
        return self.script(command, at)

    @property
    def keys(self) -> list[str]:
        return [str(command.key) for command in self.asked]


def answers(*results: str | None) -> Script:
    """An outside that succeeds at `ok`, and fails with any other code, in turn."""
    left = deque(results)

    def script(command: Command, at: datetime) -> Succeeded | Failed:
        result = left.popleft()
        return succeeding(command, at) if result == "ok" else Failed(at, command.key.step, result, command.key.attempt)

    return script


def mapped(program: Program, object: str = "Case") -> Program:
    """The program with a mapping, which the engine asks for the object of a record."""
    return evolve(program, mappings={"M": ContextMapping("M", "Case", "Generic", object)})


class House:
    """An engine on a store, with all that it needs."""

    def __init__(
        self,
        program: Program,
        path: Path | str = ":memory:",
        script: Script = succeeding,
        members: Mapping[str, Sequence[str]] | None = None,
        now: datetime = MORNING,
        group: int = 64,
    ) -> None:
        self.store = SqliteStore.open(path, create=True)
        self.clock = ManualClock(now)
        self.outside = Recorded(script)
        self.engine = Engine(self.store, Inline(everywhere(self.outside), self.clock), self.clock, members, group)
        self.hash = self.engine.deploy(mapped(program))

    def submit(self, id: str = "C-1", anew: bool = False, request_id: str | None = None, **values: object) -> Receipt:
        row: Row = case(id=id, **values)  # type: ignore[arg-type]
        return self.engine.submit(Submit(self.hash, "P", row, anew, request_id))

    def submit_and_run(self, id: str = "C-1", **values: object) -> "House":
        assert self.submit(id, **values).plan_id is not None
        self.engine.run_due()
        return self

    def later(self, **time: float) -> "House":
        self.clock.advance(**time)
        self.engine.run_due()
        return self

    def state(self, plan_id: str = "C-1") -> PlanState:
        return self.store.load(plan_id).state

    def __getitem__(self, step: str) -> str:
        found = self.state().step(at(step))
        assert found is not None
        return found.status.value

    def plans(self) -> list[str]:
        return [row.header.plan_id for row in self.store.list_plans(PlanFilter())]

    def open_steps(self, **filter: object) -> list[str]:
        rows = self.store.list_steps(StepFilter(**filter))  # type: ignore[arg-type]
        return [f"{row.plan_id} {row.id}" for row in rows]
