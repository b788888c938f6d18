"""Fields of forms, for values of the language: one for each result or attribute, with what is wrong beside it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen
from starlette.datastructures import FormData

from dro_lang.conditions.time import in_zone
from dro_lang.program.model import AttributeDefinition, Program
from dro_lang.program.types import (
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    EnumType,
    IntegerType,
    ListType,
    MoneyType,
)
from dro_lang.program.values import Row
from dro_lang.records.json_text import NotJson, decode
from dro_lang.records.validate import row_of, to_data

PREFIX = "value."
"""Before the names of values among the fields of a form."""


@frozen
class Option:
    value: str
    text: str


@frozen
class Field:
    """`control` says how it is filled in: text, number, date, datetime-local, choice, or json; `value` is what stands
    there, as text."""

    name: str
    label: str
    type: str
    control: str
    value: str
    required: bool
    options: tuple[Option, ...] = ()
    doc: str = ""
    error: str | None = None

    @property
    def input(self) -> str:
        return PREFIX + self.name


def fields_of(
    definitions: Iterable[AttributeDefinition],
    program: Program,
    zone: ZoneInfo,
    given: Mapping[str, str],
    errors: Mapping[str, str],
) -> tuple[Field, ...]:
    """`given` is what was filled in, or stands there from the beginning."""
    return tuple(
        Field(
            name=each.name,
            label=each.name.replace("_", " "),
            type=f"{each.type}{' optional' if each.optional else ''}",
            control=_control(each),
            value=given.get(each.name, ""),
            required=not each.optional and not isinstance(each.type, ListType),
            options=_options(each, program),
            doc=each.doc,
            error=errors.get(each.name),
        )
        for each in definitions
    )


def values_in(form: FormData) -> dict[str, str]:
    """The values that were filled in, by their names."""
    pairs = ((name.removeprefix(PREFIX), value) for name, value in form.multi_items() if name.startswith(PREFIX))
    return {name: value for name, value in pairs if isinstance(value, str)}


def _control(definition: AttributeDefinition) -> str:
    match definition.type:
        case BooleanType() | EnumType():
            return "choice"
        case DateType():
            return "date"
        case DateTimeType():
            return "datetime-local"
        case IntegerType() | DecimalType():
            return "number"
        case ListType():
            return "json"
    return "text"


def _options(definition: AttributeDefinition, program: Program) -> tuple[Option, ...]:
    match definition.type:
        case BooleanType():
            return (Option("true", "Yes"), Option("false", "No"))
        case EnumType(name):
            return tuple(Option(each.text, each.text) for each in program.enums[name].constants)
    return ()


def texts_of(row: Row, definitions: Iterable[AttributeDefinition], program: Program, zone: ZoneInfo) -> dict[str, str]:
    """A row as fields have it."""
    return {each.name: _text(row.get(each.name), each, program, zone) for each in definitions}


def _text(value: Any, definition: AttributeDefinition, program: Program, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{in_zone(value, zone):%Y-%m-%dT%H:%M:%S}"
    if isinstance(value, bool):
        return "true" if value else "false"
    data = to_data(value, definition.type, program)
    if isinstance(definition.type, ListType):
        return json.dumps(data, ensure_ascii=False)
    return str(data)


def data_of(texts: Mapping[str, str], definitions: Iterable[AttributeDefinition], zone: ZoneInfo) -> dict[str, Any]:
    """What was filled in as data, of which the validation makes values; an empty field is no value."""
    return {each.name: _data(texts[each.name], each, zone) for each in definitions if each.name in texts}


def _data(text: str, definition: AttributeDefinition, zone: ZoneInfo) -> Any:
    text = text.replace("\r\n", "\n")
    if not text.strip():
        return None
    match definition.type:
        case DateTimeType():
            try:
                moment = datetime.fromisoformat(text.strip())
            except ValueError:
                return text
            return (moment if moment.utcoffset() is not None else moment.replace(tzinfo=zone)).isoformat()
        case ListType():
            data = decode(text)
            return text if isinstance(data, NotJson) else data
        case MoneyType(currency):
            number = text.strip()
            return number if number.endswith(currency) else f"{number} {currency}"
        case IntegerType() | DecimalType():
            return text.strip()
    return text


def errors_of(data: Mapping[str, Any], definitions: Sequence[AttributeDefinition], program: Program) -> dict[str, str]:
    """What is wrong with which value, by the names."""
    row = row_of(data, definitions, program)
    if not isinstance(row, tuple):
        return {}
    found: dict[str, str] = {}
    for problem in row:
        name = (problem.attribute or "").partition("[")[0]
        found.setdefault(name, problem.reason)
    return found
