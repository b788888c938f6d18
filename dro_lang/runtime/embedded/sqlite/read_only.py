"""A store that may be read and not be written: its file, its folder or its disk is read-only."""

import os
import sqlite3
from pathlib import Path

from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.sqlite.connection import BUSY_SECONDS, Told, connect, no_store, other_version, value
from dro_lang.runtime.embedded.sqlite.migration import can_migrate
from dro_lang.runtime.embedded.sqlite.schema import APPLICATION, VERSION


def connect_to_read(path: Path | str) -> sqlite3.Connection:
    """Open a store that is there, whether it can be written or not. Raises StoreError."""
    try:
        return connect(path, create=False)
    except StoreError as error:
        if error.code != "R0407":
            raise
    file = Path(path)
    with Told(path):
        try:
            return _checked(_open(file, "mode=ro"), file)
        except sqlite3.OperationalError:
            # SQLite keeps files of its own beside a store while it is used. Where they are not there and cannot be made
            # it reads nothing, unless it is told that nobody writes to the store. Then it reads that file alone.
            _require_whole(file)
        return _checked(_open(file, "mode=ro&immutable=1", _Unguarded), file)


class _Unguarded(sqlite3.Connection):
    """Reads a file without the locks that keep others from changing it meanwhile: looks at the end whether they did."""

    file: Path
    before: tuple[int, int, int]

    def close(self) -> None:
        super().close()
        if _stamp(self.file) != self.before:
            what = f"the store `{self.file}` was changed while it was read: what was told may be wrong"
            raise StoreError("R0411", what, "ask again")


def _open(file: Path, how: str, kind: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    before = _stamp(file)
    address = f"{file.absolute().as_uri()}?{how}"
    connection = sqlite3.connect(
        address, BUSY_SECONDS, isolation_level=None, check_same_thread=False, factory=kind, uri=True
    )
    if isinstance(connection, _Unguarded):
        connection.file, connection.before = file, before
    return connection


def _stamp(file: Path) -> tuple[int, int, int]:
    status = os.stat(file)
    return status.st_ino, status.st_size, status.st_mtime_ns


def _require_whole(file: Path) -> None:
    """Raise StoreError where the file alone is not all that was committed."""
    for beside in (Path(f"{file}-wal"), Path(f"{file}-journal")):
        if beside.exists() and beside.stat().st_size:
            raise StoreError(
                "R0407",
                f"the store `{file}` is read-only, and its last changes stand in `{beside}`, from where they cannot be"
                " read so",
                "copy both to a folder that you may write to, and read them there",
            )


def _checked(connection: sqlite3.Connection, file: Path) -> sqlite3.Connection:
    """The connection, where it is to a store in the form of this version. Raises StoreError, sqlite3.Error."""
    try:
        version = value(connection, "user_version")
        if value(connection, "application_id") != APPLICATION:
            raise no_store(file)
        if can_migrate(version):
            what = f"`{file}` is a store in version {version} of the form, and read-only"
            raise StoreError("R0404", what, "copy it to a folder that you may write to, and open it there")
        if version != VERSION:
            raise other_version(file, version)
    except BaseException:
        # Not by way of `close` above: nothing was told yet.
        sqlite3.Connection.close(connection)
        raise
    return connection
