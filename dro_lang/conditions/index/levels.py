"""The upper levels of a decision tree by tables: each takes one look-up, however many branches it has.

On a level, everything is split by the same operand, at once into all regions that it tells apart there. So the way down
is a row of look-ups that is the same for every record, without a comparison: a grid of which only those cells are told
apart that differ. An operand becomes a level where that is cheaper than the comparisons that a tree would make instead.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from operator import xor

from attrs import Factory, define, frozen

from dro_lang.conditions.index.cuts import Cuts, Operand, within
from dro_lang.conditions.index.tree import Candidates, Growth, Split, Tree, bits, grouped
from dro_lang.program.expressions import Attribute, Expression
from dro_lang.program.types import DurationType, IntegerType

_ENTRIES_EACH = 8
_CELLS_EACH = 32
"""So many cells may a level have for each condition."""
_MOST_LEVELS = 6
_WORTH = 0.7
"""How often a level must halve the candidates for the cost of a comparison, of which a tree makes one a halving."""
_BY_EQUALITY, _BY_PLACE, _BY_ORDER, _OF_ITS_OWN = 1.5, 2.0, 4.0, 4.5
"""What a look-up costs, in comparisons: in a dictionary, by the number itself, by bisection, and by bisection where
each split has bounds of its own."""
_CALL = 3.0
"""What it costs, in comparisons, to go on below the levels, which is saved where nothing is left to be tested."""
_MOST_PLACES = 1024


@frozen(eq=False)
class Level:
    """An operand that splits everything. `shared`: all its splits are told apart by the same regions; otherwise there
    are too many of them for that."""

    operand: Operand
    shared: bool

    @property
    def span(self) -> int | None:
        """Where the operand is a whole number, compared with few small ones only: a number that is greater than them,
        and from which on, as below 0, no two values are told apart."""
        constants = self.operand.constants
        if not self.shared or not isinstance(self.operand.expression.type, IntegerType) or not constants:
            return None
        return int(constants[-1]) + 2 if constants[0] >= 0 and constants[-1] < _MOST_PLACES else None


@frozen(eq=False)
class Levelled:
    """A tree, in which down to the depth of the levels each split is by the operand of its level: into any number of
    branches, even one. The branches of an ordered one are intervals, and the unknown value has its own."""

    levels: tuple[Level, ...]
    tree: Tree


def _as_they_are(candidates: Candidates) -> Candidates:
    return candidates


def grow(
    cuts: Cuts,
    drop: Callable[[Candidates], Candidates] = _as_they_are,
    is_optional: Callable[[Expression], bool] = lambda operand: True,
) -> Levelled:
    """The tree over some conditions. `drop` takes away candidates that no longer matter where others are certain;
    `is_optional` tells whether an operand may be unknown."""
    candidates = tuple(enumerate(cuts.nodes))
    known = {each.number: each.known for each in cuts.operands if not is_optional(each.expression)}
    for number, mask in known.items():
        candidates = tuple((each, within(node, number, mask)) for each, node in candidates)
    candidates = drop(tuple((each, node) for each, node in candidates if node is not False))
    return _Levels(Growth(cuts, drop), known, len(cuts.nodes)).grown(candidates)


@define(eq=False)
class _Place:
    """A place in the levels, with what is left there."""

    candidates: Candidates
    possible: dict[int, int]
    operand: Operand | None = None
    branches: "list[tuple[int, _Place]]" = Factory(list)

    def places(self) -> "Iterator[_Place]":
        """Those without branches, below and including this one."""
        if self.operand is None:
            yield self
        for _, place in self.branches:
            yield from place.places()


@frozen(eq=False)
class _Cut:
    """How an operand would split the open places: for each its regions, and where its candidates may hold."""

    level: Level
    worth: float
    masks: Sequence[Sequence[int]]
    held: Sequence[Sequence[int] | None]


@frozen(eq=False)
class _Levels:
    growth: Growth
    known: dict[int, int]
    conditions: int

    def grown(self, candidates: Candidates) -> Levelled:
        root = _Place(candidates, self.known)
        levels: list[Level] = []
        entries = float(_ENTRIES_EACH * self.conditions + 64)
        operands = [each for each in self.growth.cuts.operands if is_at_hand(each.expression)]
        while len(levels) < _MOST_LEVELS:
            places = [place for place in root.places() if not self.growth.is_done(place.candidates)]
            count = sum(1 for _ in root.places())
            every = (self._cut(operand, places, count) for operand in operands) if places else ()
            cuts = sorted((cut for cut in every if cut is not None), key=lambda cut: -cut.worth)
            cut = next((cut for cut in cuts if self._taken(cut, places, entries)), None)
            if cut is None:
                break
            levels.append(cut.level)
            operands.remove(cut.level.operand)
        share = entries / max(1, sum(len(place.candidates) for place in root.places()))
        return Levelled(tuple(levels), self._tree(root, share))

    def _tree(self, place: _Place, share: float) -> Tree:
        if place.operand is None:
            return self.growth.tree(place.candidates, place.possible, len(place.candidates) * share)
        return Split(place.operand, tuple((mask, self._tree(below, share)) for mask, below in place.branches))

    def _cut(self, operand: Operand, places: Sequence[_Place], count: int) -> _Cut | None:
        """How an operand would split the open ones of so many places, where that is worth a level."""
        regions = self.known.get(operand.number, operand.every)
        masks: list[list[int]] = []
        every: list[list[int] | None] = []
        halved = weight = 0.0
        settled = branches = 0
        for place in places:
            held = self.growth.held(place.candidates, operand, regions)
            every.append(held)
            if held is None:
                masks.append([regions])
            else:
                parts = _bands(held, regions, operand.unknown) if operand.ordered else grouped(held, regions)
                masks.append([mask for mask, _ in parts])
                halved += len(held) * bits(len(held), (count for _, count in parts))
                settled += sum(1 for _, count in parts if count <= 1)
                branches += len(parts)
            weight += len(place.candidates)
        told_apart = len(set(_edges(masks))) if operand.ordered else len(operand.constants) + 2
        most = _CELLS_EACH * self.conditions
        level = Level(operand, told_apart * count <= most)
        if not level.shared and (not operand.ordered or sum(map(len, masks)) > most):
            return None
        worth = (halved / weight + _CALL * settled / max(branches, 1)) / _cost(level)
        return _Cut(level, worth, masks, every) if worth >= _WORTH else None

    def _taken(self, cut: _Cut, places: Sequence[_Place], entries: float) -> bool:
        """Split the places, unless more would be left there than there may be entries."""
        operand = cut.level.operand
        split: list[list[tuple[int, _Place]]] = []
        together = 0
        for place, masks, held in zip(places, cut.masks, cut.held, strict=True):
            branches = []
            for mask in masks:
                rest = (
                    place.candidates
                    if held is None
                    else self.growth.within(place.candidates, held, operand.number, mask)
                )
                together += len(rest)
                branches.append((mask, _Place(rest, {**place.possible, operand.number: mask})))
            split.append(branches)
            if together > entries:
                return False
        for place, branches in zip(places, split, strict=True):
            place.operand, place.branches = operand, branches
        return True


def is_at_hand(expression: Expression) -> bool:
    """Whether it costs nothing to look at an operand of which a record may have no need."""
    return isinstance(expression, Attribute) and not isinstance(expression.type, DurationType)


def _cost(level: Level) -> float:
    if not level.operand.ordered:
        return _BY_EQUALITY
    if level.span is not None:
        return _BY_PLACE
    return _BY_ORDER if level.shared else _OF_ITS_OWN


def _bands(held: Sequence[int], regions: int, unknown: int) -> list[tuple[int, int]]:
    """The intervals of regions in which the same conditions may hold, with the number of these; that of the unknown
    value is one of its own."""
    changes: dict[int, int] = {0: 0, unknown: 0}
    for number, mask in enumerate(held):
        told = mask ^ (mask << 1)
        while told:
            lowest = told & -told
            place = lowest.bit_length() - 1
            changes[place] = changes.get(place, 0) ^ (1 << number)
            told ^= lowest
    places = [place for place in sorted(changes) if regions >> place]
    sets = accumulate((changes[place] for place in places), xor)
    ends = [*places[1:], regions.bit_length()]
    return [
        ((1 << end) - (1 << place), conditions.bit_count())
        for place, end, conditions in zip(places, ends, sets, strict=True)
    ]


def _edges(masks: Iterable[Sequence[int]]) -> Iterator[int]:
    """Where one interval ends and the next one begins."""
    for each in masks:
        for lower, _ in pairwise(each):
            yield lower.bit_length()
