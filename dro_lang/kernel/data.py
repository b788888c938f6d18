"""Changes of a plan's record while it runs."""

from collections.abc import Mapping
from typing import Any

from dro_lang.kernel.events import SetData
from dro_lang.kernel.history import DataChanged
from dro_lang.kernel.limits import misfit
from dro_lang.kernel.progress import foresee
from dro_lang.kernel.turn import Turn
from dro_lang.program.model import AttributeDefinition
from dro_lang.program.values import Row, Value


def set_data(turn: Turn, event: SetData) -> str | None:
    """Pauses, conditions that are not checked yet, and the dates of steps that have not begun look at the new data.
    Scenarios are not chosen again, and no instances are added."""
    refusal = unfit_data(turn, event.values, event.item)
    if refusal is None:
        apply_data(turn, event.values, event.item, event.by)
        foresee(turn)
    return refusal


def unfit_data(turn: Turn, values: Row, item: str | None) -> str | None:
    """Why these values cannot become the record's: an attribute that there is not, a value that does not fit, a
    required attribute cleared, another id."""
    if item is not None and item not in turn.board.items:
        return f'there is no item "{item}"'
    definitions = _definitions(turn, item)
    now = _row(turn, item)
    for name, value in values.items():
        if name not in definitions:
            return f"there is no attribute `{name}`"
        problem = misfit(value, definitions[name], turn.blueprint.program)
        if problem is not None:
            return f"`{name}` {problem}"
        if name == "id" and value != now["id"]:
            return "the id of a record does not change"
        if name == turn.blueprint.item_node and _twice_the_same(value):
            return "two items have the same id"
    return None


def apply_data(turn: Turn, values: Row, item: str | None, by: str) -> None:
    """Set attributes of the root, or of an item."""
    now = _row(turn, item)
    changed = {name: value for name, value in values.items() if now.get(name) != value}
    if not changed:
        return
    if item is None:
        turn.board.row = {**turn.board.row, **changed}
    else:
        node = str(turn.blueprint.item_node)
        rows = tuple({**row, **changed} if row["id"] == item else row for row in turn.board.items.values())
        turn.board.row = {**turn.board.row, node: rows}
    turn.history.append(DataChanged(turn.now, item, tuple(changed), by))


def _twice_the_same(items: Value) -> bool:
    return isinstance(items, tuple) and len({item["id"] for item in items}) < len(items)


def _row(turn: Turn, item: str | None) -> Row:
    return turn.board.row if item is None else turn.board.items[item]


def _definitions(turn: Turn, item: str | None) -> Mapping[str, AttributeDefinition]:
    node: Any = turn.blueprint.context.item_node
    attributes = turn.blueprint.context.attributes
    if item is not None:
        attributes = turn.blueprint.program.records[node.type.record].attributes
    return {definition.name: definition for definition in attributes}
