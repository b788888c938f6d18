"""What the lowering learned: for every part of the syntax trees that it understood, the typed form."""

from collections.abc import Iterator
from typing import Generic, TypeVar, overload

from attrs import define, field

from dro_lang.program import model
from dro_lang.program.expressions import Expression
from dro_lang.program.tests import Property, Test
from dro_lang.syntax import ast

N = TypeVar("N", bound=ast.Node)
V = TypeVar("V")
D = TypeVar("D")


class NodeMap(Generic[N, V]):
    """Values by syntax node. Nodes that say the same in two places are two keys: they go by identity."""

    def __init__(self) -> None:
        self._entries: dict[int, tuple[N, V]] = {}

    def __setitem__(self, node: N, value: V) -> None:
        self._entries[id(node)] = (node, value)

    def __getitem__(self, node: N) -> V:
        return self._entries[id(node)][1]

    def __contains__(self, node: object) -> bool:
        return id(node) in self._entries

    def __iter__(self) -> Iterator[N]:
        return (node for node, _ in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def get(self, node: N) -> V | None: ...
    @overload
    def get(self, node: N, default: D) -> V | D: ...
    def get(self, node: N, default: object = None) -> object:
        entry = self._entries.get(id(node))
        return default if entry is None else entry[1]

    def items(self) -> Iterator[tuple[N, V]]:
        """Nodes with their values, in the order in which they were lowered: by modules, then as written."""
        return iter(self._entries.values())


@define(eq=False)
class Typed:
    """The typed forms of all modules of a world.

    A node that is missing holds a mistake that has been reported (E01, E02, E03, E0504). Groups, steps, plans and
    scenarios are always there, whatever is wrong in them: what could not be lowered is left out of them (a clause with
    a mistake is absent, an unknown outcome is not among a wait's outcomes), so a rule that misses something looks at
    the syntax tree to know whether it was written. Where a plan says no usage type, or there is no mapping for it, its
    `usage` and `mapping` are empty; where it says no policy, its policy is `exactly one`.
    """

    expressions: NodeMap[ast.Expression, Expression] = field(factory=NodeMap)
    """Every expression without mistakes, parts of others included."""

    attributes: NodeMap[ast.Attribute | ast.Parameter, model.AttributeDefinition] = field(factory=NodeMap)
    usages: NodeMap[ast.UsageType, model.UsageType] = field(factory=NodeMap)
    enums: NodeMap[ast.Enum, model.Enumeration] = field(factory=NodeMap)
    records: NodeMap[ast.Record, model.RecordShape] = field(factory=NodeMap)
    contexts: NodeMap[ast.Context, model.Context] = field(factory=NodeMap)
    mappings: NodeMap[ast.Mapping, model.ContextMapping] = field(factory=NodeMap)
    queues: NodeMap[ast.Queue, model.Queue] = field(factory=NodeMap)
    calendars: NodeMap[ast.Calendar, model.Calendar] = field(factory=NodeMap)
    routings: NodeMap[ast.Routing, model.Routing] = field(factory=NodeMap)
    actions: NodeMap[ast.Action, model.Action] = field(factory=NodeMap)
    integrations: NodeMap[ast.Integration, model.Integration] = field(factory=NodeMap)
    groups: NodeMap[ast.Group, model.Group] = field(factory=NodeMap)
    steps: NodeMap[ast.Step, model.Step] = field(factory=NodeMap)
    calls: NodeMap[ast.GroupCall, model.GroupCall] = field(factory=NodeMap)
    """Of scenarios and of `on cancel`, `on amend`; with the arguments that have no mistake, converted to the types of
    their parameters, in the order of the parameters. Missing where there is no such group."""

    called: NodeMap[ast.GroupCall, ast.Group] = field(factory=NodeMap)
    """Which group a call is of."""

    scenarios: NodeMap[ast.Scenario, model.Scenario] = field(factory=NodeMap)
    plans: NodeMap[ast.Plan, model.Plan] = field(factory=NodeMap)
    tests: NodeMap[ast.Test, Test] = field(factory=NodeMap)
    properties: NodeMap[ast.Property, Property] = field(factory=NodeMap)
    uses: NodeMap[ast.Declaration, list[ast.NamedDeclaration]] = field(factory=NodeMap)
    """Which declarations each declaration names, directly; each once."""
