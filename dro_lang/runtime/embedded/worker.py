"""The service: an engine that goes on until it is told to stop."""

import queue
import threading
from concurrent.futures import Future
from typing import TypeAlias

from attrs import evolve

from dro_lang.kernel.commands import Key
from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.runtime.embedded.engine import GROUP, Engine
from dro_lang.runtime.embedded.requests import Reply, Request, Send

Letter: TypeAlias = tuple[Request, "Future[Reply]"]


class Worker:
    """Runs an engine in one thread; `stop` and `ask` may be called by any other, and `stop` by a signal handler.

    It looks into the inbox every `look_every` seconds at least. When it stops, it waits `grace` seconds for what it has
    asked of the outside; what has not come back by then is asked again by the next worker.
    """

    def __init__(self, engine: Engine, look_every: float = 0.1, grace: float = 10.0) -> None:
        self._engine = engine
        self._look_every = look_every
        self._grace = grace
        self._stopping = threading.Event()
        self._letters: queue.SimpleQueue[Letter] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._over = False

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Come to an end soon."""
        self._stopping.set()
        # A wait that a signal interrupts just before its end may otherwise go on for ever: CPython computes the time
        # that is left, and takes a negative one for no limit.
        self._engine.dispatcher.wake()

    def ask(self, request: Request) -> "Future[Reply]":
        """Have something done. The future has the reply once it is durable, or the StoreError that came instead; it is
        cancelled where the worker has come to its end."""
        future: Future[Reply] = Future()
        with self._door:
            if self._over:
                future.cancel()
            else:
                self._letters.put((request, future))
        self._engine.dispatcher.wake()
        return future

    def deliver(self, key: Key, answer: Succeeded | Failed) -> "Future[Reply]":
        """A callout is answered by a callback. The reply says why it is refused, where it comes twice or too late."""
        return self.ask(Send(key.plan, evolve(answer, step=key.step, attempt=key.attempt)))

    def run(self, until_idle: bool = False) -> None:
        """Carry out plans until told to stop, or until nothing is due and nothing under way. Raises StoreError."""
        engine = self._engine
        try:
            engine.recover()
            self.settle()
            while not (until_idle or self.stopping):
                self.settle()
                engine.dispatcher.wait(self._pause())
            engine.dispatcher.close(self._grace)
            while self._read_letters() or engine.take_answers():
                pass
        finally:
            self._refuse_letters()

    def settle(self) -> None:
        """Go on until nothing is due and nothing under way, or until told to stop."""
        while not self.stopping:
            if not self.tend():
                if not self._engine.dispatcher.under_way:
                    return
                self._engine.dispatcher.wait(self._pause())

    def tend(self) -> bool:
        """Do a part of what there is to do. Gives whether there was anything."""
        return self._read_letters() or self._engine.cycle()

    def _pause(self) -> float:
        """How long nothing is to be done, as far as one knows."""
        wake = self._engine.next_wake()
        if wake is None:
            return self._look_every
        return max(0.0, min(self._look_every, (wake - self._engine.clock.now()).total_seconds()))

    def _read_letters(self) -> bool:
        letters: list[Letter] = []
        while len(letters) < GROUP:
            try:
                letters.append(self._letters.get_nowait())
            except queue.Empty:
                break
        if not letters:
            return False
        try:
            replies = self._engine.handle_all([request for request, _ in letters])
        except BaseException as problem:
            for _, future in letters:
                future.set_exception(problem)
            raise
        for (_, future), reply in zip(letters, replies, strict=True):
            future.set_result(reply)
        return True

    def _refuse_letters(self) -> None:
        with self._door:
            self._over = True
        while not self._letters.empty():
            _, future = self._letters.get_nowait()
            future.cancel()
