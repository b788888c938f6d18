"""Why a condition holds or not: each part with its verdict and the values that it looked at."""

from collections.abc import Iterator
from typing import cast

from attrs import AttrsInstance, fields, frozen, has

from dro_lang.conditions.environment import Environment
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import (
    Aggregate,
    And,
    Attribute,
    Expression,
    ItemAttribute,
    ListFunction,
    Not,
    Now,
    Or,
    Parameter,
    Result,
    Today,
)
from dro_lang.program.render import render, render_value


@frozen
class Trace:
    """A part of a condition: its text, whether it holds, and what the names in it stood for. A part that is made of
    others with `and` or `or` has these as `parts`, and no values of its own."""

    text: str
    holds: bool
    values: tuple[tuple[str, str], ...] = ()
    parts: "tuple[Trace, ...]" = ()


def trace(condition: Expression, environment: Environment) -> Trace:
    """Take a condition apart down to its comparisons."""
    holds = evaluate(condition, environment) is True
    match condition:
        case And(operands) | Or(operands):
            parts = tuple(trace(operand, environment) for operand in operands)
            return Trace(render(condition), holds, parts=parts)
        case Not(And() | Or() | Not() as operand):
            return Trace(render(condition), holds, parts=(trace(operand, environment),))
    asked = condition.operand if isinstance(condition, Not) else condition
    if isinstance(asked, Aggregate) and asked.function in (ListFunction.ANY, ListFunction.ALL):
        return Trace(render(condition), holds, _of_elements(asked, environment))
    return Trace(render(condition), holds, _values(condition, environment))


def _values(condition: Expression, environment: Environment) -> tuple[tuple[str, str], ...]:
    values = {render(name): render_value(evaluate(name, environment), name.type) for name in _names(condition)}
    return tuple(values.items())


def _of_elements(asked: Aggregate, environment: Environment) -> tuple[tuple[str, str], ...]:
    """The first element that decided and what the condition on it looked at; how many there are where no one did."""
    rows = environment.root.get(asked.list)
    if not isinstance(rows, tuple):
        return ((asked.list, "unknown"),)
    decides = asked.function is ListFunction.ANY
    for number, row in enumerate(rows, start=1):
        element = environment.at_element(row)
        if asked.where is not None and (evaluate(asked.where, element) is True) is decides:
            return (("element", f"{number} of {len(rows)}"), *_values(asked.where, element))
    return (("elements", str(len(rows))),)


_Name = Attribute | ItemAttribute | Parameter | Result | Today | Now | Aggregate


def _names(part: object) -> Iterator[_Name]:
    """What an expression reads of its environment, in order of writing. A function over a list counts as one name."""
    if isinstance(part, _Name):
        yield part
    elif isinstance(part, tuple):
        for element in part:
            yield from _names(element)
    elif has(type(part)):
        for attribute in fields(cast(type[AttrsInstance], type(part))):
            yield from _names(getattr(part, attribute.name))


def lines(traced: Trace) -> list[str]:
    """The trace as lines of text, parts indented under their whole, values in a column of their own."""
    rows = list(_rows(traced, 0))
    width = max((len(text) for text, values in rows if values), default=0)
    return [f"{text:<{width}}    {values}" if values else text for text, values in rows]


def _stated(name: str, value: str) -> str:
    return f"{name} unknown" if value == "unknown" else f"{name} = {value}"


def _rows(traced: Trace, depth: int) -> Iterator[tuple[str, str]]:
    verdict = "true" if traced.holds else "false"
    yield f"{verdict:<5}  {'  ' * depth}{traced.text}", ", ".join(_stated(*named) for named in traced.values)
    for part in traced.parts:
        yield from _rows(part, depth + 1)
