"""An SQLite file that is a store: opened, checked, and its errors told in words."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.sqlite.migration import can_migrate, is_held, migrate
from dro_lang.runtime.embedded.sqlite.schema import APPLICATION, SCHEMA, VERSION

MEMORY = ":memory:"
BUSY_SECONDS = 10.0


def connect(path: Path | str, create: bool) -> sqlite3.Connection:
    """Open a store, and make it where it is not there. Raises StoreError.

    A commit is on disk when it returns (WAL, `synchronous=FULL`). The connection may be used by any thread, by one at a
    time.
    """
    if str(path) != MEMORY:
        _require_file(Path(path), create)
    with Told(path):
        connection = sqlite3.connect(address(path), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def address(path: Path | str) -> str:
    """A path as SQLite takes it for one: `file:plans.db` would be an address with options."""
    return MEMORY if str(path) == MEMORY else str(Path(path).absolute())


def _require_file(path: Path, create: bool) -> None:
    if path.is_dir():
        raise StoreError("R0403", f"`{path}` is a folder, and no store", "name a file in it")
    if not create and not path.exists():
        raise StoreError("R0401", f"there is no store `{path}`", "name the file that `drolang run --store` made")
    if create and not path.parent.is_dir():
        what = f"the store `{path}` cannot be made: there is no folder `{path.parent}`"
        raise StoreError("R0407", what, "make the folder, or name another one")


def _prepare(connection: sqlite3.Connection, path: Path | str) -> None:
    application, version = value(connection, "application_id"), value(connection, "user_version")
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if application != APPLICATION and not (empty and application == version == 0):
        raise no_store(path)
    outdated = application == APPLICATION and can_migrate(version)
    if outdated and is_held(path):
        what = f"`{path}` is a store in version {version} of the form, and a process that knows no other holds it"
        raise StoreError("R0404", what, "end that process: then the store is brought into the form of this version")
    if application == APPLICATION and version != VERSION and not outdated:
        raise other_version(path, version)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA cache_size = -32768")
    if empty:
        _create(connection)
    elif outdated:
        migrate(connection)


def no_store(path: Path | str) -> StoreError:
    """What is said of the database of another program."""
    what = f"`{path}` is a database, but no store of drolang"
    return StoreError("R0403", what, "name another file: this one is left as it is")


def other_version(path: Path | str, version: int) -> StoreError:
    """What is said of a form that this version does not know."""
    newer = version > VERSION
    help = "use the version of drolang that made it, or a later one" if newer else "export it with that version"
    return StoreError("R0404", f"`{path}` is a store in version {version} of the form, not {VERSION}", help)


def _create(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    # Another process may have been first.
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
        for statement in SCHEMA.values():
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def value(connection: sqlite3.Connection, pragma: str) -> int:
    """A number that SQLite says of its file."""
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path | str) -> Iterator[None]:
    """What is written inside is on disk when it ends, or undone where it raises."""
    with Told(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            # After some errors SQLite has undone it by itself.
            if connection.in_transaction:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            raise


class Told:
    """Tells the errors of SQLite as those of a store. A class, as each of many queries is made in one, and a generator
    would take as long as some of them."""

    __slots__ = ("_path",)

    def __init__(self, path: Path | str) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, sqlite3.Error):
            story = _story(error, self._path)
            if story is not None:
                raise story from error


def _story(error: sqlite3.Error, path: Path | str) -> StoreError | None:
    """What an error means for whoever runs plans; None for a defect of ours."""
    # The codes of the low byte are the primary ones (https://www.sqlite.org/rescode.html).
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    match code:
        case sqlite3.SQLITE_NOTADB:
            return StoreError("R0403", f"`{path}` is no database", "name another file: this one is left as it is")
        case sqlite3.SQLITE_CORRUPT:
            return StoreError(
                "R0405", f"the store `{path}` is damaged: {error}", "restore a backup; `drolang store check` says more"
            )
        case sqlite3.SQLITE_FULL:
            return StoreError(
                "R0406",
                f"the store `{path}` cannot grow: the disk is full",
                "give room, and start again: nothing is lost",
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_CANTOPEN:
            # SQLite cannot open the files that it keeps beside the store, or the store itself.
            readable = os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids)
            what = "is read-only" if readable else f"cannot be opened: {error}"
            return StoreError("R0407", f"the store `{path}` {what}", "check that you may write to it and to its folder")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreError(
                "R0408",
                f"the store `{path}` was locked by another program for {BUSY_SECONDS:.0f} seconds",
                "end the program that holds a transaction open in it, and try again",
            )
        case sqlite3.SQLITE_IOERR:
            return StoreError(
                "R0409",
                f"the store `{path}` cannot be read or written: {error}",
                "check the disk, and whether it is full",
            )
        case _:
            return None
