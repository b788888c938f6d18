"""A picture in a page: its steps are links, one of them may be chosen, and texts of others stay texts."""

from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.interop.graphs import Picture, Pointing, svg, svg_for_page
from dro_lang.interop.graphs.picture import Lane, Node
from dro_lang.program.model import StepKind
from tests.graphs.strategies import pictures

NAMESPACE = "{http://www.w3.org/2000/svg}"


def links_in(text: str) -> dict[str, str]:
    """Where the links lead to, with their classes."""
    found = ElementTree.fromstring(text).iter(f"{NAMESPACE}a")
    return {each.get("href", ""): each.get("class", "") for each in found}


@given(pictures(), st.data())
@settings(max_examples=50, deadline=None)
def test_every_step_is_a_link_and_the_chosen_one_stands_out(picture: Picture, data: st.DataObject) -> None:
    ids = [node.id for node in picture.nodes]
    links = {id: f"/steps/{number}?a=1&b=<2>" for number, id in enumerate(ids)}
    chosen = data.draw(st.sampled_from([None, *ids]))
    faded = frozenset(data.draw(st.sets(st.sampled_from(ids)))) if ids else frozenset()
    pointing = Pointing(links, chosen, faded)
    classes = links_in(svg_for_page(picture, "graph", pointing))
    assert set(classes) == set(links.values())
    for id, link in links.items():
        said = classes[link].split()
        assert ("chosen" in said) == (id == chosen)
        assert ("near" in said) == (chosen is not None and id in pointing.near(picture))
        assert ("away" in said) == (id in faded)


@given(pictures())
@settings(max_examples=50, deadline=None)
def test_in_a_page_it_is_the_same_drawing_without_a_style_sheet_of_its_own(picture: Picture) -> None:
    alone = ElementTree.fromstring(svg(picture))
    links = {node.id: "#" for node in picture.nodes}
    placed = ElementTree.fromstring(svg_for_page(picture, "graph", Pointing(links)))
    assert not list(placed.iter(f"{NAMESPACE}style"))
    for tag in ("text", "rect", "polygon"):
        assert [each.attrib for each in alone.iter(NAMESPACE + tag)] == [
            each.attrib for each in placed.iter(NAMESPACE + tag)
        ]


@given(st.text(max_size=20))
@settings(max_examples=50, deadline=None)
def test_texts_of_others_stay_texts(text: str) -> None:
    text = f'"><script>{text}</script>'
    lane = Lane("0", text, (text,), text, (Node("0.a", text, text, StepKind.AUTO, text, (text,), doc=text),))
    drawn = svg_for_page(Picture(text, "", (), (lane,), ()), "graph", Pointing({"0.a": text}))
    picture = ElementTree.fromstring(drawn)
    assert not list(picture.iter(f"{NAMESPACE}script"))
    assert picture.get("aria-label", "").startswith('"><script>')
