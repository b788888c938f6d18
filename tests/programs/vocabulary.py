"""Declarations of data and of who does the work: usage types, enums, records, a context with its mappings, and more."""

from attrs import evolve, field, frozen
from hypothesis import strategies as st

from tests.programs.expressions import Scope, condition, root
from tests.programs.words import ATTRIBUTES, Field, doc, duration, fields, often, one, rarely, some, text

ENUMS = {"Risk": ("Low", "Medium", "High"), "Tier": ("Gold", "Silver"), "Kind": ("Delivery", "Uptime", "Other", "None")}
TEXTS_OF_CONSTANTS = ("", ' = "very {}"', ' = "{}!"')
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia")


@frozen
class Declaration:
    """The text of a declaration, and what it needs although it does not name it."""

    name: str
    text: str
    needs: frozenset[str] = frozenset()


@frozen
class Signature:
    """An action, or an integration."""

    name: str
    takes: tuple[Field, ...]
    gives: tuple[Field, ...]


@frozen
class Vocabulary:
    """What groups and plans of one context can name."""

    usage: str
    context: str
    attributes: tuple[Field, ...]
    lists: tuple[tuple[str, tuple[Field, ...]], ...]
    items: tuple[Field, ...] | None
    """The fields of an item, where the context has items."""
    item_node: str
    mappings: tuple[str, ...]
    enums: dict[str, tuple[str, ...]]
    queues: tuple[str, ...]
    calendars: tuple[str, ...]
    actions: tuple[Signature, ...]
    integrations: tuple[Signature, ...]
    routings: tuple[str, ...]
    declarations: tuple[Declaration, ...] = field(repr=False)
    choices: tuple[Field, ...] = ()
    """The attributes that scenarios ask about, where they ask about nothing else."""

    @property
    def scope(self) -> Scope:
        """What a condition of a routing or of a step per plan can name."""
        return root(self.attributes, self.lists)

    @property
    def selection(self) -> Scope:
        """What a condition of a scenario can name."""
        return evolve(root(self.choices), clock=()) if self.choices else self.scope


def vocabulary(draw: st.DrawFn, finite: bool = False) -> Vocabulary:
    """`finite`: the context has few values in all, and no lists."""
    made: list[Declaration] = []
    usage = "Generic"
    if rarely(draw):
        usage = "Care"
        made.append(Declaration(usage, "usage Care { scopes plan, item }"))
    enums = {name: ENUMS[name] for name in some(draw, list(ENUMS), 1 if finite else 0, 2)}
    made += [_enum(draw, name, constants) for name, constants in enums.items()]
    attributes = fields(draw, enums, ATTRIBUTES, 2 if finite else 1, 4 if finite else 7, finite=finite)
    start = Field("start_date", one(draw, ("Date", "DateTime")))
    needed = (Field("id", "Id"), start, *((Field("name", "Text"),) if draw(st.booleans()) else ()))
    lines: tuple[Field, ...] = ()
    other: tuple[Field, ...] = ()
    if not finite:
        lines, other = fields(draw, enums, ATTRIBUTES, 0, 4), fields(draw, enums, ATTRIBUTES, 1, 3)
    has_items, has_list = not finite and often(draw), not finite and draw(st.integers(0, 2)) == 2
    items = (Field("id", "Id"), *lines) if has_items else None
    lists: list[tuple[str, tuple[Field, ...]]] = []
    members = [each.declaration for each in (*needed, *attributes)]
    if items is not None:
        made.append(_record(draw, "Line", items))
        members.append("lines : items of Line")
        lists.append(("lines", items))
    if has_list:
        made.append(_record(draw, "Call", other))
        members.append("calls : list of Call")
        lists.append(("calls", other))
    made.append(Declaration("Case", f"{doc(draw)}context Case {{\n{_lines(draw, members)}}}"))
    mapping_names = ("Cases", "OldCases")[: 1 + rarely(draw)]
    made += [_mapping(draw, name, usage, (*needed, *attributes), items) for name in mapping_names]
    queues = tuple(f"Queue{n}" for n in range(draw(st.integers(0, 2))))
    made += [Declaration(name, f"{doc(draw)}queue {name}{one(draw, ('', ' ' + text(draw, 1)))}") for name in queues]
    calendars = ("Office",) if draw(st.booleans()) else ()
    made += [_calendar(draw, name) for name in calendars]
    actions = tuple(_signature(draw, f"Act{n}", enums) for n in range(draw(st.integers(0, 2))))
    made += [Declaration(each.name, f"{doc(draw)}action {each.name} {{ {_parts(each)} }}") for each in actions]
    integrations = tuple(_signature(draw, f"Erp{n}", enums) for n in range(draw(st.integers(0, 2))))
    made += [_integration(draw, each) for each in integrations]
    scope = root((*needed, *attributes), tuple(lists))
    routings: list[str] = []
    for name in ("Desk", "Night")[: draw(st.integers(0, 2))]:
        made.append(_routing(draw, name, scope, queues, tuple(routings)))
        routings.append(name)
    return Vocabulary(
        usage,
        "Case",
        (*needed, *attributes),
        tuple(lists),
        items,
        "lines",
        mapping_names,
        enums,
        queues,
        calendars,
        actions,
        integrations,
        tuple(routings),
        tuple(made),
        attributes if finite else (),
    )


def _lines(draw: st.DrawFn, members: list[str]) -> str:
    return "".join(f"{doc(draw, '  ')}  {member}{one(draw, ('', ',', '  // why'))}\n" for member in members)


def _enum(draw: st.DrawFn, name: str, constants: tuple[str, ...]) -> Declaration:
    style = one(draw, TEXTS_OF_CONSTANTS)
    listed = ", ".join(constant + style.format(constant) for constant in constants)
    return Declaration(name, f"{doc(draw)}enum {name} {{ {listed}{one(draw, ('', ','))} }}")


def _record(draw: st.DrawFn, name: str, members: tuple[Field, ...]) -> Declaration:
    return Declaration(name, f"{doc(draw)}record {name} {{\n{_lines(draw, [each.declaration for each in members])}}}")


def _mapping(
    draw: st.DrawFn, name: str, usage: str, attributes: tuple[Field, ...], items: tuple[Field, ...] | None
) -> Declaration:
    rows = ""
    if items is not None:
        where = one(draw, ('in "Lines"', 'of "Line__c" by "CaseId"'))
        rows = f"  items {where}{_sources(draw, items)}\n"
    return Declaration(
        name,
        f'{doc(draw)}mapping {name} for Case {{\n  usage {usage}\n  object "{name}__c"{_sources(draw, attributes)}\n'
        f"{rows}}}",
    )


def _sources(draw: st.DrawFn, attributes: tuple[Field, ...]) -> str:
    mapped = some(draw, [each.name for each in attributes], most=3)
    if not mapped:
        return ""
    return (
        " {\n" + "".join(f'    {name} from "{one(draw, ("X", "A.B"))}{n}"\n' for n, name in enumerate(mapped)) + "  }"
    )


def _calendar(draw: st.DrawFn, name: str) -> Declaration:
    weekend = ", ".join(some(draw, ("saturday", "sunday", "friday"), 1))
    code = one(draw, ("", ' holidays "DE"', ' holidays "XECB"', ' holidays "DE-BY"'))
    return Declaration(name, f"{doc(draw)}calendar {name} {{ weekend {weekend}{code} }}")


def _signature(draw: st.DrawFn, name: str, enums: dict[str, tuple[str, ...]]) -> Signature:
    return Signature(name, fields(draw, enums, ("to", "what", "for_whom", "at")), fields(draw, enums, ("no", "result")))


def _parts(signature: Signature) -> str:
    parts = [("takes", signature.takes), ("gives", signature.gives)]
    return " ".join(
        f"{word} {{ {', '.join(each.declaration for each in members)} }}" for word, members in parts if members
    )


def _integration(draw: st.DrawFn, signature: Signature) -> Declaration:
    async_ = one(draw, ("", " async"))
    timeout = one(draw, ("", f" timeout {duration(draw, 'elapsed')}"))
    return Declaration(
        signature.name, f"{doc(draw)}integration {signature.name} {{ {_parts(signature)}{async_}{timeout} }}"
    )


def _routing(
    draw: st.DrawFn, name: str, scope: Scope, queues: tuple[str, ...], routings: tuple[str, ...]
) -> Declaration:
    rules = "".join(
        f"  when {condition(draw, scope, 1)} {assignee(draw, queues, routings)}\n"
        for _ in range(draw(st.integers(0, 2)))
    )
    last = assignee(draw, queues, routings)
    return Declaration(name, f"{doc(draw)}routing {name} for Case {{\n{rules}  otherwise {last}\n}}")


def assignee(draw: st.DrawFn, queues: tuple[str, ...], routings: tuple[str, ...]) -> str:
    options = ['to user "ann@example.com"']
    options += [f"to queue {queue}{how}" for queue in queues for how in ("", " by round robin", " by least loaded")]
    options += [f"to routing {routing}" for routing in routings]
    return one(draw, options)
