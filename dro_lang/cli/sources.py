"""The `.dro` files that a command is given, compiled; a file that cannot be read is a finding like any other."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from dro_lang.cli.output import Exit, Misuse, colored, say
from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.model import Plan, Program
from dro_lang.recall import Known, compiled, findings
from dro_lang.source import Source, Span

SUFFIX = ".dro"

STANDARD_INPUT = Path("-")

SOURCE_PATH = click.Path(readable=False, path_type=Path)
"""An argument that names a `.dro` file. What may not be read is let through, to be told as a finding."""


def dro_files(paths: Iterable[Path]) -> list[Path]:
    """The files that are named, and every `.dro` file below a folder that is; hidden folders are left out.

    Raises Misuse for a path that is not there, and for a folder without any such file; OSError for a folder that may
    not be looked into.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            below = sorted(_below(path))
            if not below:
                raise Misuse(f"there is no {SUFFIX} file in the folder `{path}`")
            found.update(dict.fromkeys(below))
        elif path.exists():
            found[path] = None
        else:
            raise Misuse(f"there is no file or folder `{path}`")
    return list(found)


def _below(folder: Path) -> Iterator[Path]:
    def stop(error: OSError) -> None:
        raise error

    for home, folders, files in os.walk(folder, onerror=stop):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(home, name) for name in files if name.endswith(SUFFIX))


def found_in(*paths: Path) -> list[Diagnostic]:
    """What there is to be found in files, each finding once; what has not changed since the last time is recalled."""
    texts = [(read(path), path) for path in paths]
    found = iter(findings([(source, path) for source, path in texts if isinstance(source, Source)]))
    return distinct(each for source, _ in texts for each in (next(found) if isinstance(source, Source) else (source,)))


def read(path: Path) -> Source | Diagnostic:
    """The text of a file, or why there is none."""
    try:
        return Source.read(path)
    except UnicodeDecodeError as error:
        return not_utf8(str(path), error)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        return _unreadable(Source(str(path), ""), 0, f"this file cannot be read: {why}", "check that you may read it")


def standard_input() -> Source | Diagnostic:
    """The text of standard input, or why there is none."""
    name = "<stdin>"
    try:
        return Source(name, sys.stdin.buffer.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return not_utf8(name, error)


def not_utf8(name: str, error: UnicodeDecodeError) -> Diagnostic:
    """The finding for a text that is not UTF-8, at the byte where that shows."""
    data: bytes = error.object
    source = Source(name, data.decode("utf-8", "replace"))
    at = len(data[: error.start].decode("utf-8"))
    what = f"this file is not UTF-8: byte {error.start + 1} is 0x{data[error.start]:02X}"
    return _unreadable(source, at, what, "save it as UTF-8")


def _unreadable(source: Source, at: int, message: str, help: str) -> Diagnostic:
    return diagnose("E0010", Span(source, at, min(at + 1, len(source.text))), message, help=help)


def distinct(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each finding once: a module that several files import is compiled with each of them."""

    def key(found: Diagnostic) -> tuple[object, ...]:
        span = found.span
        return os.path.realpath(span.source.name), span.start, span.end, found.code, found.message

    return list({key(diagnostic): diagnostic for diagnostic in reversed(list(diagnostics))}.values())[::-1]


def program_of(path: Path, color: str) -> Program | Exit:
    """The program of a file for a command that goes on with it; its findings are told on standard error.

    Gives the exit code where there is no program. Raises Misuse for a file that is not there.
    """
    program = known_of(path, color).program
    return Exit.PROBLEMS if program is None else program


def known_of(path: Path, color: str) -> Known:
    """What a file comes to, with its findings told on standard error; what has not changed since the last time is
    recalled. Raises Misuse for a file that is not there."""
    check_there(path)
    source = read(path)
    known = compiled(source, path) if isinstance(source, Source) else Known(None, (source,))
    tell(known.diagnostics, color)
    return known


def check_there(path: Path) -> None:
    """Raise Misuse for a file that is not there."""
    if path.is_dir() or not path.exists():
        what = "is a folder" if path.is_dir() else "is not there"
        raise Misuse(f"`{path}` {what}: name a {SUFFIX} file")


def tell(diagnostics: Sequence[Diagnostic], color: str) -> None:
    """Tell findings on standard error."""
    if diagnostics:
        # Most files have none.
        from dro_lang.diagnostics.render import text
        from dro_lang.diagnostics.render.places import summary

        say(text.render(diagnostics, colored(sys.stderr, color)) + summary(diagnostics))


def plan_of(program: Program, name: str | None) -> Plan:
    """The plan that is asked for, or the only one. Raises Misuse where that is none, or more than one."""
    names = ", ".join(f"`{each}`" for each in program.plans)
    if name is not None:
        if name not in program.plans:
            raise Misuse(f"there is no plan `{name}`" + (f"; there is {names}" if names else "; the file has none"))
        return program.plans[name]
    if not program.plans:
        raise Misuse(f"module `{program.module}` has no plan")
    if len(program.plans) > 1:
        raise Misuse(f"there are several plans: choose one of {names} with --plan")
    return next(iter(program.plans.values()))
