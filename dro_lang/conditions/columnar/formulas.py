"""Conditions in normal form as SQL.

The text is true where the condition holds, and false or unknown where it does not: a condition never stands below a
negation, so the tests that a value is known, which stand before the leaves, may be left out.
"""

from collections.abc import Iterable

from dro_lang.conditions import normal
from dro_lang.conditions.columnar.columns import column
from dro_lang.conditions.columnar.expressions import Elements, Scope, constant, known, term
from dro_lang.conditions.columnar.helpers import Helpers, operands_of
from dro_lang.conditions.columnar.terms import (
    Inexpressible,
    Length,
    Number,
    Plain,
    Term,
    alike,
    date_literal,
    moment_literal,
    seconds_of,
)
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import Normal, normalize
from dro_lang.program.expressions import Attribute, ComparisonOperator, Constant, Expression, ItemAttribute
from dro_lang.program.model import AttributeDefinition, Context, Program
from dro_lang.program.types import ListType

_SIGNS = {ComparisonOperator.NOT_EQUAL: "<>"}


def formula(condition: Normal, scope: Scope, helpers: Helpers) -> str:
    """The text of a condition. Raises Inexpressible where there is no helper to be had."""
    match condition:
        case normal.Truth(value):
            return "TRUE" if value else "FALSE"
        case normal.All(parts):
            needed = list(_needed(parts))
            return _joined("AND", (formula(part, scope, helpers) for part in needed or parts))
        case normal.Any(parts):
            return _joined("OR", (formula(part, scope, helpers) for part in parts))
        case normal.Presence(operand, known=expected) if operand in scope.required:
            return "TRUE" if expected else "FALSE"
    try:
        return _leaf(condition, scope)
    except Inexpressible as reason:
        return helpers.call(condition, reason.what)


def scope_of(program: Program, context: Context, environment: Environment, helpers: Helpers) -> Scope:
    """What the conditions of a context's plans read: a column for each attribute, and the day and moment of the run."""
    lists = {each.name: each.type for each in context.attributes if isinstance(each.type, ListType)}

    def where(condition: Expression, scope: Scope) -> str:
        return formula(normalize(condition), scope, helpers)

    return Scope(
        root={each.name: column(each) for each in context.attributes},
        elements={list: _elements(program.records[of.record].attributes) for list, of in lists.items()},
        required=frozenset(Attribute(each.name, each.type) for each in context.attributes if not each.optional),
        enums=program.enums,
        today=Plain(date_literal(environment.today), simple=True),
        now=Plain(moment_literal(environment.now), simple=True),
        zone=environment.zone,
        where=where,
    )


def _elements(attributes: tuple[AttributeDefinition, ...]) -> Elements:
    return Elements(
        {each.name: column(each, "e.") for each in attributes},
        frozenset(ItemAttribute(each.name, each.type) for each in attributes if not each.optional),
    )


def _joined(word: str, texts: Iterable[str]) -> str:
    return f"({f' {word} '.join(texts)})"


def _needed(parts: tuple[Normal, ...]) -> Iterable[Normal]:
    """The parts without tests for known values that a leaf among them makes itself."""
    looked_at = {operand for part in parts for operand in operands_of(part)}
    for part in parts:
        if not (isinstance(part, normal.Presence) and part.known and part.operand in looked_at):
            yield part


def _leaf(leaf: Normal, scope: Scope) -> str:
    match leaf:
        case normal.Presence(operand, known=expected):
            test = known(term(operand, scope))
            return test if expected else f"(NOT {test})"
        case normal.Flag(operand, expected):
            flag = term(operand, scope)
            assert isinstance(flag, Plain)
            return flag.sql if expected else f"(NOT {flag.sql})"
        case normal.Relation(operator, left, right):
            return compared(_SIGNS.get(operator, operator), term(left, scope), term(right, scope))
        case normal.Range(operand, low, high, inside):
            return _range(term(operand, scope), _bound(low, scope), _bound(high, scope), inside)
        case normal.Membership(operand, members, inside):
            return _membership(term(operand, scope), [term(member, scope) for member in members], inside)
    raise TypeError(f"{leaf!r} is no leaf")


def _bound(bound: Constant | None, scope: Scope) -> Term | None:
    return None if bound is None else constant(bound.value, bound.type, scope.enums)


def _pair(left: Term, right: Term) -> tuple[str, str]:
    """Two terms as texts that SQL compares as the language does."""
    if isinstance(left, Length) and isinstance(right, Length):
        left, right = seconds_of(left), seconds_of(right)
    if isinstance(left, Number) and isinstance(right, Number):
        left, right = alike(left, right)
    assert not isinstance(left, Length)
    assert not isinstance(right, Length)
    return left.sql, right.sql


def compared(sign: str, left: Term, right: Term) -> str:
    one, other = _pair(left, right)
    return f"{one} {sign} {other}"


def _range(value: Term, low: Term | None, high: Term | None, inside: bool) -> str:
    signs = (">=", "<=", "AND") if inside else ("<", ">", "OR")
    tests = [compared(sign, value, bound) for sign, bound in zip(signs, (low, high), strict=False) if bound is not None]
    if not tests:
        return known(value) if inside else "FALSE"
    return _joined(signs[2], tests) if len(tests) > 1 else tests[0]


def _membership(value: Term, members: list[Term], inside: bool) -> str:
    pairs = [_pair(value, member) for member in members]
    if len({one for one, _ in pairs}) == 1:
        return f"{pairs[0][0]} {'IN' if inside else 'NOT IN'} ({', '.join(other for _, other in pairs)})"
    tests = (f"{one} {'=' if inside else '<>'} {other}" for one, other in pairs)
    return _joined("OR" if inside else "AND", tests)
