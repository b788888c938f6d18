"""Expressions, and the objects that hold them (`{ name: value }`)."""

from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from attrs import frozen

from dro_lang.syntax.ast.base import Name, Node, Text


@frozen
class Number(Node):
    """`is_whole`: written without a point."""

    value: Decimal
    is_whole: bool


@frozen
class DateLiteral(Node):
    value: date


@frozen
class DateTimeLiteral(Node):
    """Naive where it was written without zone."""

    value: datetime


@frozen
class TimeLiteral(Node):
    """A time of day, `09:00`; hours and minutes as written, not checked."""

    hour: int
    minute: int


@frozen
class MoneyLiteral(Node):
    amount: Decimal
    currency: Name


@frozen
class DurationLiteral(Node):
    """`unit` in the singular: second, minute, hour, day, week."""

    amount: Decimal
    unit: str
    business: bool


@frozen
class Boolean(Node):
    value: bool


@frozen
class Today(Node):
    pass


@frozen
class Now(Node):
    pass


@frozen
class Signed(Node):
    sign: str
    operand: "Expression"


@frozen
class NameReference(Node):
    """A bare lower-case name: an attribute of the root or a parameter."""

    name: str


@frozen
class ConstantReference(Node):
    """A bare capital name: a constant of an enum."""

    name: str


@frozen
class ItemReference(Node):
    """`item.x`."""

    name: Name


@frozen
class Member(Node):
    """`step.result`, or an attribute of a list (`invoices.balance`) inside a list function."""

    owner: Name
    name: Name


@frozen
class QualifiedMember(Node):
    """`Group.step.result` or `alias.step.result`."""

    group: Name
    step: Name
    name: Name


@frozen
class Operand(Node):
    """What stands between the parentheses of a call; only list functions take a `where`."""

    expression: "Expression"
    where: "Expression | None" = None


@frozen
class Call(Node):
    function: Name
    operands: tuple[Operand, ...]


@frozen
class Parenthesized(Node):
    inner: "Expression"


@frozen
class Binary(Node):
    """`+ - * /`."""

    operator: str
    left: "Expression"
    right: "Expression"


@frozen
class Comparison(Node):
    operator: str
    left: "Expression"
    right: "Expression"


@frozen
class Range(Node):
    """Inclusive bounds, each a signed number, money or date; None is open."""

    low: "Expression | None"
    high: "Expression | None"


@frozen
class Choices(Node):
    members: tuple["Expression", ...]


@frozen
class Membership(Node):
    operand: "Expression"
    members: Range | Choices
    negated: bool


@frozen
class Presence(Node):
    """`x is known`, or with `negated` `x is unknown`."""

    operand: "Expression"
    negated: bool


@frozen
class Not(Node):
    operand: "Expression"


@frozen
class And(Node):
    operands: tuple["Expression", ...]


@frozen
class Or(Node):
    operands: tuple["Expression", ...]


Expression: TypeAlias = (
    Number
    | Text
    | DateLiteral
    | DateTimeLiteral
    | MoneyLiteral
    | DurationLiteral
    | Boolean
    | Today
    | Now
    | Signed
    | NameReference
    | ConstantReference
    | ItemReference
    | Member
    | QualifiedMember
    | Call
    | Parenthesized
    | Binary
    | Comparison
    | Membership
    | Presence
    | Not
    | And
    | Or
)


@frozen
class Unknown(Node):
    """`unknown`: clears an attribute."""


@frozen
class Array(Node):
    elements: tuple["ObjectValue", ...]


@frozen
class Field(Node):
    name: Name
    value: "ObjectValue"


@frozen
class Object(Node):
    fields: tuple[Field, ...]


ObjectValue: TypeAlias = Expression | Unknown | Array | Object
