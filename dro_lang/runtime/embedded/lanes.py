"""Threads that ask the outside. Every action and integration has a lane of its own, so that a slow one holds up nobody
else. A lane has as many threads as may ask at a time, and asks at even intervals where its rate is limited."""

import heapq
import queue
import threading
import time
from collections.abc import Callable

from dro_lang.kernel.commands import CallOut
from dro_lang.program.model import Priority
from dro_lang.runtime.embedded.clock import Clock
from dro_lang.runtime.embedded.dispatch import Answered, Ask, Outsides, asked
from dro_lang.runtime.outside.port import Lane, Lanes

_RANKS = {Priority.HIGH: 0, Priority.DEFAULT: 1, Priority.BULK: 2}


class Threads:
    """A dispatcher with threads for each lane, and room in memory for so many commands in each. Of what waits in a
    lane, a higher priority goes first."""

    def __init__(self, outsides: Outsides, clock: Clock, lanes: Lanes | None = None, room: int = 1000) -> None:
        self._outsides = outsides
        self._clock = clock
        self._lanes = lanes or Lanes()
        self._room = room
        self._running: dict[str, _RunningLane] = {}
        self._answers: queue.SimpleQueue[Answered | None] = queue.SimpleQueue()
        self._first: Answered | None = None
        self._under_way = 0

    def dispatch(self, ask: Ask) -> bool:
        target = ask.target
        lane = self._running.get(target)
        if lane is None:
            limits = self._lanes.integration(target) if isinstance(ask.command, CallOut) else self._lanes.actions
            lane = self._running[target] = _RunningLane(limits, target)
        if lane.waiting >= self._room:
            return False
        self._under_way += 1
        outside = self._outsides(ask.program)
        lane.add(ask, lambda: self._answers.put(asked(outside, ask, self._clock)))
        return True

    def has_room(self, target: str) -> bool:
        return target not in self._running or self._running[target].waiting <= self._room // 2

    def withdraw(self, target: str) -> list[Ask]:
        taken = self._running[target].clear() if target in self._running else []
        self._under_way -= len(taken)
        return taken

    def answers(self, limit: int) -> list[Answered]:
        found = [] if self._first is None else [self._first]
        self._first = None
        while len(found) < limit:
            try:
                answered = self._answers.get_nowait()
            except queue.Empty:
                break
            if answered is not None:
                found.append(answered)
        self._under_way -= len(found)
        return found

    @property
    def under_way(self) -> int:
        return self._under_way

    def wait(self, seconds: float) -> None:
        if self._first is None:
            try:
                self._first = self._answers.get(timeout=max(seconds, 0))
            except queue.Empty:
                return

    def wake(self) -> None:
        self._answers.put(None)

    def close(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        for lane in self._running.values():
            lane.stop()
        for lane in self._running.values():
            lane.join(end)


class _RunningLane:
    """What waits for one target, and the threads that ask it. They are started as they are needed."""

    def __init__(self, limits: Lane, name: str) -> None:
        self._limits = limits
        self._name = name
        self._waiting: list[tuple[int, int, Ask, Callable[[], None]]] = []
        self._count = 0
        self._idle = 0
        rate = limits.rate
        self._interval = 0.0 if rate is None else rate.per.total_seconds() / rate.requests
        self._next_start = 0.0
        self._stopped = False
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def add(self, ask: Ask, work: Callable[[], None]) -> None:
        with self._changed:
            self._count += 1
            heapq.heappush(self._waiting, (_RANKS[ask.priority], self._count, ask, work))
            if self._idle < len(self._waiting) and len(self._threads) < self._limits.concurrency:
                # A daemon: where the grace of `close` is over, the process does not wait for it.
                thread = threading.Thread(target=self._work, name=f"drolang {self._name}", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify()

    def clear(self) -> list[Ask]:
        with self._changed:
            taken = [waiting[2] for waiting in self._waiting]
            self._waiting.clear()
        return taken

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def join(self, end: float) -> None:
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _work(self) -> None:
        while (work := self._next()) is not None:
            work()

    def _next(self) -> Callable[[], None] | None:
        """What is to be done next, when it may be; None where the lane has stopped."""
        with self._changed:
            while not self._stopped:
                pause = self._next_start - time.monotonic() if self._waiting else None
                if pause is not None and pause <= 0:
                    self._next_start = time.monotonic() + self._interval
                    return heapq.heappop(self._waiting)[3]
                self._idle += 1
                self._changed.wait(pause)
                self._idle -= 1
            return None
