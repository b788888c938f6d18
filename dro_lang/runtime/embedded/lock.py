"""Who carries out the plans of a store: one process at a time.

The lock is one of SQLite's own, on an empty file beside the store, so it works wherever SQLite does and ends with its
process, however that ends. Who holds it stands in the store.
"""

import os
import socket
import sqlite3
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from attrs import frozen

from dro_lang.runtime.embedded.clock import Clock
from dro_lang.runtime.embedded.errors import StoreError, StoreHeld
from dro_lang.runtime.embedded.sqlite.connection import MEMORY, Told, address
from dro_lang.runtime.embedded.sqlite.store import SqliteStore


@frozen
class Holder:
    """The process that holds a store."""

    pid: int
    host: str
    command: str
    since: datetime

    def __str__(self) -> str:
        return f"`{self.command}`, process {self.pid} on {self.host} since {self.since:%Y-%m-%d %H:%M:%S} UTC"


class Lock:
    """Held from `Lock.take` until `release`, or the end of the process."""

    def __init__(self, store: SqliteStore, connection: sqlite3.Connection | None) -> None:
        self._store = store
        self._connection = connection

    @classmethod
    def take(cls, store: SqliteStore, command: str, clock: Clock) -> "Lock":
        """Become the holder of a store. Raises StoreHeld where another process is, and StoreError."""
        connection = None if str(store.path) == MEMORY else _locked(store)
        lock = cls(store, connection)
        try:
            with store.transaction():
                store.set_holder(os.getpid(), socket.gethostname(), command, clock.now())
        except BaseException:
            lock._unlock()
            raise
        return lock

    def release(self) -> None:
        """Let others have the store. What they see is what was committed, be it that this fails."""
        with suppress(StoreError), self._store.transaction():
            self._store.clear_holder()
        self._unlock()

    def _unlock(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def holder_of(store: SqliteStore) -> Holder | None:
    """The process that holds a store, or held it when it died."""
    row = store.holder()
    return None if row is None else Holder(*row)


def lock_path(store: Path | str) -> Path:
    return Path(f"{store}.lock")


def _locked(store: SqliteStore) -> sqlite3.Connection:
    path = lock_path(store.path)
    with Told(path):
        connection = sqlite3.connect(address(path), timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            raise _held(store) from None
    return connection


def _held(store: SqliteStore) -> StoreHeld:
    holder = holder_of(store)
    who = "another process" if holder is None else str(holder)
    return StoreHeld("R0402", f"the store `{store.path}` is held by {who}", "end that process, or name another store")
