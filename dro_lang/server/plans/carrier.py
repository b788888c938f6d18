"""The thread that carries plans out while the server runs."""

import logging
import threading
from collections.abc import Iterable, Iterator

from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.requests import Reply, Request
from dro_lang.runtime.embedded.worker import Worker
from dro_lang.runtime.operations.performing import OfWorker

_LOG = logging.getLogger("drolang.server")


class Carrier:
    """Runs a worker in a thread from `start` to `stop`. Any thread may ask it."""

    def __init__(self, engine: Engine) -> None:
        self._worker = Worker(engine)
        self.clock = engine.clock
        self._asking = OfWorker(self._worker)
        self._thread = threading.Thread(target=self._run, name="drolang worker", daemon=True)
        self.failure: Exception | None = None
        """Why it has come to an end that nobody asked for."""

    @property
    def running(self) -> bool:
        return self._thread.is_alive() and self.failure is None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Come to an end, when what was asked of the outside is back or has had its time."""
        self._worker.stop()
        self._thread.join()

    def ask_all(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Have things done; the replies come in their order. Raises StoreError."""
        return self._asking.ask_all(requests)

    def ask(self, request: Request) -> Reply:
        """Have one thing done. Raises StoreError."""
        [reply] = self.ask_all([request])
        return reply

    def _run(self) -> None:
        try:
            self._worker.run()
        except Exception as failure:
            self.failure = failure
            _LOG.error("the worker has come to its end: %s", failure)
