"""What commands share: exit codes, errors for people, colour, and files that are written whole or not at all.

Data goes to standard output, everything said about it to standard error.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import IO, Any, TextIO, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class Exit(IntEnum):
    """What a command's exit code means. The last two are 128 and the signal, as shells say it."""

    OK = 0
    PROBLEMS = 1
    """Findings, failed tests, rejected records, or something outside that did not work, such as a full disk."""
    USAGE = 2
    """The command line is wrong: an unknown option, a file that is not there."""
    INTERNAL = 3
    """A defect of drolang."""
    INTERRUPTED = 130
    CLOSED_PIPE = 141


class Problem(click.ClickException):
    """Something outside does not work: one line for a person, exit code 1."""

    exit_code = Exit.PROBLEMS

    def show(self, file: IO[Any] | None = None) -> None:
        say(f"{styled('error', colored(sys.stderr), fg='red', bold=True)}: {self.message}", file)


class Misuse(Problem):
    """The command line asks for something that cannot be: one line for a person, exit code 2."""

    exit_code = Exit.USAGE


def say(text: str, file: IO[Any] | None = None) -> None:
    """A line to standard error."""
    print(text, file=file or sys.stderr, flush=True)


def emit(text: str) -> None:
    """Data, with its line ends, to standard output."""
    sys.stdout.write(text)


def emit_objects(objects: Sequence[Mapping[str, Any]], format_: str) -> None:
    """Objects to standard output: as an array (`json`), or a line each (`ndjson`)."""
    if format_ == "json":
        emit(json.dumps(objects, ensure_ascii=False, indent=2) + "\n")
    else:
        emit("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects))


def color_option(command: F) -> F:
    """`--color auto|always|never`, given to the command as `color`."""
    option = click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        show_default=True,
        help="Colour the output; auto does so on a terminal. NO_COLOR and FORCE_COLOR are honoured.",
    )
    return option(command)


def format_option(command: F) -> F:
    """`--format table|json|ndjson`, given to the command as `format_`."""
    option = click.option(
        "--format",
        "format_",
        type=click.Choice(["table", "json", "ndjson"]),
        default="table",
        show_default=True,
        help="A table for people, or an object for each line.",
    )
    return option(command)


def colored(stream: TextIO, color: str = "auto", environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to colour what goes to a stream. The option wins over NO_COLOR, that over FORCE_COLOR, that over whether
    it is a terminal (https://no-color.org, https://force-color.org)."""
    if color != "auto":
        return color == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def styled(text: str, color: bool, **style: Any) -> str:
    """The text in a style of `click.style` where colour is wanted, else as it is."""
    return click.style(text, **style) if color else text


def plural(count: int, noun: str, many: str | None = None) -> str:
    """A count with its noun: `1 record`, `2,000 records`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths name one file, be it there yet or not."""
    return one.resolve() == other.resolve()


def deliver(text: str, out: Path | None, plan: Path) -> None:
    """What a command made of a plan, to standard output or to the file that `--out` names.

    Raises Misuse where that is the plan itself, and OSError.
    """
    if out is None:
        emit(text)
        return
    if same_file(out, plan):
        raise Misuse(f"`{out}` is the plan itself, and would be overwritten")
    with whole_file(out) as stream:
        stream.write(text)
    say(f"wrote {out}")


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Write a text file that appears whole, or not at all where the block raises; an old one keeps its permissions.

    What is no ordinary file (`/dev/stdout`, a pipe) is written to as it is. Raises OSError.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        with target.open("w", encoding="utf-8", newline="") as stream:
            yield stream
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        error.filename = str(path)  # not that of the draft
        raise
    try:
        with open(handle, "w", encoding="utf-8", newline="") as stream:
            yield stream
        os.chmod(name, target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    # There is no way to read it but to set it.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
