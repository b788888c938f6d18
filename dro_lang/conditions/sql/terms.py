"""What an expression is in a query: a tree of sqlglot, with what has to be known of its values to stay exact.

| type | in a query |
|---|---|
| Id, Text, an enum (the text that stands for the constant in data) | text |
| Integer | an integer; an exact decimal where a calculation reads it |
| Decimal, Money | an exact decimal |
| Date | a date |
| DateTime | a timestamp with time zone |
| Duration | no column: the days and the seconds of it |

Unknown is NULL.
"""

from datetime import date, datetime
from decimal import Decimal

from attrs import field, frozen
from sqlglot import exp


@frozen
class _Term:
    node: exp.Expr = field(eq=False)

    @property
    def sql(self) -> exp.Expr:
        """A tree of its own for each place where the term stands."""
        return self.node.copy()


@frozen
class Plain(_Term):
    """A value that databases compare as the language does: text, a constant, a Boolean."""


@frozen
class Day(_Term):
    """A date between two others."""

    low: date = date.min
    high: date = date.max


@frozen
class Moment(_Term):
    """A moment; of a literal, which one it is."""

    value: datetime | None = None


@frozen
class Number(_Term):
    """A number of at most so many digits before and `places` after the point.

    `loose` says that its SQL type is not the exact decimal type of these digits, so that a calculation has to cast it.
    """

    digits: int
    places: int = 0
    loose: bool = False
    value: Decimal | None = None
    """Of a literal."""


@frozen
class Length:
    """A duration: whole days and elapsed seconds; None is a part that it never has."""

    days: Number | None = None
    seconds: Number | None = None
    business: bool = False
    """Its days are business days."""


Value = Plain | Day | Moment | Number
Term = Value | Length

BIGINT_DIGITS = 19


def wrapped(node: exp.Expr) -> exp.Expr:
    """A tree as an operand of anything."""
    loose = (exp.Connector, exp.Predicate, exp.Not, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe)
    return exp.Paren(this=node) if isinstance(node, loose) else node


def negated(node: exp.Expr) -> exp.Expr:
    """That a condition does not hold, where it is known."""
    return exp.Not(this=wrapped(node))


def is_null(node: exp.Expr) -> exp.Expr:
    return exp.Is(this=wrapped(node), expression=exp.null())


def is_known(node: exp.Expr) -> exp.Expr:
    return exp.Is(this=wrapped(node), expression=exp.Not(this=exp.null()))


def text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def integer(value: int) -> exp.Expr:
    literal = exp.Literal.number(abs(value))
    return exp.Neg(this=literal) if value < 0 else literal


def case(*branches: tuple[exp.Expr, exp.Expr], otherwise: exp.Expr | None = None) -> exp.Case:
    """The value of the first branch whose condition is true."""
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=otherwise)


def call(function: str, *arguments: exp.Expr) -> exp.Expr:
    """A function of the database, under this very name in every dialect."""
    return exp.Anonymous(this=function, expressions=list(arguments))
