"""What an expression is worth in an environment. Unknown is None.

An operation on an unknown value is unknown, and so is one whose result lies outside the calendar (years 1 to 9999).
Conditions are values with three outcomes (Kleene's logic): a comparison with an unknown operand is unknown, and so is
its negation; `and` and `or` are unknown only where their other operands leave it open. A condition *holds* where it is
true, which makes this the same meaning as that of the normal form (normal.py).
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import reduce

from dro_lang.conditions.arithmetic import calculate, negate
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.functions import call
from dro_lang.conditions.order import compare, largest, smallest
from dro_lang.program.expressions import (
    Aggregate,
    And,
    Arithmetic,
    Attribute,
    Call,
    Comparison,
    ComparisonOperator,
    Constant,
    Expression,
    Function,
    InRange,
    InSet,
    ItemAttribute,
    Known,
    ListFunction,
    Negate,
    Not,
    Now,
    Or,
    Parameter,
    Result,
    Today,
    operands,
)
from dro_lang.program.types import DecimalType, MoneyType, Type
from dro_lang.program.values import Row, Value, add


def evaluate(expression: Expression, environment: Environment) -> Value:
    """The value of an expression; None where it is unknown."""
    match expression:
        case Constant(value):
            return value
        case Attribute(name):
            return environment.root.get(name)
        case ItemAttribute(name):
            return None if environment.item is None else environment.item.get(name)
        case Parameter(name):
            return environment.parameters.get(name)
        case Result(group, step, name):
            return environment.results.get((group, step, name))
        case Today():
            return environment.today
        case Now():
            return environment.now
        case Comparison(operator, left, right):
            return _compared(operator, evaluate(left, environment), evaluate(right, environment))
        case And(parts):
            return _decided((evaluate(part, environment) for part in parts), by=False)
        case Or(parts):
            return _decided((evaluate(part, environment) for part in parts), by=True)
        case Not(operand):
            value = evaluate(operand, environment)
            return None if value is None else not value
        case Known(operand):
            return evaluate(operand, environment) is not None
        case InSet(operand, members):
            value = evaluate(operand, environment)
            equal = ComparisonOperator.EQUAL
            return _decided((_compared(equal, value, evaluate(m, environment)) for m in members), by=True)
        case InRange(operand, low, high):
            return _in_range(evaluate(operand, environment), low, high)
        case Aggregate():
            return _aggregated(expression, environment)
        case Negate() | Arithmetic() | Call():
            return apply(expression, [evaluate(part, environment) for part in operands(expression)], environment)


def apply(expression: Negate | Arithmetic | Call, values: Sequence[Value], environment: Environment) -> Value:
    """The value of an operation whose operands have these values. Only the zone and the calendar of the environment are
    looked at."""
    try:
        return fitted(_applied(expression, values, environment), expression.type)
    except OverflowError:
        return None


def _applied(expression: Negate | Arithmetic | Call, values: Sequence[Value], environment: Environment) -> Value:
    if isinstance(expression, Call) and expression.function is Function.DEFAULT:
        return next((value for value in values if value is not None), None)
    if None in values:
        return None
    match expression:
        case Call(function):
            return call(function, tuple(values), environment.zone)
        case Negate():
            return negate(values[0])
        case Arithmetic(operator):
            return calculate(operator, values[0], values[1], environment)


def fitted(value: Value, type: Type) -> Value:
    """The value as its type has it: a whole number that stands for a decimal or an amount becomes a Decimal."""
    return Decimal(value) if isinstance(value, int) and isinstance(type, DecimalType | MoneyType) else value


def _compared(operator: ComparisonOperator, left: Value, right: Value) -> bool | None:
    return None if left is None or right is None else compare(operator, left, right)


def _decided(values: Iterable[Value], by: bool) -> bool | None:
    """The outcome of operands of which one decides: `or` by a true one, `and` by a false one."""
    undecided = False
    for value in values:
        if value is by:
            return by
        undecided = undecided or value is None
    return None if undecided else not by


def _in_range(value: Value, low: Constant | None, high: Constant | None) -> bool | None:
    if value is None:
        return None
    above = low is None or compare(ComparisonOperator.GREATER_OR_EQUAL, value, low.value)
    return above and (high is None or compare(ComparisonOperator.LESS_OR_EQUAL, value, high.value))


def _aggregated(aggregate: Aggregate, environment: Environment) -> Value:
    """A function over the elements for which the condition holds. An element whose attribute is unknown adds nothing to
    `sum`, `min` and `max`."""
    rows = environment.root.get(aggregate.list)
    if not isinstance(rows, tuple):
        return None
    chosen = _elements(rows, aggregate.where, environment)
    match aggregate.function:
        case ListFunction.ANY:
            return next(chosen, None) is not None
        case ListFunction.ALL:
            return sum(1 for _ in chosen) == len(rows)
        case ListFunction.COUNT:
            return sum(1 for _ in chosen)
    attribute = aggregate.attribute
    if attribute is None:
        raise TypeError(f"`{aggregate.function}` needs an attribute of the elements")
    values = [value for row in chosen if (value := row.get(attribute)) is not None]
    if aggregate.function is ListFunction.MIN:
        return fitted(smallest(values), aggregate.type)
    if aggregate.function is ListFunction.MAX:
        return fitted(largest(values), aggregate.type)
    zero: Decimal | int = 0
    numbers = (value for value in values if isinstance(value, int | Decimal))
    return fitted(reduce(add, numbers, zero), aggregate.type)


def _elements(rows: tuple[Row, ...], where: Expression | None, environment: Environment) -> Iterator[Row]:
    return (row for row in rows if where is None or evaluate(where, environment.at_element(row)) is True)
