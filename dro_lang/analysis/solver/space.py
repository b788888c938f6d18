"""Formulas as masks over the regions of their subjects.

A leaf is a subject and the set of its regions (as bits) in which it holds, so leaves over one subject join by `&` and
`|`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from attrs import define, field, frozen

from dro_lang.analysis.solver.regions import Domains, Region, leaves_of, regions
from dro_lang.analysis.solver.relations import Relations
from dro_lang.analysis.solver.subjects import Subject, Test, test_of
from dro_lang.conditions.normal import All, Flag, Membership, Normal, Presence, Range, Truth
from dro_lang.conditions.normal import Any as AnyOf
from dro_lang.conditions.order import COMPARISONS, comparable
from dro_lang.program.values import Value


@frozen
class Leaf:
    """The subject with this number has one of the regions in the mask."""

    subject: int
    mask: int

    @property
    def subjects(self) -> int:
        return 1 << self.subject


@frozen
class Join:
    """All of the parts (`every`), or one of them. At least two. `subjects` has the bits of all subjects in it."""

    every: bool
    parts: "tuple[Leaf | Join, ...]"
    subjects: int

    @classmethod
    def of(cls, every: bool, parts: "Sequence[Leaf | Join]") -> "Join":
        subjects = 0
        for part in parts:
            subjects |= part.subjects
        return cls(every, tuple(parts), subjects)


Node: TypeAlias = bool | Leaf | Join


@define
class Space:
    """The subjects that some formulas speak of, cut into regions that are fine enough for all of them."""

    domains: Domains
    _subjects: list[Subject] = field(factory=list)
    _regions: list[tuple[Region, ...]] = field(factory=list)
    _points: list[tuple[Any, ...]] = field(factory=list)
    """The values of the regions, as they are compared."""

    _numbers: dict[Subject, int] = field(factory=dict)
    _nodes: dict[int, tuple[Normal, Node]] = field(factory=dict)
    """By the identity of leaves, which formulas share, and which are costly to compare."""
    relations: Relations = field(init=False)

    @classmethod
    def of(cls, formulas: Iterable[Normal], domains: Domains) -> "Space":
        space = cls(domains)
        by_subject: dict[Subject, dict[int, Test]] = {}
        for leaf in {id(leaf): leaf for formula in formulas for leaf in leaves_of(formula)}.values():
            test = test_of(leaf)
            by_subject.setdefault(test.subject, {})[id(test)] = test
        for number, (subject, tests) in enumerate(by_subject.items()):
            space._subjects.append(subject)
            found = regions(subject, tests.values(), domains)
            space._regions.append(found)
            space._points.append(tuple(_point(region.value) for region in found))
            space._numbers[subject] = number
        space.relations = Relations.of(space._subjects, domains)
        return space

    def subject(self, number: int) -> Subject:
        return self._subjects[number]

    def regions(self, number: int) -> tuple[Region, ...]:
        return self._regions[number]

    def values_of(self, subject: Subject) -> tuple[Value, ...]:
        """A value of each region of a subject; none for one that no formula speaks of."""
        number = self._numbers.get(subject)
        return () if number is None else tuple(region.value for region in self._regions[number])

    def node(self, formula: Normal) -> Node:
        """One of the formulas, as masks."""
        match formula:
            case Truth(value):
                return value
            case All(parts) | AnyOf(parts):
                return self.joined(isinstance(formula, All), [self.node(part) for part in parts])
        if id(formula) not in self._nodes:
            test = test_of(formula)
            number = self._numbers[test.subject]
            passes = _passing(test)
            mask = sum(1 << index for index, point in enumerate(self._points[number]) if passes(point))
            self._nodes[id(formula)] = formula, self._leaf(number, mask)
        return self._nodes[id(formula)][1]

    def _leaf(self, subject: int, mask: int) -> Node:
        if mask == 0:
            return False
        return True if mask == self.every(subject) else Leaf(subject, mask)

    def every(self, subject: int) -> int:
        """The mask of all regions of a subject."""
        return (1 << len(self._regions[subject])) - 1

    def joined(self, every: bool, parts: Sequence[Node]) -> Node:
        """The conjunction or disjunction of parts, with the leaves of one subject brought together."""
        masks: dict[int, int] = {}
        joins: list[Leaf | Join] = []
        for part in parts:
            if isinstance(part, bool):
                if part is not every:
                    return part
            elif isinstance(part, Leaf):
                known = masks.get(part.subject)
                masks[part.subject] = part.mask if known is None else known & part.mask if every else known | part.mask
            elif part.every is every:
                joins += part.parts
            else:
                joins.append(part)
        if any(isinstance(part, Leaf) for part in joins):
            leaves = [Leaf(subject, mask) for subject, mask in masks.items()]
            return self.joined(every, [*leaves, *joins])
        kept: list[Leaf | Join] = []
        for subject, mask in masks.items():
            leaf = self._leaf(subject, mask)
            if not isinstance(leaf, bool):
                kept.append(leaf)
            elif leaf is not every:
                return leaf
        kept += joins
        if not kept:
            return every
        return kept[0] if len(kept) == 1 else Join.of(every, kept)


def leaves(node: Node) -> Iterator[Leaf]:
    """Every leaf of a formula."""
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, Join):
        for part in node.parts:
            yield from leaves(part)


def _point(value: Value) -> Any:
    return None if value is None else comparable(value)


def _passing(test: Test) -> Callable[[Any], bool]:
    """Whether a value, as it is compared, passes a test; None stands for unknown."""
    match test.leaf:
        case Presence(_, known):
            return lambda point: (point is not None) is known
        case Flag(_, expected):
            return lambda point: point is expected
        case Range(_, low, high, inside):
            least, most = low and comparable(low.value), high and comparable(high.value)

            def lies(point: Any) -> bool:
                if point is None:
                    return False
                return ((low is None or point >= least) and (high is None or point <= most)) is inside

            return lies
        case Membership(_, members, inside):
            points = {comparable(member.value) for member in members}
            return lambda point: point is not None and (point in points) is inside
    assert test.operator is not None
    compare, to = COMPARISONS[test.operator], comparable(test.constant)
    return lambda point: point is not None and compare(point, to)
