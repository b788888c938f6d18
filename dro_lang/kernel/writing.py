"""Frozen values as the text of JSON, by their annotations: what is written at every turn of every plan.

The writer of a type is put together once. The text is compact, and what has its default value is left out.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from functools import cache, lru_cache
from itertools import compress
from json.encoder import encode_basestring
from operator import attrgetter, is_not
from types import NoneType, UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin

import attrs

Write: TypeAlias = Callable[[Any], str]

compact: Write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_ALWAYS = object()
"""The default of a field that has none."""


@cache
def writer_of(kind: Any, special: tuple[tuple[Any, Write], ...] = ()) -> Write:
    """What writes a value of a type. `special` says it of some types.

    An object of a class has its fields without those that have their default value; one of several classes also has its
    `type`.
    """
    for known, write in special:
        if kind == known:
            return write
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        some = tuple(part for part in parts if part is not NoneType)
        one = writer_of(some[0], special) if len(some) == 1 else _one_of(some, special)
        return one if NoneType not in parts else _unless_none(one)
    if origin is tuple:
        return _each(writer_of(parts[0], special))
    if origin is frozenset:
        return _sorted(writer_of(parts[0], special))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {constant: compact(constant.value) for constant in kind}.__getitem__
    if attrs.has(kind):
        return _object(_fields(kind, special))
    # The names of steps and groups are written again and again.
    return lru_cache(maxsize=4096)(_object(_fields(kind, special))) if hasattr(kind, "_fields") else compact


@lru_cache(maxsize=4096)
def _moment(moment: datetime) -> str:
    """A moment in UTC. Of those that are written, most are written several times."""
    return f'"{moment.astimezone(UTC).isoformat()}"'


_PLAIN: dict[Any, Write] = {
    str: encode_basestring,
    int: str,
    bool: {True: "true", False: "false"}.__getitem__,
    datetime: _moment,
}


def _unless_none(write: Write) -> Write:
    return lambda value: "null" if value is None else write(value)


def _each(write: Write) -> Write:
    return lambda values: f"[{','.join(map(write, values))}]"


def _sorted(write: Write) -> Write:
    return lambda values: f"[{','.join(map(write, sorted(values)))}]"


def _one_of(kinds: tuple[Any, ...], special: tuple[tuple[Any, Write], ...]) -> Write:
    writers = {kind: _object(_fields(kind, special), f',"type":{compact(kind.__name__)}') for kind in kinds}
    return lambda value: writers[type(value)](value)


_Field: TypeAlias = tuple[str, Any, Write]
"""The name, the default, and what writes the value."""


def _fields(kind: Any, special: tuple[tuple[Any, Write], ...]) -> list[_Field]:
    if not attrs.has(kind):  # a named tuple
        defaults = kind._field_defaults
        return [(name, defaults.get(name, _ALWAYS), writer_of(t, special)) for name, t in kind.__annotations__.items()]
    fields = (field for field in attrs.fields(kind) if field.init)
    return [(field.name, _default(field.default), writer_of(field.type, special)) for field in fields]


def _default(given: Any) -> Any:
    if given is attrs.NOTHING:
        return _ALWAYS
    return given.factory() if hasattr(given, "factory") else given


def _object(fields: list[_Field], first: str = "") -> Write:
    if not fields:
        return lambda value: f"{{{first[1:]}}}"
    # One call for all values; of a single field it would give the value itself.
    values_of = attrgetter(*(name for name, *_ in fields), *([fields[0][0]] if len(fields) == 1 else []))
    known = [(f",{compact(name)}:", default, content) for name, default, content in fields]
    defaults = tuple(default for _, default, _ in fields)

    def write(value: Any) -> str:
        told = first
        values = values_of(value)
        # Most values are the very object that is the default.
        for (name, default, content), held in compress(zip(known, values, strict=False), map(is_not, values, defaults)):
            if held != default:
                told += name + content(held)
        return f"{{{told[1:]}}}"

    return write
