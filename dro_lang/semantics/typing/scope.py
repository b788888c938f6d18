"""Where an expression stands: which names it may use, and what they mean there."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from dro_lang.program.expressions import Expression
from dro_lang.program.types import Type
from dro_lang.semantics.modules import Module
from dro_lang.semantics.typing.shapes import Info, Shape
from dro_lang.source import Span
from dro_lang.syntax import ast

if TYPE_CHECKING:
    from dro_lang.semantics.lower.results import Results


@frozen(eq=False)
class Term:
    """A typed expression and where it stands. `optional`: it may be unknown, unless a condition has shown that it is
    known. `info` is the declaration that it names, if it is a name."""

    node: ast.Expression
    expression: Expression
    optional: bool = False
    info: Info | None = None

    @property
    def type(self) -> Type:
        return self.expression.type

    @property
    def span(self) -> Span:
        return self.node.span

    @property
    def text(self) -> str:
        return " ".join(self.node.span.text.split())


@frozen(eq=False)
class Scope:
    """`root` is the context (without name where there is none, or where it is not known). `item` is the step's own
    item, or the element at hand; where there is none, `no_item` says why. `results` reads the results of steps."""

    module: Module
    root: Shape
    parameters: Mapping[str, Info] = field(factory=dict)
    item: Shape | None = None
    no_item: str = "`item` stands in steps `for each item`, and inside list functions such as `any(... where ...)`"
    inside: str | None = None
    """The list function around the expression."""

    results: "Results | None" = None

    def at_elements(self, function: str, elements: Shape) -> "Scope":
        """The scope of what stands inside a list function."""
        return evolve(self, item=elements, inside=function)
