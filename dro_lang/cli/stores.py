"""The store that commands work on where none is named, and what is wrong with one, told in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from dro_lang.cli.output import Misuse, Problem
from dro_lang.runtime.embedded.errors import StoreError

F = TypeVar("F", bound=Callable[..., Any])

STORE = Path("plans.db")
"""The store where none is named."""

_NO_STORE = frozenset({"R0401", "R0403", "R0404"})
"""What is wrong where the file that is named is no store that could be used."""


def store_option(what: str = "The store.") -> Callable[[F], F]:
    """`--store FILE`, given to the command as `store`: None where it is that of the configuration, or else `STORE`."""
    return click.option(
        "--store",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help=f"{what}  [default: that of the configuration, or {STORE}]",
    )


@contextmanager
def told() -> Iterator[None]:
    """Tell what is wrong with a store as a line for a person."""
    try:
        yield
    except StoreError as error:
        kind = Misuse if error.code in _NO_STORE else Problem
        raise kind(f"{error.message} ({error.code})\n  help: {error.help}") from None
