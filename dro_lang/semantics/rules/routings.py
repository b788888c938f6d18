"""Routings: the rules of one may hand over to another, but never back (E0806)."""

from collections.abc import Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.semantics.rules.graph import Edge, cycles
from dro_lang.semantics.rules.overview import Overview
from dro_lang.syntax import ast


def check(overview: Overview) -> Iterator[Diagnostic]:
    names = {id(routing): routing.name.text for routing in overview.all(ast.Routing)}
    for cycle in cycles(list(handed_over(overview))):
        first, *others = cycle
        path = [names[edge.source] for edge in cycle]
        way = " hands over to ".join(f"`{each}`" for each in (*path, path[0]))
        yield diagnose(
            "E0806",
            first.span,
            f"routings hand over in a circle: {way}" if others else f"routing `{path[0]}` hands over to itself",
            *((edge.span, f"`{names[edge.source]}` hands over to `{names[edge.target]}`") for edge in others),
            why="nobody would get the task",
            help="name a queue or a user here",
        )


def handed_over(overview: Overview) -> Iterator[Edge[int]]:
    """Routings by their identity, and the ones that they hand over to."""
    for routing in overview.all(ast.Routing):
        for assignee in (*(route.assignee for route in routing.routes), routing.otherwise):
            other = overview.find(assignee.routing, ast.Routing) if isinstance(assignee, ast.ToRouting) else None
            if other is not None:
                yield Edge(id(routing), id(other), assignee.span)
