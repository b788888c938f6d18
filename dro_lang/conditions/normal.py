"""The normal form of conditions, from which every evaluator starts.

Negation stands at the leaves only, and every leaf that looks at a value stands behind the test that the value is known.
Parts are looked at from left to right and only as far as needed, so no leaf ever meets an unknown value: with one, a
comparison is false, negated or not. The form is two-valued, and holds exactly where Kleene's logic (values.py) says
true. The values in leaves hold no conditions, save the `where` of list functions.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeAlias

from attrs import evolve, frozen

from dro_lang.program.expressions import (
    And,
    Call,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    Function,
    InRange,
    InSet,
    Known,
    Not,
    Now,
    Or,
    Today,
)
from dro_lang.program.types import BooleanType


@frozen
class Truth:
    """Always or never."""

    value: bool


@frozen
class Presence:
    """Whether a value is known."""

    operand: Expression
    known: bool


@frozen
class Flag:
    """Whether a known Boolean value (an attribute, a result, a call) is the expected one."""

    operand: Expression
    expected: bool


@frozen
class Relation:
    """Two known values, neither of them Boolean, compared. A constant stands on the right."""

    operator: ComparisonOperator
    left: Expression
    right: Expression


@frozen
class Range:
    """Whether a known value lies between two bounds, inclusive (or outside of them). One of them may be open."""

    operand: Expression
    low: Constant | None
    high: Constant | None
    inside: bool


@frozen
class Membership:
    """Whether a known value, not a Boolean one, is one of some constants (or none of them)."""

    operand: Expression
    members: tuple[Constant, ...]
    inside: bool


@frozen
class All:
    """All parts hold. At least two, none of them All or Truth, none twice."""

    parts: "tuple[Normal, ...]"


@frozen
class Any:
    """One of the parts holds. At least two, none of them Any or Truth, none twice."""

    parts: "tuple[Normal, ...]"


Normal: TypeAlias = Truth | Presence | Flag | Relation | Range | Membership | All | Any

NEGATED = {
    ComparisonOperator.EQUAL: ComparisonOperator.NOT_EQUAL,
    ComparisonOperator.NOT_EQUAL: ComparisonOperator.EQUAL,
    ComparisonOperator.LESS: ComparisonOperator.GREATER_OR_EQUAL,
    ComparisonOperator.GREATER_OR_EQUAL: ComparisonOperator.LESS,
    ComparisonOperator.GREATER: ComparisonOperator.LESS_OR_EQUAL,
    ComparisonOperator.LESS_OR_EQUAL: ComparisonOperator.GREATER,
}

MIRRORED = {
    ComparisonOperator.EQUAL: ComparisonOperator.EQUAL,
    ComparisonOperator.NOT_EQUAL: ComparisonOperator.NOT_EQUAL,
    ComparisonOperator.LESS: ComparisonOperator.GREATER,
    ComparisonOperator.GREATER_OR_EQUAL: ComparisonOperator.LESS_OR_EQUAL,
    ComparisonOperator.GREATER: ComparisonOperator.LESS,
    ComparisonOperator.LESS_OR_EQUAL: ComparisonOperator.GREATER_OR_EQUAL,
}


@lru_cache(maxsize=4096)
def normalize(condition: Expression, positive: bool = True) -> Normal:
    """The normal form of a condition; of its negation where `positive` is false."""
    match condition:
        case Constant(value):
            return Truth(value is positive)
        case Not(operand):
            return normalize(operand, not positive)
        case And(operands) | Or(operands):
            together = all_of if isinstance(condition, And) == positive else any_of
            return together(normalize(operand, positive) for operand in operands)
        case Known(operand):
            return _presence(operand, positive)
        case Comparison(operator, left, right):
            return _comparison(operator if positive else NEGATED[operator], left, right)
        case InRange(operand, low, high):
            return all_of((_presence(operand, True), Range(operand, low, high, positive)))
        case InSet():
            return _membership(condition, positive)
        case Call(Function.DEFAULT, (value, otherwise)):
            absent = all_of((_presence(value, False), normalize(otherwise, positive)))
            return any_of((normalize(value, positive), absent))
    return all_of((_presence(condition, True), Flag(condition, positive)))


def complement(normal: Normal) -> Normal:
    """What holds exactly where a normal form does not: unlike the form of the negation, also with unknown values."""
    match normal:
        case Truth(value):
            return Truth(not value)
        case Presence(operand, known):
            return Presence(operand, not known)
        case Flag(operand, expected):
            return Flag(operand, not expected)
        case Relation(operator, left, right):
            return Relation(NEGATED[operator], left, right)
        case Range() | Membership():
            return evolve(normal, inside=not normal.inside)
        case All(parts):
            return any_of(map(complement, parts))
        case Any(parts):
            return all_of(map(complement, parts))


def all_of(parts: Iterable[Normal]) -> Normal:
    """All of the parts, in their order: flat, without what is always so."""
    return _joined(parts, All, neutral=True)


def any_of(parts: Iterable[Normal]) -> Normal:
    """One of the parts, in their order: flat, without what is never so."""
    return _joined(parts, Any, neutral=False)


def _joined(parts: Iterable[Normal], kind: "type[All] | type[Any]", neutral: bool) -> Normal:
    kept: dict[Normal, None] = {}
    for part in parts:
        if isinstance(part, Truth):
            if part.value is not neutral:
                return part
        elif isinstance(part, kind):
            kept.update(dict.fromkeys(part.parts))
        else:
            kept[part] = None
    if len(kept) > 1:
        return kind(tuple(kept))
    return next(iter(kept), Truth(neutral))


def _presence(operand: Expression, known: bool) -> Normal:
    if isinstance(operand, Constant):
        return Truth((operand.value is not None) is known)
    if isinstance(operand, Today | Now):
        return Truth(known)
    if isinstance(operand, And | Or | Not | Comparison | InRange | InSet | Known):
        decided = any_of((normalize(operand), normalize(operand, False)))
        return decided if known else complement(decided)
    return Presence(operand, known)


def _comparison(operator: ComparisonOperator, left: Expression, right: Expression) -> Normal:
    if isinstance(left.type, BooleanType):
        return _same(left, right, operator is ComparisonOperator.EQUAL)
    if isinstance(left, Constant) and not isinstance(right, Constant):
        return _comparison(MIRRORED[operator], right, left)
    return all_of((_presence(left, True), _presence(right, True), Relation(operator, left, right)))


def _same(left: Expression, right: Expression, same: bool) -> Normal:
    """Two conditions have the same outcome (or different ones): both are true, or both are false."""
    return any_of(
        all_of((normalize(left, outcome), normalize(right, outcome if same else not outcome)))
        for outcome in (True, False)
    )


def _membership(condition: InSet, inside: bool) -> Normal:
    """Equal to one of the members (or to none). Members that are not constants are compared one by one."""
    operand, members = condition.operand, condition.members
    operator = ComparisonOperator.EQUAL if inside else ComparisonOperator.NOT_EQUAL
    together: Callable[[Iterable[Normal]], Normal] = any_of if inside else all_of
    if isinstance(operand.type, BooleanType):
        return together(_comparison(operator, operand, member) for member in members)
    constants = tuple(member for member in members if isinstance(member, Constant))
    others = [_comparison(operator, operand, member) for member in members if not isinstance(member, Constant)]
    if constants:
        tested = Membership(operand, constants, inside)
        others.insert(0, all_of((_presence(operand, True), tested)))
    return together(others)
