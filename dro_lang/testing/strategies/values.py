"""Values of attributes: within their domains and bounds, often at the edges, and plain ones where any will do."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from attrs import field, frozen
from hypothesis import strategies as st

from dro_lang.analysis.solver.regions import A_DAY, axis, has_order, limits
from dro_lang.program.model import AttributeDefinition, Program
from dro_lang.program.types import (
    BooleanType,
    DateTimeType,
    DateType,
    DurationType,
    DurationUnit,
    EnumType,
    IdType,
    ListType,
    TextType,
)
from dro_lang.program.values import Duration, Row, Value

MOST_ELEMENTS = 3
"""How many elements a list has at most."""

_CHARACTERS = "abc ABC019.,-_@/\"\\'{}()\n\täÄßİé€中🙂"
"""What texts are made of: letters that are folded in unusual ways, quotes, and characters of one to four bytes."""

_NEAR = 400
"""Most dates lie so many days around the day on which most things happen,"""

_SOME = 1_000
"""and most numbers so far around zero."""


@frozen(eq=False)
class Values:
    """Makes strategies for the values of a program's attributes.

    `hints` are values worth trying, by the name of an attribute: constants with which it is compared. Those of
    elements and of results stand under the name of the list or step, a dot, and their own.
    """

    program: Program
    hints: Mapping[str, Sequence[Value]] = field(factory=dict)

    def of(self, definition: AttributeDefinition, path: str | None = None) -> st.SearchStrategy[Value]:
        """The values that an attribute can have; None, which stands for unknown, where it is optional."""
        known = self._known(definition, path or definition.name)
        return st.none() | known if definition.optional else known

    def row(self, definitions: Iterable[AttributeDefinition], path: str) -> st.SearchStrategy[Row]:
        """Whole rows: the results of a step (`path` is its name), for example."""
        return st.fixed_dictionaries({each.name: self.of(each, f"{path}.{each.name}") for each in definitions})

    def _known(self, definition: AttributeDefinition, path: str) -> st.SearchStrategy[Value]:
        kind = definition.type
        hints = self.hints.get(path, ())
        match kind:
            case BooleanType():
                return st.booleans()
            case EnumType(name):
                return st.sampled_from([constant.name for constant in self.program.enums[name].constants])
            case IdType():
                return _first("X-1", [hint for hint in hints if hint != ""]) | _texts(1)
            case TextType():
                return _first(definition.name, ["", *hints]) | _texts(0)
            case ListType():
                return self.lists(kind, path)
        return _ordered(definition, hints)

    def lists(self, kind: ListType, path: str, ids: Sequence[str] | None = None) -> st.SearchStrategy[Value]:
        """Lists of elements; where `ids` is given, of exactly these items."""
        shape = self.program.records[kind.record].attributes
        has_id = any(definition.name == "id" for definition in shape)
        element = self.row((each for each in shape if each.name != "id"), path)

        def numbered(rows: Sequence[Row], names: Sequence[Value]) -> Value:
            ordered = [definition.name for definition in shape]
            whole = [{"id": name, **row} if has_id else row for row, name in zip(rows, names, strict=False)]
            return tuple({name: row[name] for name in ordered} for row in whole)

        if ids is not None:
            return st.tuples(*[element] * len(ids)).map(lambda rows: numbered(rows, ids))
        rows = st.lists(element, max_size=MOST_ELEMENTS)
        plain = [f"I-{number}" for number in range(1, MOST_ELEMENTS + 1)]
        if not has_id:
            return rows.map(lambda rows: numbered(rows, plain))
        other = st.lists(_texts(1), min_size=MOST_ELEMENTS, max_size=MOST_ELEMENTS, unique=kind.items)
        return st.builds(numbered, rows, st.just(plain) | other)


def _first(plain: Value, others: Iterable[Value]) -> st.SearchStrategy[Value]:
    """One of a few values, the plain one where any will do."""
    return st.sampled_from(list(dict.fromkeys([plain, *others])))


def _texts(shortest: int) -> st.SearchStrategy[str]:
    return st.text(_CHARACTERS, min_size=shortest, max_size=12)


def _ordered(definition: AttributeDefinition, hints: Iterable[Value]) -> st.SearchStrategy[Value]:
    """Numbers, amounts, dates, moments and durations: the plain one, the bounds, what is worth trying and its
    neighbours; then those that are near; then all."""
    kind = definition.type
    assert has_order(kind), kind
    if isinstance(kind, DateTimeType):
        return _moments(definition, hints)
    if isinstance(kind, DurationType):
        return _durations(kind, hints)
    line = axis(kind)
    low, high = limits(definition)
    wanted = [line.plain, line.plain + line.step]
    for hint in hints:
        if hint is not None:
            point = line.point(hint)
            wanted += [point, *(point + sign * by for by in dict.fromkeys((line.step, 1)) for sign in (1, -1))]
    points = list(dict.fromkeys(min(max(point, low), high) for point in wanted))
    plain = points[0]
    reach = line.step * (_NEAR if isinstance(kind, DateType) else _SOME)
    near = st.integers(max(low, plain - reach) // line.step, min(high, plain + reach) // line.step)
    whole = near.map(lambda count: min(max(count * line.step, low), high))
    branches = [st.sampled_from(points), whole, st.integers(low, high)]
    bounds = [line.point(bound.value) for bound in (definition.low, definition.high) if bound is not None]
    if bounds:
        branches.insert(1, st.sampled_from(bounds))
    return st.one_of(branches).map(line.value)


def _moments(definition: AttributeDefinition, hints: Iterable[Value]) -> st.SearchStrategy[Value]:
    """Moments of whole minutes, most of them in UTC."""
    near = st.integers(0, 2 * _NEAR).map(lambda days: A_DAY + timedelta(days=(days + 1) // 2 * (1 if days % 2 else -1)))
    days = near | st.dates(date(2, 1, 1), date(9998, 12, 31))
    minutes = st.sampled_from([9 * 60, 0, 1, 23 * 60 + 59]) | st.integers(0, 24 * 60 - 1)
    free = st.builds(lambda day, minute: datetime.combine(day, time(minute // 60, minute % 60), UTC), days, minutes)
    tried = [
        moved
        for hint in hints
        if isinstance(hint, datetime)
        for moved in (hint, hint + timedelta(minutes=1), hint - timedelta(minutes=1))
    ]
    return st.sampled_from(tried) | free if tried else free


def _durations(kind: DurationType, hints: Iterable[Value]) -> st.SearchStrategy[Value]:
    tried = [hint for hint in hints if isinstance(hint, Duration)]
    free = st.one_of(list(_UNITS.values())) if kind.unit is DurationUnit.ANY else _UNITS[kind.unit]
    return free | st.sampled_from(tried) if tried else free


_UNITS: Mapping[DurationUnit, st.SearchStrategy[Value]] = {
    DurationUnit.DAYS: st.integers(0, 400).map(lambda count: Duration(days=count)),
    DurationUnit.ELAPSED: st.integers(0, 6_000).map(lambda count: Duration(seconds=count * 60)),
    DurationUnit.BUSINESS_DAYS: st.integers(0, 60).map(lambda count: Duration(business_days=count)),
}
"""Durations of one unit, as the language writes them."""
