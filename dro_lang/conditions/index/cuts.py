"""Operands, cut into regions by the constants that they are compared with, and conditions as tests of regions.

A condition cannot tell two values of one region apart, so that of an operand only the region matters. Regions are
numbered from 0, and sets of them are masks: bit `n` stands for region `n`. The regions of an ordered operand with the
constants `c0 < c1 < ...` are: less than `c0`, `c0`, between `c0` and `c1`, `c1` and so on, greater than the last; of
any other: each constant, then every other value. The last region is always that of the unknown value.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from attrs import field, frozen

from dro_lang.conditions import normal
from dro_lang.conditions.normal import Normal, all_of, any_of
from dro_lang.conditions.order import comparable
from dro_lang.program.expressions import ComparisonOperator, Constant, Expression
from dro_lang.program.types import (
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    IntegerType,
    MoneyType,
    Type,
)

_ORDERED = (IntegerType, DecimalType, MoneyType, DateType, DateTimeType, DurationType)


@frozen(eq=False)
class Operand:
    """What is cut: `constants` as values that compare with each other (order.py), ascending where it is `ordered`."""

    number: int
    expression: Expression
    constants: tuple[Any, ...]
    ordered: bool

    @property
    def unknown(self) -> int:
        """The number of the region of the unknown value."""
        return 2 * len(self.constants) + 1 if self.ordered else len(self.constants) + 1

    @property
    def every(self) -> int:
        """The mask of all regions."""
        return (2 << self.unknown) - 1

    @property
    def known(self) -> int:
        """The mask of all regions but that of the unknown value."""
        return (1 << self.unknown) - 1

    def region(self, value: Any) -> int:
        """The number of the region in which a known value lies; it must be comparable (order.py)."""
        if not self.ordered:
            return self.constants.index(value) if value in self.constants else len(self.constants)
        place = bisect_left(self.constants, value)
        return 2 * place + (place < len(self.constants) and self.constants[place] == value)


@frozen(eq=False)
class Test:
    """A leaf that asks whether its operand lies in the regions of a mask."""

    leaf: Normal
    operand: int
    mask: int

    @property
    def operands(self) -> int:
        return 1 << self.operand


@frozen(eq=False)
class Opaque:
    """A leaf that compares an operand with another, or with what is not constant."""

    leaf: Normal
    operands: int = 0


@frozen(eq=False)
class Join:
    """All of the parts (`every`), or one of them, in their order. `operands`: those of its tests, as a mask."""

    every: bool
    parts: "tuple[Node, ...]"
    operands: int = field(init=False)

    @operands.default
    def _operands(self) -> int:
        found = 0
        for part in self.parts:
            found |= 0 if isinstance(part, bool) else part.operands
        return found


Node: TypeAlias = bool | Test | Opaque | Join


@frozen(eq=False)
class Cuts:
    """The operands of some conditions, and the conditions as tests of their regions, in the same order."""

    operands: tuple[Operand, ...]
    nodes: tuple[Node, ...]

    @classmethod
    def of(cls, conditions: Iterable[Normal], is_opaque: Callable[[Normal], bool] = lambda leaf: False) -> "Cuts":
        """`is_opaque` tells whether a leaf is not to be looked into."""
        formulas = tuple(conditions)
        compared: dict[Expression, dict[Any, None]] = {}
        for formula in formulas:
            for leaf in _leaves(formula):
                tested = _tested(leaf)
                if tested is not None and not is_opaque(leaf):
                    expression, constants = tested
                    compared.setdefault(expression, {}).update(dict.fromkeys(constants))
        operands = {
            expression: _operand(number, expression, constants)
            for number, (expression, constants) in enumerate(compared.items())
        }
        return cls(tuple(operands.values()), tuple(_node(formula, operands, is_opaque) for formula in formulas))


def formula(node: Node) -> Normal:
    """The condition that a node stands for."""
    match node:
        case bool():
            return normal.Truth(node)
        case Join(every, parts):
            return (all_of if every else any_of)(map(formula, parts))
        case Test(leaf) | Opaque(leaf):
            return leaf


def within(node: Node, operand: int, mask: int) -> Node:
    """What is left of a condition where an operand lies in some regions."""
    if isinstance(node, bool) or not node.operands >> operand & 1:
        return node
    if isinstance(node, Test):
        common = node.mask & mask
        return False if common == 0 else True if common == mask else node
    assert isinstance(node, Join)
    parts: list[Node] = []
    for part in node.parts:
        rest = within(part, operand, mask)
        if isinstance(rest, bool):
            if rest is not node.every:
                return rest
        elif isinstance(rest, Join) and rest.every is node.every:
            parts += rest.parts
        else:
            parts.append(rest)
    if not parts:
        return node.every
    return parts[0] if len(parts) == 1 else Join(node.every, tuple(parts))


def where(node: Node, operand: int, mask: int) -> int:
    """Those of some regions of an operand in which a condition may hold."""
    if isinstance(node, bool):
        return mask if node else 0
    if not node.operands >> operand & 1:
        return mask
    if isinstance(node, Test):
        return node.mask & mask
    assert isinstance(node, Join)
    found = mask if node.every else 0
    for part in node.parts:
        found = where(part, operand, found) if node.every else found | where(part, operand, mask)
    return found


def parts_asking_one(node: Node) -> tuple[Node, ...] | None:
    """The parts of a condition that must all hold, where each of them asks about one operand; None for others."""
    parts = node.parts if isinstance(node, Join) and node.every else (node,)
    return parts if all(isinstance(part, bool) or _asks_one(part) for part in parts) else None


def _asks_one(node: Node) -> bool:
    return not isinstance(node, bool) and node.operands.bit_count() == 1 and not _has_opaque(node)


def _has_opaque(node: Node) -> bool:
    return isinstance(node, Opaque) or (isinstance(node, Join) and any(map(_has_opaque, node.parts)))


def _leaves(formula: Normal) -> Iterator[Normal]:
    if isinstance(formula, normal.All | normal.Any):
        for part in formula.parts:
            yield from _leaves(part)
    else:
        yield formula


def _tested(leaf: Normal) -> tuple[Expression, list[Any]] | None:
    """The operand of a leaf, and the constants with which it is compared."""
    match leaf:
        case normal.Presence(operand):
            return operand, []
        case normal.Flag(operand):
            return operand, [True, False]
        case normal.Relation(_, left, Constant(value)):
            return left, [comparable(value)]
        case normal.Range(operand, low, high):
            return operand, [comparable(bound.value) for bound in (low, high) if bound is not None]
        case normal.Membership(operand, members):
            return operand, [comparable(member.value) for member in members]
    return None


def _operand(number: int, expression: Expression, constants: Iterable[Any]) -> Operand:
    kind: Type = expression.type
    ordered = isinstance(kind, _ORDERED)
    return Operand(number, expression, tuple(sorted(constants)) if ordered else tuple(constants), ordered)


def _node(formula: Normal, operands: dict[Expression, Operand], is_opaque: Callable[[Normal], bool]) -> Node:
    match formula:
        case normal.Truth(value):
            return value
        case normal.All(parts) | normal.Any(parts):
            return Join(isinstance(formula, normal.All), tuple(_node(part, operands, is_opaque) for part in parts))
    tested = _tested(formula)
    if tested is None or is_opaque(formula):
        return Opaque(formula)
    operand = operands[tested[0]]
    return Test(formula, operand.number, _mask(formula, operand))


def _mask(leaf: Normal, operand: Operand) -> int:
    """The regions in which a leaf holds."""
    match leaf:
        case normal.Presence(_, known):
            return operand.known if known else 1 << operand.unknown
        case normal.Flag(_, expected):
            return 1 << operand.region(expected)
        case normal.Relation(operator, _, Constant(value)):
            at = operand.region(comparable(value))
            equal = 1 << at
            below, above = equal - 1, operand.known ^ (2 * equal - 1)
            return {
                ComparisonOperator.EQUAL: equal,
                ComparisonOperator.NOT_EQUAL: operand.known ^ equal,
                ComparisonOperator.LESS: below,
                ComparisonOperator.LESS_OR_EQUAL: below | equal,
                ComparisonOperator.GREATER: above,
                ComparisonOperator.GREATER_OR_EQUAL: above | equal,
            }[operator]
        case normal.Range(_, low, high, inside):
            first = 0 if low is None else operand.region(comparable(low.value))
            last = operand.unknown - 1 if high is None else operand.region(comparable(high.value))
            between = ((2 << last) - 1) & ~((1 << first) - 1) if first <= last else 0
            return between if inside else operand.known ^ between
        case normal.Membership(_, members, inside):
            among = 0
            for member in members:
                among |= 1 << operand.region(comparable(member.value))
            return among if inside else operand.known ^ among
    raise TypeError(f"{leaf!r} tests no operand")
