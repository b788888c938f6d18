"""READ FIRST. Records in: the way from files to typed rows.

    bytes ──► streams ──► json_records, csv_records ──► formats ──► load ──► validate ──► Accepted, Rejected
              lines, UTF-8  an object a record            Found      mapping   types, bounds    rejects file
    tables ─► copied ───► parquet_records ────────────────┘

Every record is validated once, here. One that does not fit is rejected with all its problems, and the rest go on.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from attrs import field, frozen

from dro_lang.program.model import ContextMapping, JoinedItems, Plan, Program
from dro_lang.records.formats import read_records
from dro_lang.records.items import JoinedRows
from dro_lang.records.mapped import Accepted, Gathered, RowReader
from dro_lang.records.problems import (
    FileError,
    Found,
    InputError,
    OutputError,
    Position,
    Problem,
    Rejected,
    shown,
)
from dro_lang.records.seen import SeenIds
from dro_lang.records.streams import STANDARD_INPUT, check_readable
from dro_lang.records.tables.address import Source, source_of
from dro_lang.records.tables.rows import Only
from dro_lang.records.validate import id_at

__all__ = [
    "Accepted",
    "FileError",
    "InputError",
    "Inputs",
    "OutputError",
    "Position",
    "Problem",
    "Rejected",
    "load",
    "load_one",
]


class Taken(Protocol):
    """A record that fits, or what was made of it."""

    @property
    def position(self) -> Position: ...

    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Taken)


def _sources(given: Iterable[Source]) -> tuple[Source, ...]:
    return tuple(map(source_of, given))


def _source(given: Source | None) -> Source | None:
    return None if given is None else source_of(given)


@frozen
class Inputs:
    """Where records come from: files, tables, `-` for standard input. `items` is where items are that are rows of
    another object."""

    records: tuple[Source, ...] = field(converter=_sources)
    items: Source | None = field(default=None, converter=_source)

    @property
    def paths(self) -> tuple[Source, ...]:
        return self.records if self.items is None else (*self.records, self.items)


def load(program: Program, plan: Plan, inputs: Inputs) -> Iterator[Accepted | Rejected]:
    """The records of all inputs, in their order, through the plan's mapping; then items without a record.

    Of records with the same id the first that fits is taken. Memory holds one record, a hundred thousand ids (all of
    them are on disk where there are more), and the rows of an items file. Raises InputError for an input that is of no
    use as a whole: here for what is not there or contradicts the mapping, otherwise when it is that input's turn.
    """
    return Loader.of(program, plan, inputs).load(inputs)


def load_one(program: Program, plan: Plan, data: Mapping[str, Any], name: str) -> Accepted | Rejected:
    """One record through the plan's mapping, of its data with its items in it: nested, or as rows under the name of
    their object. `name` is what is said to tell where it came from."""
    return Loader(program, program.mappings[plan.mapping]).record(Found(Position(name), data))


class Loader:
    """One reading of all inputs: what the mapping says, and which ids have been read."""

    def __init__(self, program: Program, mapping: ContextMapping) -> None:
        self.reader = RowReader(program, mapping)
        self._items = mapping.items
        self._joined: JoinedRows | None = None
        self._ids = SeenIds()

    @classmethod
    def of(cls, program: Program, plan: Plan, inputs: Inputs) -> "Loader":
        """A reading of inputs through the plan's mapping. Raises InputError for what is not there or contradicts the
        mapping."""
        mapping = program.mappings[plan.mapping]
        if inputs.items is not None and not isinstance(mapping.items, JoinedItems):
            why = "takes items from a field of the record" if mapping.items else "has no items"
            help = 'leave out --items, or write `items of "Object" by "ForeignKey"` in the mapping'
            raise InputError(f"mapping `{mapping.name}` {why}, and a file of items is given", help)
        if inputs.paths.count(STANDARD_INPUT) > 1:
            raise InputError("standard input is named twice", "it can be read once: put one of the inputs in a file")
        for path in inputs.paths:
            check_readable(path)
        return cls(program, mapping)

    def load(self, inputs: Inputs) -> Iterator[Accepted | Rejected]:
        return self.load_through(inputs, self._one_by_one)

    def load_through(
        self, inputs: Inputs, make: Callable[[Iterable[Gathered | Rejected]], Iterator[R | Rejected]]
    ) -> Iterator[R | Rejected]:
        """What `make` makes of the records, in their order, as `reader` has them; it may read ahead, and gives back
        what is rejected already."""
        if inputs.items is not None:
            yield from self.take_items(inputs.items)
        for taken in make(self._gather(inputs)):
            yield self._admitted(taken)
        yield from self.orphans()

    def _one_by_one(self, records: Iterable[Gathered | Rejected]) -> Iterator[Accepted | Rejected]:
        return (found if isinstance(found, Rejected) else self.reader.typed(found) for found in records)

    def _gather(self, inputs: Inputs) -> Iterator[Gathered | Rejected]:
        for path in inputs.records:
            for found in read_records(path, self.reader.columns()):
                yield found if isinstance(found, Rejected) else self._gathered(found)

    def _gathered(self, found: Found) -> Gathered:
        if self._joined is None:
            return Gathered(found)
        id = id_at(found.data, self.reader.id_field)
        return Gathered(found, self._joined.of(id) if isinstance(id, str) else [])

    def _admitted(self, taken: R | Rejected) -> R | Rejected:
        """A record, unless one with its id was taken before."""
        if taken.id is None:
            return taken
        earlier = self._ids.read(taken.id)
        if earlier is not None:
            reason = f"the id {shown(taken.id)} is that of the record at {earlier}, which was taken"
            others = taken.problems if isinstance(taken, Rejected) else ()
            return Rejected(taken.position, taken.id, (*others, Problem("id", "R0106", reason)))
        if not isinstance(taken, Rejected):
            self._ids.take(taken.id, taken.position)
        return taken

    def take_items(
        self, path: Source, only: Collection[str] | None = None, asked: str | None = None
    ) -> Iterator[Rejected]:
        """Take in an items file, or the rows in it that belong to some records; yields those that cannot be read, or
        name no record. Of a table, those alone are read that belong to the record `asked`."""
        assert isinstance(self._items, JoinedItems)
        key = self._items.key
        self._joined = JoinedRows(key, self.reader.item_id_field, only)
        of_one = None if asked is None else Only(key, asked)
        yield from self._joined.read(read_records(path, self.reader.item_columns(key), of_one))

    def orphans(self) -> Iterator[Rejected]:
        """The items whose record has not been read."""
        if self._joined is not None:
            yield from self._joined.orphans(self._ids)

    def record(self, found: Found) -> Accepted | Rejected:
        """The typed row of a record, or everything that is wrong with it and with its items."""
        return self._admitted(self.reader.typed(self._gathered(found)))
