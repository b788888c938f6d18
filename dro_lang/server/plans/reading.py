"""Readers of the store. Reading waits for nobody, and so many read at a time."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

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
        for _ in range(count):
            store = SqliteStore.open(path)
            self._free.put(Reader(store, Queries(store)))
        self._count = count

    @contextmanager
    def one(self) -> Iterator[Reader]:
        """A reader for as long as it is needed: short. May raise StoreError."""
        reader = self._free.get()
        try:
            yield reader
        finally:
            self._free.put(reader)

    def close(self) -> None:
        for _ in range(self._count):
            self._free.get().store.close()
