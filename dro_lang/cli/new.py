"""`drolang new`: a folder to start from."""

import re
from pathlib import Path

import click

from dro_lang.cli.output import Exit, Misuse, say

_SCAFFOLD = Path(__file__).parent / "scaffold"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


@click.command("new", short_help="Make a folder with a plan, records and a test.")
@click.argument("name")
def command(name: str) -> Exit:
    """Make the folder NAME with a plan that runs at once, records to try it with, a test and a README.

    Nothing that is there is overwritten.

    \b
    Examples:
      drolang new reminders
      cd reminders
      drolang check plan.dro
      drolang test plan.dro
      drolang run plan.dro --records records.ndjson --today 2026-12-01
    """
    if not _NAME.fullmatch(name):
        raise Misuse(f"`{name}` cannot be the name of a folder here: use letters, digits, `-` and `_`, a letter first")
    folder = Path(name)
    try:
        folder.mkdir()
    except FileExistsError:
        raise Misuse(f"`{name}` is there already, and is left as it is: choose another name") from None
    for template in sorted(path for path in _SCAFFOLD.rglob("*") if path.is_file()):
        made = folder / template.relative_to(_SCAFFOLD)
        made.parent.mkdir(exist_ok=True)
        made.write_text(template.read_text(encoding="utf-8").replace("{name}", name), encoding="utf-8", newline="\n")
    say(f"made the folder {name}; try it:\n")
    say(f"  cd {name}\n  drolang check plan.dro\n  drolang test plan.dro")
    say("  drolang run plan.dro --records records.ndjson --today 2026-12-01 --until 2026-12-21")
    return Exit.OK
