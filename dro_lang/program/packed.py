"""A program as plain data and back, faster than its JSON, for what drolang keeps for itself.

Only the version that packed a program unpacks it: fields stand in the order in which their class has them, and a class
is the number of its name in a list. Tests and properties come along; their classes are loaded where there are any.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from importlib import import_module
from types import NoneType
from typing import Any, cast

from attrs import fields, has

from dro_lang.program.model import Program

_HOME = "dro_lang.program."
_PLAIN = (NoneType, bool, int, str)
_TUPLE, _MAPPING = -1, -2
_VALUES: dict[type, tuple[int, Callable[[Any], str], Callable[[str], Any]]] = {
    Decimal: (-3, str, Decimal),
    date: (-4, date.isoformat, date.fromisoformat),
    datetime: (-5, datetime.isoformat, datetime.fromisoformat),
    time: (-6, time.isoformat, time.fromisoformat),
}
"""Values that are kept as text: the number that says so, and the way to the text and back."""


def pack(program: Program) -> dict[str, Any]:
    """A program as data that JSON has."""
    classes: dict[type, int] = {}

    def packed(value: Any) -> Any:
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind in _VALUES:
            number, text, _ = _VALUES[kind]
            return [number, text(value)]
        if kind is tuple:
            return [_TUPLE, *map(packed, value)]
        if isinstance(value, Mapping):
            return [_MAPPING, *(each for item in value.items() for each in (item[0], packed(item[1])))]
        number = classes.setdefault(kind, len(classes))
        if isinstance(value, Enum):
            return [number, value.value]
        return [number, *(packed(getattr(value, each.name)) for each in fields(kind))]

    body = packed(program)
    return {"classes": [f"{each.__module__.removeprefix(_HOME)}.{each.__name__}" for each in classes], "program": body}


def unpack(document: Mapping[str, Any]) -> Program:
    """The program of a document. Raises LookupError, TypeError, ValueError, AttributeError, ArithmeticError or
    ImportError where that is none."""
    makers: dict[int, Callable[..., Any]] = dict(enumerate(map(_maker, document["classes"])))
    makers[_TUPLE] = lambda *members: members
    makers[_MAPPING] = lambda *items: dict(zip(items[::2], items[1::2], strict=True))
    makers |= {number: value for number, _, value in _VALUES.values()}

    def unpacked(value: Any) -> Any:
        if type(value) is list:
            return makers[value[0]](*map(unpacked, value[1:]))
        return value

    program = unpacked(document["program"])
    if not isinstance(program, Program):
        raise TypeError(f"{type(program)} is no program")
    return program


def _maker(name: str) -> Callable[..., Any]:
    """What makes a value of a class of programs from those of its fields."""
    module, class_name = name.split(".")
    made: Any = getattr(import_module(_HOME + module), class_name)
    if not issubclass(made, Enum) and not has(made):
        raise TypeError(f"{name} is no class of programs")
    if issubclass(made, Enum) or not any(each.kw_only for each in fields(made)):
        return cast(Callable[..., Any], made)
    names = [each.alias for each in fields(made)]
    return lambda *values: made(**dict(zip(names, values, strict=True)))
