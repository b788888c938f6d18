"""Secrets: references to where a value is kept. The value itself is never held, so nothing can show it."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from attrs import frozen

SHORTEST_HIDDEN = 4
"""Shorter values are not looked for in texts: they stand in words that give nothing away."""
HIDDEN = "***"


class SecretMissing(Exception):
    """A secret's value is not where its reference says. The message names the place, never a value."""


class Secret(Protocol):
    """A value that is read when it is used, and shown by its place alone."""

    def reveal(self) -> str:
        """The value now. Raises SecretMissing."""


@frozen
class EnvironmentSecret:
    """The value of an environment variable."""

    variable: str

    def reveal(self) -> str:
        value = os.environ.get(self.variable)
        if value is None:
            raise SecretMissing(f"the environment variable `{self.variable}` is not set")
        if not value:
            raise SecretMissing(f"the environment variable `{self.variable}` is empty")
        return value


@frozen
class FileSecret:
    """The content of a file, without the line end after it. It is read anew each time, so it may be replaced."""

    path: Path

    def reveal(self) -> str:
        try:
            value = self.path.read_text(encoding="utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise SecretMissing(f"the file `{self.path}` is not UTF-8") from None
        except OSError as error:
            reason = (error.strerror or "it cannot be read").lower()
            raise SecretMissing(f"the file `{self.path}` cannot be read: {reason}") from None
        if not value:
            raise SecretMissing(f"the file `{self.path}` is empty")
        return value


def values_of(secrets: Iterable[Secret]) -> frozenset[str]:
    """The values of those secrets that can be read now."""
    values = set()
    for secret in secrets:
        try:
            values.add(secret.reveal())
        except SecretMissing:
            continue
    return frozenset(values)


def hidden(text: str, values: Iterable[str]) -> str:
    """A text with every secret value in it replaced."""
    for value in sorted(values, key=len, reverse=True):
        if len(value) >= SHORTEST_HIDDEN:
            text = text.replace(value, HIDDEN)
    return text
