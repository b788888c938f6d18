"""Tests and properties."""

from collections.abc import Callable
from typing import TypeVar

from dro_lang.syntax import ast
from dro_lang.syntax.format.doc import NOTHING, Doc
from dro_lang.syntax.format.expressions import duration, expression, object_
from dro_lang.syntax.format.groups import step_reference
from dro_lang.syntax.format.pen import Clause, Member, Pen, aligned, block, spaced

_COLUMN = 6
"""Arguments of keywords up to this length (`expect`, `assume`) stand in one column; longer words do not widen it."""

N = TypeVar("N")


def test(pen: Pen, node: ast.Test) -> Doc:
    head, opening = pen.any_words(4), pen.take("{")
    clauses = [_clause(pen, _test_line, line) for line in node.lines]
    return spaced((head, block(opening, [Member(one) for one in aligned(clauses)], pen.take("}"))))


def property_(pen: Pen, node: ast.Property) -> Doc:
    head, opening = pen.any_words(4), pen.take("{")
    clauses = [] if node.assume is None else [_clause(pen, expression, node.assume)]
    clauses += [_clause(pen, _claim, claim) for claim in node.claims]
    return spaced((head, block(opening, [Member(one) for one in aligned(clauses)], pen.take("}"))))


def _clause(pen: Pen, write: Callable[[Pen, N], Doc], node: N) -> Clause:
    """A line by its first word; `write` writes what follows it."""
    keyword = pen.take()
    is_aligned = len(keyword.text) <= _COLUMN and not isinstance(node, ast.Order | ast.Ends)
    return Clause(keyword.text, keyword, write(pen, node), is_aligned)


def _test_line(pen: Pen, node: ast.TestLine) -> Doc:
    match node:
        case ast.Given(record=data) | ast.SetData(data=data):
            return object_(pen, data)
        case ast.ExpectScenarios(scenarios=scenarios):
            return spaced((pen.take(), pen.names(scenarios))) if scenarios else pen.any_words(2)
        case ast.ExpectStep(instance=instance, on=on):
            step = spaced((pen.take("step"), _instance(pen, instance), pen.take()))
            return step if on is None else spaced((step, pen.any_words(2)))
        case ast.ExpectPlan() | ast.ExpectRejected() | ast.AdvanceTo():
            return pen.any_words(2)
        case ast.Advance(duration=length):
            return duration(pen, length)
        case ast.Complete(instance=instance, results=results):
            of = _instance(pen, instance)
            return of if results is None else spaced((of, object_(pen, results)))
        case ast.Answer(instance=instance, results=results):
            return spaced((_instance(pen, instance), object_(pen, results)))
        case ast.Fail(instance=instance, code=code):
            of = _instance(pen, instance)
            return of if code is None else spaced((of, pen.any_words(2)))
        case ast.RetryNow(instance=instance) | ast.Discard(instance=instance):
            return _instance(pen, instance)
        case ast.Change(item=item, data=data):
            parts = [] if item is None else [pen.any_words(2)]
            parts += [] if data is None else [object_(pen, data)]
            return spaced(parts) if parts else NOTHING
        case ast.TodayLine() | ast.Offline() | ast.Online():
            return pen.take()
        case ast.Freeze() | ast.Unfreeze():
            return NOTHING


def _instance(pen: Pen, node: ast.Instance) -> Doc:
    step = step_reference(pen, node.step)
    return step if node.item is None else spaced((step, pen.any_words(3)))


def _claim(pen: Pen, node: ast.Claim) -> Doc:
    match node:
        case ast.NeverStep(step=step) | ast.AlwaysStep(step=step):
            return spaced((pen.take("step"), step_reference(pen, step), pen.take()))
        case ast.AlwaysScenario(scenarios=scenarios):
            return spaced((pen.take("scenario"), pen.names(scenarios)))
        case ast.Order(first=first, then=then):
            return spaced((step_reference(pen, first), pen.words("before step"), step_reference(pen, then)))
        case ast.Ends(within=within):
            ends = pen.take("ends")
            return ends if within is None else spaced((ends, pen.take("within"), duration(pen, within)))
