"""The file: its header, imports and declarations."""

from dro_lang.syntax import ast
from dro_lang.syntax.format import groups, plans, tests, vocabulary
from dro_lang.syntax.format.doc import SPACE, Blank, Doc, concat, line
from dro_lang.syntax.format.layout import is_one_line
from dro_lang.syntax.format.pen import Member, Pen, bracketed, spaced, stack

_SHORT = (ast.UsageType, ast.Enum, ast.Queue, ast.Action, ast.Integration)
"""Declarations of one such kind, each on one line, may stand without an empty line between them."""


def file(pen: Pen, node: ast.File) -> Doc:
    members: list[Member] = []
    if node.header is not None:
        members += _header(pen, node.header)
    for i, one in enumerate(node.imports):
        members.append(Member(_import(pen, one), Blank.KEEP if i else Blank.ONE))
    documents = [(one, concat(pen.doc_lines(one), _declaration(pen, one))) for one in node.declarations]
    for i, (declaration, doc) in enumerate(documents):
        may_touch = i > 0 and type(declaration) is type(documents[i - 1][0]) and isinstance(declaration, _SHORT)
        is_close = may_touch and is_one_line(doc) and is_one_line(documents[i - 1][1])
        members.append(Member(doc, Blank.KEEP if is_close else Blank.ONE))
    return concat(stack(members), line(Blank.KEEP), pen.take(""))


def _header(pen: Pen, node: ast.Header) -> list[Member]:
    language = Member(pen.any_words(2))
    if node.module is None:
        return [language]
    return [language, Member(spaced((pen.take("module"), _path(pen, node.module))))]


def _path(pen: Pen, node: ast.Path) -> Doc:
    return pen.glued(2 * len(node.parts) - 1)


def _import(pen: Pen, node: ast.Import) -> Doc:
    head = spaced((pen.take("import"), _path(pen, node.path)))
    if node.names is None:
        return head
    opening = pen.take("{")
    names: list[Doc] = [pen.take() for _ in node.names]
    return concat(head, SPACE, bracketed(opening, names, pen.take("}"), " "))


def _declaration(pen: Pen, node: ast.Declaration) -> Doc:
    match node:
        case ast.UsageType():
            return vocabulary.usage_type(pen, node)
        case ast.Enum():
            return vocabulary.enum(pen, node)
        case ast.Record() | ast.Context():
            return vocabulary.record(pen, node)
        case ast.Mapping():
            return vocabulary.mapping(pen, node)
        case ast.Queue():
            return vocabulary.queue(pen, node)
        case ast.Calendar():
            return vocabulary.calendar(pen, node)
        case ast.Action() | ast.Integration():
            return vocabulary.signature(pen, node)
        case ast.Routing():
            return vocabulary.routing(pen, node)
        case ast.Plan():
            return plans.plan(pen, node)
        case ast.Group():
            return groups.group(pen, node)
        case ast.Test():
            return tests.test(pen, node)
        case ast.Property():
            return tests.property_(pen, node)
