"""Expressions as SQL terms."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from attrs import evolve, field, frozen

from dro_lang.conditions.columnar import time
from dro_lang.conditions.columnar.arithmetic import absolute, calculate, negate, rounded
from dro_lang.conditions.columnar.terms import (
    Inexpressible,
    Length,
    Number,
    Plain,
    Term,
    alike,
    counted,
    date_literal,
    exact,
    huge,
    length_of,
    moment_literal,
    seconds_of,
    text_literal,
    whole,
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
    ListFunction,
    Negate,
    Now,
    Today,
)
from dro_lang.program.model import Enumeration
from dro_lang.program.types import DateTimeType, DateType, DecimalType, EnumType, MoneyType, Type
from dro_lang.program.values import Duration

LONGEST_LIST = 10**9
"""Elements that a list is taken to have at most."""
_LONGEST_TEXT = 2**31


@frozen
class Elements:
    """The attributes of a list's elements, as terms of the element `e`; `required` are those that are never unknown."""

    fields: Mapping[str, Term]
    required: frozenset[Expression]


@frozen
class Scope:
    """What the names of an expression stand for: columns of the query, and fields of the element at hand.

    `required` are the names that are never unknown; `where` gives the text of a condition inside a list function.
    """

    root: Mapping[str, Term]
    elements: Mapping[str, "Elements"]
    required: frozenset[Expression]
    enums: Mapping[str, Enumeration]
    today: Plain
    now: Plain
    zone: ZoneInfo
    where: "Callable[[Expression, Scope], str]" = field(eq=False)
    element: Mapping[str, Term] | None = None


def term(expression: Expression, scope: Scope) -> Term:
    """The term of an expression that is no condition. Raises Inexpressible."""
    match expression:
        case Constant(value, type):
            return constant(value, type, scope.enums)
        case Attribute(name):
            return scope.root[name]
        case ItemAttribute(name) if scope.element is not None:
            return scope.element[name]
        case Today():
            return scope.today
        case Now():
            return scope.now
        case Negate(operand):
            return negate(term(operand, scope))
        case Arithmetic():
            return _fitted(_arithmetic(expression, scope), expression.type)
        case Call(function, arguments):
            terms = tuple(term(each, scope) for each in arguments)
            return _fitted(_call(function, terms, expression, scope), expression.type)
        case Aggregate():
            return _aggregate(expression, scope)
    raise Inexpressible("a value that only a running plan has")


def constant(value: object, type: Type, enums: Mapping[str, Enumeration]) -> Term:
    if isinstance(type, EnumType):
        text = next(each.text for each in enums[type.name].constants if each.name == value)
        return Plain(text_literal(text), simple=True)
    match value:
        case bool():
            return Plain("TRUE" if value else "FALSE", simple=True)
        case int():
            return whole(value)
        case Decimal():
            return exact(value)
        case Duration():
            return length_of(value)
        case datetime():
            return Plain(moment_literal(value), simple=True)
        case date():
            return Plain(date_literal(value), simple=True)
        case str() if "\0" not in value:
            return Plain(text_literal(value), simple=True)
    raise Inexpressible("a text with a NUL character")


def known(of: Term) -> str:
    """The text of the test that a term is known."""
    if isinstance(of, Length):
        tests = [f"{part.sql} IS NOT NULL" for part in of.parts if part.low != part.high or not part.simple]
        return f"({' AND '.join(tests)})" if tests else "TRUE"
    return f"{of.sql} IS NOT NULL"


def _fitted(value: Term, type: Type) -> Term:
    """A whole number that stands for a decimal or an amount, as one."""
    if isinstance(value, Number) and not value.decimal and isinstance(type, DecimalType | MoneyType):
        return counted(value)
    return value


def _arithmetic(expression: Arithmetic, scope: Scope) -> Term:
    operator = expression.operator
    left, right = term(expression.left, scope), term(expression.right, scope)
    subtract = operator is ArithmeticOperator.SUBTRACT
    moment = isinstance(expression.left.type, DateTimeType) or isinstance(expression.right.type, DateTimeType)
    day = isinstance(expression.left.type, DateType) or isinstance(expression.right.type, DateType)
    if not moment and not day:
        return calculate(operator, left, right)
    if isinstance(left, Plain) and isinstance(right, Plain):
        return time.seconds_between(left, right) if moment else time.days_between(left, right)
    if isinstance(left, Length):
        left, right = right, left
    assert isinstance(left, Plain)
    assert isinstance(right, Length)
    sign = -1 if subtract else 1
    return time.shifted_moment(left, right, sign, scope.zone) if moment else time.shifted_date(left, right, sign)


_BLANKS = "' ' || chr(9) || chr(10) || chr(13)"
_LOWER, _UPPER = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _ascii_case(function: str, source: str, target: str, text: str) -> str:
    # The database's own function knows all of Unicode; on text that is all ASCII it does the same, much faster.
    by_hand = f"translate({text}, '{source}', '{target}')"
    return f"(CASE WHEN strlen({text}) = length({text}) THEN {function}({text}) ELSE {by_hand} END)"


def _call(function: Function, terms: tuple[Term, ...], call: Call, scope: Scope) -> Term:
    if function in (Function.MIN, Function.MAX):
        return _extreme(function, terms)
    if function is Function.DEFAULT:
        return _default(*terms)
    if function in (Function.YEAR, Function.MONTH, Function.DAY, Function.WEEKDAY):
        if isinstance(call.arguments[0].type, DateTimeType) and scope.zone.key != "UTC":
            raise Inexpressible(f"`{function}` of a moment in the time zone {scope.zone.key}")
        assert isinstance(terms[0], Plain)
        return time.part(function, terms[0])
    if function is Function.ABS:
        return absolute(terms[0])
    if function is Function.ROUND:
        number, places = terms
        assert isinstance(number, Number)
        assert isinstance(places, Number)
        return rounded(number, places.low)
    texts = [each.sql for each in terms if isinstance(each, Plain)]
    match function:
        case Function.LENGTH:
            return Number(f"length({texts[0]})", 0, _LONGEST_TEXT)
        case Function.LOWER:
            return Plain(_ascii_case("lower", _UPPER, _LOWER, texts[0]))
        case Function.UPPER:
            return Plain(_ascii_case("upper", _LOWER, _UPPER, texts[0]))
        case Function.TRIM:
            return Plain(f"trim({texts[0]}, {_BLANKS})")
        case Function.STARTS_WITH | Function.ENDS_WITH | Function.CONTAINS:
            return Plain(f"{function}({', '.join(texts)})")
    raise Inexpressible(f"`{function}`")


def _extreme(function: Function, terms: tuple[Term, ...]) -> Term:
    """The first of the least (or greatest) of known terms; unknown where one is."""
    least = function is Function.MIN
    found = terms[0]
    for other in terms[1:]:
        found = _nearer(found, other, "<=" if least else ">=", min if least else max)
    return found


def _nearer(one: Term, other: Term, order: str, bound: Callable[[int, int], int]) -> Term:
    both = f"{known(one)} AND {known(other)}"
    if isinstance(one, Length) and isinstance(other, Length):
        first = f"{huge(seconds_of(one))} {order} {huge(seconds_of(other))}"
        parts = [
            _either(first, mine, theirs, both, min(mine.low, theirs.low), max(mine.high, theirs.high))
            for mine, theirs in zip(one.parts, other.parts, strict=True)
        ]
        return Length(*parts)
    if isinstance(one, Number) and isinstance(other, Number):
        one, other = alike(one, other)
        first = f"{one.sql} {order} {other.sql}"
        return _either(first, one, other, both, bound(one.low, other.low), bound(one.high, other.high))
    assert isinstance(one, Plain)
    assert isinstance(other, Plain)
    return Plain(f"(CASE WHEN {one.sql} {order} {other.sql} THEN {one.sql} WHEN {both} THEN {other.sql} END)")


def _either(first: str, one: Number, other: Number, both: str, low: int, high: int) -> Number:
    sql = f"(CASE WHEN {first} THEN {one.sql} WHEN {both} THEN {other.sql} END)"
    return Number(sql, low, high, one.decimal, one.counted)


def _default(value: Term, otherwise: Term) -> Term:
    if isinstance(value, Length) and isinstance(otherwise, Length):
        parts = [
            Number(
                f"(CASE WHEN {known(value)} THEN {mine.sql} ELSE {theirs.sql} END)",
                min(mine.low, theirs.low),
                max(mine.high, theirs.high),
            )
            for mine, theirs in zip(value.parts, otherwise.parts, strict=True)
        ]
        return Length(*parts)
    if isinstance(value, Number) and isinstance(otherwise, Number):
        value, otherwise = alike(value, otherwise)
        low, high = min(value.low, otherwise.low), max(value.high, otherwise.high)
        return evolve(value, sql=f"coalesce({value.sql}, {otherwise.sql})", low=low, high=high, simple=False)
    return Plain(f"coalesce({value.sql}, {otherwise.sql})")  # type: ignore[union-attr]


def chosen(aggregate: Aggregate, scope: Scope) -> str:
    """The elements of a list for which the condition holds."""
    rows = scope.root[aggregate.list]
    assert isinstance(rows, Plain)
    if aggregate.where is None:
        return rows.sql
    elements = scope.elements[aggregate.list]
    inner = evolve(scope, element=elements.fields, required=scope.required | elements.required)
    return f"list_filter({rows.sql}, lambda e: {scope.where(aggregate.where, inner)})"


def _aggregate(aggregate: Aggregate, scope: Scope) -> Term:
    rows = chosen(aggregate, scope)
    match aggregate.function:
        case ListFunction.ANY:
            return Plain(f"(len({rows}) > 0)")
        case ListFunction.ALL:
            return Plain(f"(len({rows}) = len({scope.root[aggregate.list].sql}))")  # type: ignore[union-attr]
        case ListFunction.COUNT:
            return Number(f"len({rows})", 0, LONGEST_LIST)
    assert aggregate.attribute is not None
    of = scope.elements[aggregate.list].fields[aggregate.attribute]
    if isinstance(of, Length):
        raise Inexpressible(f"`{aggregate.function}` of durations")
    values = f"list_transform({rows}, lambda e: {of.sql})"
    if aggregate.function is ListFunction.SUM:
        assert isinstance(of, Number)
        total = partial(evolve, of, simple=False, low=of.low * LONGEST_LIST, high=of.high * LONGEST_LIST)
        return total(sql=f"coalesce(list_sum({values}), 0)")
    sql = f"list_{aggregate.function}({values})"
    return evolve(of, sql=sql, simple=False)
