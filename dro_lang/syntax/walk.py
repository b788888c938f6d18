"""Going through a syntax tree."""

from collections.abc import Iterator

import attrs

from dro_lang.syntax import ast


def walk(node: ast.Node) -> Iterator[ast.Node]:
    """A node and all that are below it, each before its parts and the parts as written."""
    yield node
    for name in _parts(type(node)):
        value = getattr(node, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, ast.Node):
                yield from walk(part)


_PARTS: dict[type, tuple[str, ...]] = {}


def _parts(kind: type[ast.Node]) -> tuple[str, ...]:
    """The fields of a kind of node that can hold others."""
    if kind not in _PARTS:
        _PARTS[kind] = tuple(field.name for field in attrs.fields(kind) if field.name not in ("span", "doc"))
    return _PARTS[kind]
