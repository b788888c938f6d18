"""What data looks like and who does the work."""

from typing import TypeAlias

from attrs import frozen

from dro_lang.syntax.ast.base import Documented, Name, Node, Text
from dro_lang.syntax.ast.expressions import DurationLiteral, Expression, Range


@frozen
class UsageType(Documented):
    name: Name
    scopes: tuple[Name, ...]


@frozen
class EnumConstant(Node):
    name: Name
    text: Text | None


@frozen
class Enum(Documented):
    name: Name
    constants: tuple[EnumConstant, ...]


@frozen
class NamedType(Node):
    """A built-in type or an enum, by name."""

    name: Name


@frozen
class ListType(Node):
    """`list of R`, or with `items` `items of R`."""

    record: Name
    items: bool


@frozen
class MoneyType(Node):
    currency: Name


BaseType: TypeAlias = NamedType | ListType | MoneyType


@frozen
class Type(Node):
    base: BaseType
    range: Range | None
    optional: bool


@frozen
class Attribute(Documented):
    name: Name
    type: Type


@frozen
class Record(Documented):
    name: Name
    attributes: tuple[Attribute, ...]


@frozen
class Context(Documented):
    name: Name
    attributes: tuple[Attribute, ...]


@frozen
class SourceField(Node):
    """`attribute from "Field.Path"`."""

    attribute: Name
    path: Text


@frozen
class NestedRows(Node):
    """`items in "Field" { ... }`."""

    field: Text
    sources: tuple[SourceField, ...]


@frozen
class JoinedRows(Node):
    """`items of "Object" by "ForeignKey" { ... }`."""

    object: Text
    key: Text
    sources: tuple[SourceField, ...]


@frozen
class Mapping(Documented):
    name: Name
    context: Name
    usage: Name
    object: Text
    sources: tuple[SourceField, ...]
    items: NestedRows | JoinedRows | None


@frozen
class Queue(Documented):
    name: Name
    label: Text | None


@frozen
class Calendar(Documented):
    name: Name
    weekend: tuple[Name, ...]
    holidays: Text | None


@frozen
class Action(Documented):
    name: Name
    takes: tuple[Attribute, ...]
    gives: tuple[Attribute, ...]


@frozen
class Integration(Documented):
    name: Name
    takes: tuple[Attribute, ...]
    gives: tuple[Attribute, ...]
    asynchronous: bool
    timeout: DurationLiteral | None


@frozen
class ToQueue(Node):
    """`to queue Q by round robin`; `allocation` is "round robin", "least loaded" or None."""

    queue: Name
    allocation: str | None


@frozen
class ToUser(Node):
    user: Text


@frozen
class ToRouting(Node):
    routing: Name


Assignee: TypeAlias = ToQueue | ToUser | ToRouting


@frozen
class Route(Node):
    when: Expression
    assignee: Assignee


@frozen
class Routing(Documented):
    name: Name
    context: Name
    routes: tuple[Route, ...]
    otherwise: Assignee
