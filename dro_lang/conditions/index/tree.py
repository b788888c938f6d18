"""A decision tree over conditions: each inner node splits the conditions by the regions of one operand.

The way down to a leaf decides most tests of most conditions; a leaf holds the conditions that may still hold, each with
what is left of it. Built greedily, like the trees that classify packets (Gupta and McKeown, HiCuts, 2000): the operand
whose split leaves the fewest conditions to each branch, as long as the leaves together stay within a number of entries
that is linear in the number of conditions.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from math import log2
from operator import or_
from typing import TypeAlias

from attrs import frozen

from dro_lang.conditions.index.cuts import Cuts, Node, Operand, where, within
from dro_lang.program.expressions import Expression

Candidate: TypeAlias = tuple[int, Node]
"""The number of a condition, and what is left to be tested of it."""

Candidates: TypeAlias = tuple[Candidate, ...]


@frozen(eq=False)
class Leaf:
    """The conditions that may hold here, in their order. All others do not hold."""

    candidates: Candidates


@frozen(eq=False)
class Split:
    """An operand, and what follows from where it lies. The masks of the branches are disjoint and make up all regions
    that are possible here; those of an ordered operand are intervals, from the lowest to the highest."""

    operand: Operand
    branches: "tuple[Branch, ...]"


Tree: TypeAlias = Leaf | Split
Branch: TypeAlias = tuple[int, Tree]

_ENTRIES_EACH = 8
_DEEPEST = 40
_FEW = 1
_LEAST_GAIN = 0.02


def _as_they_are(candidates: Candidates) -> Candidates:
    return candidates


def grow(
    cuts: Cuts,
    drop: Callable[[Candidates], Candidates] = _as_they_are,
    is_optional: Callable[[Expression], bool] = lambda operand: True,
) -> Tree:
    """The tree over some conditions. `drop` takes away candidates that no longer matter where others are certain;
    `is_optional` tells whether an operand may be unknown."""
    candidates = tuple(enumerate(cuts.nodes))
    entries = _ENTRIES_EACH * len(candidates) + 64
    known = {each.number: each.known for each in cuts.operands if not is_optional(each.expression)}
    for number, mask in known.items():
        candidates = tuple((each, within(node, number, mask)) for each, node in candidates)
    candidates = drop(tuple((each, node) for each, node in candidates if node is not False))
    return _Growth(cuts, drop).tree(candidates, known, entries, 0)


@frozen(eq=False)
class _Growth:
    cuts: Cuts
    drop: Callable[[Candidates], Candidates]

    def tree(self, candidates: Candidates, possible: dict[int, int], entries: float, depth: int) -> Tree:
        """`possible` has the regions in which each operand that has been split lies; `entries` is how many the leaves
        may have together."""
        if depth < _DEEPEST and sum(1 for _, node in candidates if node is not True) > _FEW:
            for masks, operand in self._splits(candidates, possible):
                parts = [self._within(candidates, operand.number, mask) for mask in masks]
                together = sum(map(len, parts))
                if together > entries:
                    continue
                share = entries / max(together, 1)
                return Split(
                    operand,
                    tuple(
                        (mask, self.tree(part, {**possible, operand.number: mask}, len(part) * share, depth + 1))
                        for mask, part in zip(masks, parts, strict=True)
                    ),
                )
        return Leaf(candidates)

    def _within(self, candidates: Candidates, operand: int, mask: int) -> Candidates:
        rest = ((number, within(node, operand, mask)) for number, node in candidates)
        return self.drop(tuple((number, node) for number, node in rest if node is not False))

    def _splits(self, candidates: Candidates, possible: dict[int, int]) -> Iterator[tuple[list[int], Operand]]:
        """The best split of each operand, the best of them first."""
        found = []
        for operand in self.cuts.operands:
            if any(not isinstance(node, bool) and node.operands >> operand.number & 1 for _, node in candidates):
                regions = possible.get(operand.number, operand.every)
                held = [where(node, operand.number, regions) for _, node in candidates]
                split = (_halves if operand.ordered else _groups)(held, regions)
                if split is not None and split[0] >= _LEAST_GAIN:
                    found.append((-split[0], operand.number, split[1]))
        return ((masks, self.cuts.operands[number]) for _, number, masks in sorted(found))


def _gain(before: int, branches: Iterable[int], cost: float) -> float:
    """How often the candidates are halved, on the way to a branch, for one comparison."""
    sizes = list(branches)
    return log2(before * len(sizes) / max(sum(sizes), 1)) / cost


def _halves(held: list[int], regions: int) -> tuple[float, list[int]] | None:
    """The cut that leaves the fewest conditions to either side. `held`: where each of them may hold."""
    size = regions.bit_length()
    begins, ends = [0] * (size + 1), [0] * (size + 1)
    for mask in held:
        if mask:
            begins[(mask & -mask).bit_length() - 1] += 1
            ends[mask.bit_length() - 1] += 1
    best = None
    below, above = 0, sum(ends)
    for cut in range((regions & -regions).bit_length(), size):
        below += begins[cut - 1]
        above -= ends[cut - 1]
        sides = max(below, above), below + above
        if best is None or sides < best[0]:
            best = sides, cut, (below, above)
    if best is None:
        return None
    lower = regions & ((1 << best[1]) - 1)
    return _gain(len(held), best[2], 1), [lower, regions ^ lower]


def _groups(held: list[int], regions: int) -> tuple[float, list[int]] | None:
    """The regions, those together in which the same conditions may hold."""
    by_region: dict[int, int] = {}
    for number, mask in enumerate(held):
        # Of a condition that holds almost everywhere, it is quicker to say where it does not.
        told = mask if mask.bit_count() * 2 <= regions.bit_count() else regions ^ mask
        while told:
            lowest = told & -told
            by_region[lowest] = by_region.get(lowest, 0) ^ (1 << number)
            told ^= lowest
    common = sum(1 << number for number, mask in enumerate(held) if mask.bit_count() * 2 > regions.bit_count())
    groups: dict[int, list[int]] = {}
    rest = regions ^ reduce(or_, by_region, 0)
    for region, told in by_region.items():
        groups.setdefault(told ^ common, []).append(region)
    if rest:
        groups.setdefault(common, []).append(rest)
    if len(groups) < 2:
        return None
    # A look-up, and then as many comparisons as it takes to find the branch.
    cost = 1 if len(groups) == 2 else 1 + log2(len(groups)) / 2
    gain = _gain(len(held), (conditions.bit_count() for conditions in groups), cost)
    return gain, [sum(masks) for masks in groups.values()]
