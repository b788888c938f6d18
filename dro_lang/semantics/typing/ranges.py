"""Ranges: the bounds of a type, and those of a condition."""

from typing import Any

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.program.expressions import Constant
from dro_lang.program.types import DecimalType, IntegerType, Type
from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.typing.clashes import clash
from dro_lang.semantics.typing.literals import literal, widened
from dro_lang.semantics.typing.words import type_words
from dro_lang.syntax import ast

Bounds = tuple[Constant | None, Constant | None]


def range_of(lowering: Lowering, node: ast.Range, type: Type, whole: bool = False) -> Bounds | None:
    """The bounds of a range over numbers, money or dates, as constants of that type.

    `whole`: those of an Integer are whole numbers. None after a report: E0206, or what is wrong with a unit.
    """
    if node.low is None and node.high is None:
        help = "write `1..`, `..10` or `1..10`"
        lowering.report.append(diagnose("E0206", node.span, "a range needs a bound", help=help))
        return None
    low = None if node.low is None else _bound(lowering, node.low, type, whole)
    if low is None and node.low is not None:
        return None  # the other bound is most often wrong for the same reason
    high = None if node.high is None else _bound(lowering, node.high, type, whole)
    if high is None and node.high is not None:
        return None
    if low is not None and high is not None and size(low) > size(high):
        assert node.low is not None
        assert node.high is not None
        help = f"write the smaller one first: `{node.high.span.text}..{node.low.span.text}`"
        lowering.report.append(diagnose("E0206", node.span, "this range ends before it begins", help=help))
        return None
    return low, high


def size(constant: Constant) -> Any:
    """The value of a number, an amount or a date, to be compared with another of its type."""
    return constant.value


def _bound(lowering: Lowering, node: ast.Expression, type: Type, whole: bool) -> Constant | None:
    bound = literal(node, lowering.report)
    if bound is None:
        return None
    if isinstance(type, DecimalType) and isinstance(bound.type, IntegerType):
        bound = widened(bound, node.span, lowering.report)
    elif bound.type != type and (whole or not (isinstance(type, IntegerType) and isinstance(bound.type, DecimalType))):
        problem = clash(node, bound.type, type, lowering.enums, code="E0206")
        message = f"`{node.span.text}` is no bound for {type_words(type)}"
        lowering.report.append(diagnose(problem.code, node.span, message, help=problem.help, fixes=problem.fixes))
        return None
    if bound is not None:
        lowering.typed.expressions[node] = bound
    return bound
