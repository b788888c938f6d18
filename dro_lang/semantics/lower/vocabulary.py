"""Lowering of the vocabulary: what data looks like and who does the work."""

from collections.abc import Iterable

from attrs import evolve

from dro_lang.diagnostics.diagnostic import diagnose
from dro_lang.program import model
from dro_lang.program.types import DATE, ID, DateTimeType, DateType, IdType, TextType, Type
from dro_lang.program.values import Duration
from dro_lang.semantics.lower.lowering import Lowering, Signature
from dro_lang.semantics.modules import Module
from dro_lang.semantics.typing.expressions import Typing
from dro_lang.semantics.typing.literals import literal
from dro_lang.semantics.typing.scope import Scope
from dro_lang.semantics.typing.shapes import UNKNOWN, Info, Shape
from dro_lang.semantics.typing.types import Place, attributes
from dro_lang.semantics.typing.words import type_words
from dro_lang.syntax import ast

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def doc(node: ast.Documented) -> str:
    return "\n".join(node.doc)


def enum(lowering: Lowering, node: ast.Enum) -> None:
    constants: list[model.EnumConstant] = []
    texts: dict[str, ast.EnumConstant] = {}
    lowering.duplicates([(each.name.text, each.name.span) for each in node.constants], "constant")
    for constant in node.constants:
        name = constant.name.text
        if any(name == other.name for other in constants):
            continue
        text = constant.text.value if constant.text else name
        if text in texts:
            first = texts[text]
            lowering.report.append(
                diagnose(
                    "E0102",
                    constant.span,
                    f'the text "{text}" stands for two constants',
                    (first.span, f"it stands for `{first.name.text}` too"),
                    help="give each constant a text of its own",
                )
            )
        texts.setdefault(text, constant)
        constants.append(model.EnumConstant(name, text))
    enumeration = model.Enumeration(node.name.text, tuple(constants), doc(node))
    lowering.typed.enums[node] = enumeration
    lowering.enums.setdefault(enumeration.name, []).append(enumeration)


def record(lowering: Lowering, module: Module, node: ast.Record) -> None:
    infos = attributes(lowering, module, node.attributes, Place.RECORD, "attribute")
    lowering.shapes[node] = Shape(node.name.text, "record", infos, not lowering.is_broken(node))
    lowering.typed.records[node] = model.RecordShape(node.name.text, definitions(infos.values()), doc(node))


def context(lowering: Lowering, module: Module, node: ast.Context) -> None:
    infos = attributes(lowering, module, node.attributes, Place.CONTEXT, "attribute")
    shape = Shape(node.name.text, "context", infos, not lowering.is_broken(node))
    lowering.shapes[node] = shape
    lowering.typed.contexts[node] = model.Context(node.name.text, definitions(infos.values()), doc(node))
    if shape.complete:
        _needed(lowering, node, infos, "id", (IdType,), "id : Id", "it identifies the record")
        _needed(
            lowering,
            node,
            infos,
            "start_date",
            (DateType, DateTimeType),
            "start_date : Date",
            "schedules start from it",
        )
    name = infos.get("name")
    if name is not None and name.definition is not None and not isinstance(name.definition.type, TextType):
        message = f"`name` labels the plan, so it is Text, not {type_words(name.definition.type)}"
        lowering.report.append(diagnose("E0208", name.span, message, help="write `name : Text`, or rename it"))
    _item_node(lowering, module, node, infos)


def _needed(
    lowering: Lowering,
    node: ast.Context,
    infos: dict[str, Info],
    name: str,
    types: tuple[type, ...],
    written: str,
    why: str,
) -> None:
    info = infos.get(name)
    if info is None:
        message = f"context `{node.name.text}` has no `{name}`"
        lowering.report.append(diagnose("E0208", node.name.span, message, notes=(why,), help=f"write `{written}`"))
        infos[name] = Info(name, node.name.span, None)  # where it is used, it has been missed already
        return
    if info.definition is None:
        return
    if not isinstance(info.definition.type, types):
        message = f"`{name}` is {type_words(info.definition.type)}, and {type_words(_EXPECTED[name])} is needed"
    elif info.definition.optional:
        message = f"`{name}` cannot be optional"
    else:
        return
    lowering.report.append(diagnose("E0208", info.span, message, notes=(why,), help=f"write `{written}`"))
    infos[name] = Info(name, info.span, None)


def _item_node(lowering: Lowering, module: Module, node: ast.Context, infos: dict[str, Info]) -> None:
    first: ast.Attribute | None = None
    for attribute in node.attributes:
        base = attribute.type.base
        if not isinstance(base, ast.ListType) or not base.items:
            continue
        if first is not None and first.name.text == attribute.name.text:
            continue  # declared twice, which has been said
        if first is not None:
            message = f"context `{node.name.text}` has two attributes that are `items of` a record"
            help = f"write `list of {base.record.text}`: a context has one item node, of which steps are made"
            labels = [(first.span, "the first one")]
            lowering.report.append(diagnose("E0208", attribute.span, message, *labels, help=help))
            continue
        first = attribute
        info = infos.get(attribute.name.text)
        elements = info.elements if info is not None else None
        if elements is None or not elements.complete:
            continue
        id = elements.attributes.get("id")
        definition = None if id is None else id.definition
        if id is not None and (definition is None or (definition.type == ID and not definition.optional)):
            continue
        message = f"the items of `{node.name.text}` need an `id : Id` that is not optional"
        labels = [] if id is None else [(id.span, "declared here")]
        help = f"write `id : Id` in record `{base.record.text}`: it tells the items apart"
        lowering.report.append(diagnose("E0208", attribute.span, message, *labels, help=help))
        assert info is not None
        missed = evolve(elements, attributes={**elements.attributes, "id": Info("id", attribute.span, None)})
        infos[attribute.name.text] = evolve(info, elements=missed)


_EXPECTED: dict[str, Type] = {"id": ID, "start_date": DATE}


def definitions(infos: Iterable[Info]) -> tuple[model.AttributeDefinition, ...]:
    """The definitions without mistakes."""
    return tuple(info.definition for info in infos if info.definition is not None)


def mapping(lowering: Lowering, module: Module, node: ast.Mapping) -> None:
    lowering.find(module, node.context, ast.Context)
    lowering.find(module, node.usage, ast.UsageType)
    items: model.NestedItems | model.JoinedItems | None = None
    match node.items:
        case ast.NestedRows(field=field, sources=sources):
            items = model.NestedItems(field.value, _sources(sources))
        case ast.JoinedRows(object=source, key=key, sources=sources):
            items = model.JoinedItems(source.value, key.value, _sources(sources))
    lowering.typed.mappings[node] = model.ContextMapping(
        node.name.text, node.context.text, node.usage.text, node.object.value, _sources(node.sources), items, doc(node)
    )


def _sources(nodes: tuple[ast.SourceField, ...]) -> tuple[model.SourceField, ...]:
    return tuple(model.SourceField(node.attribute.text, node.path.value) for node in nodes)


def usage(lowering: Lowering, node: ast.UsageType) -> None:
    scopes = tuple(scope.text for scope in node.scopes)
    lowering.typed.usages[node] = model.UsageType(node.name.text, scopes, doc(node))


def queue(lowering: Lowering, node: ast.Queue) -> None:
    label = node.label.value if node.label else node.name.text
    lowering.typed.queues[node] = model.Queue(node.name.text, label, doc(node))


def calendar(lowering: Lowering, node: ast.Calendar) -> None:
    weekend = tuple(_WEEKDAYS.index(day.text) for day in node.weekend if day.text in _WEEKDAYS)
    holidays = node.holidays.value if node.holidays else None
    lowering.typed.calendars[node] = model.Calendar(node.name.text, weekend, holidays, doc(node))


def action(lowering: Lowering, module: Module, node: ast.Action) -> None:
    signature = _signature(lowering, module, node)
    lowering.typed.actions[node] = model.Action(
        node.name.text, definitions(signature.takes.values()), definitions(signature.gives.values()), doc(node)
    )


def integration(lowering: Lowering, module: Module, node: ast.Integration) -> None:
    signature = _signature(lowering, module, node)
    lowering.typed.integrations[node] = model.Integration(
        node.name.text,
        definitions(signature.takes.values()),
        definitions(signature.gives.values()),
        node.asynchronous,
        None if node.timeout is None else elapsed(lowering, node.timeout, "a timeout is counted in seconds"),
        doc(node),
    )


def elapsed(lowering: Lowering, node: ast.DurationLiteral, why: str) -> Duration | None:
    """A duration that is counted without a calendar; None after E0306 for business days."""
    constant = literal(node, lowering.report)
    if constant is None:
        return None
    assert isinstance(constant.value, Duration)
    lowering.typed.expressions[node] = constant
    if constant.value.business_days:
        message = f"`{node.span.text}` cannot stand here: {why}"
        lowering.report.append(diagnose("E0306", node.span, message, help="write days, hours, minutes or seconds"))
        return None
    return constant.value


def _signature(lowering: Lowering, module: Module, node: ast.Action | ast.Integration) -> Signature:
    takes = attributes(lowering, module, node.takes, Place.SIGNATURE, "argument")
    gives = attributes(lowering, module, node.gives, Place.SIGNATURE, "result")
    signature = lowering.signatures[node] = Signature(takes, gives)
    return signature


def assignment(lowering: Lowering, module: Module, node: ast.Assignee) -> model.Assignment | None:
    """Who gets a task; None after a report."""
    match node:
        case ast.ToUser(user=user):
            return model.ToUser(user.value)
        case ast.ToQueue(queue=name, allocation=allocation):
            if lowering.find(module, name, ast.Queue) is None:
                return None
            return model.ToQueue(name.text, None if allocation is None else model.Allocation(allocation))
        case ast.ToRouting(routing=name):
            return None if lowering.find(module, name, ast.Routing) is None else model.ToRouting(name.text)


def routing(lowering: Lowering, module: Module, node: ast.Routing) -> None:
    """Rules that choose who gets a task. A route after others is looked at where their conditions were false, which
    shows nothing that could be relied on."""
    shape = shape_of(lowering, module, node.context)
    scope = Scope(module, shape, no_item="a routing looks at the record as a whole")
    typing = Typing(lowering, scope)
    routes = []
    for route in node.routes:
        when = typing.condition(route.when)
        to = assignment(lowering, module, route.assignee)
        if when is not None and to is not None:
            routes.append(model.Route(when, to))
    otherwise = assignment(lowering, module, node.otherwise)
    if otherwise is not None:
        lowering.typed.routings[node] = model.Routing(
            node.name.text, node.context.text, tuple(routes), otherwise, doc(node)
        )


def shape_of(lowering: Lowering, module: Module, name: ast.Name) -> Shape:
    """The attributes of a context by its name; those of an unknown one after a report."""
    declaration = lowering.find(module, name, ast.Context)
    return UNKNOWN if declaration is None else lowering.shapes[declaration]
