"""`drolang config`: whether the configuration is right, and has what plans need."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from dro_lang.cli.configuration import configuration_options, configuration_path
from dro_lang.cli.output import Exit, Misuse, color_option, colored, emit, plural, say
from dro_lang.cli.sources import SOURCE_PATH, distinct, dro_files
from dro_lang.cli.trees import checked
from dro_lang.diagnostics.diagnostic import Diagnostic, has_errors
from dro_lang.diagnostics.render import json, text
from dro_lang.diagnostics.render.places import summary
from dro_lang.loader import SETTINGS
from dro_lang.program.model import Program
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.configuration.read import environments_of, load
from dro_lang.runtime.outside.configured import Resources
from dro_lang.runtime.outside.examine import findings_of, missing_libraries


@click.group("config", short_help="Check the configuration, and that it has what plans need.")
def command() -> None:
    """Check the configuration, drolang.toml: endpoints, credentials, mail, members of queues.

    \b
    Examples:
      drolang config check
      drolang config check plan.dro
      drolang config check plan.dro --format json
    """


@command.command("check", short_help="Find what is wrong in the configuration, before a worker does.")
@click.argument("plans", nargs=-1, type=SOURCE_PATH, metavar="[PLAN]...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to tell findings.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 on warnings, too.")
@configuration_options
@color_option
def check(
    plans: tuple[Path, ...], format_: str, strict: bool, config: Path | None, env: str | None, color: str
) -> Exit:
    """Find what is wrong in the configuration; with plans, also what they need of it and it does not have: actions,
    endpoints, templates, members of queues.

    Without --env every environment is looked at, beginning with what is common to all; secrets are looked up only for
    the one that is asked for.

    \b
    Examples:
      drolang config check
      drolang config check plan.dro
      drolang config check plan.dro --format json
    """
    path = configuration_path(config, Path.cwd())
    if path is None:
        raise Misuse(f"there is no {SETTINGS} in this folder or above it; name the file with --config")
    programs = _programs(plans)
    all_found: list[Diagnostic] = []
    names: Sequence[str | None] = (None, *environments_of(path)) if env is None else (env,)
    for name in names:
        loaded = load(path, name)
        if isinstance(loaded, Configuration):
            all_found += _examined(path, loaded, programs, secrets=name == env)
        else:
            all_found += loaded
    found = distinct(all_found)
    render: Callable[[Sequence[Diagnostic]], str] = (
        json.render if format_ == "json" else partial(text.render, color=colored(sys.stdout, color))
    )
    emit(render(found))
    looked = f"{plural(len(names), 'environment')}, {plural(len(programs), 'plan file')}"
    say(f"{path}: {looked}: {summary(found)}")
    return Exit.PROBLEMS if has_errors(found) or (strict and found) else Exit.OK


def _examined(
    path: Path, configuration: Configuration, programs: Sequence[Program], secrets: bool
) -> tuple[Diagnostic, ...]:
    missing = missing_libraries(configuration)
    if missing:
        names = " and ".join(f"`{name}`" for name in missing)
        raise Misuse(f"`{path}` needs {names}, not installed; install them with: pip install 'drolang[engine]'")
    resources = Resources(configuration)
    try:
        return findings_of(programs, resources, secrets)
    finally:
        resources.close()


def _programs(paths: tuple[Path, ...]) -> list[Program]:
    """The programs of files and of those below folders. Raises Misuse for a file with errors."""
    programs = []
    files = dro_files(paths)
    for path, result in zip(files, checked(*files), strict=True):
        if result.program is None:
            raise Misuse(f"`{path}` has errors: `drolang check {path}` shows them")
        programs.append(result.program)
    return programs
