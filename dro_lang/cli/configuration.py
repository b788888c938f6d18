"""The configuration that commands work with: the options that choose it, and telling what is wrong with it."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from dro_lang.cli.output import Exit, Misuse, colored, say
from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.diagnostics.render import text
from dro_lang.diagnostics.render.places import summary
from dro_lang.loader import SETTINGS
from dro_lang.runtime.configuration.model import Configuration
from dro_lang.runtime.configuration.read import find, load
from dro_lang.runtime.outside.examine import missing_libraries
from dro_lang.source import Source

F = TypeVar("F", bound=Callable[..., Any])


def configuration_options(command: F) -> F:
    """`--config FILE` and `--env NAME`, given to the command as `config` and `env`."""
    environment = click.option(
        "--env",
        metavar="NAME",
        envvar="DROLANG_ENV",
        help="The environment of the configuration, `[env.NAME]`.  [env var: DROLANG_ENV]",
    )
    file = click.option(
        "--config",
        metavar="FILE",
        envvar="DROLANG_CONFIG",
        type=click.Path(path_type=Path),
        help=f"The configuration.  [default: the nearest {SETTINGS}; env var: DROLANG_CONFIG]",
    )
    return file(environment(command))


def configuration_path(config: Path | None, near: Path) -> Path | None:
    """The file of the configuration: the one that is named, or the nearest to a folder; None where there is none.

    Raises Misuse where the one that is named is not there.
    """
    if config is not None and not config.is_file():
        raise Misuse(f"there is no file `{config}`")
    found = config or find(near)
    if found is None or config is not None:
        return found
    here = Path.cwd()
    return found.relative_to(here) if found.is_relative_to(here) else found


def configuration_of(path: Path | None, env: str | None, color: str = "auto") -> Configuration | Exit:
    """The configuration of a file in an environment, or the exit code where it is no use: what is wrong has been told.
    Without a file it is empty.

    Raises Misuse for a library that it needs and that is not installed.
    """
    if path is None:
        if env is not None:
            raise Misuse(f"there is no {SETTINGS}, and so no environment `{env}`; name the file with --config")
        return Configuration(Source(SETTINGS, ""), Path.cwd())
    loaded = load(path, env)
    if not isinstance(loaded, Configuration):
        tell(loaded, color)
        return Exit.PROBLEMS
    missing = missing_libraries(loaded)
    if missing:
        names = " and ".join(f"`{name}`" for name in missing)
        raise Misuse(f"`{path}` needs {names}, not installed; install them with: pip install 'drolang[engine]'")
    return loaded


def tell(found: Sequence[Diagnostic], color: str = "auto") -> None:
    """Findings, for a person, on standard error."""
    if found:
        say(text.render(found, colored(sys.stderr, color)) + summary(found))
