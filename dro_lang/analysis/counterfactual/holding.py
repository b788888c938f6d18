"""A formula with most of a record held at its values."""

from dro_lang.analysis.counterfactual.places import terms_of
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import (
    MIRRORED,
    All,
    Flag,
    Membership,
    Normal,
    Presence,
    Range,
    Relation,
    Truth,
    all_of,
    any_of,
)
from dro_lang.conditions.normal import Any as AnyOf
from dro_lang.conditions.rules import decide, facts_class, lower_normal
from dro_lang.conditions.values import evaluate
from dro_lang.program.expressions import (
    Aggregate,
    Attribute,
    Constant,
    Expression,
    ItemAttribute,
    Parameter,
    Result,
    operands,
    walk,
    with_operands,
)


def hold(formula: Normal, environment: Environment, free: frozenset[str]) -> Normal:
    """What a formula comes to where only these attributes can be something else than they are. It holds wherever the
    formula may: a leaf that asks for the result of a step is taken as met."""
    match formula:
        case Truth():
            return formula
        case All(parts):
            return all_of(hold(part, environment, free) for part in parts)
        case AnyOf(parts):
            return any_of(hold(part, environment, free) for part in parts)
    named = [part for term in terms_of(formula) for part in walk(term)]
    if any(isinstance(part, Result | Parameter) for part in named):
        return Truth(True)
    if not any(_free(part, free) for part in named):
        rule = lower_normal(formula)
        return Truth(decide(rule, facts_class(rule.variables)(environment)))
    match formula:
        case Presence(operand, known):
            return Presence(_held(operand, environment, free), known)
        case Flag(operand, expected):
            return Flag(_held(operand, environment, free), expected)
        case Range(operand, low, high, inside):
            return Range(_held(operand, environment, free), low, high, inside)
        case Membership(operand, members, inside):
            return Membership(_held(operand, environment, free), members, inside)
        case Relation(operator, left, right):
            left, right = _held(left, environment, free), _held(right, environment, free)
            if isinstance(left, Constant):
                operator, left, right = MIRRORED[operator], right, left
            return Relation(operator, left, right)
    return formula


def _held(term: Expression, environment: Environment, free: frozenset[str]) -> Expression:
    """The term with values in the place of what is not free."""
    if isinstance(term, Constant):
        return term
    if not any(_free(part, free) or isinstance(part, ItemAttribute) for part in walk(term)):
        value = evaluate(term, environment)
        return term if value is None else Constant(value, term.type)
    return with_operands(term, tuple(_held(part, environment, free) for part in operands(term)))


def _free(part: Expression, free: frozenset[str]) -> bool:
    return (isinstance(part, Attribute) and part.name in free) or (isinstance(part, Aggregate) and part.list in free)
