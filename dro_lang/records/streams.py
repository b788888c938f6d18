"""Bytes in: opening an input, what it begins with, and its lines, each of bounded length."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from dro_lang.records.problems import InputError, Problem
from dro_lang.records.tables.address import Source, Table

STANDARD_INPUT = "-"
LONGEST_RECORD = 16 * 2**20
"""Bytes of one record; a longer one is rejected without being held in memory."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CHUNK = 64 * 2**10
_CONVERT = "convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW"
_NO_TEXT = (
    (b"\xff\xfe", "it is UTF-16 or UTF-32", _CONVERT),
    (b"\xfe\xff", "it is UTF-16", _CONVERT),
    (b"\x1f\x8b", "it is compressed", "unpack it: gunzip -c OLD > NEW"),
    (b"SQLite format 3\0", "it is a database of SQLite", "name a table of it: sqlite:FILE?table=NAME"),
    (b"PK\x03\x04", "it is a workbook or an archive", "save its table as CSV in UTF-8"),
)


def name_of(path: Source) -> str:
    """What messages and positions call an input."""
    return "standard input" if path == STANDARD_INPUT else str(path)


def files_of(path: Source) -> tuple[Path, ...]:
    """The files in which an input stands."""
    if isinstance(path, Table):
        return path.files
    return () if path == STANDARD_INPUT else (Path(path),)


def check_readable(path: Source) -> None:
    """Raise InputError where a file is missing, a directory, or closed to us, or a table is not named."""
    if path == STANDARD_INPUT:
        return
    if isinstance(path, Table):
        path.check()
        if path.file is None:
            return
        path = path.file
    try:
        os.stat(path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    if os.path.isdir(path):
        raise InputError(f"`{path}` is a directory", "name the files in it")
    if not os.access(path, os.R_OK):
        raise InputError(f"`{path}` cannot be read: permission denied", "ask for the right to read it")


def _unreadable(path: Path | str, error: Exception) -> InputError:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return InputError(f"`{name_of(path)}` cannot be read: {why[:1].lower()}{why[1:]}", "check the path")


@contextmanager
def opened(path: Path | str) -> Iterator[tuple[bytes, BinaryIO]]:
    """The beginning of an input (a first line that is not blank, or 64 KiB), and a stream of all of it.

    A byte order mark is dropped. Raises InputError where the input cannot be read, then or later, or is no UTF-8 text.
    """
    try:
        if path == STANDARD_INPUT:
            # Python has no standard input at all where the caller has closed it.
            if sys.stdin is None:
                raise InputError("standard input is closed", "name a file, or pipe records in")
            yield _begun(path, sys.stdin.buffer)
        else:
            with open(path, "rb") as stream:
                yield _begun(path, stream)
    except OSError as error:
        raise _unreadable(path, error) from None


def _begun(path: Path | str, stream: io.BufferedIOBase | BinaryIO) -> tuple[bytes, BinaryIO]:
    head = b""
    while len(head) < _CHUNK and b"\n" not in head.removeprefix(BYTE_ORDER_MARK).lstrip():
        chunk = stream.read1(_CHUNK)  # type: ignore[union-attr]
        if not chunk:
            break
        head += chunk
    for mark, what, help in _NO_TEXT:
        if head.startswith(mark):
            raise InputError(f"`{name_of(path)}` is not UTF-8 text: {what}", help)
    if b"\0" in head[:4]:
        raise InputError(f"`{name_of(path)}` is not UTF-8 text: it begins with NUL bytes, as UTF-16 does", _CONVERT)
    head = head.removeprefix(BYTE_ORDER_MARK)
    return head, io.BufferedReader(_Rejoined(head, stream))


class _Rejoined(io.RawIOBase):
    """What has been read of a stream already, and then the rest of it: a pipe cannot be wound back."""

    def __init__(self, head: bytes, rest: io.BufferedIOBase | BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._head[: len(buffer)] or self._rest.read1(len(buffer))  # type: ignore[union-attr]
        self._head = self._head[len(data) :]
        buffer[: len(data)] = data
        return len(data)


@frozen
class Line:
    """A line with its end, its number from 1, and what makes it unfit to be part of a record."""

    number: int
    text: str
    problem: Problem | None


def lines(stream: BinaryIO, first: int = 1) -> Iterator[Line]:
    """The lines of a stream, in constant memory; `first` is the number of its first one."""
    number = first - 1
    while data := stream.readline(LONGEST_RECORD):
        number += 1
        if len(data) == LONGEST_RECORD and not data.endswith(b"\n"):
            while data and not data.endswith(b"\n"):
                data = stream.readline(_CHUNK)
            yield Line(number, "", too_long())
        else:
            text = data.decode("utf-8", "surrogateescape")
            yield Line(number, text, problem_of(text))


def chunks(stream: BinaryIO) -> Iterator[str]:
    """The text of a stream, in pieces. Bytes that are not UTF-8 become escapes, which `problem_of` finds."""
    with io.TextIOWrapper(stream, "utf-8", "surrogateescape", newline="") as text:
        while chunk := text.read(_CHUNK):
            yield chunk


def too_long() -> Problem:
    return Problem(None, "R0101", f"the record is longer than {LONGEST_RECORD // 2**20} MiB")


def problem_of(text: str) -> Problem | None:
    """What no text of a record may hold: bytes that are not UTF-8, or NUL."""
    if "\0" in text:
        at = len(text[: text.index("\0")].encode("utf-8", "surrogateescape"))
        return Problem(None, "R0101", f"byte {at + 1} is NUL, which no text has")
    if text.isascii():
        return None
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        at = len(text[: error.start].encode("utf-8", "surrogateescape"))
        value = ord(text[error.start]) - 0xDC00
        return Problem(None, "R0110", f"byte {at + 1}, 0x{value:02X}, is not UTF-8")
    return None
