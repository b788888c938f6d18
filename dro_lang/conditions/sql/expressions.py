"""Expressions as terms of a query."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from string import ascii_lowercase, ascii_uppercase
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen
from sqlglot import exp

from dro_lang.conditions.columnar.terms import Inexpressible
from dro_lang.conditions.sql import time
from dro_lang.conditions.sql.arithmetic import absolute, calculate, exact, negative, rounded, whole
from dro_lang.conditions.sql.dialects.base import Dialect
from dro_lang.conditions.sql.terms import (
    Day,
    Length,
    Moment,
    Number,
    Plain,
    Term,
    call,
    case,
    integer,
    is_known,
    text,
    wrapped,
)
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
    Negate,
    Now,
    Today,
)
from dro_lang.program.model import Enumeration
from dro_lang.program.types import EnumType, Type
from dro_lang.program.values import Duration

_LITERAL_DIGITS = 10


class Unsayable(Exception):
    """The innermost expression that a dialect cannot say, and why. It never leaves this package uncaught."""

    def __init__(self, expression: Expression, why: str) -> None:
        super().__init__(why)
        self.expression = expression
        self.why = why


@frozen
class Scope:
    """What the names of an expression stand for: columns of the query, `item` those of the element at hand, `now` the
    moment of the run where it is fixed. `aggregate` gives the column of a function over a list."""

    dialect: Dialect
    root: Mapping[str, Term]
    enums: Mapping[str, Enumeration]
    today: Day
    now: Moment | None
    zone: ZoneInfo
    aggregate: Callable[[Aggregate], Term] = field(eq=False)
    item: Mapping[str, Term] = field(factory=dict)


def term(expression: Expression, scope: Scope) -> Term:
    """The term of an expression that is no condition. Raises Unsayable."""
    try:
        return _term(expression, scope)
    except Inexpressible as reason:
        raise Unsayable(expression, reason.what) from None


def _term(expression: Expression, scope: Scope) -> Term:
    dialect = scope.dialect
    match expression:
        case Constant(value, type):
            return constant(value, type, scope.enums, dialect)
        case Attribute(name):
            return _column(name, scope.root)
        case ItemAttribute(name):
            return _column(name, scope.item)
        case Today():
            return scope.today
        case Now():
            if scope.now is None:
                raise Inexpressible("the moment of the run is not known before its day is: fix it with --today")
            return scope.now
        case Negate(operand):
            return _negative(term(operand, scope))
        case Arithmetic(operator, left, right):
            return _arithmetic(operator, term(left, scope), term(right, scope), scope)
        case Call(function, arguments):
            return _call(function, tuple(term(each, scope) for each in arguments), scope)
        case Aggregate():
            return scope.aggregate(expression)
    raise Inexpressible("only a plan that runs has a value for it")


def constant(value: object, type: Type, enums: Mapping[str, Enumeration], dialect: Dialect) -> Term:
    if isinstance(type, EnumType):
        return Plain(text(next(each.text for each in enums[type.name].constants if each.name == value)))
    match value:
        case bool():
            return Plain(exp.Boolean(this=value))
        case int():
            return whole(value, dialect)
        case Decimal():
            return exact(value, dialect)
        case Duration(days, seconds, business):
            count = business or days
            return Length(
                whole(count, dialect) if count or not seconds else None,
                whole(seconds, dialect) if seconds else None,
                bool(business),
            )
        case datetime():
            return Moment(dialect.moment(value))
        case date():
            return Day(dialect.day(value), value, value)
        case str() if "\0" not in value:
            return Plain(text(value))
    raise Inexpressible("a text with a NUL character cannot be written there")


def known(of: Term) -> exp.Expr:
    """The test that a term is known."""
    if not isinstance(of, Length):
        return is_known(of.sql)
    tests = [is_known(part.sql) for part in (of.days, of.seconds) if part is not None and part.value is None]
    return exp.Paren(this=exp.and_(*tests)) if len(tests) > 1 else tests[0] if tests else exp.true()


def _column(name: str, columns: Mapping[str, Term]) -> Term:
    if name not in columns:
        raise Inexpressible("a duration that stands in the data has no column there")
    return columns[name]


def _negative(of: Term) -> Term:
    match of:
        case Number():
            return negative(of)
        case Length():
            return evolve(
                of,
                days=None if of.days is None else negative(of.days),
                seconds=None if of.seconds is None else negative(of.seconds),
            )
    raise TypeError(f"no `-` of {of!r}")


def _arithmetic(operator: ArithmeticOperator, left: Term, right: Term, scope: Scope) -> Term:
    dialect = scope.dialect
    sign = -1 if operator is ArithmeticOperator.SUBTRACT else 1
    match left, right:
        case Number(), Number():
            return calculate(operator, left, right, dialect)
        case (Length() as length, Number() as count) | (Number() as count, Length() as length):
            parts = [
                None if part is None else calculate(operator, part, count, dialect)
                for part in (length.days, length.seconds)
            ]
            return evolve(length, days=parts[0], seconds=parts[1])
        case Length(), Length():
            return _lengths(operator, left, right, dialect)
        case Day(), Day():
            return time.days_between(left, right, dialect)
        case Moment(), Moment():
            return time.seconds_between(left, right, dialect)
        case (Day() as day, Length() as length) | (Length() as length, Day() as day):
            return time.shifted_day(day, length, sign, dialect)
        case (Moment() as moment, Length() as length) | (Length() as length, Moment() as moment):
            return time.shifted_moment(moment, length, sign, scope.zone, dialect)
    raise TypeError(f"no `{operator}` for {left!r} and {right!r}")


def _lengths(operator: ArithmeticOperator, left: Length, right: Length, dialect: Dialect) -> Length:
    def part(one: Number | None, other: Number | None) -> Number | None:
        if one is None and other is not None and operator is ArithmeticOperator.SUBTRACT:
            return negative(other)
        if one is None or other is None:
            return one or other
        return calculate(operator, one, other, dialect)

    days, seconds = part(left.days, right.days), part(left.seconds, right.seconds)
    return Length(days, seconds, left.business or right.business)


def _call(function: Function, terms: tuple[Term, ...], scope: Scope) -> Term:
    dialect = scope.dialect
    first = terms[0]
    match function:
        case Function.MIN | Function.MAX:
            found = first
            for other in terms[1:]:
                found = _nearer(function, found, other, dialect)
            return found
        case Function.DEFAULT:
            return _default(first, terms[1], dialect)
        case Function.YEAR | Function.MONTH | Function.DAY | Function.WEEKDAY:
            assert isinstance(first, Day | Moment)
            return time.part(function, first, scope.zone, dialect)
        case Function.ABS:
            return _absolute(first)
        case Function.ROUND:
            places = terms[1]
            assert isinstance(first, Number)
            assert isinstance(places, Number)
            assert places.value is not None
            return rounded(first, int(places.value), dialect)
    return _of_text(function, [each.sql for each in terms if isinstance(each, Plain)], dialect)


def _of_text(function: Function, texts: list[exp.Expr], dialect: Dialect) -> Term:
    match function:
        case Function.LENGTH:
            return Number(call("LENGTH", texts[0]), 10, loose=True)
        case Function.LOWER:
            return Plain(call("TRANSLATE", texts[0], text(ascii_uppercase), text(ascii_lowercase)))
        case Function.UPPER:
            return Plain(call("TRANSLATE", texts[0], text(ascii_lowercase), text(ascii_uppercase)))
        case Function.TRIM:
            return Plain(dialect.trim(texts[0]))
        case Function.STARTS_WITH:
            return Plain(dialect.starts_with(*texts))
        case Function.ENDS_WITH:
            return Plain(dialect.ends_with(*texts))
        case Function.CONTAINS:
            return Plain(dialect.contains(*texts))
    raise TypeError(f"no `{function}` of texts")


def _absolute(of: Term) -> Term:
    match of:
        case Number():
            return absolute(of)
        case Length(None, Number() as seconds):
            return evolve(of, seconds=absolute(seconds))
        case Length(Number() as days, None):
            return evolve(of, days=absolute(days))
    raise Inexpressible("`abs` of a duration that has both days and elapsed time")


def _nearer(function: Function, one: Term, other: Term, dialect: Dialect) -> Term:
    """The first of the least (or greatest) of two terms; unknown where one is."""
    order = (exp.LTE, exp.GT) if function is Function.MIN else (exp.GTE, exp.LT)
    pair = sizes(one, other, dialect)
    first, second = (kind(this=wrapped(pair[0].copy()), expression=wrapped(pair[1].copy())) for kind in order)

    def chosen(mine: exp.Expr, theirs: exp.Expr) -> exp.Expr:
        return case((first.copy(), mine), (second.copy(), theirs))

    return _either(one, other, chosen)


def _default(value: Term, otherwise: Term, dialect: Dialect) -> Term:
    def chosen(mine: exp.Expr, theirs: exp.Expr) -> exp.Expr:
        if isinstance(value, Length):
            return case((known(value), mine), otherwise=theirs)
        return exp.Coalesce(this=mine, expressions=[theirs])

    return _either(value, otherwise, chosen)


def _either(one: Term, other: Term, chosen: Callable[[exp.Expr, exp.Expr], exp.Expr]) -> Term:
    """One of two terms of a kind."""
    match one, other:
        case Number(), Number():
            digits, places = max(one.digits, other.digits), max(one.places, other.places)
            return Number(chosen(one.sql, other.sql), digits, places, loose=not _gives_way(one, other))
        case Day(), Day():
            return Day(chosen(one.sql, other.sql), min(one.low, other.low), max(one.high, other.high))
        case Moment(), Moment():
            return Moment(chosen(one.sql, other.sql))
        case Length(), Length():
            zero = Number(integer(0), 1, value=Decimal(0))
            parts = [
                None if mine is None and theirs is None else _either(mine or zero, theirs or zero, chosen)
                for mine, theirs in ((one.days, other.days), (one.seconds, other.seconds))
            ]
            days, seconds = (part if isinstance(part, Number) else None for part in parts)
            return Length(days, seconds, one.business or other.business)
    assert isinstance(one, Plain)
    assert isinstance(other, Plain)
    return Plain(chosen(one.sql, other.sql))


def _gives_way(one: Number, other: Number) -> bool:
    """Whether either of two numbers is of the exact type of the other, or a literal that takes it on."""
    if one.loose or other.loose:
        return False
    if (one.digits, one.places) == (other.digits, other.places):
        return True
    literal, column = (one, other) if one.value is not None else (other, one)
    # A whole literal is taken for a number of ten digits by some.
    fits = literal.digits <= column.digits >= _LITERAL_DIGITS and literal.places <= column.places
    return fits and literal.value is not None and column.value is None


def sizes(left: Term, right: Term, dialect: Dialect) -> tuple[exp.Expr, exp.Expr]:
    """Two terms as what databases compare as the language does."""
    if isinstance(left, Length) and isinstance(right, Length):
        if _only_days(left) and _only_days(right):
            left, right = left.days or _zero(), right.days or _zero()
        else:
            left, right = time.seconds_of(left, dialect), time.seconds_of(right, dialect)
    assert not isinstance(left, Length)
    assert not isinstance(right, Length)
    return left.sql, right.sql


def _zero() -> Number:
    return Number(integer(0), 1, value=Decimal(0))


def _only_days(length: Length) -> bool:
    return length.seconds is None
