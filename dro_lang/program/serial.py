"""A program as JSON and back, and its content hash. The format is described in docs/program-json.md.

What runs is written, tests and properties are not: a new test changes neither the JSON nor the hash. A field that has
its default value is left out, so that a later version of the format can add fields without changing old hashes.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin

import cattrs
import cattrs.v
from attrs import evolve, has, resolve_types

from dro_lang.program.expressions import Constant, Expression
from dro_lang.program.model import Program
from dro_lang.program.tests import Property, Test
from dro_lang.program.types import DateTimeType, DateType, DecimalType, DurationType, IntegerType, MoneyType, Type
from dro_lang.program.values import Duration, Value

FORMAT = "drolang program"
VERSION = 1

_TAG = "is"
"""The key that tells which of several classes an object is, such as `{"is": "Comparison", ...}`."""


class ProgramFormatError(ValueError):
    """A document that is no program of this version of the format. The message says what is wrong with it."""


def to_json(program: Program) -> dict[str, Any]:
    """The document of a program: plain values, ready for `json.dumps`."""
    body = _body(program)
    return {"format": FORMAT, "format_version": VERSION, "hash": _hash(body), "program": body}


def from_json(document: Mapping[str, Any]) -> Program:
    """The program of a document. Raises ProgramFormatError where the document is none, or was changed."""
    if document.get("format") != FORMAT:
        raise ProgramFormatError(f'this is no program: its `format` is not "{FORMAT}"')
    if document.get("format_version") != VERSION:
        version = document.get("format_version")
        raise ProgramFormatError(f"this program is in version {version} of the format, not {VERSION}: compile it again")
    try:
        program = _converter().structure(document["program"], Program)
    except Exception as error:  # whatever a document can make the conversion stumble over
        raise ProgramFormatError(f"this program cannot be read: {_told(error)}") from error
    if document.get("hash") != content_hash(program):
        raise ProgramFormatError("this program does not have the content that its hash was made of")
    return program


def _told(error: Exception) -> str:
    def said(problem: BaseException, type: Any) -> str:
        return str(problem) if isinstance(problem, ProgramFormatError) else cattrs.v.format_exception(problem, type)

    return "; ".join(cattrs.transform_error(error, format_exception=said))


def content_hash(program: Program) -> str:
    """The SHA-256 of the canonical JSON of what runs, in hexadecimal. Formatting the file again does not change it."""
    return _hash(_body(program))


def _hash(body: dict[str, Any]) -> str:
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _body(program: Program) -> dict[str, Any]:
    plain = _converter().unstructure(evolve(program, tests=(), properties=()))
    return cast(dict[str, Any], plain)


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(
        omit_if_default=True, forbid_extra_keys=True, unstruct_collection_overrides={tuple: list}
    )
    for expression in _choices(Expression):
        if expression is not Constant:  # which has hooks of its own
            resolve_types(expression)  # their names of each other, which stand in quotes
    resolve_types(Program, {"Test": Test, "Property": Property})  # which the model alone does not load
    converter.register_unstructure_hook(time, time.isoformat)
    converter.register_structure_hook(time, lambda text, _: time.fromisoformat(text))
    converter.register_unstructure_hook_func(_is_choice, _tagged(converter))
    converter.register_structure_hook_func(_is_choice, _untagged(converter))

    def constant_to_json(constant: Constant) -> dict[str, Any]:
        return {"value": _plain(constant.value, constant.type), "type": converter.unstructure(constant.type, Type)}

    def constant_of_json(document: Mapping[str, Any], _: object) -> Constant:
        type = converter.structure(document["type"], cast(Any, Type))
        return Constant(_value(document["value"], type), type)

    converter.register_unstructure_hook_func(lambda type: type is Constant, constant_to_json)
    converter.register_structure_hook_func(lambda type: type is Constant, constant_of_json)
    return converter


# ---- one of several classes: an object with a tag


def _choices(type: Any) -> tuple[Any, ...]:
    return tuple(member for member in get_args(type) if member is not NoneType)


def _is_choice(type: Any) -> bool:
    """Whether values of a type are of one of several of the program's classes, or None."""
    members = _choices(type) if get_origin(type) in (Union, UnionType) else ()
    return len(members) > 1 and all(has(member) for member in members)


def _name(type: Any) -> str:
    return cast(str, type.__name__.removesuffix("Type"))


def _tagged(converter: cattrs.Converter) -> Callable[[Any], Any]:
    def tag(value: Any) -> Any:
        return None if value is None else {_TAG: _name(type(value)), **converter.unstructure(value)}

    return tag


def _untagged(converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    def untag(document: Any, choice: Any) -> Any:
        if document is None and NoneType in get_args(choice):
            return None
        fields = dict(document)
        tag = fields.pop(_TAG)
        chosen = next((member for member in _choices(choice) if _name(member) == tag), None)
        if chosen is None:
            raise ProgramFormatError(f'"{tag}" cannot stand here')
        return converter.structure(fields, chosen)

    return untag


# ---- values, by their types


def _plain(value: Value, type: Type) -> Any:
    match value, type:
        case Duration(days, seconds, business_days), _:
            parts = {"days": days, "seconds": seconds, "business_days": business_days}
            return {unit: count for unit, count in parts.items() if count}
        case ((int() | Decimal()), (DecimalType() | MoneyType())):
            # As text: a JSON number becomes a binary fraction in many readers. One text for equal amounts.
            text = format(Decimal(value) or Decimal(), "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case date(), _:  # a datetime is a date too
            return value.isoformat()
    return value


def _value(plain: Any, type: Type) -> Value:
    match type:
        case _ if plain is None:
            return None
        case DecimalType() | MoneyType():
            return Decimal(plain)
        case IntegerType():
            return int(plain)
        case DateTimeType():
            return datetime.fromisoformat(plain)
        case DateType():
            return date.fromisoformat(plain)
        case DurationType():
            return Duration(**plain)
    return cast(Value, plain)
