"""The picture of a plan: what is drawn, whatever the format. Lanes, steps in them, and which waits for which."""

from attrs import frozen

from dro_lang.kernel.states import StepStatus
from dro_lang.program.model import StepKind


@frozen
class Node:
    """A step. `id` is unique in the picture, `key` is `Group.step` as a plan names it; `about` says what it calls or
    who does it, `details` when it starts, under which condition, and by when it is due. `stacked`: one for each
    item."""

    id: str
    key: str
    name: str
    kind: StepKind
    about: str = ""
    details: tuple[str, ...] = ()
    stacked: bool = False
    doc: str = ""
    state: StepStatus | None = None


@frozen
class Lane:
    """A group, as a plan runs it: `about` says with which arguments and in which scenarios."""

    id: str
    name: str
    about: tuple[str, ...]
    doc: str
    nodes: tuple[Node, ...]


@frozen
class Edge:
    """`target` waits for `source`, both ids of nodes; `label` holds the outcomes and the scope of the wait.
    `one_of_many`: it is one of the waits of `any of`, of which one is enough."""

    source: str
    target: str
    label: str = ""
    one_of_many: bool = False


@frozen
class Fact:
    """A scenario that is drawn: its name, when it applies and what it runs, and its documentation."""

    name: str
    text: str
    doc: str


@frozen
class Picture:
    """A plan, or what some of its scenarios run."""

    title: str
    doc: str
    facts: tuple[Fact, ...]
    lanes: tuple[Lane, ...]
    edges: tuple[Edge, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(node for lane in self.lanes for node in lane.nodes)

    @property
    def kinds(self) -> tuple[StepKind, ...]:
        """The kinds of steps that are drawn, in the order of the language."""
        drawn = {node.kind for node in self.nodes}
        return tuple(kind for kind in StepKind if kind in drawn)

    @property
    def states(self) -> tuple[StepStatus, ...]:
        """The states that are drawn."""
        drawn = {node.state for node in self.nodes}
        return tuple(state for state in StepStatus if state in drawn)
