"""Slots: places that want a value of a certain type (arguments, parameters, defaults), and whether a value fits."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.program.expressions import Constant, Expression
from dro_lang.program.types import DecimalType, DurationType, IdType, IntegerType, ListType, TextType, Type
from dro_lang.semantics.modules import did_you_mean
from dro_lang.semantics.typing.clashes import clash
from dro_lang.semantics.typing.literals import widened
from dro_lang.semantics.typing.presence import Facts
from dro_lang.semantics.typing.ranges import size
from dro_lang.semantics.typing.scope import Term
from dro_lang.semantics.typing.shapes import Info
from dro_lang.semantics.typing.words import declared, type_words
from dro_lang.source import Span
from dro_lang.syntax import ast

if TYPE_CHECKING:
    from dro_lang.semantics.typing.expressions import Typing


def fill(typing: "Typing", slot: Info, node: ast.ObjectValue, facts: Facts, code: str) -> Expression | None:
    """The value of a slot, converted to its type; None after a report.

    `code` is that of a value of another type. An optional slot takes what may be unknown, and `unknown` itself.
    """
    definition = slot.definition
    if isinstance(node, ast.Unknown):
        return _unknown(typing, slot, node, code)
    if isinstance(node, ast.Array | ast.Object):
        message = f"`{slot.name}` takes one value"
        typing.report(diagnose(code, node.span, message, (slot.span, "declared here")))
        return None
    if definition is None:
        typing.term(node, facts)
        return None
    take = typing.term if definition.optional else typing.known
    term = take(node, facts, definition.type)
    if term is None:
        return None
    if not fits(term.type, definition.type):
        _report_misfit(typing, slot, term, code)
        return None
    value = converted(typing, term, definition.type)
    if value is None or not in_bounds(typing, slot, value, node.span):
        return None
    typing.lowering.typed.expressions[node] = value
    return value


def _unknown(typing: "Typing", slot: Info, node: ast.Unknown, code: str) -> Expression | None:
    definition = slot.definition
    if definition is None:
        return None
    if definition.optional:
        return Constant(None, definition.type)
    message = f"`{slot.name}` is not optional: it cannot be unknown"
    typing.report(diagnose(code, node.span, message, (slot.span, "declared here")))
    return None


def missing(written: Iterable[str], slots: Mapping[str, Info], is_needed: Callable[[Info], bool]) -> list[str]:
    """The slots that need a value and are given none.

    A name that is no slot stands for one, that which it resembles or else any: a wrong name is one mistake, not two. So
    does a slot that was missed: it may have another name.
    """
    given = set(written)
    strangers = sum(slots[name].definition is None for name in given & slots.keys())
    for name in sorted(given - slots.keys()):
        match = did_you_mean(name, [slot for slot in slots if slot not in given])
        given |= {match} if match else set()
        strangers += match is None
    absent = [name for name, slot in slots.items() if name not in given and is_needed(slot)]
    return [] if strangers >= len(absent) else absent


def is_required(slot: Info) -> bool:
    """Whether a slot must be given a value; a list is empty without one."""
    definition = slot.definition
    return definition is not None and not definition.optional and not isinstance(definition.type, ListType)


def fits(found: Type, wanted: Type) -> bool:
    """Whether a value of a type may stand where another is wanted: an Integer for a Decimal, an Id for Text, and any
    duration for a Duration."""
    match found, wanted:
        case (IntegerType(), DecimalType()) | (IdType(), TextType()) | (DurationType(), DurationType()):
            return True
    return found == wanted


def converted(typing: "Typing", term: Term, wanted: Type) -> Expression | None:
    """The value in the type that is wanted; None after E0207 for a whole number with too many digits for a Decimal."""
    if isinstance(wanted, DecimalType) and isinstance(term.type, IntegerType) and isinstance(term.expression, Constant):
        return widened(term.expression, term.span, typing.lowering.report)
    return term.expression


def in_bounds(typing: "Typing", slot: Info, value: Expression, span: Span) -> bool:
    """Whether a constant lies within the bounds of a slot; E0207 if not."""
    definition = slot.definition
    if definition is None or not isinstance(value, Constant) or value.value is None:
        return True
    low, high = definition.low, definition.high
    if (low is None or size(low) <= size(value)) and (high is None or size(value) <= size(high)):
        return True
    message = f"`{span.text}` is outside the bounds of `{slot.name}`"
    typing.report(diagnose("E0207", span, message, (slot.span, "its bounds are declared here")))
    return False


def _report_misfit(typing: "Typing", slot: Info, term: Term, code: str) -> None:
    assert slot.definition is not None
    wanted = slot.definition.type
    problem = clash(term.node, term.type, wanted, typing.lowering.enums, code)
    typing.report(
        diagnose(
            problem.code,
            term.span,
            f"`{slot.name}` takes {type_words(wanted)}, and `{term.text}` is {type_words(term.type)}",
            (slot.span, "declared here"),
            *declared(term),
            help=problem.help,
            fixes=problem.fixes,
        )
    )
