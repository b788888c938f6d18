"""What may be changed in a record, its attributes and those of the elements of its lists; how far a change goes."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import cast

from attrs import frozen

from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import axis, has_order
from dro_lang.conditions.normal import All, Flag, Membership, Normal, Presence, Range, Relation, Truth
from dro_lang.conditions.normal import Any as AnyOf
from dro_lang.program.expressions import Aggregate, Attribute, Expression, ItemAttribute, walk
from dro_lang.program.model import AttributeDefinition
from dro_lang.program.types import BooleanType, DateTimeType, DecimalType, DurationType, EnumType, ListType, MoneyType
from dro_lang.program.values import MICRO, Row, Value


@frozen
class Place:
    """An attribute of the root, or of one element of one of its lists."""

    definition: AttributeDefinition
    list: str | None = None
    index: int = 0

    @property
    def root(self) -> str:
        """The attribute of the root in which the place lies."""
        return self.list or self.definition.name

    def element(self, row: Row) -> Row | None:
        """The element in which the place lies, if it lies in one."""
        return None if self.list is None else cast(tuple[Row, ...], row[self.list])[self.index]

    def get(self, row: Row) -> Value:
        home = self.element(row)
        return (row if home is None else home)[self.definition.name]

    def put(self, row: Row, value: Value) -> Row:
        """The record with another value in this place."""
        if self.list is None:
            return MappingProxyType({**row, self.definition.name: value})
        elements = list(cast(tuple[Row, ...], row[self.list]))
        elements[self.index] = MappingProxyType({**elements[self.index], self.definition.name: value})
        return MappingProxyType({**row, self.list: tuple(elements)})


def leaves_in(formula: Normal) -> Iterator[Normal]:
    """Every leaf of a formula."""
    if isinstance(formula, All | AnyOf):
        for part in formula.parts:
            yield from leaves_in(part)
    elif not isinstance(formula, Truth):
        yield formula


def terms_of(leaf: Normal) -> tuple[Expression, ...]:
    """The expressions in a leaf."""
    match leaf:
        case Presence(operand) | Flag(operand) | Membership(operand):
            return (operand, *leaf.members) if isinstance(leaf, Membership) else (operand,)
        case Range(operand, low, high):
            return (operand, *(bound for bound in (low, high) if bound is not None))
        case Relation(_, left, right):
            return (left, right)
    return ()


def parts_of(formula: Normal) -> Iterator[Expression]:
    """Every part of every expression in a formula."""
    for leaf in leaves_in(formula):
        for term in terms_of(leaf):
            yield from walk(term)


def places_in(formula: Normal, records: Records, row: Row) -> list[Place]:
    """The places of a record that a formula looks at, in the order of the context; ids are not to be changed."""
    names: set[str] = set()
    fields: dict[str, set[str]] = {}
    for part in parts_of(formula):
        if isinstance(part, Attribute):
            names.add(part.name)
        elif isinstance(part, Aggregate):
            asked = fields.setdefault(part.list, set())
            asked |= {each.name for each in walk(part) if isinstance(each, ItemAttribute)}
            asked |= {part.attribute} if part.attribute else set()
    found = []
    for definition in records.definitions.values():
        kind = definition.type
        if isinstance(kind, ListType):
            shape = records.program.records[kind.record]
            asked = fields.get(definition.name, set())
            for index in range(len(cast(tuple[Row, ...], row[definition.name]))):
                found += [
                    Place(each, definition.name, index)
                    for each in shape.attributes
                    if each.name in asked and each.name != "id"
                ]
        elif definition.name in names and definition.name != "id":
            found.append(Place(definition))
    return found


def readable(place: Place, value: Value) -> bool:
    """Whether a value is one that people write: of money and decimals cents, of moments and durations minutes."""
    step = _readable_step(place)
    return value is None or step == 1 or axis(place.definition.type).point(value) % step == 0


def _readable_step(place: Place) -> int:
    match place.definition.type:
        case DecimalType() | MoneyType():
            return MICRO // 100
        case DateTimeType():
            return 60_000_000
        case DurationType():
            return 60
    return 1


def steps_of(place: Place) -> tuple[int, ...]:
    """How far from a point, in points, its neighbours lie: by the smallest step, by one that people write, and by one
    that reads well."""
    if not has_order(place.definition.type):
        return ()
    return tuple(sorted({1, _readable_step(place), axis(place.definition.type).step}))


def distance(place: Place, before: Value, after: Value, records: Records) -> Decimal:
    """How far a change goes: a day, a unit of a number or currency, an hour, a constant further in an enum count 1
    each; so does any other change."""
    kind = place.definition.type
    if before is None or after is None or isinstance(kind, BooleanType):
        return Decimal(1)
    if isinstance(kind, EnumType):
        names = [constant.name for constant in records.program.enums[kind.name].constants]
        return Decimal(abs(names.index(str(before)) - names.index(str(after))))
    if not has_order(kind):
        return Decimal(1)
    line = axis(kind)
    return Decimal(abs(line.point(before) - line.point(after))) / line.step


def origin(place: Place, value: Value, today: date) -> int:
    """The point from which values of an ordered place are looked for: its own, and today for an unknown date."""
    line = axis(place.definition.type)
    if value is not None:
        return line.point(value)
    return line.point(today) if type(line.value(line.plain)) is date else line.plain


def texts_in(parts: Iterable[Expression]) -> list[str]:
    """The texts that a formula compares with."""
    values = (getattr(part, "value", None) for part in parts)
    return list(dict.fromkeys(value for value in values if isinstance(value, str)))
