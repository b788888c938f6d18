"""`drolang fmt`: files brought into the canonical form."""

import io
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

import click
from attrs import define

from dro_lang.cli.output import Exit, Misuse, color_option, colored, emit, plural, say, styled, whole_file
from dro_lang.cli.sources import SOURCE_PATH, STANDARD_INPUT, dro_files, read, standard_input
from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.diagnostics.render import text
from dro_lang.diagnostics.render.columns import harmless
from dro_lang.source import Source
from dro_lang.syntax.format import FormatterDefect, format_source

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@click.command("fmt", short_help="Bring files into the canonical form.")
@click.argument("paths", nargs=-1, required=True, type=SOURCE_PATH, metavar="PATH...")
@click.option("--check", is_flag=True, help="Write nothing; list the files that would change, and exit with 1 if any.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@color_option
def command(paths: tuple[Path, ...], check: bool, diff: bool, color: str) -> Exit:
    """Bring .dro files, and those below folders, into the canonical form; comments are kept.

    Files are rewritten in place, and only where something changes. With `-`, standard input is formatted to standard
    output. A file with syntax errors is left as it is, with exit code 1.

    \b
    Examples:
      drolang fmt plan.dro
      drolang fmt .
      drolang fmt . --check
      drolang fmt plan.dro --diff
      drolang fmt - < plan.dro
    """
    if STANDARD_INPUT in paths and len(paths) > 1:
        raise Misuse("`-` stands alone: give either standard input or files")
    run = _Run(check, diff, color)
    if paths == (STANDARD_INPUT,):
        run.standard_input()
        return run.exit
    files = dro_files(paths)
    for path in files:
        run.file(path)
    outcome = "would change" if check or diff else "formatted"
    say(f"{plural(len(files), 'file')} looked at: {run.changed} {outcome}" + (f", {run.left} left" if run.left else ""))
    return run.exit


@define
class _Run:
    """Goes through the files, and counts those that change and those that have to be left as they are."""

    check: bool
    diff: bool
    color: str
    changed: int = 0
    left: int = 0
    exit: Exit = Exit.OK

    def standard_input(self) -> None:
        source = standard_input()
        formatted = self.formatted(source)
        if isinstance(formatted, str) and isinstance(source, Source):
            self.tell(source, formatted)
            if not (self.check or self.diff):
                emit(formatted)

    def file(self, path: Path) -> None:
        source = read(path)
        formatted = self.formatted(source)
        if not isinstance(source, Source) or formatted is None or formatted == source.text:
            return
        self.tell(source, formatted)
        if self.check or self.diff:
            return
        try:
            mark = "\ufeff" * path.read_bytes().startswith(_BYTE_ORDER_MARK)
            with whole_file(path) as stream:
                stream.write(mark + formatted)
        except OSError as error:
            say(f"{path}: cannot be written: {(error.strerror or str(error)).lower()}")
            self.changed -= 1
            self.leave(Exit.PROBLEMS)

    def formatted(self, source: Source | Diagnostic) -> str | None:
        """The canonical form; where there is none, why has been told."""
        result = (source,) if isinstance(source, Diagnostic) else format_source(source)
        match result:
            case str():
                return result
            case FormatterDefect():
                assert isinstance(source, Source)
                say(
                    f"internal error: {source.name} is left as it is: {result.reason}; please report this with the file"
                )
                self.leave(Exit.INTERNAL)
            case _:
                say(text.render(result, colored(sys.stderr, self.color)).removesuffix("\n"))
                self.leave(Exit.PROBLEMS)
        return None

    def leave(self, why: Exit) -> None:
        self.left += 1
        self.exit = max(self.exit, why)

    def tell(self, source: Source, formatted: str) -> None:
        """Take note of a change, and show it as far as it is asked for."""
        if formatted == source.text:
            return
        self.changed += 1
        if self.check:
            self.exit = max(self.exit, Exit.PROBLEMS)
        if self.diff:
            emit("".join(_difference(source, formatted, colored(sys.stdout, self.color))))
        elif self.check:
            emit(f"{source.name}\n")


_COLORS = {"+": "green", "-": "red", "@": "cyan"}


def _difference(source: Source, formatted: str, color: bool) -> Iterator[str]:
    """A unified diff, lines with their ends."""
    old, new = _lines(source.text), _lines(formatted)
    for i, line in enumerate(unified_diff(old, new, source.name, f"{source.name} (formatted)")):
        content = line.removesuffix("\n")
        if color:
            style = {"bold": True} if i < 2 else {"fg": _COLORS[content[0]]} if content[0] in _COLORS else {}
            content = styled(harmless(content), True, **style)
        yield f"{content}\n"
        if not line.endswith("\n"):
            yield "\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    return list(io.StringIO(text, newline="\n"))
