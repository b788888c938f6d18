"""Which terms can be unknown, and what it takes for one to be known."""

from collections.abc import Callable

from dro_lang.conditions.normal import All, Any, Normal, Presence, Truth, all_of, any_of
from dro_lang.program.expressions import (
    Aggregate,
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Call,
    Constant,
    Expression,
    Function,
    ItemAttribute,
    ListFunction,
    Negate,
    Now,
    Parameter,
    Result,
    Today,
)

IsOptional = Callable[[Expression], bool]
"""Whether an attribute, of the root or of the item, a parameter or a result is optional."""


def known(term: Expression, is_optional: IsOptional) -> Normal:
    """When a term is known, down to the attributes in it."""
    match term:
        case Constant(value):
            return Truth(value is not None)
        case Today() | Now():
            return Truth(True)
        case Attribute() | ItemAttribute() | Parameter() | Result():
            return Presence(term, True) if is_optional(term) else Truth(True)
        case Negate(operand):
            return known(operand, is_optional)
        case Arithmetic(operator, left, right):
            both = all_of((known(left, is_optional), known(right, is_optional)))
            if operator is ArithmeticOperator.DIVIDE and not isinstance(right, Constant):
                return all_of((both, Presence(term, True)))
            return both
        case Call(Function.DEFAULT, (value, otherwise)):
            return any_of((known(value, is_optional), known(otherwise, is_optional)))
        case Call(_, arguments):
            return all_of(known(argument, is_optional) for argument in arguments)
        case Aggregate(function) if function not in (ListFunction.MIN, ListFunction.MAX):
            return Truth(True)
    return Presence(term, True)


def with_known_attributes(formula: Normal, is_optional: IsOptional) -> Normal:
    """The formula with every test of presence brought down to the attributes that decide it."""
    match formula:
        case Presence(operand, True):
            return known(operand, is_optional)
        case Presence(operand, False):
            return _negated(known(operand, is_optional))
        case All(parts):
            return all_of(with_known_attributes(part, is_optional) for part in parts)
        case Any(parts):
            return any_of(with_known_attributes(part, is_optional) for part in parts)
    return formula


def _negated(formula: Normal) -> Normal:
    """The opposite of a formula that `known` gave: it is made of Truth, Presence, All and Any only."""
    match formula:
        case Truth(value):
            return Truth(not value)
        case Presence(operand, is_known):
            return Presence(operand, not is_known)
        case All(parts):
            return any_of(_negated(part) for part in parts)
        case Any(parts):
            return all_of(_negated(part) for part in parts)
    raise TypeError(f"{type(formula).__name__} says nothing of presence")
