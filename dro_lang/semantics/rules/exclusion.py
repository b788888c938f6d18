"""Scenarios that can never match the same record, as far as their text shows it.

Sound, not complete: `unless` and `otherwise` that name each other, and conditions joined by `and` of which two
contradict each other about one attribute. Scenarios that exclude each other in other ways count as able to meet.
"""

from collections.abc import Iterator
from itertools import product

from dro_lang.program.expressions import (
    And,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    InRange,
    InSet,
    Known,
    Not,
)
from dro_lang.program.types import DurationType
from dro_lang.program.values import Value
from dro_lang.semantics.rules.overview import Overview
from dro_lang.syntax import ast


def exclude_each_other(overview: Overview, plan: ast.Plan, one: ast.Scenario, other: ast.Scenario) -> bool:
    """Whether two scenarios of a plan never match together, or may not because of a mistake that has been reported."""
    if one.otherwise or other.otherwise or _names(one, other) or _names(other, one):
        return True
    names = {scenario.name.text for scenario in plan.scenarios}
    if any(name.text not in names for scenario in (one, other) for name in scenario.unless):
        return True
    if one.when is None or other.when is None:
        return False
    first, second = (overview.typed.expressions.get(when) for when in (one.when, other.when))
    return first is None or second is None or contradict(first, second)


def contradict(one: Expression, other: Expression) -> bool:
    """Whether two parts of conditions, joined by `and` in each, show that no record satisfies both."""
    pairs = product(_conjuncts(one), _conjuncts(other))
    return any(_contradict(first, second) or _contradict(second, first) for first, second in pairs)


def _names(one: ast.Scenario, other: ast.Scenario) -> bool:
    return any(name.text == other.name.text for name in one.unless)


def _conjuncts(condition: Expression) -> Iterator[Expression]:
    if isinstance(condition, And):
        for operand in condition.operands:
            yield from _conjuncts(operand)
    else:
        yield condition


def _contradict(one: Expression, other: Expression) -> bool:
    """Whether no record satisfies two conditions; the first one may be any that speaks of one value alone."""
    if isinstance(one, Not) and one.operand == other:
        return True
    subject = _subject(one)
    if subject is None:
        return False
    if other == Not(Known(subject)):
        return not isinstance(one, Known | Not)
    if isinstance(subject.type, DurationType) or subject != _subject(other):
        return False
    values = _values(one)
    if values is not None:
        return not any(_satisfies(value, other) for value in values)
    lows, highs = zip(_bounds(one), _bounds(other), strict=True)
    return any(_beyond(low, high) for low, high in product(lows, highs) if low and high)


def _subject(condition: Expression) -> Expression | None:
    """What a comparison with constants is about."""
    match condition:
        case Comparison(_, left, Constant()):
            return left
        case InSet(operand, members) if all(isinstance(member, Constant) for member in members):
            return operand
        case InRange(operand) | Not(InRange(operand)):
            return operand
        case Not(InSet() as negated):
            return _subject(negated)
        case Known(operand):
            return operand
    return None


def _values(condition: Expression) -> list[Value] | None:
    """The only values that satisfy a condition, where they can be counted."""
    match condition:
        case Comparison(ComparisonOperator.EQUAL, _, Constant(value)):
            return [value]
        case InSet(_, members):
            return [member.value for member in members if isinstance(member, Constant)]
    return None


def _satisfies(value: Value, condition: Expression) -> bool:
    match condition:
        case Comparison(ComparisonOperator.NOT_EQUAL, _, Constant(other)):
            return value != other
        case Not(InSet() | InRange() as negated):
            return not _satisfies(value, negated)
        case InSet(_, members):
            return value in [member.value for member in members if isinstance(member, Constant)]
    low, high = _bounds(condition)
    return not (_beyond(low, (value, True)) or _beyond((value, True), high))


Bound = tuple[Value, bool] | None
"""A value and whether it is within; None where there is no bound."""


def _bounds(condition: Expression) -> tuple[Bound, Bound]:
    match condition:
        case InRange(_, low, high):
            return ((low.value, True) if low else None), ((high.value, True) if high else None)
        case Comparison(operator, _, Constant(value)):
            exact = operator is ComparisonOperator.EQUAL
            within = operator in (ComparisonOperator.LESS_OR_EQUAL, ComparisonOperator.GREATER_OR_EQUAL) or exact
            is_low = exact or operator in (ComparisonOperator.GREATER, ComparisonOperator.GREATER_OR_EQUAL)
            is_high = exact or operator in (ComparisonOperator.LESS, ComparisonOperator.LESS_OR_EQUAL)
            return ((value, within) if is_low else None), ((value, within) if is_high else None)
    return None, None


def _beyond(low: Bound, high: Bound) -> bool:
    """Whether nothing lies between a lower and an upper bound."""
    if low is None or high is None or low[0] is None or high[0] is None:
        return False
    return bool(low[0] > high[0] or (low[0] == high[0] and not (low[1] and high[1])))  # type: ignore[operator]
