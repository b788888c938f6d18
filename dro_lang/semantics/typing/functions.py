"""Calls of functions on values."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.program.expressions import Call, Constant, Expression, Function
from dro_lang.program.types import (
    BOOLEAN,
    DECIMAL,
    INTEGER,
    TEXT,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    IdType,
    IntegerType,
    ListType,
    MoneyType,
    TextType,
    Type,
)
from dro_lang.program.values import SCALE
from dro_lang.semantics.typing.comparisons import ORDERED, compared
from dro_lang.semantics.typing.list_functions import LIST_FUNCTIONS
from dro_lang.semantics.typing.operators import joined_unit
from dro_lang.semantics.typing.presence import Facts
from dro_lang.semantics.typing.scope import Term
from dro_lang.semantics.typing.words import declared, replace, type_words, unknown
from dro_lang.syntax import ast

if TYPE_CHECKING:
    from dro_lang.semantics.typing.expressions import Typing

Types = tuple[type, ...]
_TEXT: Types = (TextType, IdType)
_DAY: Types = (DateType, DateTimeType)


@frozen
class Signature:
    """What a function takes, and gives; `gives` None is the type of the first argument."""

    takes: tuple[tuple[Types, str], ...]
    gives: Type | None


_TEXTS = (_TEXT, "Text")
_SIGNATURES: Mapping[Function, Signature] = {
    Function.CONTAINS: Signature((_TEXTS, _TEXTS), BOOLEAN),
    Function.STARTS_WITH: Signature((_TEXTS, _TEXTS), BOOLEAN),
    Function.ENDS_WITH: Signature((_TEXTS, _TEXTS), BOOLEAN),
    Function.LOWER: Signature((_TEXTS,), TEXT),
    Function.UPPER: Signature((_TEXTS,), TEXT),
    Function.TRIM: Signature((_TEXTS,), TEXT),
    Function.LENGTH: Signature((_TEXTS,), INTEGER),
    Function.ABS: Signature(
        (((IntegerType, DecimalType, MoneyType, DurationType), "a number, an amount or a duration"),), None
    ),
    Function.ROUND: Signature(
        (((IntegerType, DecimalType, MoneyType), "a number or an amount"), ((IntegerType,), "a number of places")), None
    ),
    Function.YEAR: Signature(((_DAY, "a Date or DateTime"),), INTEGER),
    Function.MONTH: Signature(((_DAY, "a Date or DateTime"),), INTEGER),
    Function.DAY: Signature(((_DAY, "a Date or DateTime"),), INTEGER),
    Function.WEEKDAY: Signature(((_DAY, "a Date or DateTime"),), INTEGER),
}


def call(typing: "Typing", node: ast.Call, facts: Facts, wanted: Type | None) -> Term | None:
    name = node.function.text
    if name not in list(Function):
        functions = dict.fromkeys((*Function, *LIST_FUNCTIONS))
        message = f"there is no function `{name}`"
        if name in ("today", "now") and not node.operands:
            fix = replace(node.span, name)
            typing.report(diagnose("E0101", node.span, message, help=f"it is a value: write `{name}`", fixes=(fix,)))
            return None
        typing.report(unknown(node.function.span, message, name, functions, "the functions are"))
        return None
    function = Function(name)
    for operand in node.operands:
        if operand.where is not None:
            message = f"`{name}` takes no `where`"
            help = "`where` stands in functions over lists, such as `any(invoices where item.disputed)`"
            typing.report(diagnose("E0203", operand.where.span, message, help=help))
            return None
    arguments = [operand.expression for operand in node.operands]
    if function is Function.DEFAULT:
        return _default(typing, node, arguments, facts, wanted)
    if function in (Function.MIN, Function.MAX):
        return _extreme(typing, node, function, arguments, facts)
    return _plain(typing, node, function, arguments, facts)


def _plain(
    typing: "Typing", node: ast.Call, function: Function, arguments: list[ast.Expression], facts: Facts
) -> Term | None:
    signature = _SIGNATURES[function]
    if not _count_fits(typing, node, len(arguments), len(signature.takes)):
        return None
    terms = [typing.known(argument, facts) for argument in arguments]
    sound = [
        term is not None and _argument_fits(typing, function, term, takes)
        for term, takes in zip(terms, signature.takes, strict=True)
    ]
    if not all(sound):
        return None
    found = [term for term in terms if term is not None]
    if function is Function.ROUND and not _places_fit(typing, found[1]):
        return None
    gives = signature.gives or found[0].type
    if function is Function.ROUND and isinstance(gives, IntegerType):
        gives = DECIMAL
    return Term(node, Call(function, tuple(term.expression for term in found), gives))


def _count_fits(typing: "Typing", node: ast.Call, found: int, wanted: int) -> bool:
    if found == wanted:
        return True
    things = "1 argument" if wanted == 1 else f"{wanted} arguments"
    message = f"`{node.function.text}` takes {things}, not {found}"
    help = "write `round(x, 2)`: how many places are kept is always said" if node.function.text == "round" else None
    typing.report(diagnose("E0203", node.span, message, help=help))
    return False


def _argument_fits(typing: "Typing", function: Function, term: Term, takes: tuple[Types, str]) -> bool:
    types, words = takes
    if isinstance(term.type, types):
        return True
    help = None
    if isinstance(term.type, ListType):
        help = (
            f"write `count({term.text})`" if function is Function.LENGTH else "use a function over lists, such as `any`"
        )
    message = f"`{function}` takes {words}, and `{term.text}` is {type_words(term.type)}"
    typing.report(diagnose("E0201", term.span, message, *declared(term), help=help))
    return False


def _places_fit(typing: "Typing", places: Term) -> bool:
    constant = places.expression
    if isinstance(constant, Constant) and isinstance(constant.value, int) and 0 <= constant.value <= SCALE:
        return True
    message = f"`round` keeps 0 to {SCALE} places"
    typing.report(diagnose("E0203", places.span, message, help="write a whole number, as in `round(x, 2)`"))
    return False


def _default(
    typing: "Typing", node: ast.Call, arguments: list[ast.Expression], facts: Facts, wanted: Type | None
) -> Term | None:
    if not _count_fits(typing, node, len(arguments), 2):
        return None
    first = typing.term(arguments[0], facts, wanted)
    if first is None:
        return None
    second = typing.known(arguments[1], facts, first.type)
    if second is None:
        return None
    pair = compared(typing, first, second)
    if pair is None:
        return None
    if not first.optional:
        typing.report(
            diagnose(
                "W2005",
                node.span,
                f"`{first.text}` is always known, so its default is never used",
                *([(first.info.span, "not optional")] if first.info else []),
                help=f"write `{first.text}`",
            )
        )
    return Term(node, Call(Function.DEFAULT, pair, _common(first.type, second.type)))


def _extreme(
    typing: "Typing", node: ast.Call, function: Function, arguments: list[ast.Expression], facts: Facts
) -> Term | None:
    if len(arguments) < 2:
        message = f"`{function}` takes two values or more, or one list"
        help = f"write `{function}(a, b)`, or `{function}(invoices.balance)` with a list of the context"
        typing.report(diagnose("E0203", node.span, message, help=help))
        return None
    terms = [typing.known(argument, facts) for argument in arguments]
    first = terms[0]
    if first is None or None in terms:
        return None
    if not isinstance(first.type, ORDERED):
        message = f"`{function}` takes what has an order, and `{first.text}` is {type_words(first.type)}"
        help = "numbers, amounts, dates and durations have an order"
        typing.report(diagnose("E0201", first.span, message, *declared(first), help=help))
        return None
    expressions: list[Expression] = []
    kind: Type = first.type
    for term in terms[1:]:
        assert term is not None
        pair = compared(typing, first, term)
        if pair is None:
            return None
        expressions.append(pair[1])
        kind = _common(kind, term.type)
    return Term(node, Call(function, (first.expression, *expressions), kind))


def _common(one: Type, other: Type) -> Type:
    """The type of a value that may be either of two comparable ones."""
    match one, other:
        case (IntegerType(), DecimalType()):
            return other
        case (IdType(), TextType()):
            return other
        case (DurationType(unit), DurationType(second)):
            joined = joined_unit(unit, second)
            assert joined is not None
            return DurationType(joined)
    return one
