"""READ FIRST. Records in: the way from files to typed rows.

    bytes ──► streams ──► json_records, csv_records ──► formats ──► load ──► validate ──► Accepted, Rejected
              lines, UTF-8  an object a record            Found      mapping   types, bounds    rejects file
    tables ─► copied ───► parquet_records ────────────────┘

Every record is validated once, here. One that does not fit is rejected with all its problems, and the rest go on.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from attrs import evolve, field, frozen

from dro_lang.program.model import (
    AttributeDefinition,
    ContextMapping,
    JoinedItems,
    NestedItems,
    Plan,
    Program,
    SourceField,
)
from dro_lang.program.types import ListType
from dro_lang.program.values import Row
from dro_lang.records.csv_records import Columns
from dro_lang.records.formats import read_records
from dro_lang.records.items import JoinedRows
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
from dro_lang.records.validate import Element, elements_of, field_at, may_be_absent, read_list, read_row

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


@frozen
class Accepted:
    """A record that fits: every attribute of the context with its typed value."""

    position: Position
    id: str
    row: Row


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
        context = program.contexts[mapping.context]
        self._program = program
        self._items = mapping.items
        self._item_node = context.item_node
        self._own = tuple(attribute for attribute in context.attributes if attribute is not self._item_node)
        self._sources = _paths(mapping.sources)
        self._item_sources = _paths(mapping.items.sources) if mapping.items else {}
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

    @property
    def id_field(self) -> str:
        """Where the id of a record comes from."""
        return self._sources.get("id", "id")

    def load(self, inputs: Inputs) -> Iterator[Accepted | Rejected]:
        if inputs.items is not None:
            yield from self.take_items(inputs.items)
        for path in inputs.records:
            for found in read_records(path, self.columns()):
                yield found if isinstance(found, Rejected) else self.record(found)
        yield from self.orphans()

    def take_items(
        self, path: Source, only: Collection[str] | None = None, asked: str | None = None
    ) -> Iterator[Rejected]:
        """Take in an items file, or the rows in it that belong to some records; yields those that cannot be read, or
        name no record. Of a table, those alone are read that belong to the record `asked`."""
        assert isinstance(self._items, JoinedItems)
        key = self._items.key
        self._joined = JoinedRows(key, self._item_sources.get("id", "id"), only)
        of_one = None if asked is None else Only(key, asked)
        yield from self._joined.read(read_records(path, self.item_columns(key), of_one))

    def orphans(self) -> Iterator[Rejected]:
        """The items whose record has not been read."""
        if self._joined is not None:
            yield from self._joined.orphans(self._ids)

    def record(self, found: Found) -> Accepted | Rejected:
        """The typed row of a record, or everything that is wrong with it and with its items."""
        problems: list[Problem] = []
        row = dict(read_row(found.data, self._own, self._program, problems, self._sources))
        id = row.get("id")
        id = id if isinstance(id, str) else None
        if self._item_node is not None:
            row[self._item_node.name] = self._read_items(found, id, self._item_node, problems)
        earlier = self._ids.read(id) if id is not None else None
        if earlier is not None:
            problems.append(
                Problem("id", "R0106", f"the id {shown(id)} is that of the record at {earlier}, which was taken")
            )
        if problems or id is None:
            return Rejected(found.position, id, tuple(problems))
        self._ids.take(id, found.position)
        return Accepted(found.position, id, MappingProxyType(row))

    def _read_items(
        self, found: Found, id: str | None, node: AttributeDefinition, problems: list[Problem]
    ) -> tuple[Row, ...]:
        elements = self._joined.of(id) if self._joined is not None else self._nested(found.data, node.name)
        if isinstance(elements, Problem):
            problems.append(evolve(elements, attribute=node.name))
            return ()
        assert isinstance(node.type, ListType)
        return read_list(elements, node.type, self._program, node.name, problems, self._item_sources)

    def _nested(self, data: Mapping[str, Any], node: str) -> list[Element] | Problem:
        """The items that stand in the record itself; none where there is no such field."""
        for path in self.item_fields(node):
            raw = field_at(data, path)
            if raw is not None:
                return raw if isinstance(raw, Problem) else elements_of(raw)
        return []

    def item_fields(self, node: str) -> tuple[str, ...]:
        """The fields of the object in which its items may stand, the first that is there counts."""
        match self._items:
            case NestedItems(field=path):
                return (path,)
            case JoinedItems(object=name):
                return (name, node)
            case None:
                return ()

    def columns(self) -> Columns:
        """The columns of the object that the mapping reads."""
        items = self.item_fields(self._item_node.name) if self._item_node else ()
        return _columns_of(self._own, self._sources, items)

    def item_columns(self, key: str) -> Columns:
        """The columns of an items file."""
        assert self._item_node is not None
        assert isinstance(self._item_node.type, ListType)
        shape = self._program.records[self._item_node.type.record]
        columns = _columns_of(shape.attributes, self._item_sources)
        return Columns((*columns.wanted, key), (*columns.required, key))


def _paths(sources: Iterable[SourceField]) -> dict[str, str]:
    return {source.attribute: source.path for source in sources}


def _columns_of(
    attributes: Iterable[AttributeDefinition], sources: Mapping[str, str], others: tuple[str, ...] = ()
) -> Columns:
    paths = {attribute: sources.get(attribute.name, attribute.name) for attribute in attributes}
    required = [path for attribute, path in paths.items() if not may_be_absent(attribute)]
    return Columns(tuple(dict.fromkeys([*paths.values(), *others])), tuple(required))
