"""Values of a TOML document know where they stand."""

import json
import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.runtime.configuration.document import Node, document
from dro_lang.source import Source

NAMES = st.text("abz-_019", min_size=1, max_size=4) | st.text("a.\"' é\\#]", min_size=1, max_size=4)
SCALARS = st.integers(-99, 99) | st.booleans() | st.text("ab'\"\\#\n,]} é", max_size=6)
LISTS = st.lists(SCALARS, max_size=3)
TABLES = st.recursive(
    st.dictionaries(NAMES, SCALARS | LISTS, max_size=3),
    lambda below: st.dictionaries(NAMES, below | SCALARS, max_size=3),
)


def quoted(text: str) -> str:
    return json.dumps(text)


def value(data: Any, draw: Any) -> str:
    if isinstance(data, str):
        if "\n" in data and "'''" not in data and not data.endswith("'") and draw(st.booleans()):
            return f"'''\n{data}'''"
        return f"'{data}'" if "'" not in data and "\n" not in data and draw(st.booleans()) else quoted(data)
    if isinstance(data, dict):
        return "{ " + ", ".join(f"{quoted(name)} = {value(each, draw)}" for name, each in data.items()) + " }"
    if isinstance(data, list):
        between = draw(st.sampled_from([", ", ",\n # a ] comment\n  "]))
        return "[" + between.join(value(each, draw) for each in data) + (",]" if data else "]")
    return str(data).lower()


def written(data: dict[str, Any], draw: Any, path: tuple[str, ...] = ()) -> str:
    """A document of some data: tables inline, below headers, or by dotted keys."""
    plain = {name: each for name, each in data.items() if not isinstance(each, dict) or draw(st.booleans())}
    text = "".join(f"  {quoted(name)}  = {value(each, draw)} # {name!r}\n" for name, each in plain.items())
    for name, each in data.items():
        if name not in plain:
            below = (*path, name)
            text += f"\n[{' . '.join(map(quoted, below))}]\n" + written(each, draw, below)
    return text


def leaves(node: Node) -> Any:
    below = node.value.values() if node.is_table else node.value if isinstance(node.value, tuple) else ()
    if not node.is_table and not isinstance(node.value, tuple):
        yield node
    for each in below:
        yield from leaves(each)


def plain(node: Node) -> Any:
    if node.is_table:
        return {name: plain(each) for name, each in node.value.items()}
    return [plain(each) for each in node.value] if isinstance(node.value, tuple) else node.value


@settings(deadline=None)
@given(TABLES, st.data())
def test_what_stands_at_a_place_is_the_value(data: dict[str, Any], choices: st.DataObject) -> None:
    text = written(data, choices.draw)
    root = document(Source("x.toml", text))
    assert isinstance(root, Node)
    assert plain(root) == data
    for node in leaves(root):
        assert tomllib.loads(f"x = {node.span.text}")["x"] == node.value


def at(text: str, *path: str | int) -> Node:
    node = document(Source("x.toml", text))
    assert isinstance(node, Node)
    for part in path:
        node = node.value[part]
    return node


def test_keys_have_places_too() -> None:
    text = '[a.b]\nc = 1\nd.e = { f = [ "x", "y" ] }\n[[g]]\nh = 2\n[[g]]\nh = 3\n[g.i]\nj = 4\n'
    for path, line, column in [
        (("a",), 1, 2),
        (("a", "b"), 1, 4),
        (("a", "b", "c"), 2, 1),
        (("a", "b", "d"), 3, 1),
        (("a", "b", "d", "e"), 3, 3),
        (("a", "b", "d", "e", "f"), 3, 9),
        (("g", 1, "h"), 7, 1),
        (("g", 1, "i"), 8, 4),
        (("g", 1, "i", "j"), 9, 1),
    ]:
        node = at(text, *path)
        assert node.key.source.position(node.key.start) == (line, column), path


def test_a_text_that_is_not_toml_is_told_where() -> None:
    found = document(Source("x.toml", 'a = 1\nb = "open\nc = 2'))
    assert isinstance(found, Diagnostic)
    assert (found.code, found.span.source.position(found.span.start)[0]) == ("C0101", 2)
