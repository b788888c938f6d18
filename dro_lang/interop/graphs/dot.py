"""A picture in DOT, for Graphviz and the many tools that read it."""

from collections.abc import Iterator

from dro_lang.diagnostics.render.columns import harmless
from dro_lang.interop.graphs import legend
from dro_lang.interop.graphs.colors import LIGHT
from dro_lang.interop.graphs.picture import Edge, Lane, Node, Picture
from dro_lang.interop.graphs.states import LOOKS, mixed, word
from dro_lang.program.model import StepKind

_SHAPES = {
    StepKind.AUTO: "box",
    StepKind.CALLOUT: "parallelogram",
    StepKind.MANUAL: "box",
    StepKind.MILESTONE: "diamond",
    StepKind.PAUSE: "octagon",
}
_PERSON = "\u263a "
"""Fonts that Graphviz finds have this one, but seldom the emoji of a person."""

_FONT = "Helvetica,Arial,sans-serif"


def dot(picture: Picture) -> str:
    """The picture as a DOT graph."""
    ids = {node.id: f"n{i}" for i, node in enumerate(picture.nodes)}
    head = [picture.title, picture.doc]
    head += [f"{fact.name}: {fact.text}" + (f"\n{fact.doc}" if fact.doc else "") for fact in picture.facts]
    label = escaped("\n".join(text for text in head if text) + "\n", "\\l")
    lines = [
        f'digraph "{escaped(picture.title)}" {{',
        f'  graph [label="{label}", labelloc=t, labeljust=l, rankdir=TB, charset="UTF-8", fontname="{_FONT}", '
        f'fontsize=13, tooltip="{escaped(picture.doc or picture.title)}"]',
        f'  node [fontname="{_FONT}", fontsize=11, fontcolor="{LIGHT.text}"]',
        f'  edge [fontname="{_FONT}", fontsize=10, color="{LIGHT.line}"]',
    ]
    for i, lane in enumerate(picture.lanes):
        lines += _lane(lane, f"cluster_{i}", ids)
    lines += [f"  {_edge(edge, ids)}" for edge in picture.edges]
    lines += [*_legend(picture), "}"]
    return "\n".join(lines) + "\n"


def escaped(text: str, line_end: str = "\\n") -> str:
    """Text for a quoted string that Graphviz shows: it reads escapes and HTML's entities there."""
    shown = harmless(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return shown.replace("\n", line_end)


def _lane(lane: Lane, id: str, ids: dict[str, str]) -> Iterator[str]:
    label = escaped("\n".join((lane.name, *lane.about)) + "\n", "\\l")
    yield f"  subgraph {id} {{"
    yield (
        f'    graph [label="{label}", style="rounded,filled", fillcolor="{LIGHT.lane}", '
        f'color="{LIGHT.border}", tooltip="{escaped(lane.doc or lane.name)}"]'
    )
    for node in lane.nodes:
        yield f"    {_node(node, ids[node.id])}"
    yield "  }"


def _node(node: Node, id: str) -> str:
    person = _PERSON if node.kind is StepKind.MANUAL else ""
    lines = [person + node.name, node.about, *node.details, legend.STACKED if node.stacked else ""]
    if node.state is not None:
        lines.append(f"{LOOKS[node.state].mark} {word(node.state)}")
    tooltip = f"{node.key}\n{node.doc}" if node.doc else node.key
    color = LOOKS[node.state].light if node.state else LIGHT.kinds[node.kind]
    is_faint = node.state is not None and LOOKS[node.state].faint
    return _shape(id, node.kind, "\n".join(line for line in lines if line), tooltip, color, node.stacked, is_faint)


def _shape(id: str, kind: StepKind, label: str, tooltip: str, color: str, stacked: bool, faint: bool) -> str:
    style = "filled" + ",rounded" * (kind is StepKind.AUTO) + ",dashed" * faint
    copies = ", peripheries=2" if stacked else ""
    return (
        f'{id} [label="{escaped(label)}", shape={_SHAPES[kind]}, style="{style}", color="{color}", '
        f'fillcolor="{mixed(color, LIGHT.ground, LIGHT.tint)}", tooltip="{escaped(tooltip)}"{copies}]'
    )


def _edge(edge: Edge, ids: dict[str, str]) -> str:
    attributes = [f'label="{escaped(edge.label)}"'] if edge.label else []
    attributes += ["style=dashed"] if edge.one_of_many else []
    return f"{ids[edge.source]} -> {ids[edge.target]}" + (f" [{', '.join(attributes)}]" if attributes else "")


def _legend(picture: Picture) -> Iterator[str]:
    if not picture.nodes:
        return
    stacked, _, one_of_many = legend.signs(picture)
    yield "  subgraph cluster_legend {"
    yield f'    graph [label="Legend", style=rounded, color="{LIGHT.border}"]'
    for kind in picture.kinds:
        person = _PERSON if kind is StepKind.MANUAL else ""
        text, color = legend.KINDS[kind], LIGHT.kinds[kind]
        yield f"    {_shape(f'kind_{kind}', kind, person + text, text, color, stacked=False, faint=False)}"
    if stacked:
        yield f'    stacked [label="{legend.STACKED}", shape=box, peripheries=2, color="{LIGHT.line}"]'
    if one_of_many:
        yield "    node [shape=point, width=0.05]"
        yield f'    one -> two [style=dashed, label="{legend.ONE_OF_MANY}"]'
        yield "    { rank=same one two }"
    yield "  }"
