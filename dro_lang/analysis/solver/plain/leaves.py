"""Leaves that look at a value, and the conditions that they stand for."""

from collections.abc import Callable
from typing import TypeAlias

from dro_lang.conditions.normal import All, Any, Flag, Membership, Normal, Presence, Range, Relation, Truth
from dro_lang.conditions.order import COMPARISONS, comparable
from dro_lang.program.expressions import (
    And,
    Comparison,
    Constant,
    Expression,
    InRange,
    InSet,
    Known,
    Not,
    Or,
    operands,
    with_operands,
)
from dro_lang.program.types import BOOLEAN
from dro_lang.program.values import Value

Leaf: TypeAlias = Flag | Relation | Range | Membership


def terms_of(leaf: Leaf) -> tuple[Expression, ...]:
    """What a leaf looks at; the constants with which it compares that are left out."""
    match leaf:
        case Relation(_, left, Constant()):
            return (left,)
        case Relation(_, left, right):
            return (left, right)
    return (leaf.operand,)


def condition_of(formula: Normal) -> Expression:
    """The condition that a formula stands for."""
    match formula:
        case Truth(value):
            return Constant(value, BOOLEAN)
        case Presence(operand, known):
            return Known(operand) if known else Not(Known(operand))
        case Relation(operator, left, right):
            return Comparison(operator, left, right)
        case Range(operand, low, high, inside):
            within = InRange(operand, low, high)
            return within if inside else Not(within)
        case Membership(operand, members, inside):
            one_of = InSet(operand, members)
            return one_of if inside else Not(one_of)
        case Flag(operand, expected):
            return operand if expected else Not(operand)
        case All(parts):
            return And(tuple(map(condition_of, parts)))
        case Any(parts):
            return Or(tuple(map(condition_of, parts)))


def accepts(leaf: Leaf) -> tuple[tuple[Value, ...], Callable[[Value], bool]] | None:
    """The constants with which a leaf compares its one term, and whether it holds for a value of that; None where it
    compares two terms, or asks for a condition."""
    match leaf:
        case Relation(operator, _, Constant(constant)):
            wanted = comparable(constant)
            return (constant,), lambda value: COMPARISONS[operator](comparable(value), wanted)
        case Range(_, low, high, inside):
            least, most = low and comparable(low.value), high and comparable(high.value)

            def lies(value: Value) -> bool:
                point = comparable(value)
                return ((low is None or point >= least) and (high is None or point <= most)) is inside

            return tuple(bound.value for bound in (low, high) if bound is not None), lies
        case Membership(_, members, inside):
            points = [comparable(member.value) for member in members]
            return tuple(member.value for member in members), lambda value: (comparable(value) in points) is inside
    return None


def replaced(expression: Expression, old: Expression, new: Expression) -> Expression:
    """The expression with another one in the place of a part of it."""
    if expression == old:
        return new
    return with_operands(expression, tuple(replaced(part, old, new) for part in operands(expression)))
