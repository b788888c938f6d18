"""Functions over the lists of a context: `any`, `all`, `count`, `sum`, `min`, `max`."""

from typing import TYPE_CHECKING

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.program.expressions import Aggregate, ItemAttribute, ListFunction
from dro_lang.program.types import BOOLEAN, INTEGER, DecimalType, IntegerType, ListType, MoneyType, Type
from dro_lang.semantics.typing.comparisons import ORDERED
from dro_lang.semantics.typing.presence import Facts, shown
from dro_lang.semantics.typing.scope import Term
from dro_lang.semantics.typing.shapes import UNKNOWN, Info
from dro_lang.semantics.typing.words import type_words, unknown
from dro_lang.syntax import ast

if TYPE_CHECKING:
    from dro_lang.semantics.typing.expressions import Typing

LIST_FUNCTIONS = tuple(ListFunction)
_OF_ELEMENTS = (ListFunction.ANY, ListFunction.ALL, ListFunction.COUNT)


def is_list_function(typing: "Typing", node: ast.Call) -> bool:
    """Whether a call is over a list; `min` and `max` are also functions of two values or more."""
    name = node.function.text
    if name not in LIST_FUNCTIONS:
        return False
    return name not in ("min", "max") or (len(node.operands) == 1 and _is_over_list(typing, node.operands[0]))


def _is_over_list(typing: "Typing", operand: ast.Operand) -> bool:
    match operand.expression:
        case ast.Member(owner=owner) if typing.scope.results is None or not typing.scope.results.has_step(owner.text):
            return True
        case ast.Member(owner=ast.Name(text=name)) | ast.NameReference(name=name):
            info = typing.scope.root.attributes.get(name)
            return info is not None and info.definition is not None and isinstance(info.definition.type, ListType)
    return operand.where is not None


def call(typing: "Typing", node: ast.Call, facts: Facts, wanted: Type | None) -> Term | None:
    function = ListFunction(node.function.text)
    if typing.scope.inside is not None:
        message = f"`{function}` cannot stand inside `{typing.scope.inside}`"
        help = "functions over lists do not nest: ask one list after the other, joined by `and` or `or`"
        typing.report(diagnose("E0211", node.span, message, help=help))
        return None
    if len(node.operands) != 1:
        message = f"`{function}` takes one list, not {len(node.operands)} arguments"
        typing.report(diagnose("E0203", node.span, message, help=f"write {_example(function)}"))
        return None
    operand = node.operands[0]
    over = _list(typing, function, operand.expression)
    if over is None:
        return None
    elements = over.elements or UNKNOWN
    inner = typing.inside(function, elements)
    where = None
    if function in _OF_ELEMENTS and not isinstance(operand.expression, ast.NameReference):
        _report_attribute(typing, function, operand.expression)
        return None
    about_element = facts.about_root()
    if operand.where is not None:
        where = inner.condition(operand.where, about_element)
        about_element = about_element | shown(where)
    elif function in (ListFunction.ANY, ListFunction.ALL):
        help = f"write `{function}({over.name} where ...)`"
        typing.report(diagnose("E0203", node.span, f"`{function}` needs a condition", help=help))
        return None
    if function in _OF_ELEMENTS:
        type: Type = INTEGER if function is ListFunction.COUNT else BOOLEAN
        sound = operand.where is None or where is not None
        return Term(node, Aggregate(function, over.name, None, where, type)) if sound else None
    attribute = _attribute(inner, function, operand, about_element)
    if attribute is None or (operand.where is not None and where is None):
        return None
    assert isinstance(attribute.expression, ItemAttribute)
    optional = function is not ListFunction.SUM
    return Term(node, Aggregate(function, over.name, attribute.expression.name, where, attribute.type), optional)


def _list(typing: "Typing", function: ListFunction, node: ast.Expression) -> Info | None:
    """The list attribute of the root that a function is over."""
    match node:
        case ast.NameReference(name=name):
            span = node.span
        case ast.Member(owner=owner):
            name, span = owner.text, owner.span
        case _:
            help = f"write {_example(function)}"
            typing.report(diagnose("E0203", node.span, f"`{function}` takes a list of the context", help=help))
            return None
    info = typing.scope.root.attributes.get(name)
    if info is None:
        if typing.scope.root.complete:
            lists = [each.name for each in typing.scope.root.attributes.values() if _is_list(each)]
            message = f"there is no attribute `{name}` in `{typing.scope.root.name}`"
            none = "a list is declared as `list of` a record"
            typing.report(unknown(span, message, name, lists, "the lists here are", none=none))
        return None
    if info.definition is None:
        return None
    if not _is_list(info):
        message = f"`{function}` takes a list, and `{name}` is {type_words(info.definition.type)}"
        help = f"write {_example(function)}"
        typing.report(diagnose("E0201", span, message, (info.span, "declared here"), help=help))
        return None
    return info


def _is_list(info: Info) -> bool:
    return info.definition is not None and isinstance(info.definition.type, ListType)


def _report_attribute(typing: "Typing", function: ListFunction, node: ast.Expression) -> None:
    assert isinstance(node, ast.Member)
    message = f"`{function}` takes the list itself, not one attribute of its elements"
    help = f"write `{function}({node.owner.text} where item.{node.name.text} ...)`"
    typing.report(diagnose("E0203", node.span, message, help=help))


def _attribute(inner: "Typing", function: ListFunction, operand: ast.Operand, facts: Facts) -> Term | None:
    """What `sum`, `min` and `max` take of each element."""
    node = operand.expression
    if not isinstance(node, ast.Member):
        help = f"write {_example(function)}"
        message = f"`{function}` takes an attribute of the list's elements"
        inner.report(diagnose("E0203", node.span, message, help=help))
        return None
    term = inner.item_attribute(node, node.name)
    if term is None:
        return None
    if term.optional and term.expression not in facts:
        known = f"item.{node.name.text} is known"
        condition = known if operand.where is None else f"{known} and ({operand.where.span.text})"
        labels = [(term.info.span, "optional")] if term.info else []
        help = f"write `{function}({node.span.text} where {condition})`"
        inner.report(diagnose("E0301", node.span, f"`{node.span.text}` may be unknown", *labels, help=help))
        return None
    fits = IntegerType | DecimalType | MoneyType if function is ListFunction.SUM else ORDERED
    if isinstance(term.type, fits):
        return term
    words = "numbers or amounts" if function is ListFunction.SUM else "what has an order"
    message = f"`{function}` takes {words}, and `{node.name.text}` is {type_words(term.type)}"
    labels = [(term.info.span, "declared here")] if term.info else []
    inner.report(diagnose("E0201", node.span, message, *labels))
    return None


def _example(function: ListFunction) -> str:
    if function in (ListFunction.ANY, ListFunction.ALL, ListFunction.COUNT):
        return f"`{function}(invoices where item.disputed)`, with a list of the context"
    return f"`{function}(invoices.balance where item.disputed)`, with a list of the context"
