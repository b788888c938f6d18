"""A picture as a Mermaid flowchart, which GitHub and many wikis draw in place."""

import json
from collections.abc import Iterator

from dro_lang.diagnostics.render.columns import harmless
from dro_lang.interop.graphs import legend
from dro_lang.interop.graphs.colors import LIGHT
from dro_lang.interop.graphs.picture import Edge, Lane, Node, Picture
from dro_lang.interop.graphs.states import LOOKS, mixed, word
from dro_lang.interop.graphs.wording import described
from dro_lang.program.model import StepKind

_BRACKETS = {
    StepKind.AUTO: ("(", ")"),
    StepKind.CALLOUT: ("[/", "/]"),
    StepKind.MANUAL: ("[", "]"),
    StepKind.MILESTONE: ("{", "}"),
    StepKind.PAUSE: ("{{", "}}"),
}
"""Mermaid has no octagon; a hexagon comes nearest."""

_PERSON = "\U0001f464 "
_SIGNS = frozenset('"#<>&%`\\|')


def mermaid(picture: Picture) -> str:
    """The picture as the text of a Mermaid flowchart."""
    ids = {node.id: f"n{i}" for i, node in enumerate(picture.nodes)}
    lines = [
        *("---", f"title: {json.dumps(_plain(picture.title))}", "---", "flowchart TB"),
        f"  accTitle: {_plain(picture.title)}",
        *("  accDescr {", *(f"    {_plain(line)}" for line in described(picture).split("\n")), "  }"),
        *_about(picture),
    ]
    for i, lane in enumerate(picture.lanes):
        lines += _lane(lane, f"lane{i}", ids)
    lines += [f"  {_edge(edge, ids)}" for edge in picture.edges]
    lines += [*_legend(picture), *_order(picture), *_classes(picture)]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text for a quoted label: what Mermaid or HTML could read as a sign becomes a character code."""
    return "".join(map(_escaped, harmless(text)))


def _escaped(character: str) -> str:
    if character == "\n":
        return "<br/>"
    return f"#{ord(character)};" if character in _SIGNS or not character.isprintable() else character


def _plain(text: str) -> str:
    """Text for titles and the description, which know no character codes."""
    signs = str.maketrans({"{": "(", "}": ")", "%": " percent", "#": "no. ", ";": ","})
    return " ".join(harmless(text).translate(signs).split())


def _about(picture: Picture) -> Iterator[str]:
    texts = [picture.doc]
    texts += [f"{fact.name}: {fact.text}" + (f"\n{fact.doc}" if fact.doc else "") for fact in picture.facts]
    text = "\n".join(text for text in texts if text)
    if text:
        yield f'  about["{escaped(text)}"]:::note'


def _lane(lane: Lane, id: str, ids: dict[str, str]) -> Iterator[str]:
    yield f'  subgraph {id}["{escaped(lane.name)}"]'
    yield "    direction TB"
    about = "\n".join(text for text in (*lane.about, lane.doc) if text)
    if about:
        yield f'    {id}about["{escaped(about)}"]:::note'
    for node in lane.nodes:
        yield f"    {_node(node, ids[node.id])}"
    if about and lane.nodes:
        yield f"    {id}about ~~~ {ids[lane.nodes[0].id]}"
    yield "  end"


def _node(node: Node, id: str) -> str:
    person = _PERSON if node.kind is StepKind.MANUAL else ""
    lines = [node.name, node.about, *node.details, legend.STACKED if node.stacked else "", node.doc]
    if node.state is not None:
        lines.append(f"{LOOKS[node.state].mark} {word(node.state)}")
    return _shape(node.kind, id, person + "\n".join(line for line in lines if line), node.state or node.kind)


def _shape(kind: StepKind, id: str, text: str, css: str) -> str:
    opening, closing = _BRACKETS[kind]
    return f'{id}{opening}"{escaped(text)}"{closing}:::{css}'


def _edge(edge: Edge, ids: dict[str, str]) -> str:
    arrow = "-.->" if edge.one_of_many else "-->"
    label = f'|"{escaped(edge.label)}"|' if edge.label else ""
    return f"{ids[edge.source]} {arrow}{label} {ids[edge.target]}"


def _legend(picture: Picture) -> Iterator[str]:
    if not picture.nodes:
        return
    yield '  subgraph legend["Legend"]'
    yield "    direction TB"
    for kind in picture.kinds:
        person = _PERSON if kind is StepKind.MANUAL else ""
        yield f"    {_shape(kind, f'kind_{kind}', person + legend.KINDS[kind], kind)}"
    if legend.signs(picture)[2]:
        yield f'    one[" "]:::note -.->|"{escaped(legend.ONE_OF_MANY)}"| two[" "]:::note'
    yield "  end"


def _order(picture: Picture) -> Iterator[str]:
    """Links that are not seen: what the picture is about stands above the lanes, the legend below."""
    lanes = " & ".join(f"lane{i}" for i in range(len(picture.lanes)))
    if lanes and any(_about(picture)):
        yield f"  about ~~~ {lanes}"
    if picture.nodes:
        yield f"  {lanes} ~~~ legend"


def _classes(picture: Picture) -> Iterator[str]:
    """Colours that go with their own ground, so that they are readable in every theme."""
    for kind in picture.kinds:
        yield f"  classDef {kind} {_colors(LIGHT.kinds[kind])}"
    for state in picture.states:
        dashes = ",stroke-dasharray:3 3" if LOOKS[state].faint else ""
        yield f"  classDef {state} {_colors(LOOKS[state].light)},stroke-width:2px{dashes}"
    yield "  classDef note fill:none,stroke:none,text-align:left"
    yield "  classDef lane fill:#8888881a,stroke:#88888866"
    lanes = [f"lane{i}" for i in range(len(picture.lanes))] + ["legend"] * bool(picture.nodes)
    if lanes:
        yield f"  class {','.join(lanes)} lane"


def _colors(color: str) -> str:
    return f"fill:{mixed(color, LIGHT.ground, LIGHT.tint)},stroke:{color},color:{LIGHT.text}"
