"""What people fill in, as typed values: the results of a step, and the attributes of a record or of one of its items.

Data is what JSON has; numbers, dates and the like may also be text. What is wrong comes back as the end of a sentence.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from dro_lang.kernel.blueprint import Blueprint
from dro_lang.program.model import AttributeDefinition, Program, Step
from dro_lang.program.types import ListType
from dro_lang.program.values import Row, Value
from dro_lang.records.problems import Problem
from dro_lang.records.validate import row_of, value_of

Data = Mapping[str, Any]


class Unfit(ValueError):
    """Data that does not fit: the message says which and why."""


def results_of(data: Data, step: Step, blueprint: Blueprint) -> Row:
    """The results of a step, of data by their names: all that it gives, and nothing else. Raises Unfit."""
    definitions = blueprint.gives(step)
    _known(data, definitions, "result", f"step {step.name}")
    row = row_of(data, definitions, blueprint.program)
    if isinstance(row, tuple):
        raise Unfit(_told(row))
    return dict(row)


def changes_of(data: Data, blueprint: Blueprint, of_item: bool) -> Row:
    """The attributes of a record, or of an item, that are given. Null clears an optional one. Raises Unfit."""
    definitions = attributes_of(blueprint, of_item)
    _known(data, definitions, "attribute", "an item" if of_item else f"context {blueprint.context.name}")
    by_name = {definition.name: definition for definition in definitions}
    return {name: _value(raw, by_name[name], blueprint.program) for name, raw in data.items()}


def attributes_of(blueprint: Blueprint, of_item: bool) -> Sequence[AttributeDefinition]:
    """The attributes of a record, or of its items. Raises Unfit where it has none."""
    if not of_item:
        return blueprint.context.attributes
    node = blueprint.context.item_node
    if node is None or not isinstance(node.type, ListType):
        raise Unfit(f"context {blueprint.context.name} has no items")
    return blueprint.program.records[node.type.record].attributes


def _value(raw: object, definition: AttributeDefinition, program: Program) -> Value:
    value = value_of(raw, definition, program)
    if isinstance(value, Problem):
        raise Unfit(_told([value]))
    return value


def _known(data: Data, definitions: Sequence[AttributeDefinition], noun: str, owner: str) -> None:
    names = [definition.name for definition in definitions]
    for name in data:
        if name not in names:
            near = get_close_matches(name, names, 1)
            listed = f"it has {', '.join(f'`{each}`' for each in names)}" if names else "it has none"
            hint = f"did you mean `{near[0]}`?" if near else listed
            raise Unfit(f"`{name}` is no {noun} of {owner}: {hint}")


def _told(problems: Sequence[Problem]) -> str:
    return "; ".join(f"`{problem.attribute}`: {problem.reason}" for problem in problems)
