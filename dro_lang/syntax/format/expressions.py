"""Expressions and objects."""

from dro_lang.syntax import ast
from dro_lang.syntax.format.doc import SPACE, Align, Break, Concat, Doc, Group, concat
from dro_lang.syntax.format.pen import Pen, bracketed, spaced


def expression(pen: Pen, node: ast.Expression) -> Doc:
    match node:
        case ast.And(operands=operands):
            return _chain(pen, operands, "and")
        case ast.Or(operands=operands):
            return _chain(pen, operands, "or")
        case ast.Not(operand=operand):
            return spaced((pen.take("not"), expression(pen, operand)))
        case ast.Comparison(operator=operator, left=left, right=right):
            return spaced((expression(pen, left), pen.take(operator), expression(pen, right)))
        case ast.Membership(operand=operand, members=members, negated=negated):
            return spaced((expression(pen, operand), pen.words("not in" if negated else "in"), _members(pen, members)))
        case ast.Presence(operand=operand, negated=negated):
            return spaced((expression(pen, operand), pen.words("is unknown" if negated else "is known")))
        case ast.Binary(operator=operator, left=left, right=right):
            first = expression(pen, left)
            rest = spaced((pen.take(operator), expression(pen, right)))
            return Group(Align(concat(first, Break(), rest)))
        case ast.Signed(sign=sign, operand=operand):
            return concat(pen.take(sign), expression(pen, operand))
        case ast.Parenthesized(inner=inner):
            return concat(pen.take("("), Align(expression(pen, inner)), pen.take(")"))
        case ast.Call(operands=operands):
            name, opening = pen.take(), pen.take("(")
            items = [_operand(pen, operand) for operand in operands]
            return concat(name, bracketed(opening, items, pen.take(")"), ""))
        case ast.MoneyLiteral():
            return pen.any_words(2)
        case ast.DurationLiteral():
            return duration(pen, node)
        case ast.ItemReference() | ast.Member():
            return pen.glued(3)
        case ast.QualifiedMember():
            return pen.glued(5)
        case _:
            return pen.take()


def duration(pen: Pen, node: ast.DurationLiteral) -> Doc:
    return pen.any_words(3 if node.business else 2)


def _chain(pen: Pen, operands: tuple[ast.Expression, ...], operator: str) -> Doc:
    parts: list[Doc] = [expression(pen, operands[0])]
    for operand in operands[1:]:
        parts += [Break(), spaced((pen.take(operator), expression(pen, operand)))]
    return Group(Align(Concat(tuple(parts))))


def _operand(pen: Pen, node: ast.Operand) -> Doc:
    of = expression(pen, node.expression)
    if node.where is None:
        return of
    return Group(Align(concat(of, Break(), spaced((pen.take("where"), expression(pen, node.where))))))


def _members(pen: Pen, node: ast.Range | ast.Choices) -> Doc:
    if isinstance(node, ast.Range):
        return range_(pen, node)
    opening = pen.take("{")
    items = [expression(pen, member) for member in node.members]
    return bracketed(opening, items, pen.take("}"), " ")


def range_(pen: Pen, node: ast.Range) -> Doc:
    low = [expression(pen, node.low)] if node.low else []
    dots = pen.take("..")
    high = [expression(pen, node.high)] if node.high else []
    return Concat((*low, dots, *high))


# ---- objects


def object_(pen: Pen, node: ast.Object) -> Doc:
    opening = pen.take("{")
    items = [field(pen, one) for one in node.fields]
    return bracketed(opening, items, pen.take("}"), " ")


def field(pen: Pen, node: ast.Field | ast.Argument) -> Doc:
    """`name: value`."""
    return concat(pen.take(), pen.take(":"), SPACE, _value(pen, node.value))


def _value(pen: Pen, node: ast.ObjectValue) -> Doc:
    match node:
        case ast.Object():
            return object_(pen, node)
        case ast.Array(elements=elements):
            opening = pen.take("[")
            items = [_value(pen, element) for element in elements]
            return bracketed(opening, items, pen.take("]"), " ")
        case ast.Unknown():
            return pen.take("unknown")
        case _:
            return expression(pen, node)
