"""Threads that ask the outside, each target in a lane of its own."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from dro_lang.kernel.commands import CallOut, Key, RunAction
from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.kernel.states import InstanceId
from dro_lang.program.model import Priority
from dro_lang.runtime.embedded.clock import SystemClock
from dro_lang.runtime.embedded.dispatch import Answered, Ask, everywhere
from dro_lang.runtime.embedded.lanes import Threads
from dro_lang.runtime.outside.port import Lane, Lanes, Rate
from tests.runtime.embedded.builders import succeeding

PATIENCE = 30.0


def ask(target: str, number: int, priority: Priority = Priority.DEFAULT) -> Ask:
    return Ask(CallOut(Key(f"C-{number}", InstanceId("G", "a"), 1), target), "hash", priority)


def action(number: int, priority: Priority = Priority.DEFAULT) -> Ask:
    return Ask(RunAction(Key(f"C-{number}", InstanceId("G", "a"), 1), "Send"), "hash", priority)


class Gate:
    """An outside whose targets answer when they are let; it knows who is being asked, and in which order they were."""

    def __init__(self, *held: str) -> None:
        self.held = {target: threading.Event() for target in held}
        self.asked: list[str] = []
        self.asking: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, command: RunAction | CallOut, at: datetime) -> Succeeded | Failed | None:
        target = command.action if isinstance(command, RunAction) else command.integration
        with self._lock:
            self.asked.append(command.key.plan)
            self.asking[target] += 1
            self.most[target] = max(self.most[target], self.asking[target])
        if target in self.held:
            assert self.held[target].wait(PATIENCE)
        with self._lock:
            self.asking[target] -= 1
        return succeeding(command, at)


@contextmanager
def threads(outside: Gate, lanes: Lanes | None = None, room: int = 1000) -> Iterator[Threads]:
    dispatcher = Threads(everywhere(outside), SystemClock(), lanes, room)
    yield dispatcher
    for event in outside.held.values():
        event.set()
    dispatcher.close(PATIENCE)


def collect(dispatcher: Threads, count: int) -> list[Answered]:
    found: list[Answered] = []
    end = time.monotonic() + PATIENCE
    while len(found) < count:
        assert time.monotonic() < end
        found += dispatcher.answers(100)
        dispatcher.wait(0.05)
    return found


def until(condition: object) -> None:
    assert callable(condition)
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_slow_target_holds_up_nobody_else() -> None:
    outside = Gate("Slow")
    with threads(outside) as dispatcher:
        for number in range(50):
            dispatcher.dispatch(ask("Slow", number, Priority.HIGH))
        for number in range(50, 60):
            dispatcher.dispatch(ask("Quick", number, Priority.BULK))
        done = collect(dispatcher, 10)
        assert {each.ask.target for each in done} == {"Quick"}
        assert dispatcher.under_way == 50


def test_a_lane_asks_so_many_at_a_time() -> None:
    outside = Gate("Erp")
    lanes = Lanes(integrations={"Erp": Lane(concurrency=3)})
    with threads(outside, lanes) as dispatcher:
        for number in range(10):
            dispatcher.dispatch(ask("Erp", number))
        until(lambda: outside.asking["Erp"] == 3)
        outside.held["Erp"].set()
        collect(dispatcher, 10)
    assert outside.most["Erp"] == 3


def test_a_higher_priority_goes_first() -> None:
    outside = Gate("Send")
    with threads(outside, Lanes(actions=Lane(concurrency=1))) as dispatcher:
        dispatcher.dispatch(action(0))
        until(lambda: outside.asked)
        for number, priority in enumerate([Priority.BULK, Priority.DEFAULT, Priority.HIGH], 1):
            dispatcher.dispatch(action(number, priority))
        outside.held["Send"].set()
        collect(dispatcher, 4)
    assert outside.asked == ["C-0", "C-3", "C-2", "C-1"]


def test_a_rate_spreads_what_is_asked() -> None:
    outside = Gate()
    lanes = Lanes(integrations={"Erp": Lane(rate=Rate(50, timedelta(seconds=1)))})
    with threads(outside, lanes) as dispatcher:
        began = time.monotonic()
        for number in range(6):
            dispatcher.dispatch(ask("Erp", number))
        collect(dispatcher, 6)
        assert time.monotonic() - began >= 5 / 50


def test_a_full_lane_takes_no_more() -> None:
    outside = Gate("Erp")
    with threads(outside, Lanes(integrations={"Erp": Lane(concurrency=1)}), room=4) as dispatcher:
        dispatcher.dispatch(ask("Erp", 0))
        until(lambda: outside.asking["Erp"] == 1)
        assert [dispatcher.dispatch(ask("Erp", n)) for n in range(1, 6)] == [True] * 4 + [False]
        assert not dispatcher.has_room("Erp")
        assert dispatcher.has_room("Bank")
        outside.held["Erp"].set()
        collect(dispatcher, 5)
        assert dispatcher.has_room("Erp")


def test_what_is_withdrawn_is_not_asked() -> None:
    outside = Gate("Erp")
    with threads(outside, Lanes(integrations={"Erp": Lane(concurrency=1)})) as dispatcher:
        for number in range(4):
            dispatcher.dispatch(ask("Erp", number))
        until(lambda: outside.asking["Erp"] == 1)
        assert {ask.command.key.plan for ask in dispatcher.withdraw("Erp")} == {"C-1", "C-2", "C-3"}
        outside.held["Erp"].set()
        collect(dispatcher, 1)
        assert dispatcher.under_way == 0
    assert outside.asked == ["C-0"]


def test_at_the_end_what_is_being_asked_is_waited_for_and_nothing_more_is_asked() -> None:
    outside = Gate("Erp")
    dispatcher = Threads(everywhere(outside), SystemClock(), Lanes(integrations={"Erp": Lane(concurrency=1)}))
    for number in range(3):
        dispatcher.dispatch(ask("Erp", number))
    until(lambda: outside.asking["Erp"] == 1)
    threading.Timer(0.05, outside.held["Erp"].set).start()
    dispatcher.close(PATIENCE)
    assert [each.ask.command.key.plan for each in dispatcher.answers(10)] == ["C-0"]
    assert outside.asked == ["C-0"]
