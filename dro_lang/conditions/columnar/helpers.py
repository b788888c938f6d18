"""Leaves that SQL cannot decide exactly: the reference evaluator decides them, called from the query."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from attrs import define, field, frozen

from dro_lang.conditions.columnar.columns import column_type
from dro_lang.conditions.columnar.terms import Inexpressible, name
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import Flag, Membership, Normal, Presence, Range, Relation
from dro_lang.program.expressions import Aggregate, Attribute, Expression, ItemAttribute, walk
from dro_lang.program.model import Context, Program


@frozen
class Helper:
    """A function that a query calls: its name, the SQL type of its argument (a STRUCT of what the leaf reads), whether
    the leaf holds for it, and what it is that SQL cannot say."""

    name: str
    argument: str
    function: Callable[[Mapping[str, Any]], bool] = field(eq=False)
    reason: str


class Helpers(Protocol):
    """Gives the text of a call that decides a leaf. Raises Inexpressible where there are no helpers."""

    def call(self, leaf: Normal, reason: str) -> str: ...


@frozen
class NoHelpers:
    """For databases that cannot call back."""

    def call(self, leaf: Normal, reason: str) -> str:
        raise Inexpressible(reason)


@define
class ReferenceHelpers:
    """Collects the helpers that a query needs. `environment` is that of the run; its root is of no matter."""

    program: Program
    context: Context
    environment: Environment
    found: dict[Normal, Helper] = field(factory=dict)

    def call(self, leaf: Normal, reason: str) -> str:
        names = {_key(each): each for each in self._names(leaf)}
        # Few queries need one, and it brings the whole reference evaluator.
        from dro_lang.conditions.columnar.leaves import Leaf

        decided = Leaf(leaf, operands_of(leaf), names, self.program, self.environment)
        if not names:
            return "TRUE" if decided.holds({}) else "FALSE"
        if leaf not in self.found:
            types = (f"{name(key)} {column_type(each.type, self.program)}" for key, each in names.items())
            self.found[leaf] = Helper(
                f"helper_{len(self.found) + 1}", f"STRUCT({', '.join(types)})", decided.holds, reason
            )
        fields = ", ".join(f"{name(key)}: {_column(each)}" for key, each in names.items())
        return f"{self.found[leaf].name}({{{fields}}})"

    def _names(self, leaf: Normal) -> Iterator["_Name"]:
        """The columns that a leaf reads; a list function reads its list, and what its condition names of the root."""
        looked_at = (leaf.operand,) if isinstance(leaf, Presence) else operands_of(leaf)
        for operand in looked_at:
            inside = False
            for part in walk(operand):
                if isinstance(part, Aggregate):
                    inside = True
                    definition = self.context.attribute(part.list)
                    assert definition is not None
                    yield Attribute(part.list, definition.type)
                elif isinstance(part, Attribute) or (isinstance(part, ItemAttribute) and not inside):
                    yield part


_Name = Attribute | ItemAttribute


def _key(name: _Name) -> str:
    return name.name if isinstance(name, Attribute) else f"item.{name.name}"


def _column(of: _Name) -> str:
    return name(of.name) if isinstance(of, Attribute) else f"e.{name(of.name)}"


def operands_of(leaf: Normal) -> tuple[Expression, ...]:
    """What a leaf looks at that must be known; a test for presence looks at nothing."""
    match leaf:
        case Flag(operand) | Range(operand) | Membership(operand):
            return (operand,)
        case Relation(_, left, right):
            return (left, right)
    return ()
