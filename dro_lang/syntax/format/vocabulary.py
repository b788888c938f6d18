"""What data looks like and who does the work."""

from collections.abc import Sequence

from dro_lang.syntax import ast
from dro_lang.syntax.format.doc import SPACE, Break, Doc, Group, Indent, Text, concat, text
from dro_lang.syntax.format.expressions import duration, expression, range_
from dro_lang.syntax.format.pen import Clause, Member, Pen, aligned, block, short_block, spaced


def usage_type(pen: Pen, node: ast.UsageType) -> Doc:
    head = pen.any_words(2)
    opening, keyword, scopes = pen.take("{"), pen.take("scopes"), pen.names(node.scopes)
    return spaced((head, short_block(opening, [Member(spaced((keyword, scopes)))], pen.take("}"), "")))


def enum(pen: Pen, node: ast.Enum) -> Doc:
    head, opening = pen.any_words(2), pen.take("{")
    constants = [Member(pen.any_words(1 if constant.text is None else 3)) for constant in node.constants]
    return spaced((head, short_block(opening, constants, pen.take("}"), ",")))


def record(pen: Pen, node: ast.Record | ast.Context) -> Doc:
    head, opening = pen.any_words(2), pen.take("{")
    members = _attributes(pen, node.attributes, is_short=False)
    return spaced((head, block(opening, members, pen.take("}"))))


def short_attributes(pen: Pen, attributes: tuple[ast.Attribute, ...]) -> Doc:
    """`{ a : T, b : U }`, or a block with an attribute a line."""
    opening = pen.take("{")
    members = _attributes(pen, attributes, is_short=True)
    return short_block(opening, members, pen.take("}"), "")


def _attributes(pen: Pen, attributes: Sequence[ast.Attribute], is_short: bool) -> list[Member]:
    width = max((len(attribute.name.text) for attribute in attributes), default=0)
    return [Member(_attribute(pen, attribute, width, is_short)) for attribute in attributes]


def _attribute(pen: Pen, node: ast.Attribute, width: int, is_short: bool) -> Doc:
    doc, name = pen.doc_lines(node), pen.take()
    padding = " " * (width - len(node.name.text))
    return concat(
        doc, name, Text("" if is_short else padding, padding), SPACE, pen.take(":"), SPACE, type_(pen, node.type)
    )


def type_(pen: Pen, node: ast.Type) -> Doc:
    base = pen.any_words(1 if isinstance(node.base, ast.NamedType) else 3)
    parts: list[Doc] = [base]
    if node.range is not None:
        parts += [pen.take("in"), range_(pen, node.range)]
    if node.optional:
        parts.append(pen.take("optional"))
    return spaced(parts)


def mapping(pen: Pen, node: ast.Mapping) -> Doc:
    head, opening = pen.any_words(4), pen.take("{")
    members = [Member(pen.any_words(2)), Member(_rows(pen, 2, node.sources))]
    if node.items is not None:
        words = 3 if isinstance(node.items, ast.NestedRows) else 5
        members.append(Member(_rows(pen, words, node.items.sources)))
    return spaced((head, block(opening, members, pen.take("}"))))


def _rows(pen: Pen, words: int, sources: tuple[ast.SourceField, ...]) -> Doc:
    """`object "Name"` or `items ...`, and the block of its sources where it has any."""
    head = pen.any_words(words)
    if pen.has_empty_block():
        return concat(head, pen.drop_empty_block())
    if pen.next.text != "{":
        return head
    opening = pen.take("{")
    width = max((len(source.attribute.text) for source in sources), default=0)
    members = [Member(_source(pen, source, width)) for source in sources]
    return spaced((head, block(opening, members, pen.take("}"))))


def _source(pen: Pen, node: ast.SourceField, width: int) -> Doc:
    return concat(pen.take(), text(" " * (width - len(node.attribute.text) + 1)), pen.any_words(2))


def queue(pen: Pen, node: ast.Queue) -> Doc:
    return pen.any_words(2 if node.label is None else 3)


def calendar(pen: Pen, node: ast.Calendar) -> Doc:
    head, opening = pen.any_words(2), pen.take("{")
    clauses = [Clause("weekend", pen.take("weekend"), pen.names(node.weekend))]
    if node.holidays is not None:
        clauses.append(Clause("holidays", pen.take("holidays"), pen.take()))
    return spaced((head, block(opening, [Member(doc) for doc in aligned(clauses)], pen.take("}"))))


def signature(pen: Pen, node: ast.Action | ast.Integration) -> Doc:
    """An action or an integration: on one line where it says one thing only."""
    head, opening = pen.any_words(2), pen.take("{")
    parts: list[Doc] = []
    for keyword, attributes in (("takes", node.takes), ("gives", node.gives)):
        if pen.next.text == keyword:
            parts.append(spaced((pen.take(), short_attributes(pen, attributes))))
    if isinstance(node, ast.Integration) and node.asynchronous:
        parts.append(pen.take("async"))
    if isinstance(node, ast.Integration) and node.timeout is not None:
        parts.append(spaced((pen.take("timeout"), duration(pen, node.timeout))))
    members, closing = [Member(part) for part in parts], pen.take("}")
    is_short = len(members) == 1
    return spaced((head, short_block(opening, members, closing, "") if is_short else block(opening, members, closing)))


def routing(pen: Pen, node: ast.Routing) -> Doc:
    head, opening = pen.any_words(4), pen.take("{")
    members = [Member(_route(pen, route)) for route in node.routes]
    members.append(Member(spaced((pen.take("otherwise"), assignee(pen, node.otherwise)))))
    return spaced((head, block(opening, members, pen.take("}"))))


def _route(pen: Pen, node: ast.Route) -> Doc:
    condition = spaced((pen.take("when"), expression(pen, node.when)))
    return Group(concat(condition, Indent(concat(Break(), assignee(pen, node.assignee)))))


def assignee(pen: Pen, node: ast.Assignee) -> Doc:
    by = isinstance(node, ast.ToQueue) and node.allocation is not None
    return pen.any_words(6 if by else 3)
