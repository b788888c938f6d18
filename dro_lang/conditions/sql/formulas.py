"""Conditions in normal form as SQL, and what could not be said of them.

A test that a value is known stands before what looks at the value, as the author wrote it or the checker asked for it;
of a value that is computed it is left out where the next part makes it itself. So a condition is true where it holds,
and false or unknown where it does not; `certain` says that it is never unknown.
"""

from collections.abc import Iterable, Mapping

from attrs import define, evolve, field, frozen
from sqlglot import exp

from dro_lang.conditions import normal
from dro_lang.conditions.columnar.helpers import operands_of
from dro_lang.conditions.normal import Normal
from dro_lang.conditions.sql.expressions import Scope, Unsayable, constant, known, sizes, term
from dro_lang.conditions.sql.terms import Plain, Term, is_null, negated, wrapped
from dro_lang.program.expressions import (
    Aggregate,
    Arithmetic,
    ArithmeticOperator,
    Attribute,
    Call,
    ComparisonOperator,
    Constant,
    Expression,
    Function,
    ItemAttribute,
    ListFunction,
    Now,
    Today,
    operands,
)
from dro_lang.program.types import DateTimeType, DateType

_COMPARISONS: Mapping[ComparisonOperator, type[exp.Binary]] = {
    ComparisonOperator.EQUAL: exp.EQ,
    ComparisonOperator.NOT_EQUAL: exp.NEQ,
    ComparisonOperator.LESS: exp.LT,
    ComparisonOperator.LESS_OR_EQUAL: exp.LTE,
    ComparisonOperator.GREATER: exp.GT,
    ComparisonOperator.GREATER_OR_EQUAL: exp.GTE,
}


@frozen
class Problem:
    """An expression that the dialect cannot say, and why."""

    expression: Expression
    why: str


@frozen
class Formula:
    """A condition; `certain` says that it is never unknown."""

    sql: exp.Expr = field(eq=False)
    certain: bool


@define
class Conditions:
    """Builds formulas in a scope, and collects what cannot be said. `known` are the names that are never unknown."""

    scope: Scope
    known: frozenset[Expression]
    problems: list[Problem] = field(factory=list)

    def formula(self, condition: Normal, known: frozenset[Expression] | None = None) -> Formula:
        known = self.known if known is None else known
        match condition:
            case normal.Truth(value):
                return Formula(exp.Boolean(this=value), True)
            case normal.All(parts):
                return self._all(parts, known)
            case normal.Any(parts):
                found = [self.formula(part, known) for part in parts]
                return Formula(_joined(exp.Or, found), all(each.certain for each in found))
            case normal.Presence(operand, known=expected) if operand in known:
                return Formula(exp.Boolean(this=expected), True)
        try:
            certain = all(_certain(each, known) for each in operands_of(condition))
            return Formula(_leaf(condition, self.scope), certain)
        except Unsayable as problem:
            told = Problem(problem.expression, problem.why)
            if told not in self.problems:
                self.problems.append(told)
            return Formula(exp.false(), True)

    def inside(self, scope: Scope, names: Iterable[Expression]) -> "Conditions":
        """For the elements of a list, in a scope of their own."""
        return evolve(self, scope=scope, known=self.known | frozenset(names))

    def _all(self, parts: tuple[Normal, ...], known: frozenset[Expression]) -> Formula:
        looked_at = {operand for part in parts for operand in operands_of(part)}
        found = []
        for part in parts:
            if isinstance(part, normal.Presence) and part.known:
                if part.operand in known:
                    continue
                if not isinstance(part.operand, Attribute | ItemAttribute) and part.operand in looked_at:
                    continue
            found.append(self.formula(part, known))
            if isinstance(part, normal.Presence) and part.known:
                known |= {part.operand}
        return Formula(_joined(exp.And, found), all(each.certain for each in found))


def _joined(kind: type[exp.Connector], formulas: list[Formula]) -> exp.Expr:
    if not formulas:
        return exp.true()
    together = formulas[0].sql if len(formulas) == 1 else _part(formulas[0].sql, kind)
    for formula in formulas[1:]:
        together = kind(this=together, expression=_part(formula.sql, kind))
    return together


def _part(node: exp.Expr, kind: type[exp.Connector]) -> exp.Expr:
    return exp.Paren(this=node) if isinstance(node, exp.Connector) and not isinstance(node, kind) else node


def _certain(expression: Expression, known: frozenset[Expression]) -> bool:
    """Whether a value is known wherever these are: no quotient by what may be 0, nothing that leaves the calendar."""
    if expression in known:
        return True
    match expression:
        case Constant(value):
            return value is not None
        case Today() | Now():
            return True
        case Attribute() | ItemAttribute():
            return False
        case Aggregate(function):
            return function not in (ListFunction.MIN, ListFunction.MAX)
        case Call(Function.DEFAULT, (_, otherwise)):
            return _certain(otherwise, known)
        case Arithmetic(operator, _, right):
            if operator is ArithmeticOperator.DIVIDE and not (isinstance(right, Constant) and right.value):
                return False
            if isinstance(expression.type, DateType | DateTimeType):
                return False
    return all(_certain(each, known) for each in operands(expression))


def _leaf(leaf: Normal, scope: Scope) -> exp.Expr:
    match leaf:
        case normal.Presence(operand, known=expected):
            test = known(term(operand, scope))
            return test if expected else _not(test)
        case normal.Flag(operand, expected):
            flag = term(operand, scope)
            assert isinstance(flag, Plain)
            return flag.sql if expected else negated(flag.sql)
        case normal.Relation(operator, left, right):
            return _compared(_COMPARISONS[operator], term(left, scope), term(right, scope), scope)
        case normal.Range(operand, low, high, inside):
            return _range(term(operand, scope), _bound(low, scope), _bound(high, scope), inside, scope)
        case normal.Membership(operand, members, inside):
            return _membership(term(operand, scope), [term(member, scope) for member in members], inside, scope)
    raise TypeError(f"{leaf!r} is no leaf")


def _not(test: exp.Expr) -> exp.Expr:
    """The opposite of a test for presence."""
    if isinstance(test, exp.Is):
        return is_null(test.this)
    return negated(test)


def _bound(bound: Constant | None, scope: Scope) -> Term | None:
    return None if bound is None else constant(bound.value, bound.type, scope.enums, scope.dialect)


def _compared(kind: type[exp.Binary], left: Term, right: Term, scope: Scope) -> exp.Expr:
    one, other = sizes(left, right, scope.dialect)
    return kind(this=_operand(one), expression=_operand(other))


def _operand(node: exp.Expr) -> exp.Expr:
    """An operand of a comparison, which binds less tightly than sums and products."""
    return node if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div | exp.Neg) else wrapped(node)


def _range(value: Term, low: Term | None, high: Term | None, inside: bool, scope: Scope) -> exp.Expr:
    if low is not None and high is not None and inside:
        one, least = sizes(value, low, scope.dialect)
        _, most = sizes(value, high, scope.dialect)
        return exp.Between(this=_operand(one), low=_operand(least), high=_operand(most))
    kinds = (exp.GTE, exp.LTE) if inside else (exp.LT, exp.GT)
    tests = [
        Formula(_compared(kind, value, bound, scope), True)
        for kind, bound in zip(kinds, (low, high), strict=True)
        if bound is not None
    ]
    if not tests:
        return known(value) if inside else exp.false()
    return _joined(exp.Or, tests)


def _membership(value: Term, members: list[Term], inside: bool, scope: Scope) -> exp.Expr:
    pairs = [sizes(value, member, scope.dialect) for member in members]
    if len({one for one, _ in pairs}) > 1:
        kind, join = (exp.EQ, exp.Or) if inside else (exp.NEQ, exp.And)
        tests = [Formula(kind(this=_operand(one), expression=_operand(other)), True) for one, other in pairs]
        return _joined(join, tests)
    operand = _operand(pairs[0][0])
    if len(pairs) == 1:
        return (exp.EQ if inside else exp.NEQ)(this=operand, expression=_operand(pairs[0][1]))
    found = exp.In(this=operand, expressions=[other for _, other in pairs])
    return found if inside else exp.Not(this=found)
