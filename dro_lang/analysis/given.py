"""A record as the object that a test is given."""

from collections.abc import Iterable

from dro_lang.program.model import AttributeDefinition, Program
from dro_lang.program.render import render_value
from dro_lang.program.types import ListType, Type
from dro_lang.program.values import Row, Value


def object_text(program: Program, attributes: Iterable[AttributeDefinition], row: Row) -> str:
    """A row as `{ id: "X-1", days: 3 }`, without what is unknown; reading it gives the row again."""
    fields = (
        f"{each.name}: {value_text(program, row[each.name], each.type)}"
        for each in attributes
        if row.get(each.name) is not None
    )
    return f"{{ {', '.join(fields)} }}"


def value_text(program: Program, value: Value, kind: Type) -> str:
    """A value as it stands in such an object; a list as `[{ id: "I-1" }]`."""
    if isinstance(kind, ListType) and isinstance(value, tuple):
        attributes = program.records[kind.record].attributes
        return f"[{', '.join(object_text(program, attributes, row) for row in value)}]"
    return render_value(value, kind)
