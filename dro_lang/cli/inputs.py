"""The files of records that a command reads, and what is wrong with one, told in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from dro_lang.cli.output import Misuse
from dro_lang.records.load import FileError


@contextmanager
def files_told() -> Iterator[None]:
    """Tell what is wrong with a file of records, or of rejects, as wrong usage."""
    try:
        yield
    except FileError as error:
        raise Misuse(f"{error.message}\n  help: {error.help}") from None
