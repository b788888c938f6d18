"""What a database gives of a table: its rows, and the types that their columns get."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import frozen

from dro_lang.records.problems import InputError
from dro_lang.records.tables.address import Table

BATCH = 2**14
"""So many rows are held at a time."""
Batch = Sequence[Sequence[int | str | None]]
Wanted = Callable[[Sequence[str]], Sequence[str]]
"""Gives those columns of a table that matter. Raises InputError where a required one is not there."""


@frozen
class Only:
    """Those rows alone that have a text, or the whole number that it is, in a column: of a database, which has an index
    of it at best. Others may come as well; where there is no such column, all do."""

    column: str
    value: str

    @property
    def number(self) -> int | None:
        """The whole number that the text is, as databases write one."""
        digits = self.value.removeprefix("-")
        canonical = digits.isascii() and digits.isdigit() and len(digits) < 19 and str(int(self.value)) == self.value
        return int(self.value) if canonical else None


@frozen
class Reading:
    """The columns of a table that matter, with the types of DuckDB that they are converted to, and its rows in
    batches, each as a sequence of cells for every column: whole numbers or None, or texts or None."""

    types: Mapping[str, str]
    batches: Iterator[Batch]


def no_such_table(table: Table, there: Sequence[str]) -> InputError:
    known = ", ".join(f"`{name}`" for name in there[:20])
    return InputError(
        f"`{table}`: there is no table or view `{table.name}`",
        f"it has {known}" if known else "it has none",
    )


def unreadable(table: Table, error: Exception) -> InputError:
    """A database that does not do what is asked of it, in its own words."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return InputError(f"`{table}` cannot be read: {lines[0].rstrip()}", "check the address and the database")
