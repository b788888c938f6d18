"""The records that two versions of a plan both know."""

from collections.abc import Mapping

from attrs import evolve, frozen

from dro_lang.analysis.difference.model import Version
from dro_lang.analysis.solver.records import Records
from dro_lang.conditions.order import comparable
from dro_lang.program.expressions import Constant
from dro_lang.program.model import AttributeDefinition, Context, Enumeration, Program, RecordShape
from dro_lang.program.types import EnumType, ListType


@frozen
class Shared:
    """Records that fit both contexts, with what only one of them has; `apart` are the attributes that mean something
    else in each."""

    records: Records
    apart: frozenset[str]


def shared(old: Version, new: Version) -> Shared:
    """What a record must be to fit both versions: an attribute that both have is within the bounds of both, and known
    where one of them wants it known."""
    enums = _enums(old.program, new.program)
    shapes, broken = _shapes(old.program, new.program, enums)
    ours = old.program.contexts[old.plan.context].attributes
    theirs = new.program.contexts[new.plan.context].attributes
    attributes, apart = _joined(ours, theirs, enums, broken)
    program = evolve(
        new.program,
        enums=enums,
        records={**old.program.records, **new.program.records, **shapes},
        contexts={**new.program.contexts, new.plan.context: Context(new.plan.context, attributes)},
    )
    return Shared(Records(program, new.plan), apart)


def _enums(old: Program, new: Program) -> dict[str, Enumeration]:
    """Enums with the constants that both have, and those that only one program has."""
    found = {**old.enums, **new.enums}
    for name in old.enums.keys() & new.enums.keys():
        known = {constant.name for constant in old.enums[name].constants}
        kept = tuple(constant for constant in new.enums[name].constants if constant.name in known)
        found[name] = Enumeration(name, kept)
    return found


def _shapes(
    old: Program, new: Program, enums: Mapping[str, Enumeration]
) -> tuple[dict[str, RecordShape], frozenset[str]]:
    found, broken = {}, set()
    for name in old.records.keys() & new.records.keys():
        attributes, apart = _joined(old.records[name].attributes, new.records[name].attributes, enums, frozenset())
        found[name] = RecordShape(name, attributes)
        if apart:
            broken.add(name)
    return found, frozenset(broken)


def _joined(
    ours: tuple[AttributeDefinition, ...],
    theirs: tuple[AttributeDefinition, ...],
    enums: Mapping[str, Enumeration],
    broken: frozenset[str],
) -> tuple[tuple[AttributeDefinition, ...], frozenset[str]]:
    """The attributes of both, and the names of those that cannot be brought together; these are the new one's."""
    after = {definition.name: definition for definition in theirs}
    joined, apart = [], set()
    for before in ours:
        now = after.pop(before.name, None)
        both = before if now is None else _both(before, now)
        if both is None or _no_value(both, enums, broken):
            apart.add(before.name)
        joined.append(both or now or before)
    return (*joined, *after.values()), frozenset(apart)


def _no_value(definition: AttributeDefinition, enums: Mapping[str, Enumeration], broken: frozenset[str]) -> bool:
    kind = definition.type
    if isinstance(kind, EnumType):
        return not enums[kind.name].constants
    return isinstance(kind, ListType) and kind.record in broken


def _both(one: AttributeDefinition, other: AttributeDefinition) -> AttributeDefinition | None:
    """The attribute within the bounds of both; None where they have no value in common."""
    if one.type != other.type:
        return None
    low = _bound(one.low, other.low, last=True)
    high = _bound(one.high, other.high, last=False)
    if low and high and comparable(low.value) > comparable(high.value):
        return None
    return evolve(other, low=low, high=high, optional=one.optional and other.optional)


def _bound(one: Constant | None, other: Constant | None, last: bool) -> Constant | None:
    if one is None or other is None:
        return one or other
    later = comparable(one.value) >= comparable(other.value)
    return one if later == last else other
