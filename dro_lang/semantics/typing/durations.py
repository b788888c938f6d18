"""Durations of either kind: what a group asks of the Duration that it is called with.

A parameter of type Duration takes hours, days or business days. What the group does with it may allow only some of
them (a Date takes whole days; business days compare with business days only), which is checked at each call.
"""

from attrs import frozen

from dro_lang.program.expressions import (
    Arithmetic,
    Attribute,
    Call,
    Expression,
    ItemAttribute,
    Negate,
    Parameter,
    Result,
)
from dro_lang.program.types import DurationType, DurationUnit
from dro_lang.source import Span

WHOLE_DAYS = frozenset({DurationUnit.DAYS, DurationUnit.BUSINESS_DAYS})
NOT_BUSINESS = frozenset({DurationUnit.DAYS, DurationUnit.ELAPSED})
BUSINESS = frozenset({DurationUnit.BUSINESS_DAYS})


@frozen
class Requirement:
    """A use of a parameter which allows some units only; `code` and `why` are those of the mistake."""

    parameter: str
    units: frozenset[DurationUnit]
    code: str
    span: Span
    why: str


def open_sources(expression: Expression) -> list[Parameter | Attribute | ItemAttribute | Result]:
    """The names in an expression through which a duration of either kind comes into its value."""
    match expression:
        case Parameter() | Attribute() | ItemAttribute() | Result() if (
            isinstance(expression.type, DurationType) and expression.type.unit is DurationUnit.ANY
        ):
            return [expression]
        case Negate(operand):
            return open_sources(operand)
        case Arithmetic(_, left, right):
            return open_sources(left) + open_sources(right)
        case Call(_, arguments):
            return [source for argument in arguments for source in open_sources(argument)]
    return []
