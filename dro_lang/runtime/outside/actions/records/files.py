"""Changing a file so that it is, at every moment, either the old one or the new one."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from dro_lang.runtime.outside.actions.records.store import RECORD_FAILED
from dro_lang.runtime.outside.failures import Failure

_lock = Lock()
"""One change at a time: each reads the whole file and writes it anew."""


def change(path: Path, changed: Callable[[str], str | Failure]) -> Failure | None:
    """Put what `changed` makes of a file's text in its place, on the disk before this is over."""
    with _lock:
        text = content(path)
        if isinstance(text, Failure):
            return text
        new = changed(text)
        if isinstance(new, Failure):
            return new
        try:
            _replace(path.resolve(), new)
        except OSError as error:
            return Failure(RECORD_FAILED, f"`{path}` cannot be written: {error.strerror}")
    return None


def content(path: Path) -> str | Failure:
    """The text of a file, with its line ends as they are."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return Failure(RECORD_FAILED, f"`{path}` is not UTF-8")
    except OSError as error:
        return Failure(RECORD_FAILED, f"`{path}` cannot be read: {error.strerror}")


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, path.stat().st_mode & 0o7777)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
