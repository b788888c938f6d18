"""Types of variables for the business-rules library, and their operators, with the exact meaning of the language.

The library's own numbers compare with a tolerance of a millionth and its selections ignore case; it has no dates,
durations, ranges, sets or negations. Only its booleans are used as they are. Values in a rule's tree are JSON: a
decimal is text (never a float), a date or a moment ISO 8601 text, a duration its seconds.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar, TypeAlias, TypeVar, cast

from business_rules.fields import FIELD_NUMERIC, FIELD_SELECT_MULTIPLE, FIELD_TEXT
from business_rules.operators import BaseType, BooleanType, type_operator

from dro_lang.conditions.order import length
from dro_lang.conditions.time import instant
from dro_lang.program.render import render_value
from dro_lang.program.types import (
    DECIMAL,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IdType,
    IntegerType,
    MoneyType,
    TextType,
    Type,
)
from dro_lang.program.values import Duration, Value

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"
_Method = TypeVar("_Method", bound=Callable[..., bool])


class RuleError(Exception):
    """A rule that is not well formed, or a value that does not fit the variable that it is given for."""


def _operator(input_type: str) -> Callable[[_Method], _Method]:
    """Marks a method as an operator of the library; its argument is taken as it stands in the tree."""
    return cast(Callable[[_Method], _Method], type_operator(input_type, assert_type_for_arguments=False))


class _Equatable(BaseType):  # type: ignore[misc]
    """Values that are equal or not. `accepts` casts a run-time value, `read` what stands in the tree."""

    name: ClassVar[str]

    @classmethod
    def accepts(cls, value: Value) -> Any:
        raise NotImplementedError

    @classmethod
    def read(cls, data: Json) -> Any:
        raise NotImplementedError

    def _assert_valid_value_and_cast(self, value: Value) -> Any:
        return self.accepts(value)

    @_operator(FIELD_TEXT)
    def equal_to(self, other: Json) -> bool:
        return bool(self.value == self.read(other))

    @_operator(FIELD_TEXT)
    def not_equal_to(self, other: Json) -> bool:
        return bool(self.value != self.read(other))

    @_operator(FIELD_SELECT_MULTIPLE)
    def is_one_of(self, others: list[Json]) -> bool:
        return any(self.value == self.read(other) for other in others)

    @_operator(FIELD_SELECT_MULTIPLE)
    def is_not_one_of(self, others: list[Json]) -> bool:
        return all(self.value != self.read(other) for other in others)


class _Ordered(_Equatable):
    """Values that also have an order. A range is a list of its bounds, null for an open one."""

    @_operator(FIELD_NUMERIC)
    def less_than(self, other: Json) -> bool:
        return bool(self.value < self.read(other))

    @_operator(FIELD_NUMERIC)
    def less_than_or_equal_to(self, other: Json) -> bool:
        return bool(self.value <= self.read(other))

    @_operator(FIELD_NUMERIC)
    def greater_than(self, other: Json) -> bool:
        return bool(self.value > self.read(other))

    @_operator(FIELD_NUMERIC)
    def greater_than_or_equal_to(self, other: Json) -> bool:
        return bool(self.value >= self.read(other))

    @_operator(FIELD_SELECT_MULTIPLE)
    def is_between(self, bounds: list[Json]) -> bool:
        low, high = bounds
        return bool((low is None or self.value >= self.read(low)) and (high is None or self.value <= self.read(high)))

    @_operator(FIELD_SELECT_MULTIPLE)
    def is_not_between(self, bounds: list[Json]) -> bool:
        low, high = bounds
        return bool(
            (low is not None and self.value < self.read(low)) or (high is not None and self.value > self.read(high))
        )


def _refuse(kind: str, value: object) -> RuleError:
    return RuleError(f"{value!r} is no {kind}")


class StringType(_Equatable):
    """Text and ids, by code point."""

    name = "text"

    @classmethod
    def accepts(cls, value: Value) -> str:
        if isinstance(value, str):
            return value
        raise _refuse(cls.name, value)

    @classmethod
    def read(cls, data: Json) -> str:
        if isinstance(data, str):
            return data
        raise _refuse(cls.name, data)


class ConstantType(StringType):
    """Constants of an enum, by name; case matters."""

    name = "constant"


class NumberType(_Ordered):
    """Whole numbers, decimals and amounts of one currency, exactly."""

    name = "number"

    @classmethod
    def accepts(cls, value: Value) -> int | Decimal:
        if (isinstance(value, int) and not isinstance(value, bool)) or (
            isinstance(value, Decimal) and value.is_finite()
        ):
            return value
        raise _refuse(cls.name, value)

    @classmethod
    def read(cls, data: Json) -> int | Decimal:
        if isinstance(data, str):
            return _number(data)
        if isinstance(data, int) and not isinstance(data, bool):
            return data
        raise _refuse(cls.name, data)


class DayType(_Ordered):
    """Days."""

    name = "date"

    @classmethod
    def accepts(cls, value: Value) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise _refuse(cls.name, value)

    @classmethod
    def read(cls, data: Json) -> date:
        if isinstance(data, str):
            return _date(data)
        raise _refuse(cls.name, data)


class MomentType(_Ordered):
    """Date-times, as instants."""

    name = "moment"

    @classmethod
    def accepts(cls, value: Value) -> timedelta:
        if isinstance(value, datetime) and value.utcoffset() is not None:
            return instant(value)
        raise _refuse(cls.name, value)

    @classmethod
    def read(cls, data: Json) -> timedelta:
        if isinstance(data, str):
            return _moment(data)
        raise _refuse(cls.name, data)


class LengthType(_Ordered):
    """Durations, by their length in seconds."""

    name = "duration"

    @classmethod
    def accepts(cls, value: Value) -> int:
        if isinstance(value, Duration):
            return length(value)
        raise _refuse(cls.name, value)

    @classmethod
    def read(cls, data: Json) -> int:
        if isinstance(data, int) and not isinstance(data, bool):
            return data
        raise _refuse(cls.name, data)


@lru_cache(maxsize=4096)
def _number(text: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise _refuse("number", text)
    return Decimal(text)


@lru_cache(maxsize=4096)
def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _refuse("date", text) from error


@lru_cache(maxsize=4096)
def _moment(text: str) -> timedelta:
    try:
        return instant(datetime.fromisoformat(text))
    except ValueError as error:
        raise _refuse("moment", text) from error


TYPES: Mapping[str, type[BaseType]] = {
    kind.name: kind for kind in (StringType, ConstantType, NumberType, DayType, MomentType, LengthType, BooleanType)
}
"""The types by name: the only ones that a rule may have."""

OPERATORS: Mapping[str, frozenset[str]] = {
    name: frozenset(operator["name"] for operator in kind.get_all_operators()) for name, kind in TYPES.items()
}
"""The operators of each type. The library looks an operator up with getattr, which would find any method at all."""


def check_leaf(type: str, operator: Json, value: Json) -> None:
    """Raises RuleError for an operator that a type does not have, or a value that the operator cannot read."""
    kind = TYPES.get(type)
    if kind is None or not isinstance(operator, str) or operator not in OPERATORS[type]:
        raise RuleError(f"`{operator}` is no operator of type {type}")
    if not issubclass(kind, _Equatable):
        return
    if operator in _OF_SEVERAL:
        if not isinstance(value, list):
            raise RuleError(f"`{operator}` takes a list, not {value!r}")
        several = [item for item in value if item is not None] if operator in _OF_BOUNDS else value
        if operator in _OF_BOUNDS and len(value) != 2:
            raise RuleError(f"`{operator}` takes two bounds, not {value!r}")
    else:
        several = [value]
    for item in several:
        kind.read(item)


_OF_BOUNDS = ("is_between", "is_not_between")
_OF_SEVERAL = (*_OF_BOUNDS, "is_one_of", "is_not_one_of")

_KINDS: Mapping[type[Type], type[_Equatable]] = {
    IdType: StringType,
    TextType: StringType,
    EnumType: ConstantType,
    IntegerType: NumberType,
    DecimalType: NumberType,
    MoneyType: NumberType,
    DateType: DayType,
    DateTimeType: MomentType,
    DurationType: LengthType,
}


def kind_of(type: Type) -> str:
    """The name of the rule type that compares values of a type; RuleError for one that does not compare."""
    kind = _KINDS.get(type.__class__)
    if kind is None:
        raise RuleError(f"a {type} does not compare")
    return kind.name


def written(value: Value) -> Json:
    """A known value as it stands in a rule's tree."""
    if isinstance(value, Duration):
        return length(value)
    if isinstance(value, Decimal):
        return render_value(value, DECIMAL)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int):
        return value
    raise RuleError(f"{value!r} does not compare")
