"""How tables are named: `sqlite:FILE?table=NAME`, `duckdb:FILE?table=NAME`, `postgresql://HOST/DATABASE?table=NAME`."""

from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit

from attrs import field, frozen

from dro_lang.records.problems import InputError


class System(StrEnum):
    """The systems whose tables are read and written."""

    SQLITE = "sqlite"
    DUCKDB = "duckdb"
    POSTGRES = "postgresql"


_BEGINNINGS = {
    "sqlite:": System.SQLITE,
    "duckdb:": System.DUCKDB,
    "postgresql://": System.POSTGRES,
    "postgres://": System.POSTGRES,
}


@frozen
class Table:
    """A table or a view of a database. Written as text it shows no password."""

    system: System
    database: str = field(repr=False)
    """The path of a file, or the URI of a server as libpq takes it, with the password that it may hold."""
    name: str
    """Of the table, after that of its schema and a point if it has one; empty where the address names none."""
    options: tuple[str, ...] = ()
    """What else the address of a file says, which has no meaning."""

    def __str__(self) -> str:
        where = f"{self.system}:{self.database}" if self.file else _without_password(self.database)
        return where + (f"{'&' if '?' in where else '?'}table={self.name}" if self.name else "")

    def is_same(self, other: object) -> bool:
        """Whether both name one table, whatever the ways to its file are called."""
        if not isinstance(other, Table) or (self.system, self.name) != (other.system, other.name):
            return False
        if self.file is None or other.file is None:
            return self.database == other.database
        return self.file.resolve() == other.file.resolve()

    @property
    def file(self) -> Path | None:
        """The file of the database, if it is one."""
        return None if self.system is System.POSTGRES else Path(self.database)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that hold the database: beside the first one may be what was written last."""
        if self.file is None:
            return ()
        log = self.file.with_name(self.file.name + ("-wal" if self.system is System.SQLITE else ".wal"))
        return (self.file, log) if log.exists() else (self.file,)

    def check(self) -> None:
        """Raise InputError where the address is of no use."""
        if self.system is System.POSTGRES and not _told_apart(self.database):
            raise InputError(
                "the address of the PostgreSQL database is not clear: there is more than one `@` in it, or one in a "
                "wrong place",
                "write `@`, `/`, `?` and `#` in a password as %40, %2F, %3F and %23, or leave it to PGPASSWORD",
            )
        if self.options:
            raise InputError(f"`{self}` has `{self.options[0]}`, which says nothing", "write ?table=NAME, and no more")
        if not self.name:
            raise InputError(f"`{self}` names no table", f"write {self}{'&' if '?' in str(self) else '?'}table=NAME")


Source = Path | str | Table
"""Where records come from: a file, standard input (`-`), or a table."""


def source_of(given: Source) -> Source:
    """What an argument means: a table where it is written as the address of one."""
    if not isinstance(given, str):
        return given
    system = next((system for begins, system in _BEGINNINGS.items() if given.startswith(begins)), None)
    if system is None:
        return given
    if system is System.POSTGRES:
        parts = urlsplit(given)
        pairs = _pairs(parts.query)
        return Table(system, _uri(parts.netloc, parts, [pair for pair in pairs if pair[0] != "table"]), _named(pairs))
    path, _, query = given.partition(":")[2].partition("?")
    pairs = _pairs(query)
    return Table(system, path, _named(pairs), tuple(key for key, _ in pairs if key != "table"))


def _named(pairs: list[tuple[str, str]]) -> str:
    return next((value for key, value in pairs if key == "table"), "")


def _told_apart(uri: str) -> bool:
    """Whether it is certain what of a URI is the password: part of it could be shown as the host otherwise."""
    parts = urlsplit(uri)
    return parts.netloc.count("@") <= 1 and not any("@" in each for each in (parts.path, parts.query, parts.fragment))


def _without_password(uri: str) -> str:
    if not _told_apart(uri):
        return "postgresql://..."
    parts = urlsplit(uri)
    user, at, host = parts.netloc.rpartition("@")
    pairs = [pair for pair in _pairs(parts.query) if "password" not in pair[0]]
    return _uri(user.partition(":")[0] + at + host, parts, pairs)


def _uri(place: str, parts: SplitResult, pairs: list[tuple[str, str]]) -> str:
    query = "&".join(f"{quote(key)}={quote(value)}" for key, value in pairs)
    ends = f"?{query}" if query else ""
    return f"postgresql://{place}{parts.path}{ends}" + (f"#{parts.fragment}" if parts.fragment else "")


def _pairs(query: str) -> list[tuple[str, str]]:
    """The parameters of a query. A `+` stands for itself, as libpq has it."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return [(unquote(key), unquote(value)) for key, _, value in pairs]
