"""`drolang graph`: the picture of a plan."""

from collections.abc import Callable
from pathlib import Path

import click

from dro_lang.cli.output import Exit, Misuse, color_option, deliver
from dro_lang.cli.sources import SOURCE_PATH, plan_of, program_of
from dro_lang.interop.graphs import Picture, dot, mermaid, picture_of, svg
from dro_lang.program.model import Plan

_WRITERS: dict[str, Callable[[Picture], str]] = {"mermaid": mermaid, "dot": dot, "svg": svg}
_SUFFIXES = {".svg": "svg", ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid"}


@click.command("graph", short_help="Draw a plan: its groups, steps and waits.")
@click.argument("file", type=SOURCE_PATH)
@click.option("--plan", "name", metavar="NAME", help="Draw this plan of the file.")
@click.option("--scenario", "scenarios", metavar="NAME", multiple=True, help="Draw what this scenario runs.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(_WRITERS)),
    help="How to write it; by default as the name of --out says, else mermaid.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file, whole or not at all.")
@color_option
def command(
    file: Path, name: str | None, scenarios: tuple[str, ...], format_: str | None, out: Path | None, color: str
) -> Exit:
    """Draw a plan of a .dro file: a lane for each group that it runs, steps by kind, and what waits for what.

    With --scenario, which may be given several times, only what those scenarios run together. A file with errors
    gives no picture: they are told on standard error, with exit code 1.

    \b
    Examples:
      drolang graph plan.dro
      drolang graph plan.dro --out plan.svg
      drolang graph plan.dro --scenario large --format dot | dot -Tpng > large.png
    """
    format_ = format_ or _format_of(out)
    program = program_of(file, color)
    if isinstance(program, Exit):
        return program
    plan = plan_of(program, name)
    picture = picture_of(program, plan, _known(plan, scenarios) or None)
    deliver(_WRITERS[format_](picture), out, file)
    return Exit.OK


def _format_of(out: Path | None) -> str:
    """The format that the name of a file says; Mermaid where it says none. Raises Misuse for another extension."""
    if out is None or not out.suffix:
        return "mermaid"
    if out.suffix.lower() not in _SUFFIXES:
        known = ", ".join(_SUFFIXES)
        raise Misuse(f"`{out}` is not the name of a picture that can be drawn ({known}): say which one with --format")
    return _SUFFIXES[out.suffix.lower()]


def _known(plan: Plan, scenarios: tuple[str, ...]) -> tuple[str, ...]:
    """The scenarios that are asked for. Raises Misuse for one that the plan does not have."""
    names = [scenario.name for scenario in plan.scenarios]
    for scenario in scenarios:
        if scenario not in names:
            there = ", ".join(f"`{each}`" for each in names)
            raise Misuse(f"plan `{plan.name}` has no scenario `{scenario}`" + (f"; it has {there}" if names else ""))
    return scenarios
