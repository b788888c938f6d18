"""Circles and chains in what refers to each other: steps that wait, scenarios that exclude, groups that insert,
routings that hand over."""

from collections.abc import Hashable, Iterator, Sequence
from typing import Generic, TypeVar

from attrs import frozen

from dro_lang.source import Span

N = TypeVar("N", bound=Hashable)


@frozen(eq=False)
class Edge(Generic[N]):
    """A reference, and where it is written."""

    source: N
    target: N
    span: Span


def cycles(edges: Sequence[Edge[N]]) -> Iterator[list[Edge[N]]]:
    """Circles such that there is none left without the first reference of each.

    The nodes count as ordered as they first refer to others. Every circle has a reference that does not look back in
    that order: the first such one of each strongly connected component is told with the shortest way back, and taken
    away; what is left is looked at again.
    """
    order: dict[N, int] = {}
    for edge in edges:
        order.setdefault(edge.source, len(order))
    todo = [list(edges)]
    while todo:
        for component in components(todo.pop()):
            inside = [edge for edge in edges if edge in component]
            first = next(edge for edge in inside if order[edge.target] >= order[edge.source])
            yield [first, *_way(inside, first.target, first.source)]
            todo.append([edge for edge in inside if edge is not first])


def components(edges: Sequence[Edge[N]]) -> list[set[Edge[N]]]:
    """The references inside each strongly connected component of a graph, where there are any (Tarjan 1972)."""
    outgoing = _outgoing(edges)
    index: dict[N, int] = {}
    low: dict[N, int] = {}
    stack: dict[N, None] = {}
    found: list[set[Edge[N]]] = []
    for root in outgoing:
        work = [] if root in index else [(root, iter(outgoing[root]))]
        while work:
            node, rest = work[-1]
            if node not in index:
                index[node] = low[node] = len(index)
                stack[node] = None
            following = next((e.target for e in rest if e.target not in index or e.target in stack), None)
            if following is not None and following in index:
                low[node] = min(low[node], index[following])
            elif following is not None:
                work.append((following, iter(outgoing.get(following, ()))))
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    low[above] = min(low[above], low[node])
                if low[node] == index[node]:
                    members = {node}
                    while (last := stack.popitem()[0]) != node:
                        members.add(last)
                    found.append({e for each in members for e in outgoing.get(each, ()) if e.target in members})
    return [component for component in found if component]


def longest_chain(edges: Sequence[Edge[N]]) -> list[Edge[N]]:
    """The longest way along references of which none leads back: each begins where the one before it ends."""
    outgoing = _outgoing(edges)
    best: dict[N, list[Edge[N]]] = {}
    length: dict[N, int] = {}
    for root in outgoing:
        todo = [root]
        while todo:
            node = todo[-1]
            ahead = [edge for edge in outgoing.get(node, ()) if edge.target not in length]
            if ahead:
                todo += [edge.target for edge in ahead]
                continue
            todo.pop()
            onward = max(outgoing.get(node, ()), key=lambda edge: length[edge.target], default=None)
            length[node] = 0 if onward is None else 1 + length[onward.target]
            best[node] = [] if onward is None else [onward]
    start = max(length, key=lambda node: length[node], default=None)
    chain: list[Edge[N]] = []
    while start is not None and best[start]:
        chain += best[start]
        start = chain[-1].target
    return chain


def _outgoing(edges: Sequence[Edge[N]]) -> dict[N, list[Edge[N]]]:
    outgoing: dict[N, list[Edge[N]]] = {}
    for edge in edges:
        outgoing.setdefault(edge.source, []).append(edge)
    return outgoing


def _way(edges: Sequence[Edge[N]], start: N, end: N) -> list[Edge[N]]:
    """The shortest way from a node to another of the same component (breadth first)."""
    outgoing = _outgoing(edges)
    came: dict[N, Edge[N] | None] = {start: None}
    queue = [start]
    for node in queue:
        if end in came:
            break
        for edge in outgoing[node]:
            if edge.target not in came:
                came[edge.target] = edge
                queue.append(edge.target)
    way: list[Edge[N]] = []
    last = came[end]
    while last is not None:
        way.append(last)
        last = came[last.source]
    return way[::-1]
