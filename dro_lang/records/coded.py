"""Records straight from data to slots that hold codes, without typed rows in between.

What is written as most records are written is taken here, and quickly; everything else is left to validate.py, which
takes what may be taken and knows what is wrong with the rest. Neither may take what the other one refuses.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from dro_lang.conditions.compiled.coding import encode
from dro_lang.conditions.compiled.readers import slot
from dro_lang.conditions.compiled.records import Layout, Record
from dro_lang.program.model import AttributeDefinition, Context, Enumeration, Program
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
from dro_lang.program.values import INTEGER_MAX, INTEGER_MIN, MICRO, SCALE, WHOLE_DIGITS, Duration
from dro_lang.records.json_text import NumberText
from dro_lang.records.problems import Problem
from dro_lang.records.times import moment_value

_NUMBER = re.compile(rf"(-?)([0-9]{{1,{WHOLE_DIGITS}}})(?:\.([0-9]{{1,{SCALE}}}))?(?: ([A-Z]{{3}}))?")
_WHOLE = re.compile(r"-?[0-9]+")
_LIMIT = 10 ** (WHOLE_DIGITS + SCALE)


class Unusual(Exception):
    """Data that is not as most is: whether it fits is for others to say."""


Take = Callable[[Any], Any]
"""Makes the code of a known value out of its data. Raises Unusual."""


def quick_reader(layout: Layout, context: Context, program: Program) -> Callable[[Mapping[str, Any]], Record]:
    """What makes a record of data by the names of attributes. Raises Unusual."""
    return _of_object(layout.type, context.attributes, layout, program)


def _of_object(
    type: type[Record], attributes: Iterable[AttributeDefinition], layout: Layout, program: Program
) -> Callable[[Mapping[str, Any]], Record]:
    parts = [
        (each.name, slot(each.name), _within(each, _take(each, layout, program)), _absent(each)) for each in attributes
    ]

    def read(data: Mapping[str, Any]) -> Record:
        record = type()
        for name, place, take, absent in parts:
            raw = data.get(name)
            if raw is not None:
                setattr(record, place, take(raw))
            elif absent is Unusual:
                raise Unusual
            else:
                setattr(record, place, absent)
        return record

    return read


def _absent(definition: AttributeDefinition) -> Any:
    """The code of what is not there; the exception where something must be."""
    if isinstance(definition.type, ListType):
        return ()
    return None if definition.optional else Unusual


def _take(definition: AttributeDefinition, layout: Layout, program: Program) -> Take:
    kind: Type = definition.type
    match kind:
        case ListType(record):
            shape = program.records[record]
            one = _of_object(layout.element_types[definition.name], shape.attributes, layout, program)
            return _list(one, kind.items)
        case EnumType(name):
            return _constant(program.enums[name])
        case MoneyType(currency):
            return _number(currency)
        case DecimalType():
            return _number(None)
    return _SCALARS[kind.__class__]


def _within(definition: AttributeDefinition, take: Take) -> Take:
    """With the bounds of a definition."""
    if definition.low is None and definition.high is None:
        return take
    low = None if definition.low is None else encode(definition.low.value, definition.type)
    high = None if definition.high is None else encode(definition.high.value, definition.type)

    def bounded(raw: Any) -> Any:
        code = take(raw)
        if (low is not None and code < low) or (high is not None and code > high):
            raise Unusual
        return code

    return bounded


def _list(one: Callable[[Mapping[str, Any]], Record], items: bool) -> Take:
    def take(raw: Any) -> tuple[Record, ...]:
        if not isinstance(raw, list | tuple) or not all(isinstance(each, dict | MappingProxyType) for each in raw):
            raise Unusual
        if items and len({each.get("id") for each in raw}) < len(raw):
            raise Unusual
        return tuple(map(one, raw))

    return take


def _constant(enumeration: Enumeration) -> Take:
    """Constants by their texts, save those that are the names of others: these a typed row may mean."""
    names = {constant.name for constant in enumeration.constants}
    plain = {each.text: each.name for each in enumeration.constants if each.text == each.name or each.text not in names}

    def take(raw: Any) -> str:
        name = plain.get(raw) if type(raw) is str else None
        if name is None:
            raise Unusual
        return name

    return take


def _number(currency: str | None) -> Take:
    def take(raw: Any) -> int:
        code: int
        kind = type(raw)
        if kind is int:
            code = raw * MICRO
        elif kind is Decimal and raw.is_finite() and -SCALE <= raw.as_tuple().exponent <= WHOLE_DIGITS:
            code = int(raw.scaleb(SCALE)) if abs(raw) < _LIMIT else _LIMIT
        elif kind is str or kind is NumberText:
            return from_text(raw)
        else:
            raise Unusual
        if -_LIMIT < code < _LIMIT:
            return code
        raise Unusual

    def from_text(raw: str) -> int:
        match = _NUMBER.fullmatch(raw)
        if match is None:
            raise Unusual
        sign, whole, fraction, named = match.groups()
        if named is not None and (named != currency or type(raw) is not str):
            raise Unusual
        code: int = int(whole) * MICRO
        if fraction is not None:
            code += int(fraction) * 10 ** (SCALE - len(fraction))
        return -code if sign else code

    return take


def _integer(raw: Any) -> int:
    if type(raw) is NumberText and len(raw) < 18 and _WHOLE.fullmatch(raw):
        return int(raw)
    if type(raw) is int and INTEGER_MIN <= raw <= INTEGER_MAX:
        return raw
    raise Unusual


def _text(raw: Any) -> str:
    if type(raw) is str and raw.isascii() and "\0" not in raw:
        return raw
    raise Unusual


def _id(raw: Any) -> str:
    if raw == "":
        raise Unusual
    return _text(raw)


def _boolean(raw: Any) -> bool:
    if raw is True or raw is False:
        return raw
    raise Unusual


def _day(raw: Any) -> int:
    if type(raw) is date:
        return raw.toordinal()
    if type(raw) is str and len(raw) == 10 and raw[4] == raw[7] == "-":
        try:
            return date.fromisoformat(raw).toordinal()
        except ValueError:
            pass
    raise Unusual


def _moment(raw: Any) -> int:
    moment = moment_value(raw) if type(raw) is str or type(raw) is datetime else None
    if moment is None or isinstance(moment, Problem):
        raise Unusual
    code: int = encode(moment, _DATETIME)
    return code


def _duration(raw: Any) -> Duration:
    if type(raw) is Duration:
        return raw
    raise Unusual


_DATETIME = DateTimeType()
_SCALARS: Mapping[type, Take] = {
    IdType: _id,
    TextType: _text,
    BooleanType: _boolean,
    IntegerType: _integer,
    DateType: _day,
    DateTimeType: _moment,
    DurationType: _duration,
}
