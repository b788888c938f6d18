"""A crash at every moment there is, one after the other: before and after each write, and each command that is sent.

After each of them the same things are asked for again, as whoever got no reply does; the plans come to the same end, to
the last moment and the last result, and the outside saw no more than what was under way twice, with the same keys.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from attrs import define, evolve, field

from dro_lang.kernel.commands import CallOut, Key, RunAction
from dro_lang.kernel.events import Amend, Cancel, Complete, Event, Failed, Freeze, SetData, Succeeded, Unfreeze
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import InstanceId, PlanState
from dro_lang.program.model import Allocation, Scenario, ToQueue
from dro_lang.runtime.embedded.clock import ManualClock
from dro_lang.runtime.embedded.dispatch import everywhere
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.port import PlanFilter
from dro_lang.runtime.embedded.requests import Request, Send, Submit, SwitchIntegration
from tests.kernel.builders import (
    after,
    auto,
    callout,
    case,
    due,
    every,
    group,
    hours,
    makes_up,
    manual,
    milestone,
    minutes,
    pause,
    program,
    run,
    since_previous,
    wait,
)
from tests.runtime.embedded.builders import MORNING, mapped
from tests.runtime.faults.crash import Crash, FragileInline, FragileStore, Fuse
from tests.runtime.faults.invariants import check

CALL_BACK = "call back"
"""In the place of a request: the integration calls back what it has promised, all of it, and twice."""

Happens = Callable[[datetime], Request | str] | timedelta
"""A request, made at a moment; or so much time passes."""


def to(plan_id: str, event: Callable[[datetime], Event]) -> Happens:
    return lambda at: Send(plan_id, event(at))


def step(name: str, item: str | None = None) -> InstanceId:
    group, _, name = name.partition(".")
    return InstanceId(group, name, item)


@define
class Outside:
    """Does what it is asked, once for each key, and knows how often it was asked."""

    calls: Counter[Key] = field(factory=Counter)
    promised: list[Key] = field(factory=list)

    def answer(self, command: RunAction | CallOut, at: datetime) -> Succeeded | Failed | None:
        key = command.key
        self.calls[key] += 1
        if isinstance(command, CallOut) and command.asynchronous:
            if key not in self.promised:
                self.promised.append(key)
            return None
        if key.step.step == "shaky" and key.attempt < 3:
            return Failed(at, key.step, "BUSY", key.attempt)
        return Succeeded(at, key.step, {"score": 3} if key.step.step == "look" else {}, key.attempt)


class StillClock(ManualClock):
    """A clock that moves for nobody but the script."""

    def sleep(self, seconds: float) -> None:
        pass


class Process:
    """A process on a store, which may die, and begins again with what is in the file."""

    def __init__(self, path: Path, fuse: Fuse) -> None:
        self.path, self.fuse = path, fuse
        self.outside, self.clock = Outside(), StillClock(MORNING)
        self.allowed: Counter[Key] = Counter()
        """How often the outside may have been asked for something, at most."""
        self._surviving(self._begin)

    def _begin(self) -> None:
        self.store = FragileStore.open(self.path, create=True)
        self.store.fuse = self.fuse
        way = FragileInline(everywhere(self.outside), self.clock)
        way.fuse = self.fuse
        self.engine = Engine(self.store, way, self.clock, {"Q": ["ann", "bob"]}, group=2)
        self.hash = self.engine.deploy(PLAN)
        self._allow()
        self.engine.recover()
        self.engine.run_due()

    def _allow(self) -> None:
        """What is under way may be asked for once more."""
        kernel = Kernel(PLAN, "P", self.hash)
        for state in self.states():
            asked = (each for each in kernel.outstanding(state) if isinstance(each, RunAction | CallOut))
            self.allowed.update(command.key for command in asked)

    def _surviving(self, action: Callable[[], object]) -> None:
        try:
            action()
        except Crash:
            self.store.close()  # what was not committed goes with the connection
            self._begin()
            action()

    def live(self, script: Sequence[Happens]) -> None:
        for happens in script:
            if isinstance(happens, timedelta):
                self.clock.set(self.clock.now() + happens)
            else:
                self._surviving(partial(self._ask, happens(self.clock.now())))
            self._surviving(lambda: self.engine.run_due())

    def _ask(self, request: Request | str) -> None:
        if isinstance(request, Submit):
            self.engine.handle(evolve(request, program=self.hash))
        elif not isinstance(request, str):
            self.engine.handle(request)
        else:
            for key in self.outside.promised:
                for _ in range(2):
                    self.engine.deliver(key, Succeeded(self.clock.now(), key.step, {}, key.attempt))

    def states(self) -> list[PlanState]:
        plans = self.store.list_plans(PlanFilter())
        return [self.store.load(row.header.plan_id).state for row in plans]


PLAN = mapped(
    program(
        group(
            "G",
            auto("shaky", retry=every(minutes(90), 3), due=due(hours(20), hours(4))),
            auto("look", after("shaky"), target="Look"),
            callout("ask", after("look"), per_item=True, on_cancel=makes_up("Undo", in_reverse=True)),
            callout("bank", after("look"), target="Bank", on_amend=makes_up("Redo")),
            manual("task", after("ask", "bank"), assignment=ToQueue("Q", Allocation.ROUND_ROBIN), expires=hours(50)),
            pause("paid", after("look"), expires=hours(400)),
            milestone("done", after("task", "paid"), starts=since_previous(hours(30))),
            auto("last", after(wait("done", "completed"))),
        ),
        group("Undo", auto("undo", per_item=True)),
        group("Redo", auto("redo")),
        scenarios=[Scenario("all", runs=(run("G"),))],
    )
)


def submitted(id: str, *parts: str) -> Happens:
    return lambda at: Submit("", "P", case(*parts, id=id), request_id=f"request-{id}")


HOUR = timedelta(hours=1)
SCRIPTS: dict[str, list[Happens]] = {
    "all goes well": [
        submitted("C-1", "p1", "p2"),
        submitted("C-2"),
        *[2 * HOUR] * 3,
        lambda at: CALL_BACK,
        to("C-1", lambda at: Complete(at, step("G.task"), by="ann")),
        to("C-2", lambda at: SetData(at, {"balance": Decimal(0)}, by="ann")),
        to("C-2", lambda at: Complete(at, step("G.task"), by="bob")),
        to("C-1", lambda at: SetData(at, {"balance": Decimal(0)}, by="ann")),
        40 * HOUR,
    ],
    "an item is canceled": [
        submitted("C-1", "p1", "p2"),
        *[2 * HOUR] * 3,
        lambda at: CALL_BACK,
        to("C-1", lambda at: Freeze(at, "ann")),
        to("C-1", lambda at: Cancel(at, "p1", {}, by="ann")),
        to("C-1", lambda at: Unfreeze(at, "ann")),
        600 * HOUR,
        600 * HOUR,
    ],
    "an amendment, offline": [
        lambda at: SwitchIntegration("Bank", online=False, by="ann"),
        submitted("C-1", "p1"),
        *[2 * HOUR] * 3,
        lambda at: SwitchIntegration("Bank", online=True, by="ann"),
        lambda at: CALL_BACK,
        to("C-1", lambda at: Freeze(at, "ann")),
        to("C-1", lambda at: Amend(at, None, {"balance": Decimal(0)}, by="ann")),
        to("C-1", lambda at: Unfreeze(at, "ann")),
        600 * HOUR,
        600 * HOUR,
    ],
}


def lived(path: Path, script: str, burns_at: int | None) -> Process:
    process = Process(path, Fuse(burns_at))
    process.live(SCRIPTS[script])
    return process


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_crash_at_any_moment_changes_nothing(script: str, tmp_path: Path) -> None:
    whole = lived(tmp_path / "whole.db", script, None)
    assert all(state.status == "completed" for state in whole.states())
    assert set(whole.outside.calls.values()) == {1}
    moments = whole.fuse.moments
    assert len(moments) > 40
    assert len(set(moments)) == 4
    for number, moment in enumerate(moments):
        broken = lived(tmp_path / f"{number}.db", script, number)
        told = f"{moment}, number {number}"
        assert broken.states() == whole.states(), told
        assert broken.outside.calls.keys() == whole.outside.calls.keys(), told
        assert all(count <= 1 + broken.allowed[key] for key, count in broken.outside.calls.items()), told
        for state in broken.states():
            check(broken.store, state.id, Kernel(PLAN, "P", broken.hash))
        broken.store.close()
