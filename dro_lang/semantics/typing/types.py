"""Types as written to types of the program, with their bounds."""

from collections.abc import Iterable
from enum import Enum, auto

from attrs import evolve

from dro_lang.diagnostics.diagnostic import Diagnostic, Fix, Safety, diagnose
from dro_lang.program.expressions import Constant
from dro_lang.program.model import AttributeDefinition
from dro_lang.program.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    ID,
    INTEGER,
    TEXT,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IntegerType,
    ListType,
    MoneyType,
    Type,
)
from dro_lang.semantics.lower.lowering import Lowering
from dro_lang.semantics.modules import BUILT_IN_TYPES, KIND_WORDS, Module, article, did_you_mean
from dro_lang.semantics.typing.literals import known_currency
from dro_lang.semantics.typing.ranges import range_of
from dro_lang.semantics.typing.shapes import Info, Shape
from dro_lang.semantics.typing.words import listed, replace, type_words
from dro_lang.syntax import ast

BUILT_IN: dict[str, Type] = {
    "Id": ID,
    "Text": TEXT,
    "Boolean": BOOLEAN,
    "Integer": INTEGER,
    "Decimal": DECIMAL,
    "Date": DATE,
    "DateTime": DATETIME,
    "Duration": DurationType(),
}


class Place(Enum):
    """Where a type stands, which decides whether it may be a list."""

    CONTEXT = auto()
    RECORD = auto()
    SIGNATURE = auto()


def attributes(
    lowering: Lowering, module: Module, nodes: Iterable[ast.Attribute], place: Place, what: str
) -> dict[str, Info]:
    """The attributes of a context or record, or the arguments or results of a signature, by name."""
    infos: dict[str, Info] = {}
    lowering.duplicates([(node.name.text, node.name.span) for node in nodes], what)
    for node in nodes:
        info = define(lowering, module, node, place)
        if info.definition is not None:
            lowering.typed.attributes[node] = info.definition
        # Of two with one name nobody knows which is meant where the name is used.
        infos[info.name] = evolve(info, definition=None) if info.name in infos else info
    return infos


def define(lowering: Lowering, module: Module, node: ast.Attribute | ast.Parameter, place: Place) -> Info:
    """What a definition says; without `definition` after a report."""
    name = node.name.text
    span = node.name.span.to(node.type.span)
    broken = Info(name, span, None)
    type, elements = _base(lowering, module, node.type, place)
    if type is None:
        return broken
    if isinstance(type, ListType) and node.type.optional:
        lowering.report.append(
            diagnose(
                "E0205",
                node.type.span,
                "a list is never optional",
                help="leave out `optional`: a record without elements has an empty list",
            )
        )
        return broken
    low = high = None
    if node.type.range is not None:
        bounds = _bounds(lowering, type, node.type.range)
        if bounds is None:
            return broken
        low, high = bounds
    doc = "\n".join(node.doc) if isinstance(node, ast.Attribute) else ""
    definition = AttributeDefinition(name, type, node.type.optional, low, high, doc=doc)
    return Info(name, span, definition, elements)


def _base(lowering: Lowering, module: Module, node: ast.Type, place: Place) -> tuple[Type | None, Shape | None]:
    match node.base:
        case ast.MoneyType(currency=currency):
            return (MoneyType(currency.text) if known_currency(lowering.report, currency) else None), None
        case ast.ListType(record=name, items=items):
            record = lowering.find(module, name, ast.Record)
            if place is not Place.CONTEXT:
                lowering.report.append(_misplaced_list(node, place))
                return None, None
            if record is None:
                return None, None
            return ListType(name.text, items), lowering.shapes.get(record)
        case ast.NamedType(name=name):
            return _named(lowering, module, name), None


def _named(lowering: Lowering, module: Module, name: ast.Name) -> Type | None:
    if name.text in BUILT_IN:
        return BUILT_IN[name.text]
    symbol = lowering.world.names[module.path].get(name.text)
    if symbol is None and module.hides_names:
        return None
    if symbol is None:
        lowering.report.append(_unknown_type(lowering, module, name))
        return None
    declaration = symbol.declaration
    if isinstance(declaration, ast.Record):
        lowering.report.append(
            diagnose(
                "E0205",
                name.span,
                f"`{name.text}` is a record, and an attribute cannot be one record",
                (declaration.name.span, "declared here as a record"),
                help=f"write `list of {name.text}`, or `items of {name.text}` where steps are made for each of them",
            )
        )
        return None
    if declaration is not None and not isinstance(declaration, ast.Enum):
        is_a = KIND_WORDS[type(declaration)]
        lowering.report.append(
            diagnose(
                "E0107",
                name.span,
                f"`{name.text}` is {article(is_a)}, not a type",
                (declaration.name.span, f"declared here as {article(is_a)}"),
                help="a type is built in, as `Text` and `Date` are, or an enum",
            )
        )
        return None
    if declaration is None:
        return None
    lowering.uses(declaration)
    return EnumType(name.text)


def _unknown_type(lowering: Lowering, module: Module, name: ast.Name) -> Diagnostic:
    enums = lowering.world.visible(module, ast.Enum)
    match = did_you_mean(name.text, [*BUILT_IN_TYPES, *enums]) or _OTHER_WORDS.get(name.text.lower())
    missing = lowering.world.missing_import(module, name.text, ast.Enum)
    fixes: tuple[Fix, ...] = ()
    if missing is not None:
        help, fixes = missing.title, (missing,)
    elif match == "Money":
        help = "did you mean `Money in EUR`, with the currency's three letters?"
    elif match is not None:
        help, fixes = f"did you mean `{match}`?", (replace(name.span, match, Safety.UNSAFE),)
    else:
        help = f"the types are {listed(BUILT_IN_TYPES)}, and enums"
    return diagnose("E0101", name.span, f"there is no type `{name.text}`", help=help, fixes=fixes)


_OTHER_WORDS = {
    "string": "Text",
    "str": "Text",
    "bool": "Boolean",
    "int": "Integer",
    "number": "Decimal",
    "float": "Decimal",
    "double": "Decimal",
    "timestamp": "DateTime",
    "time": "DateTime",
    "currency": "Money",
    "uuid": "Id",
    "percent": "Decimal",
}
"""What other systems call a type."""


def _misplaced_list(node: ast.Type, place: Place) -> Diagnostic:
    if place is Place.RECORD:
        message, help = (
            "a record cannot hold a list",
            "lists stand in the context itself; make this one of its attributes",
        )
    else:
        message = "a list cannot be handed over"
        help = "hand over what is needed of its elements, such as `count(...)` or `sum(...)`"
    return diagnose("E0205", node.span, message, help=help)


def _bounds(lowering: Lowering, type: Type, range: ast.Range) -> tuple[Constant | None, Constant | None] | None:
    if not isinstance(type, IntegerType | DecimalType | MoneyType | DateType):
        lowering.report.append(
            diagnose(
                "E0206",
                range.span,
                f"{type_words(type)} cannot have bounds",
                help="leave them out: numbers, amounts of money and dates have bounds",
            )
        )
        return None
    return range_of(lowering, range, type, whole=True)
