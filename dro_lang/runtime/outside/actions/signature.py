"""Whether a callable fits the signature of its action: names, whether they may be unknown, types."""

import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from dro_lang.program.model import Action, AttributeDefinition, Program
from dro_lang.program.types import (
    BooleanType,
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
from dro_lang.program.values import Duration
from dro_lang.runtime.outside.actions.declared import Call

_PYTHON: Mapping[type[Type], type] = {
    IdType: str,
    TextType: str,
    BooleanType: bool,
    IntegerType: int,
    DecimalType: Decimal,
    MoneyType: Decimal,
    DateType: date,
    DateTimeType: datetime,
    DurationType: Duration,
    EnumType: str,
}
_KEYWORDS = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def mismatches(function: Callable[..., Any], action: Action, program: Program) -> tuple[str, ...]:
    """Everything in which a callable does not fit an action, as sentences about it. What is not annotated fits."""
    try:
        signature = inspect.signature(function)
        hints = _hints(function)
    except Exception:  # annotations are code, and may do anything
        return ("its parameters and annotations cannot be read",)
    return (*_parameters(signature, hints, action, program), *_results(hints.get("return"), action))


def call_parameter(function: Callable[..., Any]) -> str | None:
    """The name of the parameter that takes the `Call`, if there is one."""
    hints = _hints(function)
    return next((name for name, hint in hints.items() if hint is Call and name != "return"), None)


def _hints(function: Callable[..., Any]) -> Mapping[str, Any]:
    """The annotations of a function, or of how an object is called."""
    return typing.get_type_hints(function if inspect.isroutine(function) else type(function).__call__)


def _parameters(
    signature: inspect.Signature, hints: Mapping[str, Any], action: Action, program: Program
) -> Iterator[str]:
    takes = {definition.name: definition for definition in action.takes}
    takes_any = False
    for name, parameter in signature.parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            takes_any = True
        elif hints.get(name) is Call or parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            continue
        elif parameter.kind not in _KEYWORDS:
            yield f"its parameter `{name}` cannot be given by name"
        elif name in takes:
            yield from _parameter(takes[name], hints.get(name, Any), program)
        elif parameter.default is inspect.Parameter.empty:
            yield f"its parameter `{name}` is no argument of the action"
    if not takes_any:
        for name in takes:
            if name not in signature.parameters:
                yield f"it has no parameter for the argument `{name}`"


def _parameter(definition: AttributeDefinition, hint: Any, program: Program) -> Iterator[str]:
    wanted = _PYTHON[type(definition.type)]
    if not _takes(hint, wanted, definition.type, program):
        is_text = f"`{definition.name}` is {definition.type}, given as `{wanted.__name__}`"
        yield f"{is_text}, and its parameter is annotated `{_name(hint)}`"
    elif definition.optional and not _takes(hint, type(None), definition.type, program):
        yield f"`{definition.name}` is optional, and its parameter is not annotated to be None: `{_name(hint)} | None`"


def _takes(hint: Any, given: type, of: Type, program: Program) -> bool:
    """Whether a parameter with an annotation takes values of a type."""
    if hint is Any or hint is object or hint is inspect.Parameter.empty:
        return True
    if hint is None:
        return given is type(None)
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_takes(each, given, of, program) for each in typing.get_args(hint))
    if origin is typing.Annotated:
        return _takes(typing.get_args(hint)[0], given, of, program)
    if origin is Literal:
        constants = program.enums[of.name].constants if isinstance(of, EnumType) else ()
        return bool(constants) and given is str and {c.name for c in constants} <= set(typing.get_args(hint))
    plain = origin or hint
    if not isinstance(plain, type):
        return True  # a type variable, a protocol by name: nothing to be sure of
    # bool is an int, and datetime a date, in Python; in the language they are not.
    return plain is given


def _results(hint: Any, action: Action) -> Iterator[str]:
    gives = {definition.name: definition for definition in action.gives}
    if hint is type(None) and gives:
        yield f"it is annotated to give nothing, and the action gives {_listed(gives)}"
    if typing.is_typeddict(hint):
        names = set(typing.get_type_hints(hint))
        for name in gives:
            if name not in names:
                yield f"its result has no `{name}`, which the action gives"
        for name in sorted(names - gives.keys()):
            yield f"its result has `{name}`, which the action does not give"
    elif hint in (str, int, float, bool, bytes, Decimal, date, datetime):
        yield f"it gives `{_name(hint)}`, and is to give a mapping of results" + (
            f": {_listed(gives)}" if gives else ""
        )


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")
