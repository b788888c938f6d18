"""The tables of the language: read from the cache, or else made and put there."""

import hashlib
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from dro_lang import __version__
from dro_lang.cache import cache_directory
from dro_lang.resources import resource
from dro_lang.syntax.tables.model import Tables
from dro_lang.syntax.tables.store import read_tables, write_tables


@cache
def language() -> Tables:
    """The tables of the language of this release."""
    directory, key = cache_directory(), _key()
    tables = read_tables(directory, key) if directory else None
    if tables is None:
        tables = made()
        if directory:
            write_tables(directory, key, tables)
    return tables


def made() -> Tables:
    """The tables, made from the grammar and its messages."""
    # Lark takes 40 ms to load, and is not needed where the tables are in the cache.
    from dro_lang.syntax.messages import entry, with_messages
    from dro_lang.syntax.tables.compile import compiled

    tables = compiled(resource("grammar", "dro.lark").read_text(encoding="utf-8"))
    return with_messages(tables, [entry(file.stem, file.read_text(encoding="utf-8")) for file in message_files()])


def message_files() -> list[Path]:
    """The files of `grammar/messages`, by name."""
    return sorted(resource("grammar", "messages").glob("*.txt"))


def _key() -> str:
    """Changes with all that the tables are made from: the grammar, the messages, this code, Lark, Python."""
    digest = hashlib.sha256(f"{__version__} {sys.version}".encode())
    lark = find_spec("lark")
    files = [
        resource("grammar", "dro.lark"),
        *message_files(),
        *sorted(Path(__file__).parents[1].glob("*.py")),
        *sorted(Path(__file__).parents[1].glob("[rt]*/*.py")),
        *([Path(lark.origin)] if lark and lark.origin else []),
    ]
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:32]
