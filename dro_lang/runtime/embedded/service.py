"""All that carries plans out in one process, put together: the store and its lock, the outside as the configuration has
it, threads, an engine and a worker."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType

from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.embedded.clock import SystemClock
from dro_lang.runtime.embedded.dispatch import Ask, asked
from dro_lang.runtime.embedded.engine import GROUP, Engine
from dro_lang.runtime.embedded.lanes import Threads
from dro_lang.runtime.embedded.lock import Lock
from dro_lang.runtime.embedded.requests import Receipt, Submit
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.embedded.worker import Worker
from dro_lang.runtime.outside.configured import ConfiguredOutside, Resources, lanes_of


class Service:
    """Holds a store, and carries out its plans. Use it as a context manager; `command` is what the lock names.

    Raises StoreError, and StoreHeld where another process holds the store.
    """

    def __init__(self, path: Path | str, command: str, configuration: Configuration, create: bool = False) -> None:
        clock = SystemClock()
        self.store = SqliteStore.open(path, create)
        try:
            self._lock = Lock.take(self.store, command, clock)
        except BaseException:
            self.store.close()
            raise
        self.resources = Resources(configuration)
        self._outsides: dict[str, ConfiguredOutside] = {}
        dispatcher = Threads(self._outside, clock, lanes_of(configuration))
        self.engine = Engine(self.store, dispatcher, clock, configuration.queues, local=self._local)
        self.worker = Worker(self.engine)

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.resources.close()
        self._lock.release()
        self.store.close()

    def submit(self, requests: Iterable[Submit]) -> Iterator[Receipt]:
        """Submit records, however many, and carry plans out meanwhile; until the worker is told to stop."""
        remaining = iter(requests)
        while not self.worker.stopping and (some := list(islice(remaining, GROUP))):
            yield from self.engine.submit_all(some)
            self.worker.tend()

    def _local(self, ask: Ask) -> Succeeded | Failed | None:
        outside = self._outside(ask.program)
        return asked(outside, ask, self.engine.clock).answer if outside.is_local(ask.command) else None

    def _outside(self, program: str) -> ConfiguredOutside:
        if program not in self._outsides:
            self._outsides[program] = ConfiguredOutside(self.store.program(program), self.resources)
        return self._outsides[program]
