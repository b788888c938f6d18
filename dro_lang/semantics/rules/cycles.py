"""Steps that wait for each other, in a group or across the groups that one scenario runs (E0601)."""

from collections.abc import Iterator, Mapping

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.semantics.rules.graph import Edge, cycles
from dro_lang.semantics.rules.overview import Overview
from dro_lang.semantics.rules.references import links, waits
from dro_lang.source import Span
from dro_lang.syntax import ast

Node = tuple[str, str]
"""A step in a plan: the instance of its group, and its name."""

Instances = Mapping[str, ast.Group]
"""Groups by the names under which they run."""


def check(overview: Overview) -> Iterator[Diagnostic]:
    told: set[frozenset[Span]] = set()
    for instances in (*_alone(overview), *_together(overview)):
        for cycle in cycles(_waits(overview, instances)):
            key = frozenset(edge.span for edge in cycle)
            if key not in told:
                told.add(key)
                yield _tell(cycle)


def _alone(overview: Overview) -> Iterator[Instances]:
    return ({group.name.text: group} for group in overview.all(ast.Group))


def _together(overview: Overview) -> Iterator[Instances]:
    """What scenarios run, each set of groups once; without groups that wait for no other, as these have been looked at
    alone."""
    linked = {id(group): bool(links(group)) for group in overview.all(ast.Group)}
    seen: set[frozenset[tuple[str, int]]] = set()
    for plan in overview.plans:
        for runs in plan.scenarios:
            instances = {run.instance: run.group for run in runs if linked[id(run.group)]}
            key = frozenset((name, id(group)) for name, group in instances.items())
            if key not in seen:
                seen.add(key)
                yield instances


def _waits(overview: Overview, instances: Instances) -> list[Edge[Node]]:
    edges = []
    for instance, group in instances.items():
        for step, dependency in waits(group):
            reference = dependency.step
            other = reference.group.text if reference.group else instance
            owner = instances.get(other)
            if owner is not None and overview.step(owner, reference.step.text):
                edges.append(Edge((instance, step.name.text), (other, reference.step.text), dependency.span))
    return edges


def _tell(cycle: list[Edge[Node]]) -> Diagnostic:
    nodes = [edge.source for edge in cycle]
    instances = {instance for instance, _ in nodes}
    names = [f"`{step}`" if len(instances) == 1 else f"`{instance}.{step}`" for instance, step in nodes]
    first, *others = cycle
    labels = [f"{name} waits for {other}" for name, other in zip(names, [*names[1:], names[0]], strict=True)]
    path = " waits for ".join((*names, names[0]))
    return diagnose(
        "E0601",
        first.span,
        f"steps wait for each other: {path}" if others else f"step {names[0]} waits for itself",
        *((edge.span, label) for edge, label in zip(others, labels[1:], strict=True)),
        why=labels[0] if others else "",
        help="none of them could ever start: take away one of these waits"
        if others
        else "it could never start: take away this wait",
    )
