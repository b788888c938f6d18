"""Difference bounds: whether attributes, dates and numbers can stand to each other as a conjunction asks.

A constraint says that one term exceeds another by at most so much (`x - y <= c`), with 0 as a term for bounds of a
single one. Such constraints are edges of a graph, and have a solution exactly where no circle in it has a negative
length; the shortest paths are then the tightest bounds that follow. Points are whole numbers (a date is its day, an
amount its millionths), so that the solution is in whole numbers, too, and nothing is lost to rounding: `a < b` is
`a - b <= -1`.

The matrix of bounds is that of D. L. Dill, "Timing Assumptions and Verification of Finite-State Concurrent Systems"
(1989). It is kept closed under shortest paths (Floyd and Warshall), one new constraint at a time, in O(n²).
"""

from collections.abc import Mapping, Sequence
from math import inf

from attrs import frozen

Bound = float
"""A whole number, or infinity where there is no bound. Whole numbers of any size stay exact."""

ZERO = 0
"""The number of the term that is always 0."""


@frozen
class DifferenceBounds:
    """What is known of terms 1 to n: `rows[x][y]` is the most by which x exceeds y. Closed, and with a solution."""

    rows: tuple[tuple[Bound, ...], ...]

    @classmethod
    def free(cls, count: int) -> "DifferenceBounds":
        """Nothing is known of this many terms."""
        return cls(tuple(tuple(0 if x == y else inf for y in range(count + 1)) for x in range(count + 1)))

    def at_most(self, x: int, y: int, bound: Bound) -> "DifferenceBounds | None":
        """With `x - y <= bound` as well; None where that cannot be."""
        rows = self.rows
        if bound >= rows[x][y]:
            return self
        if rows[y][x] + bound < 0:
            return None
        to_y = rows[y]
        changed = []
        for row in rows:
            through = row[x] + bound
            if through == inf:
                changed.append(row)
            else:
                changed.append(tuple(min(old, through + rest) for old, rest in zip(row, to_y, strict=True)))
        return DifferenceBounds(tuple(changed))

    def between(self, x: int, y: int, low: Bound, high: Bound) -> "DifferenceBounds | None":
        """With `low <= x - y <= high` as well; None where that cannot be."""
        below = self.at_most(x, y, high)
        return below and below.at_most(y, x, -low)

    def solution(self, wanted: Mapping[int, int], order: Sequence[int]) -> dict[int, int]:
        """A point for each of the terms, in that order as near as can be to the one that is wanted for it.

        Every bound of a closed matrix is met by some solution, so each point within the bounds can be kept.
        """
        bounds, points = self, {}
        for term in order:
            low, high = -bounds.rows[ZERO][term], bounds.rows[term][ZERO]
            points[term] = int(min(max(wanted[term], low), high))
            kept = bounds.between(term, ZERO, points[term], points[term])
            assert kept is not None
            bounds = kept
        return points
