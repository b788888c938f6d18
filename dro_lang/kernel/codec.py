"""States, events, commands and history entries as JSON, both ways.

Each is an object with the `version` of this form; events, commands and entries also have their `type`. What has its
default value is left out. Values keep their types: what JSON has no form for is an object of one key, as in
`{"date": "2026-12-01"}`, and an element of a list is an object of attributes.

Each is written as text at once (`writing.py`), as a turn's are at every turn; the others are made of that.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import astuple

from dro_lang.kernel.commands import Command
from dro_lang.kernel.events import Event
from dro_lang.kernel.history import Entry
from dro_lang.kernel.states import GroupKey, InstanceId, PlanState
from dro_lang.kernel.writing import compact, writer_of
from dro_lang.program.values import Duration, Row, Value

if TYPE_CHECKING:
    from cattrs import Converter

VERSION = 1
_VERSION = f'{{"version":{VERSION},'

Json = dict[str, Any]
T = TypeVar("T")


def state_to_json(state: PlanState) -> Json:
    return _read(state_text(state))


def state_from_json(data: Json) -> PlanState:
    """Raises ValueError for a version that is not known, or what is no state."""
    return _from_json(data, PlanState)


def event_to_json(event: Event) -> Json:
    return _read(event_text(event))


def event_from_json(data: Json) -> Event:
    """Raises ValueError for a version that is not known, or what is no event."""
    return _from_json(data, Event)  # type: ignore[arg-type]


def command_to_json(command: Command) -> Json:
    return _read(_VERSION + text_of_part(command, Command)[1:])


def command_from_json(data: Json) -> Command:
    """Raises ValueError for a version that is not known, or what is no command."""
    return _from_json(data, Command)  # type: ignore[arg-type]


def entry_to_json(entry: Entry) -> Json:
    return _read(entry_text(entry))


def entry_from_json(data: Json) -> Entry:
    """Raises ValueError for a version that is not known, or what is no entry of a history."""
    return _from_json(data, Entry)  # type: ignore[arg-type]


def state_text(state: PlanState) -> str:
    """The text of what `state_to_json` gives."""
    return _VERSION + _STATE(state)[1:]


def event_text(event: Event) -> str:
    """The text of what `event_to_json` gives."""
    return _VERSION + _EVENT(event)[1:]


def entry_text(entry: Entry) -> str:
    """The text of what `entry_to_json` gives."""
    return _VERSION + _ENTRY(entry)[1:]


def text_of_part(part: object, kind: Any) -> str:
    """A part of a state, a command or the like, as it stands in their text."""
    return writer_of(kind, _SPECIAL)(part)


def text_of_row(row: Row) -> str:
    return compact(row_to_json(row)) if row else "{}"


def _read(text: str) -> Json:
    document: Json = json.loads(text)
    return document


def _from_json(data: Json, kind: type[T]) -> T:
    if data.get("version") != VERSION:
        raise ValueError(f"version {data.get('version')} is not known, only {VERSION}")
    try:
        return _converter().structure({key: value for key, value in data.items() if key != "version"}, kind)
    except Exception as problem:  # cattrs gathers what went wrong into groups of its own
        raise ValueError(f"not what it should be: {problem!r}") from problem


@cache
def _converter() -> "Converter":
    from cattrs import Converter
    from cattrs.strategies import configure_tagged_union

    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_structure_hook_func(lambda kind: kind == Row, lambda data, _: row_from_json(data))
    for names in (InstanceId, GroupKey):
        converter.register_structure_hook(names, _names_from_json)
    for union in (Event, Command, Entry):
        configure_tagged_union(union, converter, tag_name="type")
    return converter


# ---- values


def row_to_json(row: Row) -> Json:
    """A row of values, each in a form that keeps its type."""
    return {name: _value_to_json(value) for name, value in row.items()}


def row_from_json(data: Json) -> Row:
    return {name: _value_from_json(value) for name, value in data.items()}


def _value_to_json(value: Value) -> Any:
    match value:
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case Duration():
            return {"duration": list(astuple(value))}
        case tuple():
            return [row_to_json(row) for row in value]
        case _:
            return value


def _value_from_json(data: Any) -> Value:
    if isinstance(data, list):
        return tuple(row_from_json(row) for row in data)
    if isinstance(data, Mapping):
        [(kind, content)] = data.items()
        return _READERS[kind](content)
    value: Value = data
    return value


_SPECIAL = ((Row, text_of_row),)
_STATE, _EVENT, _ENTRY = (writer_of(kind, _SPECIAL) for kind in (PlanState, Event, Entry))
_READERS: dict[str, Callable[[Any], Value]] = {
    "decimal": Decimal,
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "duration": lambda parts: Duration(*parts),
}


def _names_from_json(data: Mapping[str, Any], kind: type[GroupKey] | type[InstanceId]) -> GroupKey | InstanceId:
    """Names of a group or of a step: texts, and a number to count copies."""
    names = kind(**data)
    for name, value in zip(names._fields, names, strict=True):
        if not isinstance(value, int if name == "copy" else str) and (name, value) != ("item", None):
            raise ValueError(f"{name} cannot be {value!r}")
    return names
