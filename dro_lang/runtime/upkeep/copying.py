"""A backup: a store in a file of its own, as it is at one moment, while others go on writing."""

import os
from pathlib import Path

from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.sqlite.store import SqliteStore


def back_up(store: SqliteStore, target: Path) -> int:
    """Copy a store into a new file, which is there when the copy is whole, checked and on disk, or not at all. Gives
    its size in bytes. Raises StoreError; FileExistsError where something is there already."""
    if target.exists():
        raise FileExistsError(str(target))
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        store.copy_to(partial)
        _checked(partial)
        _synced(partial)
        os.rename(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    _synced(target.parent)
    return target.stat().st_size


def _checked(path: Path) -> None:
    copy = SqliteStore.open(path)
    try:
        for problem in copy.problems():
            raise StoreError(
                "R0405", f"the copy is damaged, and so is the store: {problem}", "run `drolang store check`"
            )
    finally:
        copy.close()


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
