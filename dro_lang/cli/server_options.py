"""Options and output that the commands about users and tokens share."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib.util import find_spec
from typing import Any, TypeVar

import click

from dro_lang.cli.operating.place import Place
from dro_lang.cli.output import Misuse, emit, emit_objects
from dro_lang.cli.stores import told
from dro_lang.server.rights.local import Local, local_accounts
from dro_lang.server.rights.permissions import PermissionSet

F = TypeVar("F", bound=Callable[..., Any])

_LIFE = re.compile(r"(\d{1,4})(m|h|d)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def rights_options(command: F) -> F:
    """`--set`, `--object` and `--queue`, given to the command as `sets`, `objects` and `queues`."""
    for option in (
        click.option("--queue", "queues", multiple=True, metavar="NAME", help="A queue to work for; '*' is every one."),
        click.option("--object", "objects", multiple=True, metavar="NAME", help="An object to see; '*' is every one."),
        click.option(
            "--set",
            "sets",
            multiple=True,
            type=click.Choice([each.value for each in PermissionSet]),
            help="A permission set; may be repeated.",
        ),
    ):
        command = option(command)
    return command


def life(ctx: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
    """How long something lives, such as `15m`, `12h` or `90d`: the callback of an option."""
    if value is None:
        return None
    match = _LIFE.fullmatch(value)
    if match is None or int(match[1]) == 0:
        raise click.BadParameter(f"`{value}` is not a time: write it as 15m, 12h or 90d")
    return int(match[1]) * _UNITS[match[2]]


def needs(extra: str, *modules: str) -> None:
    """Raises Misuse where libraries of an extra are not installed, and says how they are."""
    missing = " and ".join(f"`{name}`" for name in modules if find_spec(name) is None)
    if missing:
        raise Misuse(f"this needs {missing}, not installed; install them with: pip install 'drolang[{extra}]'")


@contextmanager
def accounts_of(place: Place, create: bool = False) -> Iterator[Local]:
    """The users and tokens, which are in the file of the store. What is wrong with a request is told as wrong usage,
    what is wrong with the store as a problem."""
    with told():
        try:
            with local_accounts(place.path, create) as local:
                yield local
        except ValueError as error:
            raise Misuse(str(error)) from None


def deliver_rows(rows: Sequence[Mapping[str, Any]], format_: str, columns: Sequence[str]) -> None:
    """Rows to standard output: as a table of some columns, or whole as JSON."""
    if format_ != "table":
        emit_objects(rows, format_)
    elif rows:
        cells = [list(columns), *([_cell(row[column]) for column in columns] for row in rows)]
        widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
        for line in cells:
            emit("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "-"
    return "-" if value is None else str(value)
