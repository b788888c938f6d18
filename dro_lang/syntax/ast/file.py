"""The file: its header, imports and declarations."""

from typing import TypeAlias

from attrs import frozen

from dro_lang.syntax.ast.base import Name, Node
from dro_lang.syntax.ast.expressions import Number
from dro_lang.syntax.ast.groups import Group
from dro_lang.syntax.ast.plans import Plan
from dro_lang.syntax.ast.tests import Property, Test
from dro_lang.syntax.ast.vocabulary import (
    Action,
    Calendar,
    Context,
    Enum,
    Integration,
    Mapping,
    Queue,
    Record,
    Routing,
    UsageType,
)


@frozen
class Header(Node):
    """`language 1.0 module a.b`."""

    version: Number
    module: "Path | None"


@frozen
class Path(Node):
    parts: tuple[Name, ...]

    @property
    def dotted(self) -> str:
        return ".".join(part.text for part in self.parts)


@frozen
class Import(Node):
    """Without names, everything that the module declares."""

    path: Path
    names: tuple[Name, ...] | None


Declaration: TypeAlias = (
    UsageType
    | Enum
    | Record
    | Context
    | Mapping
    | Queue
    | Calendar
    | Action
    | Integration
    | Routing
    | Plan
    | Group
    | Test
    | Property
)

NamedDeclaration: TypeAlias = (
    UsageType | Enum | Record | Context | Mapping | Queue | Calendar | Action | Integration | Routing | Plan | Group
)


@frozen
class File(Node):
    """`header` is None where it is missing, which is an error that has been said."""

    header: Header | None
    imports: tuple[Import, ...]
    declarations: tuple[Declaration, ...]
