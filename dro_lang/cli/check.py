"""`drolang check`: every finding in files and folders."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from dro_lang.cli.output import Exit, Misuse, color_option, colored, emit, plural, say, whole_file
from dro_lang.cli.sources import SOURCE_PATH, STANDARD_INPUT, dro_files, found_in, standard_input
from dro_lang.diagnostics.diagnostic import Diagnostic, has_errors
from dro_lang.diagnostics.fixes import mend
from dro_lang.diagnostics.render import github, json, sarif, text
from dro_lang.diagnostics.render.places import summary
from dro_lang.pipeline import check_text
from dro_lang.source import Source

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@click.command("check", short_help="Find what is wrong in plans, before they run.")
@click.argument("paths", nargs=-1, required=True, type=SOURCE_PATH, metavar="PATH...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="How to tell findings.",
)
@click.option("--fix", is_flag=True, help="Apply the fixes that keep the meaning.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply every fix; look at what became of the meaning.")
@click.option("--strict", is_flag=True, help="Exit with 1 on warnings, too.")
@color_option
def command(paths: tuple[Path, ...], format_: str, fix: bool, unsafe_fixes: bool, strict: bool, color: str) -> Exit:
    """Find what is wrong in .dro files, and in those below folders, before they run.

    Findings go to standard output, their number to standard error. Exit code 1 says that there is an error. With `-`,
    what standard input says is checked as a file of this folder.

    \b
    Examples:
      drolang check plan.dro
      drolang check . --strict
      drolang check plan.dro --fix
      drolang check plan.dro --format sarif > findings.sarif
      drolang check - < plan.dro
    """
    if STANDARD_INPUT in paths and (len(paths) > 1 or fix or unsafe_fixes):
        raise Misuse("`-` stands alone, without fixes: give either standard input or files")
    files: Sequence[Path] = paths if STANDARD_INPUT in paths else dro_files(paths)
    if fix or unsafe_fixes:
        for path in files:
            _mend(path, unsafe_fixes)
    found = _found_in_standard_input() if STANDARD_INPUT in paths else found_in(*files)
    renderers: dict[str, Callable[[Sequence[Diagnostic]], str]] = {
        "text": partial(text.render, color=colored(sys.stdout, color)),
        "json": json.render,
        "sarif": sarif.render,
        "github": github.render,
    }
    emit(renderers[format_](found))
    say(f"{plural(len(files), 'file')} checked: {summary(found)}")
    return Exit.PROBLEMS if has_errors(found) or (strict and found) else Exit.OK


def _found_in_standard_input() -> list[Diagnostic]:
    source = standard_input()
    return [*check_text(source, Path(source.name)).diagnostics] if isinstance(source, Source) else [source]


def _mend(path: Path, unsafe: bool) -> None:
    """Apply fixes to a file in place; one that cannot be read is left to be found."""
    try:
        source = Source.read(path)
    except (OSError, UnicodeDecodeError):
        return
    mended = mend(source, lambda source: check_text(source, path).diagnostics, unsafe)
    if mended.applied:
        marked = path.read_bytes().startswith(_BYTE_ORDER_MARK)
        with whole_file(path) as file:
            file.write("\ufeff" * marked + mended.source.text)
        say(f"{path}: {plural(mended.applied, 'fix', 'fixes')} applied")
