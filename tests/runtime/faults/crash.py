"""Crashes on purpose: at one moment of all those at which a process can die between two writes."""

from collections.abc import Iterator
from contextlib import contextmanager

from dro_lang.runtime.embedded.dispatch import Ask, Inline
from dro_lang.runtime.embedded.sqlite.store import SqliteStore


class Crash(BaseException):
    """The process is gone. No handler of errors may take it for one."""


class Fuse:
    """Counts the moments at which a process could die, and dies at the one that was asked for (None: at none)."""

    def __init__(self, burns_at: int | None = None) -> None:
        self.moments: list[str] = []
        self.burns_at = burns_at

    def __call__(self, moment: str) -> None:
        self.moments.append(moment)
        if len(self.moments) - 1 == self.burns_at:
            raise Crash(moment)


class FragileStore(SqliteStore):
    """A store whose process may die before a transaction is durable, and after."""

    fuse = Fuse()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with super().transaction():
            yield
            self.fuse("before a commit")
        self.fuse("after a commit")


class FragileInline(Inline):
    """A dispatcher whose process may die before it hands a command over, after, and when it has an answer."""

    fuse = Fuse()

    def dispatch(self, ask: Ask) -> bool:
        self.fuse("before a dispatch")
        taken = super().dispatch(ask)
        self.fuse("after a dispatch")
        return taken
