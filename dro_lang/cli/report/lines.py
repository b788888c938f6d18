"""Lines that come out whole, whatever interrupts."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, TextIO

from dro_lang.cli.output import Problem

_CHUNK = 64 * 2**10
_LATENCY = 0.2


class WholeLines:
    """Writes text to a stream in whole lines: an interrupt (Ctrl-C) that comes while some are written is held back
    until they are out. A second one is not.

    Lines are gathered for a fifth of a second or 64 KiB, unless the stream is a terminal. Use it as a context manager;
    leaving it writes what is left. Raises Problem where the stream takes no more, and BrokenPipeError where its reader
    has gone.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._at_once = stream.isatty()
        self._lines: list[str] = []
        self._size = 0
        self._written = time.monotonic()
        self._writing = self._held = False
        self._previous: Callable[[int, FrameType | None], Any] | int | None = None

    def write(self, lines: str) -> None:
        """One or more lines, with their ends."""
        self._lines.append(lines)
        self._size += len(lines)
        if self._at_once or self._size >= _CHUNK or time.monotonic() - self._written >= _LATENCY:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered."""
        text = "".join(self._lines)
        self._writing = True
        try:
            self._stream.write(text)
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Problem(f"cannot write to {self._name}: {error.strerror or error}") from None
        finally:
            self._lines, self._size = [], 0
            self._written = time.monotonic()
            self._writing = False
        if self._held:
            self._held = False
            raise KeyboardInterrupt

    def __enter__(self) -> "WholeLines":
        # Only the main thread may set handlers, and one that ignores interrupts is to go on doing so.
        in_main = threading.current_thread() is threading.main_thread()
        if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._previous = signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.flush()
        finally:
            if self._previous is not None:
                signal.signal(signal.SIGINT, self._previous)

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if self._writing and not self._held:
            self._held = True
        else:
            raise KeyboardInterrupt
