"""Callbacks, taken at an address of the worker's own and handed to it."""

from pathlib import Path
from threading import Lock

from dro_lang.kernel.commands import Key
from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.embedded.requests import Answer
from dro_lang.runtime.embedded.residents import Residents
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.embedded.worker import Worker
from dro_lang.runtime.outside.callbacks.expected import expected
from dro_lang.runtime.outside.callbacks.handler import Expected
from dro_lang.runtime.outside.callbacks.listener import Listener

PATIENCE = 30.0
"""Seconds after which the sender of a callback is told to try again: the plan may get it yet, and then refuses it."""


class Reception:
    """Takes callbacks for the plans of a store while its worker runs. Close it when that has come to its end.

    Raises OSError where the address cannot be taken, and StoreError.
    """

    def __init__(self, host: str, port: int, path: Path | str, configuration: Configuration, worker: Worker) -> None:
        self._worker = worker
        # A connection of its own, to read: that of the worker is used by the worker's thread.
        self._store = SqliteStore.open(path)
        self._reading = Lock()
        self._residents = Residents(self._store)
        try:
            self._listener = Listener(host, port, configuration, self._expect, self._deliver)
        except BaseException:
            self._store.close()
            raise

    @property
    def port(self) -> int:
        return self._listener.port

    def close(self) -> None:
        self._listener.close()
        with self._reading:
            self._store.close()

    def _expect(self, key: Key) -> Expected | None:
        with self._reading:
            try:
                loaded = self._residents.load(key.plan)
            except KeyError:
                return None
            kernel = self._residents.kernel_of(loaded.header)
        return expected(kernel, loaded.state, key)

    def _deliver(self, key: Key, event: Succeeded | Failed) -> str | None:
        reply = self._worker.deliver(key, event).result(PATIENCE)
        assert isinstance(reply, Answer)  # an event is answered so
        return reply.refusal
