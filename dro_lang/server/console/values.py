"""Values of records and results as people read them."""

from collections.abc import Iterable

from attrs import frozen

from dro_lang.program.model import AttributeDefinition, Program
from dro_lang.program.render import render_value
from dro_lang.program.types import ListType, TextType
from dro_lang.program.values import Row, Value


@frozen
class Named:
    """A value by its name; `value` is None where it is not known."""

    name: str
    type: str
    value: str | None
    doc: str = ""


@frozen
class Table:
    """A list of a record: a row for each element."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


def named(row: Row, definitions: Iterable[AttributeDefinition], program: Program) -> tuple[Named, ...]:
    """The values of a row that are no lists."""
    return tuple(
        Named(each.name, str(each.type), shown(row.get(each.name), each, program), each.doc)
        for each in definitions
        if not isinstance(each.type, ListType)
    )


def tables(row: Row, definitions: Iterable[AttributeDefinition], program: Program) -> tuple[Table, ...]:
    return tuple(
        _table(each.name, each.type, row.get(each.name), program)
        for each in definitions
        if isinstance(each.type, ListType)
    )


def _table(name: str, of: ListType, value: Value, program: Program) -> Table:
    attributes = program.records[of.record].attributes
    elements = value if isinstance(value, tuple) else ()
    rows = tuple(tuple(shown(element.get(each.name), each, program) for each in attributes) for element in elements)
    return Table(name, tuple(each.name for each in attributes), rows)


def shown(value: Value, definition: AttributeDefinition, program: Program) -> str | None:
    if value is None:
        return None
    if isinstance(definition.type, ListType):
        count = len(value) if isinstance(value, tuple) else 0
        return f"{count} of {definition.type.record}"
    if isinstance(definition.type, TextType) and isinstance(value, str):
        return value
    return render_value(value, definition.type)
