"""Readers of the store. Reading waits for nobody, and so many read at a time."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from dro_lang.runtime.embedded.residents import Kernels
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.operations.queries import Queries


@frozen
class Reader:
    """A connection to the store, and what can be asked of it. Used by one thread at a time."""

    store: SqliteStore
    queries: Queries


class Readers:
    """Hands out readers to threads. Raises StoreError for what is no store."""

    def __init__(self, path: Path, count: int = 8) -> None:
        self._free: queue.LifoQueue[Reader] = queue.LifoQueue()
        self._first, self._kernels = SqliteStore.open(path), Kernels()
        for store in (self._first, *(self._first.another() for _ in range(count - 1))):
            self._free.put(Reader(store, Queries(store, self._kernels)))
        self._count = count

    def warm_up(self) -> None:
        """Read the programs of the plans that run, so that nobody who asks for one first has to wait for that. May
        raise StoreError."""
        with self.one() as reader:
            for program, plan in sorted({(program, plan) for program, plan, _ in reader.store.tally_plans()}):
                reader.queries.kernel_of(program, plan)

    @contextmanager
    def one(self) -> Iterator[Reader]:
        """A reader for as long as it is needed: short. May raise StoreError."""
        reader = self._free.get()
        try:
            yield reader
        finally:
            self._free.put(reader)

    @contextmanager
    def for_long(self) -> Iterator[Reader]:
        """A reader of one's own, for what goes on for as long as somebody waits for it: nobody else has to wait for
        this one. May raise StoreError."""
        store = self._first.another()
        try:
            yield Reader(store, Queries(store, self._kernels))
        finally:
            store.close()

    def close(self) -> None:
        for _ in range(self._count):
            self._free.get().store.close()
