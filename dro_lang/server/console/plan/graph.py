"""The graph of a plan that runs: a lane for each of its groups, a node for each step, whatever its instances."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlencode

from attrs import evolve, field, frozen

from dro_lang.interop.graphs import Picture, Pointing, svg_for_page
from dro_lang.interop.graphs.picture import Edge, Lane, Node
from dro_lang.interop.graphs.states import word
from dro_lang.interop.graphs.wording import about, wait_label
from dro_lang.kernel.board import Board
from dro_lang.kernel.states import GroupInstance, GroupKey, Jeopardy, StepStatus
from dro_lang.runtime.operations.plan_view import PlanView, StepInPlan
from dro_lang.server.console.layout import plan_path

MOST_NODES = 60
"""A part of a plan has so many steps, or one group."""

_LOUDEST = (
    *(StepStatus.FATALLY_FAILED, StepStatus.FAILED, StepStatus.ON_HOLD, StepStatus.IN_PROGRESS, StepStatus.READY),
    *(StepStatus.SCHEDULED, StepStatus.PENDING, StepStatus.EXPIRED, StepStatus.CANCELED, StepStatus.AMENDED),
    *(StepStatus.COMPLETED, StepStatus.SKIPPED, StepStatus.BYPASSED, StepStatus.DISCARDED),
)
"""Of several instances, the one that most is to be done about."""


@frozen
class Part:
    """Some groups of a plan that are shown together."""

    number: int
    groups: tuple[GroupKey, ...]
    steps: int

    @property
    def name(self) -> str:
        first, last = named(self.groups[0]), named(self.groups[-1])
        return first if first == last else f"{first} to {last}"


def named(key: GroupKey) -> str:
    return key.name + (f" #{key.copy}" if key.copy > 1 else "")


def node_id(key: GroupKey, step: str) -> str:
    return f"{key.name}.{key.copy}.{step}"


def parts(view: PlanView) -> tuple[Part, ...]:
    """A plan in parts that can be taken in."""
    sizes = Counter(step.view.id.group_key for step in view.steps)
    nodes = {group.key: len(view.kernel.blueprint.group(group.group).steps) for group in view.state.groups}
    found: list[Part] = []
    held: list[GroupKey] = []
    for group in view.state.groups:
        if held and sum(nodes[key] for key in (*held, group.key)) > MOST_NODES:
            found.append(_part(len(found), held, sizes))
            held = []
        held.append(group.key)
    if held:
        found.append(_part(len(found), held, sizes))
    return tuple(found)


def _part(number: int, groups: Sequence[GroupKey], sizes: Mapping[GroupKey, int]) -> Part:
    return Part(number, tuple(groups), sum(sizes[key] for key in groups))


@frozen
class _Drawing:
    view: PlanView
    groups: Mapping[GroupKey, GroupInstance]
    instances: Mapping[tuple[GroupKey, str], list[StepInPlan]] = field(factory=dict)

    def lane(self, group: GroupInstance) -> Lane:
        definition = self.view.kernel.blueprint.group(group.group)
        lines = [f"group {group.group}" if group.name != group.group else ""]
        lines.append(f"because of {group.cause}" if group.cause is not None else "")
        nodes = tuple(self.node(group.key, step.name) for step in definition.steps if self.of(group.key, step.name))
        return Lane(named(group.key), named(group.key), tuple(line for line in lines if line), "", nodes)

    def of(self, key: GroupKey, step: str) -> list[StepInPlan]:
        return self.instances.get((key, step), [])

    def node(self, key: GroupKey, step: str) -> Node:
        own = self.of(key, step)
        definition = own[0].definition
        counts = Counter(each.view.state for each in own)
        several = [f"{counts[state]} {word(state)}" for state in _LOUDEST if counts[state]] if len(own) > 1 else []
        return Node(
            id=node_id(key, step),
            key=f"{named(key)}.{step}",
            name=step,
            kind=definition.kind,
            about=about(definition),
            details=(*(", ".join(several),) * bool(several), *_risks(own)),
            stacked=definition.per_item,
            doc=definition.doc,
            state=next(state for state in _LOUDEST if counts[state]),
        )

    def edges(self, group: GroupInstance) -> Iterator[Edge]:
        for step in self.view.kernel.blueprint.group(group.group).steps:
            if not self.of(group.key, step.name):
                continue
            waits = step.join.waits if step.join is not None else ()
            for wait in waits:
                key, awaited = Board.awaited(group.key, wait)
                if key in self.groups and (own := self.of(key, awaited)):
                    label = wait_label(wait, own[0].definition.per_item)
                    any_of = step.join is not None and step.join.any_of and len(waits) > 1
                    yield Edge(node_id(key, awaited), node_id(group.key, step.name), label, any_of)
            if not waits and group.cause is not None and group.cause.group_key in self.groups:
                cause = node_id(group.cause.group_key, group.cause.step)
                yield Edge(cause, node_id(group.key, step.name), "makes up for")


def _risks(own: Sequence[StepInPlan]) -> Iterable[str]:
    risks = Counter(each.view.jeopardy for each in own if each.view.outcome is None)
    for risk, text in ((Jeopardy.LATE, "late"), (Jeopardy.IN_JEOPARDY, "in jeopardy")):
        if risks[risk]:
            yield f"{risks[risk]} {text}" if len(own) > 1 else text


def picture(view: PlanView, groups: Iterable[GroupKey]) -> Picture:
    """The picture of some groups of a plan as they stand."""
    wanted = set(groups)
    own = {group.key: group for group in view.state.groups if group.key in wanted}
    instances: dict[tuple[GroupKey, str], list[StepInPlan]] = {}
    for step in view.steps:
        instances.setdefault((step.view.id.group_key, step.view.step), []).append(step)
    drawing = _Drawing(view, own, instances)
    return Picture(
        title=f"Steps of {view.header.name}",
        doc="",
        facts=(),
        lanes=tuple(drawing.lane(group) for group in own.values()),
        edges=tuple(edge for group in own.values() for edge in drawing.edges(group)),
    )


def graph(view: PlanView, part: Part, chosen: str | None, shown: frozenset[str] | None, kept: Mapping[str, str]) -> str:
    """The graph as SVG. `chosen` is the node whose waits stand out; where not all steps are `shown`, the others stand
    back; `kept` are the parameters of the page that its links keep."""
    drawn = picture(view, part.groups)
    links = {
        node_id(key, step): f"{plan_path(view.header.plan_id)}?{urlencode({**kept, **_step(key, step)})}#panel"
        for key in part.groups
        for step in (each.name for each in view.kernel.blueprint.group(_group(view, key)).steps)
    }
    ids = {node.id for node in drawn.nodes}
    faded = frozenset() if shown is None else frozenset(ids - shown)
    pointing = Pointing(links, chosen if chosen in ids else None, faded)
    return svg_for_page(evolve(drawn, title=""), "graph", pointing)


def _step(key: GroupKey, step: str) -> dict[str, str]:
    return {"group": key.name, "step": step} | ({"copy": str(key.copy)} if key.copy else {})


def _group(view: PlanView, key: GroupKey) -> str:
    return next(group.group for group in view.state.groups if group.key == key)
