"""`drolang prove`: all that a plan promises, with verdicts."""

import json
import sys
from pathlib import Path

import click

from dro_lang.analysis.promises import Verdict, promises
from dro_lang.cli.output import Exit, Misuse, color_option, colored, emit, say
from dro_lang.cli.report.proof import document, lines
from dro_lang.cli.sources import plan_of
from dro_lang.cli.trees import checked
from dro_lang.diagnostics.render import text
from dro_lang.diagnostics.render.places import summary
from dro_lang.pipeline import program_to_prove


@click.command("prove", short_help="Prove what a plan promises, or refute it with records.")
@click.argument("file", type=click.Path(path_type=Path), metavar="PLAN")
@click.option("--plan", "name", metavar="NAME", help="Look at this plan of the file.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@color_option
def command(file: Path, name: str | None, format_: str, color: str) -> Exit:
    """Go through all that a plan promises: that no record gets two scenarios, that every record gets one, that waits
    can be met, that pauses end, that steps can run and service levels be kept. Each is proved, refuted with a record,
    or not proved.

    A record is shown as the first lines of a test. Exit code 1 says that something is refuted; what is not proved
    fails nothing.

    \b
    Examples:
      drolang prove plan.dro
      drolang prove plan.dro --plan Reminders --format json
    """
    if file.is_dir() or not file.exists():
        raise Misuse(f"`{file}` {'is a folder' if file.is_dir() else 'is not there'}: name a .dro file")
    (result,) = checked(file)
    program = program_to_prove(result)
    if program is None:
        say(text.render(result.diagnostics, colored(sys.stderr, color)) + summary(result.diagnostics))
        return Exit.PROBLEMS
    plan = plan_of(program, name)
    found = list(promises(program, plan))
    if format_ == "json":
        emit(json.dumps(document(program, plan, found), ensure_ascii=False, indent=2) + "\n")
    else:
        emit("".join(f"{line}\n" for line in lines(program, plan, found, colored(sys.stdout, color))))
    return Exit.PROBLEMS if any(each.verdict is Verdict.REFUTED for each in found) else Exit.OK
