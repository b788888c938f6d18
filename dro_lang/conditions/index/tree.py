"""A decision tree over conditions: each inner node splits the conditions by the regions of one operand.

The way down to a leaf decides most tests of most conditions; a leaf holds the conditions that may still hold, each with
what is left of it. Built greedily, like the trees that classify packets (Gupta and McKeown, HiCuts, 2000): the operand
whose split leaves the fewest conditions to each branch, as long as the leaves together stay within a number of entries
that is linear in the number of conditions.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from math import log2
from operator import or_
from typing import TypeAlias

from attrs import frozen

from dro_lang.conditions.index.cuts import Cuts, Node, Operand, where, within

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

_DEEPEST = 40
_FEW = 1
_LEAST_GAIN = 0.02


@frozen(eq=False)
class Growth:
    """How trees over some conditions grow. `drop` takes away candidates that no longer matter where others are
    certain."""

    cuts: Cuts
    drop: Callable[[Candidates], Candidates]

    def tree(self, candidates: Candidates, possible: dict[int, int], entries: float, depth: int = 0) -> Tree:
        """`possible` has the regions in which each operand that has been split lies; `entries` is how many the leaves
        may have together."""
        if depth < _DEEPEST and not self.is_done(candidates):
            for masks, operand, held in self._splits(candidates, possible):
                parts = [self.within(candidates, held, operand.number, mask) for mask in masks]
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

    def is_done(self, candidates: Candidates) -> bool:
        """Whether so little is left to be tested that it is not worth a split."""
        return sum(1 for _, node in candidates if node is not True) <= _FEW

    def within(self, candidates: Candidates, held: Sequence[int], operand: int, mask: int) -> Candidates:
        """What is left of candidates where an operand lies in some regions. `held`: where each of them may hold."""
        there = (each for each, regions in zip(candidates, held, strict=True) if regions & mask)
        rest = ((number, within(node, operand, mask)) for number, node in there)
        return self.drop(tuple((number, node) for number, node in rest if node is not False))

    def held(self, candidates: Candidates, operand: Operand, regions: int) -> list[int] | None:
        """Those of some regions of an operand in which each candidate may hold; None where none asks about it."""
        if not any(not isinstance(node, bool) and node.operands >> operand.number & 1 for _, node in candidates):
            return None
        return [where(node, operand.number, regions) for _, node in candidates]

    def _splits(
        self, candidates: Candidates, possible: dict[int, int]
    ) -> Iterator[tuple[list[int], Operand, list[int]]]:
        """The best split of each operand, the best of them first, with where each candidate may hold."""
        found = []
        for operand in self.cuts.operands:
            regions = possible.get(operand.number, operand.every)
            held = self.held(candidates, operand, regions)
            if held is not None:
                split = (_halves if operand.ordered else _groups)(held, regions)
                if split is not None and split[0] >= _LEAST_GAIN:
                    found.append((-split[0], operand.number, split[1], held))
        return ((masks, self.cuts.operands[number], held) for _, number, masks, held in sorted(found))


def bits(before: int, branches: Iterable[int]) -> float:
    """How often the candidates are halved on the way to a branch, by how many of them it has."""
    sizes = list(branches)
    return log2(before * len(sizes) / max(sum(sizes), 1))


def _halves(held: list[int], regions: int) -> tuple[float, list[int]] | None:
    """The cut that leaves the fewest conditions to either side, and how often it halves them. `held`: where each of
    them may hold."""
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
    return bits(len(held), best[2]), [lower, regions ^ lower]


def _groups(held: list[int], regions: int) -> tuple[float, list[int]] | None:
    """The groups of regions, and how often they halve the conditions for the cost of one comparison."""
    groups = grouped(held, regions)
    if len(groups) < 2:
        return None
    # A look-up, and then as many comparisons as it takes to find the branch.
    cost = 1 if len(groups) == 2 else 1 + log2(len(groups)) / 2
    return bits(len(held), (count for _, count in groups)) / cost, [mask for mask, _ in groups]


def grouped(held: Sequence[int], regions: int) -> list[tuple[int, int]]:
    """The regions, those together in which the same conditions may hold, with the number of these."""
    by_region: dict[int, int] = {}
    for number, mask in enumerate(held):
        # Of a condition that holds almost everywhere, it is quicker to say where it does not.
        told = mask if mask.bit_count() * 2 <= regions.bit_count() else regions ^ mask
        while told:
            lowest = told & -told
            by_region[lowest] = by_region.get(lowest, 0) ^ (1 << number)
            told ^= lowest
    common = sum(1 << number for number, mask in enumerate(held) if mask.bit_count() * 2 > regions.bit_count())
    groups: dict[int, int] = {}
    rest = regions ^ reduce(or_, by_region, 0)
    for region, told in by_region.items():
        groups[told ^ common] = groups.get(told ^ common, 0) | region
    if rest:
        groups[common] = groups.get(common, 0) | rest
    return [(mask, conditions.bit_count()) for conditions, mask in groups.items()]
