"""The file and its vocabulary."""

from dro_lang.syntax import ast
from dro_lang.syntax.build.builder import Builder, Parsed, Rule, has, tokens, words
from dro_lang.syntax.build.expressions import number_of, text_of
from dro_lang.syntax.tree import Token

_HEADER = ("header", "import_")


def _file(b: Builder, tree: Parsed) -> ast.File:
    rest = tuple(b(child) for child in tree.children if not isinstance(child, Token) and child.data not in _HEADER)
    return ast.File(b.span(tree), b.optional(tree, "header"), b.all(tree, "import_"), rest)


def _header(b: Builder, tree: Parsed) -> ast.Header:
    return ast.Header(b.span(tree), number_of(b, next(tokens(tree, "NUMBER"))), b.optional(tree, "path"))


def _import(b: Builder, tree: Parsed) -> ast.Import:
    names = b.names(tree, "UPPER") if has(tree, "{") else None
    return ast.Import(b.span(tree), b.first(tree, "path"), names)


def _scope_name(b: Builder, tree: Parsed) -> ast.Name:
    return ast.Name(b.span(tree), words(tree))


def _text(b: Builder, tree: Parsed) -> ast.Text | None:
    token = next(tokens(tree, "STRING"), None)
    return None if token is None else text_of(b, token)


def _usage_type(b: Builder, tree: Parsed) -> ast.UsageType:
    return ast.UsageType(b.span(tree), b.first_name(tree, "UPPER"), b.all(tree, "scope_name"), doc=b.doc(tree))


def _enum(b: Builder, tree: Parsed) -> ast.Enum:
    return ast.Enum(b.span(tree), b.first_name(tree, "UPPER"), b.all(tree, "constant"), doc=b.doc(tree))


def _constant(b: Builder, tree: Parsed) -> ast.EnumConstant:
    return ast.EnumConstant(b.span(tree), b.first_name(tree, "UPPER"), _text(b, tree))


def _record(b: Builder, tree: Parsed) -> ast.Record:
    return ast.Record(b.span(tree), b.first_name(tree, "UPPER"), b.all(tree, "attribute"), doc=b.doc(tree))


def _context(b: Builder, tree: Parsed) -> ast.Context:
    return ast.Context(b.span(tree), b.first_name(tree, "UPPER"), b.all(tree, "attribute"), doc=b.doc(tree))


def _attribute(b: Builder, tree: Parsed) -> ast.Attribute:
    return ast.Attribute(b.span(tree), b.first_name(tree, "LOWER"), b.first(tree, "type"), doc=b.doc(tree))


def _type(b: Builder, tree: Parsed) -> ast.Type:
    base = b.first(tree, "named", "list_of", "items_of", "money_in")
    return ast.Type(b.span(tree), base, b.optional(tree, "range"), any(tokens(tree, "OPTIONAL")))


def _mapping(b: Builder, tree: Parsed) -> ast.Mapping:
    name, context, usage = b.names(tree, "UPPER")
    source_object = text_of(b, next(tokens(tree, "STRING")))
    sources = b.all(tree, "source")
    rows = b.optional(tree, "nested_rows", "joined_rows")
    return ast.Mapping(b.span(tree), name, context, usage, source_object, sources, rows, doc=b.doc(tree))


def _nested_rows(b: Builder, tree: Parsed) -> ast.NestedRows:
    return ast.NestedRows(b.span(tree), text_of(b, next(tokens(tree, "STRING"))), b.all(tree, "source"))


def _joined_rows(b: Builder, tree: Parsed) -> ast.JoinedRows:
    source_object, key = (text_of(b, token) for token in tokens(tree, "STRING"))
    return ast.JoinedRows(b.span(tree), source_object, key, b.all(tree, "source"))


def _source(b: Builder, tree: Parsed) -> ast.SourceField:
    return ast.SourceField(b.span(tree), b.first_name(tree, "LOWER"), text_of(b, next(tokens(tree, "STRING"))))


def _queue(b: Builder, tree: Parsed) -> ast.Queue:
    return ast.Queue(b.span(tree), b.first_name(tree, "UPPER"), _text(b, tree), doc=b.doc(tree))


def _calendar(b: Builder, tree: Parsed) -> ast.Calendar:
    name, weekend = b.first_name(tree, "UPPER"), b.names(tree, "LOWER")
    return ast.Calendar(b.span(tree), name, weekend, _text(b, tree), doc=b.doc(tree))


def _action(b: Builder, tree: Parsed) -> ast.Action:
    takes, gives = b.optional(tree, "takes"), b.optional(tree, "gives")
    return ast.Action(
        b.span(tree), b.first_name(tree, "UPPER"), takes or (), gives.attributes if gives else (), doc=b.doc(tree)
    )


def _integration(b: Builder, tree: Parsed) -> ast.Integration:
    takes, gives = b.optional(tree, "takes"), b.optional(tree, "gives")
    return ast.Integration(
        b.span(tree),
        b.first_name(tree, "UPPER"),
        takes or (),
        gives.attributes if gives else (),
        any(tokens(tree, "ASYNC")),
        b.optional(tree, "duration", "business_duration"),
        doc=b.doc(tree),
    )


def _routing(b: Builder, tree: Parsed) -> ast.Routing:
    name, context = b.names(tree, "UPPER")
    otherwise = b.first(tree, "to_queue", "to_user", "to_routing")
    return ast.Routing(b.span(tree), name, context, b.all(tree, "route"), otherwise, doc=b.doc(tree))


def _route(b: Builder, tree: Parsed) -> ast.Route:
    condition, assignee = b.all(tree)
    return ast.Route(b.span(tree), condition, assignee)


def _to_queue(b: Builder, tree: Parsed) -> ast.ToQueue:
    return ast.ToQueue(b.span(tree), b.first_name(tree, "UPPER"), b.optional(tree, "allocation"))


RULES: dict[str, Rule] = {
    "file": _file,
    "header": _header,
    "import_": _import,
    "path": lambda b, t: ast.Path(b.span(t), b.names(t, "LOWER")),
    "usage_type": _usage_type,
    "scope_name": _scope_name,
    "enum": _enum,
    "constant": _constant,
    "record": _record,
    "context": _context,
    "attribute": _attribute,
    "type": _type,
    "named": lambda b, t: ast.NamedType(b.span(t), b.first_name(t, "UPPER")),
    "list_of": lambda b, t: ast.ListType(b.span(t), b.first_name(t, "UPPER"), False),
    "items_of": lambda b, t: ast.ListType(b.span(t), b.first_name(t, "UPPER"), True),
    "money_in": lambda b, t: ast.MoneyType(b.span(t), b.first_name(t, "UPPER")),
    "mapping": _mapping,
    "nested_rows": _nested_rows,
    "joined_rows": _joined_rows,
    "source": _source,
    "queue": _queue,
    "calendar": _calendar,
    "action": _action,
    "integration": _integration,
    "takes": lambda b, t: b.all(t, "attribute"),
    "routing": _routing,
    "route": _route,
    "to_queue": _to_queue,
    "to_user": lambda b, t: ast.ToUser(b.span(t), text_of(b, next(tokens(t, "STRING")))),
    "to_routing": lambda b, t: ast.ToRouting(b.span(t), b.first_name(t, "UPPER")),
}
