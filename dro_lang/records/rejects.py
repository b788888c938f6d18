"""The rejects file: what does not fit and why, in NDJSON, one line a problem."""

import json
import os
from contextlib import suppress
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any

from dro_lang.records.load import Inputs
from dro_lang.records.problems import OutputError, Position, Problem, Rejected
from dro_lang.records.streams import files_of


class RejectsFile:
    """Writes rejected records to a file, which is made with the first of them.

    A rejects file of an earlier run is removed, so that what stands there is always of this one. Each line is written
    as a whole and at once: an interrupt leaves whole lines. Use it as a context manager. Raises OutputError where the
    file cannot be written, or where something else than a rejects file stands in its place.
    """

    def __init__(self, path: Path | str, inputs: Inputs) -> None:
        self._path = Path(path)
        self._file: FileIO | None = None
        if any(self._is(file) for source in inputs.paths for file in files_of(source)):
            raise OutputError(f"`{path}` is an input, and would be overwritten", "name another file for rejects")
        try:
            self._remove_earlier()
        except OSError as error:
            raise self._failed(error) from None

    def write(self, rejected: Rejected) -> None:
        for problem in rejected.problems:
            self._append(line_of(rejected.position, rejected.id, problem))

    def __enter__(self) -> "RejectsFile":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def _is(self, source: Path) -> bool:
        try:
            return os.path.samefile(self._path, source)
        except OSError:
            return False

    def _remove_earlier(self) -> None:
        if not self._path.is_file():
            return
        with open(self._path, "rb") as file:
            first = file.readline(64 * 2**10)
        if first and not first.startswith(_BEGINNING):
            raise OutputError(
                f"`{self._path}` exists and is no rejects file", "name another file, or move that one away"
            )
        self._path.unlink()

    def _append(self, line: bytes) -> None:
        try:
            if self._file is None:
                self._file = FileIO(self._path, "ab")
            start = self._file.tell()
            try:
                while line:
                    line = line[self._file.write(line) :]
            except OSError:
                with suppress(OSError):  # a device has no length to cut; the first error is the one to tell
                    self._file.truncate(start)
                raise
        except OSError as error:
            raise self._failed(error) from None

    def _failed(self, error: OSError) -> OutputError:
        why = (error.strerror or str(error)).lower()
        return OutputError(f"rejects cannot be written to `{self._path}`: {why}", "give room, or name another file")


_BEGINNING = b'{"position": {"file": '


def line_of(position: Position, id: str | None, problem: Problem) -> bytes:
    """A line of the rejects file, with its end."""
    place: dict[str, Any] = {"file": position.file}
    place |= {"line": position.line} if position.line is not None else {"index": position.index}
    data = {
        "position": place,
        "id": id,
        "attribute": problem.attribute,
        "code": problem.code,
        "reason": problem.reason,
    }
    # The name of a file may hold bytes that are no UTF-8; JSON can say them as escapes.
    return (json.dumps(data, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
