"""What every part of the lowering is handed: the world, where to put typed forms, where to report."""

from collections.abc import Mapping
from typing import TypeVar

from attrs import define, field, frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.program.expressions import Expression
from dro_lang.program.model import Enumeration
from dro_lang.semantics.lower.typed import NodeMap, Typed
from dro_lang.semantics.modules import Module, World
from dro_lang.semantics.typing.durations import Requirement
from dro_lang.semantics.typing.shapes import Info, Shape
from dro_lang.source import Span
from dro_lang.syntax import ast

D = TypeVar("D", bound=ast.NamedDeclaration)


@frozen(eq=False)
class Signature:
    """What an action or an integration takes and gives, by name."""

    takes: Mapping[str, Info]
    gives: Mapping[str, Info]


@frozen(eq=False)
class Header:
    """What a group is called with and made for; `requirements` is what its steps ask of parameters of type Duration."""

    module: Module
    context: Shape
    parameters: Mapping[str, Info]
    requirements: list[Requirement] = field(factory=list)


@frozen(eq=False)
class PassedDuration:
    """A value for a parameter of type Duration, to be held against what the called group asks of it. `caller` is the
    group that calls, if it is one."""

    caller: ast.Group | None
    called: ast.Group
    parameter: str
    value: Expression
    span: Span


@define(eq=False)
class Lowering:
    """The state of lowering a world. `owner` is the declaration at hand, to which what it names is attributed."""

    world: World
    typed: Typed = field(factory=Typed)
    report: list[Diagnostic] = field(factory=list)
    shapes: NodeMap[ast.Context | ast.Record, Shape] = field(factory=NodeMap)
    enums: dict[str, list[Enumeration]] = field(factory=dict)
    """By name: all modules together may have several of one name, of which a program may need one only."""

    signatures: NodeMap[ast.Action | ast.Integration, "Signature"] = field(factory=NodeMap)
    headers: NodeMap[ast.Group, "Header"] = field(factory=NodeMap)
    gives: NodeMap[ast.Step, Mapping[str, Info]] = field(factory=NodeMap)
    """What each step gives; not there for a step whose action or integration is not known."""

    aliases: NodeMap[ast.Group, dict[str, ast.Group]] = field(factory=NodeMap)
    """For each group the groups that scenarios run beside it, by the names that they give them with `as`."""

    failing: set[str] = field(factory=set)
    """Names of steps for whose failure some step waits."""

    passed: list[PassedDuration] = field(factory=list)
    refused: set[tuple[int, str]] = field(factory=set)
    """Arguments that a declaration does not take, and that have been reported: most often a parameter was renamed, and
    not all of its calls are wrong."""

    owner: ast.Declaration | None = None

    def find(self, module: Module, name: ast.Name, kind: type[D]) -> D | None:
        """The declaration of a kind that a name stands for, or None after a report."""
        declaration = self.world.find(module, name, kind, self.report)
        if declaration is not None:
            self.uses(declaration)
        return declaration

    def uses(self, declaration: ast.NamedDeclaration) -> None:
        """Record that the declaration at hand needs another one."""
        if self.owner is not None and declaration is not self.owner:
            used = self.typed.uses.get(self.owner)
            if used is None:
                used = self.typed.uses[self.owner] = []
            if not any(declaration is other for other in used):
                used.append(declaration)

    def is_broken(self, declaration: ast.NamedDeclaration) -> bool:
        """Whether the parser lost a part of the declaration, so that what seems to be missing may be there."""
        return declaration.name.text in self.world.module_of(declaration).broken

    def duplicates(self, names: "list[tuple[str, Span]]", what: str) -> None:
        """Report E0102 for every name that stands a second time in its list."""
        first: dict[str, Span] = {}
        for name, span in names:
            if name in first:
                self.report.append(
                    diagnose(
                        "E0102",
                        span,
                        f"{what} `{name}` is declared twice",
                        (first[name], "first declared here"),
                        help="rename one of them",
                    )
                )
            first.setdefault(name, span)
