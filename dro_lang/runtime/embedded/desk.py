"""Where other processes than the worker ask for something: a command of an operator, a page, a program."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType

from dro_lang.program.model import Program
from dro_lang.program.serial import content_hash
from dro_lang.runtime.embedded.clock import Clock, SystemClock
from dro_lang.runtime.embedded.dispatch import Nobody
from dro_lang.runtime.embedded.engine import GROUP, Engine
from dro_lang.runtime.embedded.errors import StoreError, StoreHeld
from dro_lang.runtime.embedded.lock import Lock, holder_of
from dro_lang.runtime.embedded.requests import Reply, Request
from dro_lang.runtime.embedded.sqlite.store import SqliteStore

_LOOK_EVERY = 0.02


class Desk:
    """Has requests done: by the process that holds the store, through the inbox, or at once where nobody does.

    Use it as a context manager. `members` are those of each queue. Nothing outside is asked from here: what plans ask
    for stands in the store until a worker does it. Raises StoreError.
    """

    def __init__(
        self,
        path: Path | str,
        command: str,
        members: Mapping[str, Sequence[str]] | None = None,
        patience: float = 10.0,
        clock: Clock | None = None,
    ) -> None:
        self.store = SqliteStore.open(path)
        self._command = command
        self._members = members
        self._patience = patience
        self._clock = clock or SystemClock()
        self._engine: Engine | None = None
        self._lock: Lock | None = None

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._lock is not None:
            self._lock.release()
        self.store.close()

    def deploy(self, program: Program, source: str = "") -> str:
        """Keep a program, for plans to be composed from. Gives its hash."""
        hash = content_hash(program)
        with self.store.transaction():
            self.store.add_program(hash, program, source)
        return hash

    def ask(self, request: Request) -> Reply:
        """Have one thing done, and give the reply. Raises StoreError where the holder does not reply (R0410): then the
        request stands in the inbox, and is done when it can be."""
        [reply] = self.ask_all([request])
        return reply

    def ask_all(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Have many things done; the replies come in their order."""
        remaining = iter(requests)
        while some := list(islice(remaining, GROUP)):
            yield from self._direct(some) if self._is_holder() else self._through_the_inbox(some)

    def _direct(self, requests: list[Request]) -> list[Reply]:
        assert self._engine is not None
        return self._engine.handle_all(requests)

    def _is_holder(self) -> bool:
        """Whether this process holds the store; it does so from when nobody else does."""
        if self._engine is None:
            try:
                self._lock = Lock.take(self.store, self._command, self._clock)
            except StoreHeld:
                return False
            self._engine = Engine(self.store, Nobody(), self._clock, self._members)
        return True

    def _through_the_inbox(self, requests: list[Request]) -> list[Reply]:
        with self.store.transaction():
            numbers = [self.store.put(request, self._clock.now()) for request in requests]
        end = time.monotonic() + self._patience
        replies: list[Reply] = []
        for number in numbers:
            while (reply := self.store.reply_to(number)) is None:
                if self._is_holder():  # the other has gone meanwhile
                    assert self._engine is not None
                    self._engine.take_inbox()
                elif time.monotonic() > end:
                    raise self._no_reply(len(requests) - len(replies))
                else:
                    time.sleep(_LOOK_EVERY)
            replies.append(reply)
        return replies

    def _no_reply(self, missing: int) -> StoreError:
        what = "1 request stands" if missing == 1 else f"{missing} requests stand"
        return StoreError(
            "R0410",
            f"{holder_of(self.store) or 'the process that holds the store'} did not reply within {self._patience:.0f}"
            f" seconds; {what} in the inbox of `{self.store.path}`",
            "it is done as soon as that process, or another worker, takes it",
        )
