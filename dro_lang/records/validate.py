"""Data to typed values, and back: whether a value, a row or a list of rows fits its definitions.

Independent of files, so that results that people fill in, answers of integrations and changes of a running plan are
held to the same rules as records. Data is what JSON has (dict, list, str, bool, None, and numbers as `NumberText`, int
or Decimal, never float), or a value of the type already: a date, a datetime, a Duration.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from attrs import evolve

from dro_lang.program.model import AttributeDefinition, Enumeration, Program
from dro_lang.program.types import (
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IdType,
    IntegerType,
    ListType,
    MoneyType,
    TextType,
    Type,
)
from dro_lang.program.values import Duration, Row, Value
from dro_lang.records import numbers, times
from dro_lang.records.json_text import NotJson, NumberText, decode
from dro_lang.records.problems import Problem, shown

_UNFIT = re.compile("[\0\ud800-\udfff]")
_LONGEST_COMPARED = 100
Element = tuple[Any, str]
"""The data of an element of a list, and where it stands if that is a place of its own (otherwise an empty text)."""


def value_of(raw: object, definition: AttributeDefinition, program: Program) -> "Value | Problem":
    """The typed value of some data, or what is wrong with it (of a list: the first problem; `row_of` gives all).

    None is unknown, which only what is optional may be; a list that nobody gives is empty.
    """
    found: list[Problem] = []
    value = _value(raw, definition, program, definition.name, found, {})
    return found[0] if found else value


def row_of(raw: object, attributes: Sequence[AttributeDefinition], program: Program) -> Row | tuple[Problem, ...]:
    """The typed row of an object whose fields bear the attributes' names, or all its problems.

    Other fields are ignored.
    """
    if not isinstance(raw, Mapping):
        return (Problem(None, "R0103", f"{shown(raw)} is not an object with attributes"),)
    found: list[Problem] = []
    row = read_row(raw, attributes, program, found, {})
    return tuple(found) if found else row


def may_be_absent(definition: AttributeDefinition) -> bool:
    """Whether a row fits without data for it: what is optional is unknown then, and a list empty."""
    return definition.optional or isinstance(definition.type, ListType)


def read_row(
    raw: Mapping[str, Any],
    attributes: Iterable[AttributeDefinition],
    program: Program,
    found: list[Problem],
    sources: Mapping[str, str],
    prefix: str = "",
) -> Row:
    """The typed row of an object, adding its problems to `found`: where that grew, the row is of no use.

    `sources` says which field an attribute comes from, if not that of its own name; `prefix` is what its attributes
    are called after in problems.
    """
    row: dict[str, Value] = {}
    for definition in attributes:
        path = sources.get(definition.name, definition.name)
        data = field_at(raw, path)
        if isinstance(data, Problem):
            found.append(evolve(data, attribute=prefix + definition.name))
        else:
            row[definition.name] = _value(data, definition, program, prefix + definition.name, found, sources)
    return MappingProxyType(row)


def read_list(
    elements: Iterable[Element],
    of: ListType,
    program: Program,
    name: str,
    found: list[Problem],
    sources: Mapping[str, str],
) -> tuple[Row, ...]:
    """The typed rows of a list, adding its problems to `found`. Items must have ids of their own."""
    shape = program.records[of.record]
    rows = []
    first: dict[Value, int] = {}
    for index, (raw, place) in enumerate(elements):
        here = f"{name}[{index}]"
        if not isinstance(raw, Mapping):
            found.append(Problem(here, "R0103", f"{shown(raw)} is not an object with attributes{_aside(place)}"))
            continue
        before = len(found)
        row = read_row(raw, shape.attributes, program, found, sources, f"{here}.")
        known = row.get("id")
        if len(found) > before:
            aside = _aside(f"item {shown(known)}" if known else "", place)
            found[before:] = [evolve(problem, reason=problem.reason + aside) for problem in found[before:]]
        if of.items and known and first.setdefault(known, index) != index:
            reason = f"the id {shown(known)} is that of {name}[{first[known]}] already{_aside(place)}"
            found.append(Problem(f"{here}.id", "R0106", reason))
        rows.append(row)
    return tuple(rows)


def elements_of(raw: object) -> list[Element] | Problem:
    """The elements of a list; in a cell of CSV the list is written as JSON."""
    data = decode(raw) if type(raw) is str and raw.lstrip().startswith("[") else raw
    if isinstance(data, list | tuple):
        return [(element, "") for element in data]
    if isinstance(data, NotJson):
        return Problem(None, "R0103", f"a list that cannot be read: {data.reason}")
    return Problem(None, "R0103", f"{shown(raw)} is not a list")


def _aside(*parts: str) -> str:
    said = ", ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def field_at(raw: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path: under a key of that very name, or in nested objects; None where nothing does."""
    if path in raw or "." not in path:
        return raw.get(path)
    at: Any = raw
    for key in path.split("."):
        if at is None:
            return None
        if not isinstance(at, Mapping):
            return Problem(None, "R0103", f"{shown(at)} is not an object with a field `{key}`, in `{path}`")
        at = at.get(key)
    return at


def _value(
    raw: object,
    definition: AttributeDefinition,
    program: Program,
    name: str,
    found: list[Problem],
    sources: Mapping[str, str],
) -> Value:
    of = definition.type
    if raw is None:
        if not may_be_absent(definition):
            field = sources.get(definition.name, definition.name)
            at = "" if field == definition.name else f" at `{field}`"
            found.append(Problem(name, "R0102", f"a value is required, and there is none{at}"))
        return () if isinstance(of, ListType) else None
    if isinstance(of, ListType):
        elements = elements_of(raw)
        if isinstance(elements, Problem):
            found.append(evolve(elements, attribute=name))
            return None
        return read_list(elements, of, program, name, found, {})
    value = _scalar(raw, of, program)
    outside = value if isinstance(value, Problem) else _outside(value, raw, definition)
    if outside is not None:
        found.append(evolve(outside, attribute=name))
    return None if isinstance(value, Problem) else value


def _scalar(raw: object, of: Type, program: Program) -> "Value | Problem":
    if isinstance(of, MoneyType):
        return numbers.money(raw, of.currency)
    if isinstance(of, EnumType):
        return _constant(raw, program.enums[of.name])
    return _SCALARS[type(of)](raw)


def _outside(value: Any, raw: object, definition: AttributeDefinition) -> Problem | None:
    low, high = definition.low, definition.high
    if low is not None and value < low.value:
        return Problem(None, "R0104", f"{shown(raw)} is less than the least that is allowed, {low.value}")
    if high is not None and value > high.value:
        return Problem(None, "R0104", f"{shown(raw)} is more than the most that is allowed, {high.value}")
    return None


def _text(raw: object) -> str | Problem:
    if type(raw) is not str:
        return Problem(None, "R0103", f"{shown(raw)} is not text")
    unfit = _UNFIT.search(raw)
    if unfit is None:
        return raw
    what = "a NUL character" if unfit[0] == "\0" else "half of a surrogate pair, which is no character"
    return Problem(None, "R0103", f"{shown(raw)} holds {what}")


def id_of(raw: object) -> str | Problem:
    """An id: text that is not empty, or the digits of a whole number."""
    if type(raw) is NumberText or type(raw) is int:
        whole = numbers.whole_text(raw)
        return Problem(None, "R0103", f"{shown(raw)} is not an id: text or a whole number") if whole is None else whole
    if raw == "":
        return Problem(None, "R0102", "an id must not be empty")
    return _text(raw)


def id_at(raw: Mapping[str, Any], path: str) -> str | Problem | None:
    """The id that stands at a dotted path, what is wrong with it, or None where nothing stands there."""
    data = field_at(raw, path)
    return data if data is None or isinstance(data, Problem) else id_of(data)


def _boolean(raw: object) -> bool | Problem:
    if isinstance(raw, bool):
        return raw
    word = raw.lower() if type(raw) is str else ""
    if word in ("true", "false"):
        return word == "true"
    return Problem(None, "R0103", f"{shown(raw)} is neither `true` nor `false`")


def _constant(raw: object, enumeration: Enumeration) -> str | Problem:
    if type(raw) is not str:
        return Problem(None, "R0103", f"{shown(raw)} is not text, and {enumeration.name} is written as text")
    for constant in enumeration.constants:
        if constant.text == raw:
            return constant.name
    texts = [constant.text for constant in enumeration.constants]
    by_name = [constant.text for constant in enumeration.constants if constant.name == raw]
    bare = raw[:_LONGEST_COMPARED].strip()
    by_case = [text for text in texts if text.casefold() == bare.casefold()]
    near = by_name or by_case or get_close_matches(bare, texts, 1)
    hint = f"did you mean `{near[0]}`?" if near else f"it has {', '.join(f'`{text}`' for text in texts)}"
    return Problem(None, "R0105", f"{shown(raw)} is no {enumeration.name}: {hint}")


_SCALARS: dict[type, Callable[[object], "Value | Problem"]] = {
    IdType: id_of,
    TextType: _text,
    BooleanType: _boolean,
    IntegerType: numbers.integer,
    DecimalType: numbers.decimal,
    DateType: times.date_value,
    DateTimeType: times.moment_value,
    DurationType: times.duration_value,
}


def to_data(value: Value, of: Type, program: Program) -> Any:
    """Data that JSON can write and from which `value_of` makes the same value: text for what JSON has no type for."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(of, ListType):
        assert isinstance(value, tuple)
        attributes = program.records[of.record].attributes
        return [row_to_data(row, attributes, program) for row in value]
    if isinstance(of, EnumType):
        return next(constant.text for constant in program.enums[of.name].constants if constant.name == value)
    if isinstance(value, Duration):
        return times.duration_text(value)
    if isinstance(value, datetime):
        return times.moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f} {of.currency}" if isinstance(of, MoneyType) else f"{value:f}"
    return value


def row_to_data(row: Row, attributes: Iterable[AttributeDefinition], program: Program) -> dict[str, Any]:
    """The object of which `row_of` makes the same row."""
    return {definition.name: to_data(row[definition.name], definition.type, program) for definition in attributes}
