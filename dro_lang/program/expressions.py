"""Typed expressions: what the checker makes of the text, and what every evaluator starts from.

Presence has been checked: a comparison or an operation meets an unknown operand only where the condition around it
decides without it. Evaluators therefore agree on one rule for the rest: an operation on an unknown value is unknown, a
comparison with an unknown operand is false (negated or not).
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeAlias

from attrs import evolve, frozen

from dro_lang.program.types import BOOLEAN, DATE, DATETIME, BooleanType, DateTimeType, DateType, Type
from dro_lang.program.values import Value


class ArithmeticOperator(StrEnum):
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


class ComparisonOperator(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


class Function(StrEnum):
    DEFAULT = "default"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    LOWER = "lower"
    UPPER = "upper"
    TRIM = "trim"
    LENGTH = "length"
    ABS = "abs"
    ROUND = "round"
    MIN = "min"
    MAX = "max"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    WEEKDAY = "weekday"


class ListFunction(StrEnum):
    ANY = "any"
    ALL = "all"
    COUNT = "count"
    SUM = "sum"
    MIN = "min"
    MAX = "max"


@frozen
class Constant:
    value: Value
    type: Type


@frozen
class Attribute:
    """An attribute of the root."""

    name: str
    type: Type


@frozen
class ItemAttribute:
    """An attribute of the item: in a step per item its own, inside a list function the element at hand."""

    name: str
    type: Type


@frozen
class Parameter:
    """A parameter of the group, bound when the plan is composed."""

    name: str
    type: Type


@frozen
class Result:
    """A result of a step: of the same group instance where `group` is None, else of the instance of that name."""

    group: str | None
    step: str
    name: str
    type: Type


@frozen
class Today:
    """The day of the run in the plan's time zone."""

    type: DateType = DATE


@frozen
class Now:
    type: DateTimeType = DATETIME


@frozen
class Negate:
    operand: "Expression"
    type: Type


@frozen
class Arithmetic:
    operator: ArithmeticOperator
    left: "Expression"
    right: "Expression"
    type: Type


@frozen
class Comparison:
    operator: ComparisonOperator
    left: "Expression"
    right: "Expression"
    type: BooleanType = BOOLEAN


@frozen
class InRange:
    """Inclusive; a side that is None is open."""

    operand: "Expression"
    low: Constant | None
    high: Constant | None
    type: BooleanType = BOOLEAN


@frozen
class InSet:
    operand: "Expression"
    members: tuple["Expression", ...]
    type: BooleanType = BOOLEAN


@frozen
class Known:
    operand: "Expression"
    type: BooleanType = BOOLEAN


@frozen
class Not:
    operand: "Expression"
    type: BooleanType = BOOLEAN


@frozen
class And:
    operands: tuple["Expression", ...]
    type: BooleanType = BOOLEAN


@frozen
class Or:
    operands: tuple["Expression", ...]
    type: BooleanType = BOOLEAN


@frozen
class Call:
    function: Function
    arguments: tuple["Expression", ...]
    type: Type


@frozen
class Aggregate:
    """A function over a list of the root: `attribute` is what `sum`, `min` and `max` take of each element."""

    function: ListFunction
    list: str
    attribute: str | None
    where: "Expression | None"
    type: Type


Expression: TypeAlias = (
    Constant
    | Attribute
    | ItemAttribute
    | Parameter
    | Result
    | Today
    | Now
    | Negate
    | Arithmetic
    | Comparison
    | InRange
    | InSet
    | Known
    | Not
    | And
    | Or
    | Call
    | Aggregate
)


def operands(expression: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside an expression, in order of writing."""
    match expression:
        case Negate(operand) | Not(operand) | Known(operand) | InRange(operand):
            return (operand,)
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            return (left, right)
        case InSet(operand, members):
            return (operand, *members)
        case And(parts) | Or(parts):
            return parts
        case Call(_, arguments):
            return arguments
        case Aggregate(_, _, _, where) if where is not None:
            return (where,)
    return ()


def with_operands(expression: Expression, changed: tuple[Expression, ...]) -> Expression:
    """The expression with others in the place of its operands, of which there are as many."""
    match expression:
        case Negate() | Not() | Known() | InRange():
            return evolve(expression, operand=changed[0])
        case Arithmetic() | Comparison():
            return evolve(expression, left=changed[0], right=changed[1])
        case InSet():
            return evolve(expression, operand=changed[0], members=changed[1:])
        case And() | Or():
            return evolve(expression, operands=changed)
        case Call():
            return evolve(expression, arguments=changed)
        case Aggregate() if changed:
            return evolve(expression, where=changed[0])
    return expression


def walk(expression: Expression) -> Iterator[Expression]:
    """Every part of an expression, itself first, in order of writing."""
    yield expression
    for part in operands(expression):
        yield from walk(part)
