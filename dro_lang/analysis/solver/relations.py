"""What differences say of the terms in them, as difference bounds."""

from collections.abc import Iterable, Mapping

from attrs import frozen

from dro_lang.analysis.solver.bounds import ZERO, Bound, DifferenceBounds
from dro_lang.analysis.solver.regions import Domains, axis, has_order, limits_of
from dro_lang.analysis.solver.subjects import Difference, Subject
from dro_lang.program.expressions import Attribute, Expression, Today
from dro_lang.program.types import IntegerType
from dro_lang.program.values import MICRO, Value


@frozen
class Relations:
    """The terms of some differences, numbered from 1, and what their types say of them. Whole numbers that meet
    decimals are counted in millionths (`unit`) as these are."""

    numbers: Mapping[Expression, int]
    unit: int
    start: DifferenceBounds

    @classmethod
    def of(cls, subjects: Iterable[Subject], domains: Domains) -> "Relations":
        differences = [each for each in subjects if isinstance(each, Difference) and has_order(each.left.type)]
        terms = dict.fromkeys(term for each in differences for term in (each.left, each.right))
        meet = any(
            isinstance(each.left.type, IntegerType) != isinstance(each.right.type, IntegerType) for each in differences
        )
        unit = MICRO if meet else 1
        numbers = {term: number for number, term in enumerate(terms, start=1)}
        bounds = DifferenceBounds.free(len(numbers))
        for term, number in numbers.items():
            low, high = limits_of(term, domains)
            scale = unit if isinstance(term.type, IntegerType) else 1
            narrowed = bounds.between(number, ZERO, low * scale, high * scale)
            assert narrowed is not None  # the checker refuses bounds that leave nothing
            bounds = narrowed
        return cls(numbers, unit, bounds)

    def concern(self, subject: Subject) -> bool:
        """Whether the subject is one of these differences, or a term of one."""
        return (subject.left if isinstance(subject, Difference) else subject) in self.numbers

    def narrowed(self, bounds: DifferenceBounds, subject: Subject, low: Bound, high: Bound) -> DifferenceBounds | None:
        """With the points of a subject between these two; None where that cannot be."""
        if isinstance(subject, Difference):
            left, right = subject.left, subject.right
            scale = min(self._scale(left), self._scale(right))
            return bounds.between(self.numbers[left], self.numbers[right], low * scale, high * scale)
        scale = self._scale(subject)
        return bounds.between(self.numbers[subject], ZERO, low * scale, high * scale)

    def solution(self, bounds: DifferenceBounds, assigned: Mapping[Subject, Value]) -> dict[Subject, Value] | None:
        """A value for each term: the assigned one where that can be, or else the plainest. None where a term is neither
        an attribute nor the day of the run, so that its value cannot be chosen."""
        if not all(isinstance(term, Attribute | Today) for term in self.numbers):
            return None
        chosen = [term for term in self.numbers if assigned.get(term) is not None]
        free = [term for term in self.numbers if term not in assigned]
        order = [*chosen, *sorted(free, key=lambda term: not isinstance(term, Today))]
        wanted = {self.numbers[term]: self._point(term, assigned.get(term)) for term in order}
        points = bounds.solution(wanted, [self.numbers[term] for term in order])
        return {term: axis(term.type).value(points[self.numbers[term]] // self._scale(term)) for term in order}

    def _scale(self, term: Expression) -> int:
        return self.unit if isinstance(term.type, IntegerType) else 1

    def _point(self, term: Expression, value: Value) -> int:
        line = axis(term.type)
        return (line.plain if value is None else line.point(value)) * self._scale(term)
