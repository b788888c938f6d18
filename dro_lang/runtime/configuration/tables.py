"""Reading a table key by key: what was never asked for is not known, and a slip of the pen gets a suggestion."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.values import Duration
from dro_lang.records.times import duration_value
from dro_lang.runtime.configuration.document import Node

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
Findings = list[Diagnostic]
Reader = Callable[[Node, Findings], T | None]
"""Makes a value of a node; None where it cannot, which it has reported."""


class Table:
    """A table of settings. Reports what is missing or unfit; `close` reports the keys that nobody asked for."""

    def __init__(self, node: Node, title: str, found: Findings) -> None:
        self.node = node
        self.title = title
        self.found = found
        self._asked: set[str] = set()

    def has(self, key: str) -> bool:
        """Whether there is a value under a key, which is known by that."""
        self._asked.add(key)
        return key in self.node.value

    def get(self, key: str, read: Reader[T], default: T) -> T:
        """The value under a key; the default where there is none, or none that can be used."""
        if not self.has(key):
            return default
        value = read(self.node.value[key], self.found)
        return default if value is None else value

    def need(self, key: str, read: Reader[T], instead: T) -> T:
        """The value under a key that must be there; `instead` where it is not, which is reported."""
        if not self.has(key):
            self.found.append(diagnose("C0104", self.node.key, f"{self.title} has no `{key}`"))
        return self.get(key, read, instead)

    def table(self, key: str) -> "Table | None":
        """The table under a key, if there is one."""
        if not self.has(key):
            return None
        node = self.node.value[key]
        if node.is_table:
            return Table(node, f"`{key}`", self.found)
        wrong(node, f"`{key}` is a table, `[{key}]`", self.found)
        return None

    def tables(self, key: str) -> dict[str, "Table"]:
        """The tables below a key, by the names they are given."""
        if not self.has(key):
            return {}
        node = self.node.value[key]
        if not node.is_table:
            wrong(node, f"`{key}` is a table of tables, such as `[{key}.NAME]`", self.found)
            return {}
        below = {}
        for name, each in node.value.items():
            if each.is_table:
                below[name] = Table(each, f"`{key}.{name}`", self.found)
            else:
                wrong(each, f"`{key}.{name}` is a table, `[{key}.{name}]`", self.found)
        return below

    def close(self) -> None:
        """Report the keys that nobody asked for."""
        for key, node in self.node.value.items():
            if key not in self._asked:
                near = get_close_matches(key, self._asked, 1, 0.6)
                known = ", ".join(f"`{each}`" for each in sorted(self._asked))
                hint = f"did you mean `{near[0]}`?" if near else f"there is {known}"
                self.found.append(diagnose("C0102", node.key, f"{self.title} has no setting `{key}`", help=hint))


def wrong(node: Node, what: str, found: Findings) -> None:
    """Report a value that is not what is wanted."""
    found.append(diagnose("C0103", node.span, what))


def text(node: Node, found: Findings) -> str | None:
    """Text that is not empty."""
    if isinstance(node.value, str) and node.value:
        return node.value
    wrong(node, "this is to be text that is not empty", found)
    return None


def flag(node: Node, found: Findings) -> bool | None:
    if isinstance(node.value, bool):
        return node.value
    wrong(node, "this is to be `true` or `false`", found)
    return None


def whole(low: int, high: int) -> Reader[int]:
    """A whole number within bounds."""

    def read(node: Node, found: Findings) -> int | None:
        if type(node.value) is int and low <= node.value <= high:
            return node.value
        wrong(node, f"this is to be a whole number from {low} to {high}", found)
        return None

    return read


def choice(words: Sequence[str]) -> Reader[str]:
    """One of some words."""

    def read(node: Node, found: Findings) -> str | None:
        if node.value in words:
            return str(node.value)
        near = get_close_matches(str(node.value), words, 1)
        hint = f"; did you mean `{near[0]}`?" if near else ""
        wrong(node, f"this is to be one of {', '.join(f'`{word}`' for word in words)}{hint}", found)
        return None

    return read


def constant(of: type[E]) -> Reader[E]:
    """One of the constants of an enumeration, by its text."""

    def read(node: Node, found: Findings) -> E | None:
        word = choice([each.value for each in of])(node, found)
        return None if word is None else of(word)

    return read


def length_of_time(node: Node, found: Findings) -> timedelta | None:
    """A duration of seconds, minutes, hours or days that is not zero."""
    value = duration_value(node.value) if isinstance(node.value, str) else None
    if isinstance(value, Duration) and not value.business_days and value.total_seconds > 0:
        return timedelta(seconds=value.total_seconds)
    wrong(node, 'this is to be a length of time, such as `"30 seconds"` or `"5 minutes"`', found)
    return None


def texts(node: Node, found: Findings) -> tuple[str, ...] | None:
    """A list of texts, each once."""
    if not isinstance(node.value, tuple):
        wrong(node, 'this is to be a list of texts, such as `["a", "b"]`', found)
        return None
    read = [text(each, found) for each in node.value]
    for index, each in enumerate(read):
        if each is not None and each in read[:index]:
            wrong(node.value[index], f"`{each}` stands in this list already", found)
            return None
    return None if None in read else tuple(each for each in read if each is not None)


def module_names(node: Node, found: Findings) -> tuple[str, ...] | None:
    """A list of names of Python modules, each once."""
    names = texts(node, found)
    if names is None:
        return None
    for each, name in zip(node.value, names, strict=True):
        if not all(part.isidentifier() for part in name.split(".")):
            what = "this is to be the name of a Python module, such as `billing` or `company.billing`"
            wrong(each, what, found)
            return None
    return names


def each_of(of: Reader[T]) -> Reader[tuple[T, ...]]:
    """A list of values of one kind."""

    def read(node: Node, found: Findings) -> tuple[T, ...] | None:
        if not isinstance(node.value, tuple):
            wrong(node, 'this is to be a list, such as `["a", "b"]`', found)
            return None
        values = [of(each, found) for each in node.value]
        return tuple(value for value in values if value is not None)

    return read


def address(node: Node, found: Findings) -> str | None:
    """The address of a server, beginning with `http://` or `https://`, without a name and password in it."""
    value = text(node, found)
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        wrong(node, "this is to be an address that begins with `https://` or `http://` and names a host", found)
        return None
    if parts.username is not None or parts.password is not None:
        exposed(node, "this address has a name or a password in it", "`credentials`", found)
        return None
    return value


def exposed(node: Node, what: str, instead: str, found: Findings) -> None:
    """Report a secret that stands in the document. The excerpt shows asterisks in its place (`read.py`)."""
    help = f'refer to it by {instead}, as in `{{ env = "NAME" }}`, and keep the value out of this file'
    found.append(diagnose("C0106", node.span, what, help=help))


def mapping(of: Reader[T]) -> Reader[Mapping[str, T]]:
    """A table whose keys are free, with values of one kind."""

    def read(node: Node, found: Findings) -> Mapping[str, T] | None:
        if not node.is_table:
            wrong(node, "this is to be a table, such as `{ name = ... }`", found)
            return None
        values = {key: of(each, found) for key, each in node.value.items()}
        return {key: value for key, value in values.items() if value is not None}

    return read


def list_of(of: Reader[T]) -> Reader[tuple[T, ...]]:
    """A list of values of one kind, not empty."""

    def read(node: Node, found: Findings) -> tuple[T, ...] | None:
        if not isinstance(node.value, tuple) or not node.value:
            wrong(node, "this is to be a list that is not empty", found)
            return None
        values = [of(each, found) for each in node.value]
        return None if None in values else tuple(value for value in values if value is not None)

    return read
