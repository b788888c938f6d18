"""The names that a template of e-mail uses, told before it is rendered: an action that lacks one could not send it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from dro_lang.runtime.outside.actions.mail.templates import SUFFIXES, Templates
from dro_lang.source import Source, Span

if TYPE_CHECKING:
    from jinja2 import nodes

_GUARDS = frozenset({"defined", "undefined", "default", "d"})
"""Tests and filters that take a name which is not there."""


@frozen
class _File:
    source: Source
    tree: "nodes.Template"


def names_of(templates: Templates, name: str) -> Iterator[tuple[str, Span]]:
    """The names that a template, and what it includes or extends, wants to be given, each where a file uses it first.

    Those that it asks for as `level is defined` or `level | default(1)` are not among them. It has to be one that
    Jinja2 can read.
    """
    from jinja2 import meta, nodes

    files = list(_files(templates, [f"{name}{suffix}" for suffix in SUFFIXES]))
    # What one file sets, those that it includes see.
    known = {each for file in files for each in (*_set_by(file.tree), *_asked_for(file.tree))}
    for file in files:
        wanted = meta.find_undeclared_variables(file.tree) - known
        for used in file.tree.find_all(nodes.Name):
            if used.name in wanted:
                wanted.remove(used.name)
                yield used.name, _span(file.source, used)


def _files(templates: Templates, names: list[str]) -> Iterator[_File]:
    """The files of these names that can be read, and those that they include or extend, as far as their names are
    written there."""
    from jinja2 import TemplateSyntaxError, nodes

    waiting, seen = names, set(names)
    while waiting:
        try:
            source = Source.read(templates.folder / waiting.pop(0))
            tree = templates.parsed(source.text)
        except (OSError, UnicodeDecodeError, TemplateSyntaxError):
            continue
        yield _File(source, tree)
        links: list[nodes.Include | nodes.Extends] = [*tree.find_all(nodes.Include), *tree.find_all(nodes.Extends)]
        for link in links:
            if isinstance(link.template, nodes.Const) and link.template.value not in seen:
                seen.add(link.template.value)
                waiting.append(link.template.value)


def _set_by(tree: "nodes.Template") -> Iterator[str]:
    from jinja2 import nodes

    for node in tree.find_all((nodes.Name, nodes.Macro, nodes.Import, nodes.FromImport)):
        match node:
            case nodes.Name(ctx="store" | "param") | nodes.Macro():
                yield node.name
            case nodes.Import():
                yield node.target
            case nodes.FromImport():
                yield from (each if isinstance(each, str) else each[1] for each in node.names)


def _asked_for(tree: "nodes.Template") -> Iterator[str]:
    from jinja2 import nodes

    for node in tree.find_all((nodes.Test, nodes.Filter)):
        if node.name in _GUARDS and isinstance(node.node, nodes.Name):
            yield node.node.name


def _span(source: Source, used: "nodes.Name") -> Span:
    start = source.line_starts[used.lineno - 1]
    found = re.compile(rf"\b{used.name}\b").search(source.text, start)
    assert found is not None  # it begins on this line, or a later one of the same expression
    return Span(source, found.start(), found.end())
