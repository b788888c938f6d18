"""The finitely many values of a subject that matter.

The constants with which a subject is compared cut its domain into regions (each constant, and what lies between two of
them); a formula cannot tell two values of one region apart, so one representative of each is enough, and exact.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import inf
from typing import Any

from attrs import frozen

from dro_lang.analysis.solver.bounds import Bound
from dro_lang.analysis.solver.subjects import Difference, Subject, Test, test_of
from dro_lang.conditions.normal import All, Flag, Membership, Normal, Presence, Range, Truth
from dro_lang.conditions.normal import Any as AnyOf
from dro_lang.conditions.order import length
from dro_lang.program.expressions import Aggregate, Attribute, Call, Function, ListFunction
from dro_lang.program.model import AttributeDefinition, Enumeration
from dro_lang.program.types import (
    BooleanType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IdType,
    IntegerType,
    MoneyType,
    TextType,
    Type,
)
from dro_lang.program.values import INTEGER_MAX, INTEGER_MIN, MICRO, WHOLE_DIGITS, Duration, Value, scaled, unscaled


@frozen
class Axis:
    """The values of an ordered type as points on a line. `step` is a distance that reads well (1 EUR, 1 day)."""

    point: Callable[[Any], int]
    value: Callable[[int], Value]
    step: int
    distance: Callable[[Any], int]
    """A difference of two values, as `Difference` has it, in points."""
    plain: int = 0
    """The point of the value to take where any will do."""


A_DAY = date(2026, 1, 1)
"""The day of the run, and of every date, where no condition asks for another."""

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ORDINALS = (date.min.toordinal(), date.max.toordinal())
_HOUR = timedelta(hours=1) // _MICROSECOND
_DECIMALS = 10 ** (WHOLE_DIGITS + 6) - 1


@frozen
class Region:
    """Values that no leaf tells apart, by one of them; None stands for unknown. Of an ordered type, with the first and
    the last point of it."""

    value: Value
    low: Bound = -inf
    high: Bound = inf


@frozen
class Domains:
    """What the program says of the values of attributes."""

    attributes: Mapping[str, AttributeDefinition]
    enums: Mapping[str, Enumeration]

    def definition(self, subject: Subject) -> AttributeDefinition | None:
        return self.attributes.get(subject.name) if isinstance(subject, Attribute) else None


def has_order(kind: Type) -> bool:
    """Whether `<` is defined for the type."""
    return isinstance(kind, IntegerType | DecimalType | MoneyType | DateType | DateTimeType | DurationType)


def axis(kind: Type) -> Axis:
    """The line on which the values of an ordered type lie. Raises TypeError for a type without order."""
    match kind:
        case IntegerType():
            return Axis(int, int, 1, int)
        case DecimalType() | MoneyType():
            return Axis(scaled, unscaled, MICRO, scaled)
        case DateType():
            return Axis(date.toordinal, date.fromordinal, 1, int, A_DAY.toordinal())
        case DateTimeType():
            plain = _microseconds(datetime.combine(A_DAY, time(9), UTC))
            return Axis(_microseconds, _moment, _HOUR, lambda sign: sign * _HOUR, plain)
        case DurationType():
            return Axis(length, lambda point: Duration(seconds=point), 3_600, lambda sign: sign * 3_600)
    raise TypeError(f"{kind} has no order")


def _moment(point: int) -> datetime:
    return _EPOCH + point * _MICROSECOND


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def leaves_of(formula: Normal) -> Iterator[Normal]:
    """Every leaf of a formula that asks something of a subject."""
    match formula:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves_of(part)
        case Truth():
            return
        case _:
            yield formula


def tests_in(formula: Normal) -> Iterator[Test]:
    """Every leaf of a formula, as a test of its subject."""
    return map(test_of, leaves_of(formula))


def regions(subject: Subject, tests: Iterable[Test], domains: Domains) -> tuple[Region, ...]:
    """The regions of a subject, of an ordered one from the lowest to the highest; unknown is the last."""
    asked = list(tests)
    definition = domains.definition(subject)
    optional = definition.optional if definition else any(isinstance(test.leaf, Presence) for test in asked)
    found = _of_difference(subject, asked) if isinstance(subject, Difference) else _of_values(subject, asked, domains)
    return (*found, Region(None)) if optional else tuple(found)


def _constants(tests: Iterable[Test]) -> list[Value]:
    found: list[Value] = []
    for test in tests:
        match test.leaf:
            case Range(_, low, high):
                found += [bound.value for bound in (low, high) if bound is not None]
            case Membership(_, members):
                found += [member.value for member in members]
            case Flag() | Presence():
                pass
            case _:
                found.append(test.constant)
    return [constant for constant in dict.fromkeys(found) if constant is not None]


def _of_values(subject: Any, tests: list[Test], domains: Domains) -> list[Region]:
    kind: Type = subject.type
    if isinstance(kind, BooleanType):
        return [Region(True), Region(False)]
    if isinstance(kind, EnumType):
        return [Region(constant.name) for constant in domains.enums[kind.name].constants]
    constants = _constants(tests)
    if isinstance(kind, TextType | IdType):
        # An empty id is no id: records with one are rejected.
        texts = [text for text in constants if text != "" or isinstance(kind, TextType)]
        return [*map(Region, texts), Region(another_text(constants))]
    if not has_order(kind):
        return []
    line = axis(kind)
    return _cut(map(line.point, constants), *limits_of(subject, domains), line.value, line.step, line.plain)


def limits_of(subject: Any, domains: Domains) -> tuple[Bound, Bound]:
    """The lowest and the highest point that a subject of an ordered type can have. What is calculated from numbers is
    without limits; what is calculated from dates stays in the calendar."""
    definition = domains.definition(subject)
    if definition:
        return limits(definition)
    low, high = type_limits(subject.type) if isinstance(subject.type, DateType | DateTimeType) else (-inf, inf)
    counts = isinstance(subject, Aggregate) and subject.function is ListFunction.COUNT
    if isinstance(subject, Call) and subject.function in _CALENDAR:
        return _CALENDAR[subject.function]
    measures = isinstance(subject, Call) and subject.function is Function.LENGTH
    return (0 if counts or measures else low), high


_CALENDAR = {
    Function.YEAR: (date.min.year, date.max.year),
    Function.MONTH: (1, 12),
    Function.DAY: (1, 31),
    Function.WEEKDAY: (1, 7),
}
"""What parts of dates can be."""


def limits(definition: AttributeDefinition) -> tuple[int, int]:
    """The lowest and the highest point of an attribute of an ordered type: its bounds, or else its type's."""
    low, high = type_limits(definition.type)
    line = axis(definition.type)
    if definition.low is not None:
        low = max(low, line.point(definition.low.value))
    if definition.high is not None:
        high = min(high, line.point(definition.high.value))
    return low, high


def type_limits(kind: Type) -> tuple[int, int]:
    """The ends of an ordered type's line, in points."""
    match kind:
        case IntegerType():
            return INTEGER_MIN, INTEGER_MAX
        case DateType():
            return _ORDINALS
        case DateTimeType():
            # The first and the last day are left out, so that every offset can write the moment.
            return _microseconds(datetime(1, 1, 2, tzinfo=UTC)), _microseconds(datetime(9999, 12, 30, tzinfo=UTC))
    return -_DECIMALS, _DECIMALS


def _cut(
    points: Iterable[int], low: Bound, high: Bound, value: Callable[[int], Value], step: int, plain: int = 0
) -> list[Region]:
    """Each point, and what lies between two neighbours, at the ends too. What stands for the points between a and b is
    a plus a step where that fits, so that values read well. With no point at all, the plain one stands for all."""
    cuts = sorted({point for point in points if low <= point <= high})
    if not cuts:
        return [Region(value(int(min(max(plain, low), high))), low, high)]
    found = [Region(value(int(max(cuts[0] - step, low))), low, cuts[0] - 1)] if low < cuts[0] else []
    for here, after in zip(cuts, [*cuts[1:], high + 1], strict=True):
        found.append(Region(value(here), here, here))
        if here + 1 < after:
            found.append(Region(value(here + step if here + step < after else here + 1), here + 1, after - 1))
    return found


def another_text(texts: Iterable[Value]) -> str:
    """A text that is none of these."""
    taken = set(texts)
    return next(text for text in ("other", *(f"other {n}" for n in range(2, len(taken) + 3))) if text not in taken)


def _of_difference(subject: Difference, tests: list[Test]) -> list[Region]:
    """The regions of a difference, in the points of its terms."""
    left, right = subject.left.type, subject.right.type
    if not has_order(left):
        return [Region(0), Region(1)]
    numbers = [constant for constant in _constants(tests) if isinstance(constant, int | Decimal)]
    if isinstance(left, DecimalType | MoneyType) or isinstance(right, DecimalType):
        return _cut(map(scaled, numbers), -inf, inf, unscaled, MICRO)
    if isinstance(left, IntegerType | DateType):
        return _cut(map(int, numbers), -inf, inf, int, 1)
    # Of moments and durations, only which is the later or the longer one is known.
    return [Region(-1, -inf, -1), Region(0, 0, 0), Region(1, 1, inf)]
