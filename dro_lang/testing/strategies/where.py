"""Conditions given as text: read and typed by the checker, as if a property of a plan assumed them."""

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from attrs import evolve, field, frozen

from dro_lang.diagnostics.diagnostic import Diagnostic, Label, Severity
from dro_lang.diagnostics.render import text as report
from dro_lang.pipeline import check_source
from dro_lang.program.expressions import Expression
from dro_lang.program.model import AttributeDefinition, Context, Enumeration, Program
from dro_lang.program.render import render, render_value
from dro_lang.program.types import TEXT, DurationType
from dro_lang.source import Source, Span

_MODULE = "where"


def condition(program: Program, context: Context, where: str | Expression) -> Expression:
    """The condition on records of a context that a text stands for.

    Raises ValueError, with the checker's findings, for a text that is no condition on them.
    """
    return _typed(_Same(program), context.name, where) if isinstance(where, str) else where


@frozen
class _Same:
    """A program as a key: the very object, which is cheaper to compare than all that it holds."""

    program: Program = field(eq=id)


@lru_cache(maxsize=256)
def _typed(key: _Same, context: str, where: str) -> Expression:
    before = "\n".join(_declarations(key.program, key.program.contexts[context]))
    source = Source(_MODULE, f"{before}{where}\nplan ends }}\n")
    checked = check_source(source, _MODULE, lambda module: None)
    found = [each for each in checked.diagnostics if each.severity is Severity.ERROR]
    if found:
        shown = Source(_MODULE, where)
        raise ValueError(report.render([_moved(each, shown, len(before)) for each in found]).rstrip())
    assert checked.program is not None  # there is no error
    typed = checked.program.properties[0].assume
    assert typed is not None
    return typed


def _moved(found: Diagnostic, shown: Source, before: int) -> Diagnostic:
    """A finding at its place in the condition alone, without what it says of places that nobody wrote."""
    length = len(shown.text)
    start, end = (min(max(offset - before, 0), length) for offset in (found.span.start, found.span.end))
    return evolve(found, primary=Label(Span(shown, start, end), found.primary.text), labels=(), fixes=())


def _declarations(program: Program, context: Context) -> Iterator[str]:
    """A module with the context, and the least that a property of it needs, up to where the condition begins."""
    taken = {context.name, *program.enums, *program.records}
    usage, mapping, plan, group = (_other_than(taken, name) for name in ("Usage", "Mapping", "Plan", "Group"))
    yield "language 1.0"
    yield f"usage {usage} {{ scopes plan }}"
    yield from map(_enumeration, program.enums.values())
    for record in program.records.values():
        yield f"record {record.name} {{"
        yield from _attributes(record.attributes)
        yield "}"
    yield f"context {context.name} {{"
    yield from _attributes(context.attributes)
    yield "}"
    yield f'mapping {mapping} for {context.name} {{ usage {usage} object "Object" }}'
    yield f"group {group} for {context.name} {{ step s: milestone }}"
    yield f"plan {plan} for {context.name} {{ usage {usage} choose every matching scenario"
    yield f"scenario s {{ run {group} }} }}"
    yield f'property "where" for {plan} {{ assume '


def _other_than(taken: Collection[str], name: str) -> str:
    return next(each for each in (name, *(f"{name}{number}" for number in range(len(taken)))) if each not in taken)


def _enumeration(enum: Enumeration) -> str:
    constants = (f"{constant.name} = {render_value(constant.text, TEXT)}" for constant in enum.constants)
    return f"enum {enum.name} {{ {', '.join(constants)} }}"


def _attributes(attributes: Iterable[AttributeDefinition]) -> Iterator[str]:
    for attribute in attributes:
        kind = "Duration" if isinstance(attribute.type, DurationType) else str(attribute.type)
        bounds = "..".join("" if bound is None else render(bound) for bound in (attribute.low, attribute.high))
        inside = "" if bounds == ".." else f" in {bounds}"
        yield f"  {attribute.name} : {kind}{inside}{' optional' if attribute.optional else ''}"
