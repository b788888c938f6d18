"""Every node knows where it stands, to the character."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from attrs import fields

from dro_lang.source import Source
from dro_lang.syntax import ast
from dro_lang.syntax.parser import parse
from tests.syntax.texts import EXAMPLES, findings, parsed


def children(node: ast.Node) -> Iterator[ast.Node]:
    for field in fields(type(node)):
        value: Any = getattr(node, field.name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, ast.Node):
                yield each


def nodes(node: ast.Node) -> Iterator[ast.Node]:
    yield node
    for child in children(node):
        yield from nodes(child)


FILES = [pytest.param(parse(Source.read(path)).tree, id=path.stem) for path in EXAMPLES]


@pytest.mark.parametrize("tree", FILES)
def test_a_node_holds_its_children_and_they_stand_in_order(tree: ast.File) -> None:
    for node in nodes(tree):
        for child in children(node):
            assert node.span.start <= child.span.start <= child.span.end <= node.span.end
        for name in ("declarations", "attributes", "steps", "clauses", "operands", "lines", "scenarios", "fields"):
            places = [child.span for child in getattr(node, name, ())]
            assert all(first.end <= then.start for first, then in pairwise(places))


@pytest.mark.parametrize("tree", FILES)
def test_no_node_begins_or_ends_with_space(tree: ast.File) -> None:
    for node in nodes(tree):
        assert node.span.text == node.span.text.strip()
        assert node.span.text


@pytest.mark.parametrize("tree", FILES)
def test_a_name_is_its_text(tree: ast.File) -> None:
    for node in nodes(tree):
        if isinstance(node, ast.Name):
            assert node.span.text == node.text
        if isinstance(node, ast.NameReference | ast.ConstantReference):
            assert node.span.text == node.name


WRAPPED = {
    "declarations": "language 1.0\n{}\n",
    "expressions": "language 1.0\nplan P for C {{ scenario a {{ when {} run G }} }}\n",
    "clauses": "language 1.0\ngroup G for C {{ step a: manual {{ {} }} }}\n",
    "steps": "language 1.0\ngroup G for C {{ {} }}\n",
    "scenarios": "language 1.0\nplan P for C {{ {} }}\n",
    "test lines": 'language 1.0\ntest "t" for P {{ {} }}\n',
    "types": "language 1.0\nrecord R {{ a : {} }}\n",
}


def parts(tree: ast.File) -> Iterator[tuple[str, ast.Node]]:
    """The nodes that can stand alone in a text, and what to wrap them in."""
    conditions = (ast.And, ast.Or, ast.Not, ast.Comparison, ast.Membership, ast.Presence, ast.Call, ast.Binary)
    for node in nodes(tree):
        if isinstance(node, ast.Step):
            yield "steps", node
            yield from (("clauses", clause) for clause in node.clauses)
        elif isinstance(node, ast.Scenario):
            yield "scenarios", node
        elif isinstance(node, ast.Type):
            yield "types", node
        elif isinstance(node, ast.Test):
            yield from (("test lines", line) for line in node.lines)
        elif isinstance(node, conditions):
            yield "expressions", node
        elif isinstance(node, ast.File):
            yield from (("declarations", declared) for declared in node.declarations)


@pytest.mark.parametrize("tree", FILES)
def test_what_a_span_covers_parses_to_its_node(tree: ast.File) -> None:
    seen = 0
    for kind, node in parts(tree):
        result = parsed(WRAPPED[kind].format(node.span.text))
        assert not result.diagnostics
        assert node in list(nodes(result.tree))
        seen += 1
    assert seen


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("record R {\n  due Date\n}", (3, 6, "")),
        ("record R {\n  due : Date,, a : Date\n}", (3, 14, ",")),
        ("plan P for C { scenario a { wehn x run G } }", (2, 29, "wehn")),
        ("plan P for C { scenario a { when x run G }", (2, 43, "")),
        ("plan P for C { scenario a { when x == 1 run G } }", (2, 36, "==")),
        ("queue Q\n  'text'", (3, 3, "'text'")),
        ('queue Q "text', (2, 9, '"text')),
        ("record R { a : Text }\n/// a\n/// b", (3, 1, "/// a\n/// b")),
        ("group G for C { step a: manual { due 2 days } }", (2, 37, "")),
    ],
)
def test_a_finding_stands_on_what_is_wrong_or_behind_what_something_is_missing_after(
    text: str, place: tuple[int, int, str]
) -> None:
    [finding] = findings("language 1.0\n" + text)
    line, column = finding.span.source.position(finding.span.start)
    assert (line, column, finding.span.text) == place
