"""What is kept between runs: JSON in the user's cache directory, so that reading it runs no code.

A file or directory that anybody else could have written is not read. Whatever goes wrong, what was kept is made anew:
the cache saves time and does nothing else.
"""

import json
import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

CACHE = "DROLANG_CACHE"


def cache_directory() -> Path | None:
    """The directory that `DROLANG_CACHE` names, if it does; else drolang's below the user's cache directory, by the
    custom of the platform. None where there is none, or `DROLANG_CACHE` is `off`."""
    named = os.environ.get(CACHE)
    if named:
        return None if named == "off" else Path(named).absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    else:
        base = os.environ.get("XDG_CACHE_HOME")
    if base and os.path.isabs(base):
        return Path(base) / "drolang"
    with suppress(RuntimeError):
        home = Path.home()
        return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "drolang"
    return None


def read_json(directory: Path, name: str) -> Any:
    """What a file holds, if it is there and only this user could have written it; else None."""
    try:
        if not _is_ours(directory.lstat()):
            return None
        with (directory / name).open(encoding="utf-8") as file:
            return json.load(file) if _is_ours(os.fstat(file.fileno())) else None
    except (OSError, ValueError, RecursionError):
        return None


def write_json(directory: Path, name: str, document: Any) -> None:
    """Write a file as a whole, so that nobody ever reads half of it; nothing happens where that is not possible."""
    with suppress(OSError):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=directory)
        try:
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(document, file, default=sorted)
            os.replace(unfinished, directory / name)
        except BaseException:
            os.unlink(unfinished)
            raise


def _is_ours(status: os.stat_result) -> bool:
    if sys.platform == "win32":  # the cache directory is inside the user's profile, which Windows protects
        return True
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
