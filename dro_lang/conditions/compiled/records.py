"""Records as objects whose slots hold codes (coding.py): what generated code reads fastest."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from attrs import evolve

from dro_lang.conditions.compiled.coding import decoder, encoder
from dro_lang.conditions.compiled.readers import slot
from dro_lang.conditions.environment import Environment
from dro_lang.program.model import AttributeDefinition, Context, RecordShape
from dro_lang.program.types import DurationType, ListType
from dro_lang.program.values import Row, Value


class Record:
    """A record of a context, or an element of one of its lists; its slots are generated code's to read.

    Made by a `Layout` of typed rows that fit their definitions.
    """

    __slots__ = ()
    _decoders: ClassVar[tuple[tuple[str, str, Callable[[Any], Any] | None], ...]] = ()

    @property
    def row(self) -> Row:
        """The record as a typed row."""
        values = {}
        for name, place, decode in self._decoders:
            code = getattr(self, place)
            values[name] = code if code is None or decode is None else decode(code)
        return MappingProxyType(values)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self.row)!r})"


class Layout:
    """The classes of a context's records and of the elements of its lists, and how they are filled from typed rows."""

    def __init__(self, context: Context, shapes: Mapping[str, RecordShape]) -> None:
        self.attributes = {attribute.name: attribute for attribute in context.attributes}
        self.elements: dict[str, Mapping[str, AttributeDefinition]] = {}
        self.element_types: dict[str, type[Record]] = {}
        fill: dict[str, Callable[[tuple[Row, ...]], Any]] = {}
        for attribute in context.attributes:
            if isinstance(attribute.type, ListType):
                shape = shapes[attribute.type.record]
                self.elements[attribute.name] = {each.name: each for each in shape.attributes}
                element = self.element_types[attribute.name] = _class(shape.name, shape.attributes)
                fill[attribute.name] = _each(_filler(element, shape.attributes, {}))
        self.type = _class(context.name, context.attributes)
        self.record: Callable[[Row], Record] = _filler(self.type, context.attributes, fill)
        """The record of a typed row. Raises KeyError for one that lacks an attribute."""


def whole(environment: Environment, record: Record) -> Environment:
    """The environment of a record, as values."""
    return evolve(environment, root=record.row)


def _class(name: str, attributes: Iterable[AttributeDefinition]) -> type[Record]:
    names = [attribute.name for attribute in attributes]
    decoders = tuple((attribute.name, slot(attribute.name), _decoder(attribute)) for attribute in attributes)
    return type(name, (Record,), {"__slots__": tuple(map(slot, names)), "_decoders": decoders})


def _decoder(attribute: AttributeDefinition) -> Callable[[Any], Any] | None:
    if isinstance(attribute.type, ListType):
        return _rows
    return None if isinstance(attribute.type, DurationType) else decoder(attribute.type)


def _rows(elements: tuple[Record, ...]) -> tuple[Row, ...]:
    return tuple(element.row for element in elements)


def _each(fill: Callable[[Row], Record]) -> Callable[[tuple[Row, ...]], tuple[Record, ...]]:
    return lambda rows: tuple(map(fill, rows))


def _filler(
    type: type[Record],
    attributes: Iterable[AttributeDefinition],
    lists: Mapping[str, Callable[[Any], Any]],
) -> Callable[[Row], Record]:
    places: list[tuple[str, str, Callable[[Value], Any] | None]] = []
    for attribute in attributes:
        encode = None if isinstance(attribute.type, DurationType) else encoder(attribute.type)
        places.append((attribute.name, slot(attribute.name), lists.get(attribute.name, encode)))

    def fill(row: Row) -> Record:
        record = type()
        for name, place, encode in places:
            value = row[name]
            setattr(record, place, value if value is None or encode is None else encode(value))
        return record

    return fill
