"""Compensation: the groups that `on cancel` and `on amend` insert must be able to stand by themselves (E0901)."""

from collections.abc import Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, Fix, diagnose
from dro_lang.semantics.rules.graph import Edge, cycles
from dro_lang.semantics.rules.overview import Compensation, Overview
from dro_lang.semantics.rules.references import target, waits
from dro_lang.semantics.rules.texts import removal
from dro_lang.source import Span
from dro_lang.syntax import ast


def check(overview: Overview) -> Iterator[Diagnostic]:
    for group in overview.all(ast.Group):
        for compensation in overview.compensations(group):
            yield from _order(compensation)
            yield from _waits_outside(overview, compensation)
    yield from _cycles(overview)


def _order(compensation: Compensation) -> Iterator[Diagnostic]:
    clause = compensation.clause
    if clause.event == "amend" and clause.in_reverse:
        words = Span(clause.span.source, clause.call.span.end, clause.span.end)
        place = Span(words.source, words.start + len(words.text) - len(words.text.lstrip()), words.end)
        yield diagnose(
            "E0901",
            place,
            "only `on cancel` runs in reverse",
            why="an amendment does the work again, in order",
            help="leave out `in reverse`",
            fixes=(Fix("leave out `in reverse`", (removal(words),)),),
        )


def _waits_outside(overview: Overview, compensation: Compensation) -> Iterator[Diagnostic]:
    group, call = compensation.group, compensation.clause.call
    own = {group.name.text, call.alias.text if call.alias else group.name.text}
    for step, dependency in waits(group):
        other = dependency.step.group
        if other is not None and other.text not in own and target(overview, group, dependency) is not None:
            yield diagnose(
                "E0901",
                call.group.span,
                f"`{group.name.text}` cannot be inserted by itself: its step `{step.name.text}` waits for "
                f"`{other.text}.{dependency.step.step.text}`",
                (dependency.step.span, "a step of another group"),
                why=f"inserted when `{compensation.step.name.text}` is {_CHANGED[compensation.clause.event]}",
                help="let the steps of a compensation group wait only for each other",
            )
            return


_CHANGED = {"cancel": "canceled", "amend": "amended"}


def inserted(overview: Overview) -> Iterator[Edge[int]]:
    """Groups by their identity, and the ones that their steps insert."""
    for group in overview.all(ast.Group):
        for compensation in overview.compensations(group):
            yield Edge(id(group), id(compensation.group), compensation.clause.call.group.span)


def _cycles(overview: Overview) -> Iterator[Diagnostic]:
    names = {id(group): group.name.text for group in overview.all(ast.Group)}
    for cycle in cycles(list(inserted(overview))):
        first, *others = cycle
        path = [names[edge.source] for edge in cycle]
        way = " inserts ".join(f"`{each}`" for each in (*path, path[0]))
        yield diagnose(
            "E0901",
            first.span,
            f"groups insert each other: {way}" if others else f"group `{path[0]}` compensates for itself",
            *((edge.span, f"`{names[edge.source]}` inserts `{names[edge.target]}`") for edge in others),
            notes=("steps that were inserted as compensation are never compensated for themselves",),
            help="run another group here",
        )
