"""The way from the data of one record to its typed row, as a mapping says it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from attrs import evolve, frozen

from dro_lang.program.model import (
    AttributeDefinition,
    ContextMapping,
    JoinedItems,
    NestedItems,
    Program,
    SourceField,
)
from dro_lang.program.types import ListType
from dro_lang.program.values import Row
from dro_lang.records.csv_records import Columns
from dro_lang.records.problems import Found, Position, Problem, Rejected
from dro_lang.records.validate import Element, elements_of, field_at, may_be_absent, read_list, read_row


@frozen
class Accepted:
    """A record that fits: every attribute of the context with its typed value."""

    position: Position
    id: str
    row: Row


@frozen
class Gathered:
    """A record as it stands in its file, with its items where these stand in another one."""

    found: Found
    items: list[Element] | None = None


class RowReader:
    """What a mapping makes of records, each by itself."""

    def __init__(self, program: Program, mapping: ContextMapping) -> None:
        context = program.contexts[mapping.context]
        self._program = program
        self._items = mapping.items
        self._item_node = context.item_node
        self._own = tuple(attribute for attribute in context.attributes if attribute is not self._item_node)
        self._sources = _paths(mapping.sources)
        self._item_sources = _paths(mapping.items.sources) if mapping.items else {}

    @property
    def id_field(self) -> str:
        """Where the id of a record comes from."""
        return self._sources.get("id", "id")

    @property
    def item_id_field(self) -> str:
        """Where the id of an item comes from."""
        return self._item_sources.get("id", "id")

    def typed(self, gathered: Gathered) -> Accepted | Rejected:
        """The typed row of a record, or everything that is wrong with it and with its items; whether its id is that of
        another one is not looked at."""
        found = gathered.found
        problems: list[Problem] = []
        row = dict(read_row(found.data, self._own, self._program, problems, self._sources))
        if self._item_node is not None:
            row[self._item_node.name] = self._read_items(gathered, self._item_node, problems)
        id = row.get("id")
        id = id if isinstance(id, str) else None
        if problems or id is None:
            return Rejected(found.position, id, tuple(problems))
        return Accepted(found.position, id, MappingProxyType(row))

    def _read_items(self, gathered: Gathered, node: AttributeDefinition, problems: list[Problem]) -> tuple[Row, ...]:
        elements = self._nested(gathered.found.data, node.name) if gathered.items is None else gathered.items
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
