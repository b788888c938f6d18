"""Values on the command line: `NAME=VALUE`, or an object in JSON."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from dro_lang.cli.output import Misuse
from dro_lang.records.json_text import NotJson, decode

F = TypeVar("F", bound=Callable[..., Any])


def result_option(command: F) -> F:
    """`--result NAME=VALUE`, given to the command as `results`."""
    help = "A result, or an object of them in JSON."
    return click.option("--result", "results", multiple=True, metavar="NAME=VALUE", help=help)(command)


def change_options(command: F) -> F:
    """What a change in flight is: plans and attributes, given to the command as `words`, `item` and `override`."""
    for option in (
        click.option("--override", is_flag=True, help="Even past a point of no return, if you may."),
        click.option("--item", metavar="ID", help="Only this item of each plan."),
        click.argument("words", metavar="[PLAN]... [NAME=VALUE]...", nargs=-1),
    ):
        command = option(command)
    return command


def data_of(texts: Iterable[str]) -> dict[str, Any]:
    """The data of some `NAME=VALUE` and JSON objects; nothing after the equals sign is null. Raises Misuse."""
    data: dict[str, Any] = {}
    for text in texts:
        found = _object(text) if text.lstrip().startswith("{") else _pair(text)
        twice = next((name for name in found if name in data), None)
        if twice is not None:
            raise Misuse(f"`{twice}` is given twice")
        data |= found
    return data


def _object(text: str) -> dict[str, Any]:
    data = decode(text)
    if isinstance(data, NotJson):
        raise Misuse(f"`{text}` cannot be read: {data.reason}")
    return dict(data)


def _pair(text: str) -> dict[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise Misuse(f"`{text}` is neither NAME=VALUE nor an object in JSON")
    return {name.strip(): value or None}


def sorted_out(words: Iterable[str]) -> tuple[list[str], dict[str, Any]]:
    """Words of a command line as ids of plans, and as data."""
    given = list(words)
    ids = [word for word in given if "=" not in word and not word.lstrip().startswith("{")]
    return ids, data_of(word for word in given if word not in ids)
