"""`drolang test`: the tests and properties of plans."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import TextIO

import click

from dro_lang.cache import cache_directory
from dro_lang.cli.output import Exit, Misuse, color_option, colored, emit, plural, say, whole_file
from dro_lang.cli.report.progress import Progress
from dro_lang.cli.sources import distinct, dro_files
from dro_lang.cli.trees import checked
from dro_lang.diagnostics.render import text as findings_text
from dro_lang.pipeline import Checked
from dro_lang.testing.coverage.measure import Coverage, Measured
from dro_lang.testing.report import coverage as coverage_report
from dro_lang.testing.report import html, junit, text
from dro_lang.testing.report import json as json_report
from dro_lang.testing.results import FileResult, Totals
from dro_lang.testing.suggest.missing import suggestions
from dro_lang.testing.suite import Effort, run_file


@click.command("test", short_help="Run the tests and properties of plans.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("-k", "names", multiple=True, metavar="NAME", help="Only those whose name contains this text.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "junit", "json"]),
    default="text",
    show_default=True,
    help="How to tell results.",
)
@click.option("--coverage", "covering", is_flag=True, help="Tell which scenarios, steps and conditions no test shows.")
@click.option(
    "--coverage-html", "pages", type=click.Path(path_type=Path), metavar="DIR", help="Write coverage as pages there."
)
@click.option(
    "--min-coverage",
    "least",
    type=click.FloatRange(0, 100),
    metavar="N",
    help="Exit with 1 where coverage is below N percent.",
)
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=Effort().runs,
    show_default=True,
    metavar="N",
    help="How often a property is tried that is not proved.",
)
@click.option("--seed", type=int, default=Effort().seed, metavar="N", help="Try properties on other runs.")
@click.option("--suggest", "suggesting", is_flag=True, help="Print tests for what no test shows, to be added.")
@color_option
def command(
    paths: tuple[Path, ...],
    names: tuple[str, ...],
    format_: str,
    covering: bool,
    pages: Path | None,
    least: float | None,
    suggesting: bool,
    runs: int,
    seed: int,
    color: str,
) -> Exit:
    """Run the `test` and `property` blocks of .dro files, and of those below folders, on a virtual clock.

    Without PATH: of all files below the current folder. Results go to standard output. Exit code 1 says that a test or
    property failed, that a file has errors, or that coverage is below --min-coverage.

    \b
    Examples:
      drolang test
      drolang test plan.dro -k "large balance"
      drolang test . --format junit > results.xml
      drolang test . --coverage --min-coverage 40
      drolang test plan.dro --suggest >> plan.dro
    """
    if suggesting and (format_ != "text" or covering):
        raise Misuse("--suggest prints tests and nothing else: leave out --format and --coverage")
    measured: list[Measured] | None = [] if covering or pages or least is not None or suggesting else None
    # Suggested tests are to be added to a file: what else there is to say goes where a person sees it.
    stream = sys.stderr if suggesting else sys.stdout
    wanted = [name.casefold() for name in names]
    # What Hypothesis keeps for itself goes where other tables are kept, not into the folder at hand.
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str((cache_directory() or Path(gettempdir())) / "hypothesis"))
    results = []
    for result in _results(
        dro_files(paths or (Path(),)), wanted, measured, Effort(runs, seed, remember=True), format_, stream
    ):
        results.append(result)
        if format_ == "text" and result.ran:
            stream.write(text.file(result, colored(stream, color)))
    broken = distinct(finding for result in results for finding in result.findings)
    if broken:
        say(findings_text.render(broken, colored(sys.stderr, color)).rstrip("\n"))
    coverage = Coverage.of(measured) if measured is not None else None
    if format_ == "json":
        told = json_report.document(results)
        if coverage is not None:
            told["coverage"] = coverage_report.document(coverage)
        emit(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    elif format_ == "junit":
        emit(junit.render(results))
    _sum_up(results, names, stream if format_ == "text" else sys.stderr)
    enough = coverage is None or _tell_coverage(coverage, covering, format_, pages, least, color)
    if coverage is not None and measured is not None and suggesting:
        _suggest(measured, coverage)
    return Exit.OK if Totals.of(results).good and enough else Exit.PROBLEMS


def _results(
    files: Sequence[Path],
    names: Sequence[str],
    measured: list[Measured] | None,
    effort: Effort,
    format_: str,
    stream: TextIO,
) -> Iterator[FileResult]:
    """Run file after file."""
    # On a terminal the results themselves show how far it has come.
    progress = Progress(sys.stderr.isatty() and not (format_ == "text" and stream.isatty()), len(files), "files")
    try:
        for count, compiled in enumerate(checked(*files)):
            progress.at(count)
            result = _run(compiled, names, measured, effort)
            progress.clear()
            yield result
    finally:
        progress.clear()


def _run(compiled: Checked, names: Sequence[str], measured: list[Measured] | None, effort: Effort) -> FileResult:
    own = None
    if measured is not None and compiled.program is not None:
        own = Measured.of(compiled)
        measured.append(own)
    return run_file(compiled, lambda name: not names or any(part in name.casefold() for part in names), own, effort)


def _sum_up(results: Sequence[FileResult], names: tuple[str, ...], stream: TextIO) -> None:
    """Say how it went. Raises Misuse where -k names nothing that there is."""
    totals = Totals.of(results)
    where = plural(len(results), "file")
    if totals.tests + totals.properties or totals.broken:
        print(text.summary(totals), file=stream)
    elif names:
        raise Misuse(f"no test or property in {where} has a name with {' or '.join(f'`{name}`' for name in names)}")
    else:
        say(f"there are no tests in {where}")


def _tell_coverage(
    coverage: Coverage, covering: bool, format_: str, pages: Path | None, least: float | None, color: str
) -> bool:
    """Tell coverage in the ways that are wanted, and whether it is enough."""
    count = coverage.count()
    if covering and format_ == "text":
        emit(f"\n{coverage_report.text(coverage, colored(sys.stdout, color))}")
    elif covering:
        say(f"coverage: {count}")
    if pages is not None:
        _write(pages, coverage)
    enough = least is None or count.percent >= least
    if not enough:
        say(f"coverage is {count.percent:.2f} %, below {least:g} %")
    return enough


def _write(folder: Path, coverage: Coverage) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in html.pages(coverage).items():
        with whole_file(folder / name) as file:
            file.write(page)
    say(f"coverage is in {folder / 'index.html'}")


def _suggest(measured: Sequence[Measured], coverage: Coverage) -> None:
    """Print tests for what is missing, under the name of their file where there are several."""
    found = suggestions(measured, coverage)
    several = sum(bool(each.tests) for each in found) > 1
    blocks = []
    for each in found:
        blocks += [f"// {each.file}\n"] if several and each.tests else []
        blocks += [test.text for test in each.tests]
    # An empty line first, so that they can be added to the end of a file.
    emit("".join(f"\n{text}" for text in blocks))
    tests = sum(len(each.tests) for each in found)
    shown = sum(len(test.goals) for each in found for test in each.tests)
    left = len(coverage.missing) - shown
    say(f"{plural(tests, 'test')} suggested" + (f"; {left} of {len(coverage.missing)} gaps stay open" if left else ""))
