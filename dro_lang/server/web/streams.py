"""How many live streams are open, so that they do not take everything."""

from collections.abc import Iterator
from contextlib import contextmanager

from dro_lang.server.web.problems import Problem


class Streams:
    """Counts those that are open. Used by the one thread of the event loop."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.open = 0

    def check(self) -> None:
        """Raises Problem (503) where one more is too many."""
        if self.open >= self.limit:
            raise Problem(503, "S0503", f"{self.limit} live streams are open already", {"retry-after": "30"})

    @contextmanager
    def one(self) -> Iterator[None]:
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1
