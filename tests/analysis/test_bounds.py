"""Difference bounds: what they take and refuse is what trying every point takes and refuses."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.analysis.solver.bounds import ZERO, DifferenceBounds

TERMS, LOW, HIGH = 3, -2, 2
POINTS = [dict(enumerate((0, *values))) for values in product(range(LOW, HIGH + 1), repeat=TERMS)]

terms = st.integers(0, TERMS)
constraints = st.lists(st.tuples(terms, terms, st.integers(-4, 4)), max_size=6)


def bounded() -> DifferenceBounds | None:
    bounds: DifferenceBounds | None = DifferenceBounds.free(TERMS)
    for term in range(1, TERMS + 1):
        bounds = bounds and bounds.between(term, ZERO, LOW, HIGH)
    return bounds


@given(constraints, st.tuples(*[st.integers(-5, 5)] * TERMS))
@settings(max_examples=150, deadline=None)
def test_constraints_hold_together_where_some_points_satisfy_them(
    asked: list[tuple[int, int, int]], wanted: tuple[int, ...]
) -> None:
    bounds = bounded()
    for x, y, most in asked:
        bounds = bounds and bounds.at_most(x, y, most)
    fitting = [points for points in POINTS if all(points[x] - points[y] <= most for x, y, most in asked)]
    assert (bounds is not None) == bool(fitting)
    if bounds is not None:
        solution = bounds.solution(dict(enumerate(wanted, start=1)), range(1, TERMS + 1))
        assert {ZERO: 0, **solution} in fitting
        for x, y in product(range(TERMS + 1), repeat=2):
            assert bounds.rows[x][y] == max(points[x] - points[y] for points in fitting)


def test_a_circle_of_lesser_numbers_cannot_be() -> None:
    chain = DifferenceBounds.free(3).at_most(1, 2, -1)
    assert chain
    chain = chain.at_most(2, 3, -1)
    assert chain
    assert chain.at_most(3, 1, -1) is None
    assert chain.at_most(1, 3, -2) is chain, "it follows from the other two"


def test_bounds_of_any_size_are_exact() -> None:
    far = DifferenceBounds.free(2).between(1, ZERO, 10**30, 10**30)
    assert far
    near = far.between(2, 1, -1, -1)
    assert near
    assert near.solution({1: 0, 2: 0}, [2, 1]) == {1: 10**30, 2: 10**30 - 1}
