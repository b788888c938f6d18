"""What the leaves of a formula talk about.

A *subject* is what can take values on its own: an attribute, the day of the run, the difference of two of them, or any
other term (a list function, a text function, a product), which is then taken as a value of its own. Taking it so
forgets how it depends on the attributes in it: a formula that no assignment of subjects satisfies is satisfied by no
record, but an assignment that satisfies it need not be that of a record.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TypeAlias

from attrs import evolve, frozen

from dro_lang.conditions.normal import MIRRORED, Flag, Membership, Normal, Presence, Range, Relation
from dro_lang.conditions.order import DAY_SECONDS
from dro_lang.conditions.order import length as seconds_of
from dro_lang.program.expressions import (
    Arithmetic,
    ArithmeticOperator,
    ComparisonOperator,
    Constant,
    Expression,
    Negate,
)
from dro_lang.program.types import DateType, DecimalType, IntegerType, MoneyType
from dro_lang.program.values import Duration, Value, add


@frozen
class Difference:
    """`left - right`: of dates in days, of numbers as such, of other ordered values by its sign alone, of values that
    have no order 0 where they are equal and 1 where they are not."""

    left: Expression
    right: Expression


Subject: TypeAlias = Expression | Difference
Number: TypeAlias = int | Decimal

_NUMBERS = (IntegerType, DecimalType, MoneyType)


@frozen
class Test:
    """A leaf as a test of its subject. With `operator`, against one constant; in a Range or a Membership the constants
    stand where the subject meets them."""

    subject: Subject
    leaf: Presence | Flag | Relation | Range | Membership
    operator: ComparisonOperator | None = None
    constant: Value = None


@frozen
class _Line:
    """A term as `subject + shift`, or `shift - subject` where it is `mirrored`."""

    subject: Subject
    shift: Number = 0
    mirrored: bool = False

    def meets(self, value: Value) -> Value:
        """The value of the subject where the term has this one."""
        if isinstance(value, date) and not isinstance(value, datetime):
            # Beyond the calendar's ends every day is on the same side, which the ends themselves say as well.
            ordinal = min(max(value.toordinal() - int(self.shift), date.min.toordinal()), date.max.toordinal())
            return date.fromordinal(ordinal)
        if not isinstance(value, int | Decimal) or not (self.shift or self.mirrored):
            return value
        moved = add(value, -self.shift)
        return -moved if self.mirrored else moved


@cache
def test_of(leaf: Normal) -> Test:
    """The subject of a leaf and what is asked of it."""
    match leaf:
        case Presence(operand) | Flag(operand):
            return Test(operand, leaf)
        case Range(operand, low, high):
            line = _line(operand)
            bounds = [None if bound is None else evolve(bound, value=line.meets(bound.value)) for bound in (low, high)]
            low, high = reversed(bounds) if line.mirrored else bounds
            return Test(line.subject, evolve(leaf, low=low, high=high))
        case Membership(operand, members):
            line = _line(operand)
            moved = tuple(evolve(member, value=line.meets(member.value)) for member in members)
            return Test(line.subject, evolve(leaf, members=moved))
        case Relation(operator, Arithmetic() as left, Constant(Duration() as value)):
            return _of_days(leaf, operator, left, value)
        case Relation(operator, left, Constant(value)):
            line = _line(left)
            return Test(line.subject, leaf, MIRRORED[operator] if line.mirrored else operator, line.meets(value))
        case Relation(operator, left, right):
            return _of_two(leaf, operator, left, right)
    raise TypeError(f"{type(leaf).__name__} is no leaf")


def _of_two(leaf: Relation, operator: ComparisonOperator, left: Expression, right: Expression) -> Test:
    """Two terms compared, as their difference compared with a constant."""
    ours, theirs = _line(left), _line(right)
    if any(line.mirrored or isinstance(line.subject, Difference) for line in (ours, theirs)):
        ours, theirs = _Line(left), _Line(right)
    assert not isinstance(ours.subject, Difference)
    assert not isinstance(theirs.subject, Difference)
    line = _between(ours.subject, theirs.subject)
    shift = add(theirs.shift, -ours.shift)
    return Test(line.subject, leaf, MIRRORED[operator] if line.mirrored else operator, line.meets(shift))


def _of_days(leaf: Relation, operator: ComparisonOperator, left: Arithmetic, length: Duration) -> Test:
    """The days between two dates compared with a duration. A day is 24 hours, and days come whole: 36 hours are more
    than one of them and less than two, like any other time in between."""
    if left.operator is not ArithmeticOperator.SUBTRACT or not isinstance(left.left.type, DateType):
        return Test(left, leaf, operator, length)
    days, rest = divmod(seconds_of(length), DAY_SECONDS)
    line = _between(left.left, left.right)
    asked = MIRRORED[operator] if line.mirrored else operator
    return Test(line.subject, leaf, asked, line.meets(days + Decimal("0.5") if rest else days))


def _between(left: Expression, right: Expression) -> _Line:
    """`left - right`, as a difference that is the same one whichever way it is written."""
    (ours, our_shift), (theirs, their_shift) = _without_shift(left), _without_shift(right)
    shift = add(our_shift, -their_shift)
    if repr(ours) > repr(theirs):
        return _Line(Difference(theirs, ours), shift, mirrored=True)
    return _Line(Difference(ours, theirs), shift)


def _line(term: Expression) -> _Line:
    """A term on the line of what can be chosen freely in it."""
    inner, shift = _without_shift(term)
    match inner:
        case Negate(operand) if isinstance(operand.type, _NUMBERS):
            line = _line(operand)
            return _Line(line.subject, add(shift, -line.shift), not line.mirrored)
        case Arithmetic(ArithmeticOperator.SUBTRACT, left, right) if isinstance(inner.type, _NUMBERS):
            if isinstance(left, Constant) and isinstance(left.value, int | Decimal):
                line = _line(right)
                return _Line(line.subject, add(shift, add(left.value, -line.shift)), not line.mirrored)
            line = _between(left, right)
            return evolve(line, shift=add(shift, line.shift))
    return _Line(inner, shift)


def _without_shift(term: Expression) -> tuple[Expression, Number]:
    """`x + 3` as x and 3, `day - 5 days` as the day and -5; anything else as itself and 0."""
    match term:
        case Arithmetic(ArithmeticOperator.ADD | ArithmeticOperator.SUBTRACT as operator, inner, Constant(value)):
            amount: Number | None = None
            if isinstance(term.type, DateType) and isinstance(value, Duration) and value == Duration(days=value.days):
                amount = value.days
            elif isinstance(term.type, _NUMBERS) and isinstance(value, int | Decimal):
                amount = value
            if amount is not None:
                subject, shift = _without_shift(inner)
                return subject, add(shift, amount if operator is ArithmeticOperator.ADD else -amount)
    return term, 0
