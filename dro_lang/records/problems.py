"""What can be wrong with an input: a value, a record, or a whole file."""

from collections.abc import Mapping
from typing import Any, ClassVar

from attrs import frozen


@frozen
class Position:
    """Where a record stands: a line counted from 1 (CSV, NDJSON), or an index counted from 0 (JSON)."""

    file: str
    line: int | None = None
    index: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line is not None else f"{self.file}[{self.index}]"


@frozen
class Problem:
    """Why a record does not fit. `attribute` is None where the record as a whole is meant; an attribute of an element
    of a list is written `invoices[2].balance`, counted from 0."""

    attribute: str | None
    code: str
    reason: str


@frozen
class Found:
    """A record as it stands in a file: the data of an object, not yet looked at."""

    position: Position
    data: Mapping[str, Any]


@frozen
class Rejected:
    """A record that does not fit, with every problem that it has (at least one). `id` is None where it is not known."""

    position: Position
    id: str | None
    problems: tuple[Problem, ...]


class FileError(Exception):
    """A file as a whole cannot be used. `message` says what is wrong, `help` what to do.

    The one way in which reading records or writing rejects fails: a command shows both and exits with `exit_code`.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, help: str) -> None:
        super().__init__(f"{message}; {help}")
        self.message = message
        self.help = help


class InputError(FileError):
    """An input that cannot be read at all, or that says nothing about the records that the plan needs."""


class OutputError(FileError):
    """The rejects file cannot be written."""


_SHOWN = 60


def shown(raw: object) -> str:
    """A value as a message quotes it: short, on one line, every character printable."""
    if isinstance(raw, str):
        text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in raw[: _SHOWN + 1])
        return f"`{text}`" if len(raw) <= _SHOWN else f"`{text[:_SHOWN]}...`"
    if raw is None:
        return "`null`"
    if isinstance(raw, bool):
        return f"`{str(raw).lower()}`"
    if isinstance(raw, Mapping):
        return "an object"
    if isinstance(raw, list | tuple):
        return "a list"
    return f"`{raw}`" if not isinstance(raw, int) or raw.bit_length() <= 256 else "a huge number"
