"""Items: what is done per item, or looks at items, needs a context that has them, and a mapping too (E0503)."""

from collections.abc import Iterator

from dro_lang.diagnostics.diagnostic import Diagnostic, diagnose
from dro_lang.semantics.rules.overview import Overview, PlanFacts, clauses, is_per_item
from dro_lang.source import Span
from dro_lang.syntax import ast
from dro_lang.syntax.walk import walk


def check(overview: Overview) -> Iterator[Diagnostic]:
    # Where a mapping brings items for a context without any, that is what is told.
    mapped = {id(overview.find(each.context, ast.Context)) for each in overview.all(ast.Mapping) if each.items}
    for group in overview.all(ast.Group):
        context = overview.find(group.context, ast.Context)
        if context is not None and lacks_items(overview, context):
            yield from () if id(context) in mapped else _without_items(group, context)
    told: set[int] = set()
    for plan in overview.plans:
        node = plan.context and item_node(plan.context)
        use = node and next(_uses(overview, plan, node.name.text), None)
        for mapping in plan.mappings:
            if use and mapping.items is None and id(mapping) not in told and overview.is_whole(mapping):
                told.add(id(mapping))
                yield _unmapped(plan, mapping, use)


def item_node(context: ast.Context) -> ast.Attribute | None:
    """The attribute that is `items of R`, if there is one."""
    return next((a for a in context.attributes if isinstance(a.type.base, ast.ListType) and a.type.base.items), None)


def lacks_items(overview: Overview, context: ast.Context) -> bool:
    """Whether a context has no items, and none are meant: of an attribute that is a record (E0205) they may be."""
    types = (attribute.type.base for attribute in context.attributes)
    meant = any(isinstance(type, ast.NamedType) and overview.find(type.name, ast.Record) for type in types)
    return item_node(context) is None and not meant and overview.is_whole(context)


def _without_items(group: ast.Group, context: ast.Context) -> Iterator[Diagnostic]:
    for step in group.steps:
        if step.each is not None and is_per_item(step):
            yield diagnose(
                "E0503",
                step.each.span,
                f"context `{context.name.text}` has no items",
                (context.name.span, "no attribute here is `items of` a record"),
                why=f"`{step.name.text}` is to have one instance per item",
                help="give the context an attribute `items of R`, or leave out `for each item`",
            )


def _unmapped(plan: PlanFacts, mapping: ast.Mapping, use: Span) -> Diagnostic:
    return diagnose(
        "E0503",
        use,
        f"plan `{plan.plan.name.text}` uses items, but mapping `{mapping.name.text}` brings none",
        (mapping.name.span, "this mapping has no `items`"),
        why="uses items",
        help='write `items in "Field"` or `items of "Object" by "ForeignKey"` in the mapping',
    )


def _uses(overview: Overview, plan: PlanFacts, items: str) -> Iterator[Span]:
    """Where a plan, with all that it runs, needs items: in steps per item and in conditions over them."""
    for scenario in plan.plan.scenarios:
        yield from _mentions(scenario, items)
    for group in overview.involved(plan):
        for step in group.steps:
            if step.each is not None and is_per_item(step):
                yield step.each.span
            yield from _mentions(step, items)
            for clause in clauses(step, ast.Assign):
                yield from _in_routing(overview, clause.assignee, items)


def _in_routing(overview: Overview, assignee: ast.Assignee, items: str) -> Iterator[Span]:
    """In a routing, and in those that it hands over to."""
    seen: set[int] = set()
    todo = [assignee]
    while todo:
        named = todo.pop()
        routing = overview.find(named.routing, ast.Routing) if isinstance(named, ast.ToRouting) else None
        if routing is not None and id(routing) not in seen:
            seen.add(id(routing))
            yield from _mentions(routing, items)
            todo += reversed([*(route.assignee for route in routing.routes), routing.otherwise])


def _mentions(node: ast.Node, items: str) -> Iterator[Span]:
    for part in walk(node):
        if isinstance(part, ast.NameReference) and part.name == items:
            yield part.span
        elif isinstance(part, ast.Member) and part.owner.text == items:
            yield part.owner.span
