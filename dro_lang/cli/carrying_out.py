"""What the commands that carry plans out share: the service, how it is stopped, and what it lacks."""

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from dro_lang.cli.configuration import tell
from dro_lang.cli.sources import distinct
from dro_lang.diagnostics.diagnostic import has_errors
from dro_lang.program.model import Program
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.embedded.worker import Worker
from dro_lang.runtime.outside.configured import Resources
from dro_lang.runtime.outside.examine import findings_of

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def lacks(configuration: Configuration, programs: list[Program], color: str) -> bool:
    """Whether the configuration lacks something that programs need of the outside; what that is has been told."""
    resources = Resources(configuration)
    try:
        found = distinct(findings_of(programs, resources))
    finally:
        resources.close()
    tell(found, color)
    return has_errors(found)


@contextmanager
def stopped_by_signals(worker: Worker) -> Iterator[None]:
    """SIGINT and SIGTERM stop a worker: it ends what it is at. The second one ends the process."""

    def stop(number: int, frame: FrameType | None) -> None:
        worker.stop()
        for each, handler in before.items():
            signal.signal(each, handler)

    before: dict[signal.Signals, Callable[[int, FrameType | None], Any] | int | None] = {
        each: signal.getsignal(each) for each in SIGNALS
    }
    for each in SIGNALS:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def log_to_stderr() -> None:
    """Show what a service has to tell while it runs, with the time, on standard error."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
