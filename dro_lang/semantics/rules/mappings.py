"""Mappings: which attribute comes from where (E0101, E0209)."""

from collections.abc import Iterable, Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, Fix, Safety, diagnose
from dro_lang.semantics.rules.items import item_node, lacks_items
from dro_lang.semantics.rules.overview import Overview, is_per_item
from dro_lang.semantics.rules.texts import removal, suggestion
from dro_lang.syntax import ast


def check(overview: Overview) -> Iterator[Diagnostic]:
    for mapping in overview.all(ast.Mapping):
        context = overview.find(mapping.context, ast.Context)
        if context is not None:
            yield from _root(overview, mapping, context)
            yield from _items(overview, mapping, context)
        yield from _fields(mapping)


def _root(overview: Overview, mapping: ast.Mapping, context: ast.Context) -> Iterator[Diagnostic]:
    node = item_node(context)
    sources = []
    for source in mapping.sources:
        if node is None or source.attribute.text != node.name.text or not overview.is_whole(context):
            sources.append(source)
            continue
        yield diagnose(
            "E0209",
            source.attribute.span,
            f"`{node.name.text}` holds the items, which have a clause of their own",
            (node.name.span, "the item node"),
            help=f'write `items in "{source.path.value}"` instead',
        )
    yield from _sources(overview, sources, context, needed=("id", "start_date"))


def _items(overview: Overview, mapping: ast.Mapping, context: ast.Context) -> Iterator[Diagnostic]:
    if mapping.items is None:
        return
    node = item_node(context)
    if node is None:
        if lacks_items(overview, context):
            leave_out = Fix("leave out the `items` clause", (removal(mapping.items.span),), Safety.UNSAFE)
            yield diagnose(
                "E0209",
                mapping.items.span,
                f"context `{context.name.text}` has no items to map",
                (context.name.span, "no attribute here is `items of` a record"),
                help="leave out the clause, or give the context an attribute `items of R`",
                fixes=() if _has_steps_per_item(overview, context) else (leave_out,),
            )
        return
    assert isinstance(node.type.base, ast.ListType)
    record = overview.find(node.type.base.record, ast.Record)
    if record is not None:
        yield from _sources(overview, mapping.items.sources, record, needed=("id",))


def _has_steps_per_item(overview: Overview, context: ast.Context) -> bool:
    groups = (each for each in overview.all(ast.Group) if overview.find(each.context, ast.Context) is context)
    return any(is_per_item(step) for group in groups for step in group.steps)


def _sources(
    overview: Overview, sources: Iterable[ast.SourceField], shape: ast.Context | ast.Record, needed: tuple[str, ...]
) -> Iterator[Diagnostic]:
    """What is `needed` and not there has been missed where the shape is declared."""
    known = [attribute.name.text for attribute in shape.attributes]
    seen: dict[str, ast.Name] = {}
    for source in sources:
        name = source.attribute
        if name.text in seen:
            yield diagnose(
                "E0209",
                name.span,
                f"`{name.text}` is mapped twice",
                (seen[name.text].span, "first mapped here"),
                help="keep one of the two lines",
            )
        elif name.text not in (*known, *needed) and overview.is_whole(shape):
            yield diagnose(
                "E0101",
                name.span,
                f"there is no attribute `{name.text}` in `{shape.name.text}`",
                help=suggestion(name.text, known, "attributes"),
            )
        seen.setdefault(name.text, name)


def _fields(mapping: ast.Mapping) -> Iterator[Diagnostic]:
    """The names of objects and fields: never empty, and paths without empty parts."""
    names = [mapping.object, *(source.path for source in mapping.sources)]
    if mapping.items is not None:
        places = [mapping.items.field] if isinstance(mapping.items, ast.NestedRows) else [mapping.items.object]
        keys = [mapping.items.key] if isinstance(mapping.items, ast.JoinedRows) else []
        names += [*places, *keys, *(source.path for source in mapping.items.sources)]
    for name in names:
        if not all(part.strip() for part in name.value.split(".")):
            yield diagnose(
                "E0209",
                name.span,
                f"`{name.value}` is no field" if name.value else "the name is empty",
                help="write the name of a field or an object as the source has it, with a point before each part of a "
                "related record: `Invoice.Balance`",
            )
