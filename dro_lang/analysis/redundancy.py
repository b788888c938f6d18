"""Conditions that decide nothing: always true, always false, or with parts that change nothing.

What is taken for granted are the types and bounds of attributes alone. That a scenario was chosen says nothing of the
data of a running plan, which may have changed since.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from attrs import frozen

from dro_lang.analysis.solver.presence import known
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import Prover
from dro_lang.conditions.normal import Normal, Truth, complement, normalize
from dro_lang.program.expressions import And, Constant, Expression, Known, Not, Or, operands, walk

Path = tuple[int, ...]
"""Where a part of a condition stands: which operand of `and` and of `or`, from the outside in. What stands below `not`
is not looked at on its own."""

MOST_LEAVES = 40
"""Conditions with more leaves are looked at as a whole only."""

BUDGET = 5_000
"""Leaves of formulas that one question about a condition may look at."""


class Verdict(StrEnum):
    ALWAYS = "always"
    NEVER = "never"
    IMPLIED = "implied"
    """An operand of `and` that holds wherever the others do."""
    COVERED = "covered"
    """An operand of `or`: wherever it holds, one of the others does."""


@frozen
class Finding:
    """What is so of a part of a condition."""

    path: Path
    verdict: Verdict


def examine_condition(condition: Expression, records: Records, given: Sequence[Normal] = ()) -> tuple[Finding, ...]:
    """What changes nothing in a condition that is looked at where others hold. One that asks whether something is known
    that always is has been told of."""
    if isinstance(condition, Constant) or _asks_for_the_known(condition, records):
        return ()
    return tuple(_Examined.of(condition, records, given).whole(condition))


def _asks_for_the_known(condition: Expression, records: Records) -> bool:
    return any(
        isinstance(part, Known) and isinstance(known(part.operand, records.is_optional), Truth)
        for part in walk(condition)
    )


def _size(condition: Expression) -> int:
    """How many leaves a condition has."""
    return sum(map(_size, operands(condition))) if isinstance(condition, And | Or | Not) else 1


@frozen
class _Sides:
    """A part of a condition: where it holds, and where it does not."""

    holds: Normal
    fails: Normal


@frozen
class _Examined:
    """A condition whose parts can all be asked about."""

    prover: Prover
    given: tuple[Normal, ...]
    sides: Mapping[int, _Sides]
    """By the identity of the parts."""

    @classmethod
    def of(cls, condition: Expression, records: Records, given: Sequence[Normal]) -> "_Examined":
        sides: dict[int, _Sides] = {}
        for part in _junctions(condition):
            holds = normalize(part)
            sides[id(part)] = _Sides(holds, complement(holds))
        formulas = [each for part in sides.values() for each in (part.holds, part.fails)]
        return cls(Prover.of((*given, *formulas), records), tuple(given), sides)

    def whole(self, condition: Expression) -> Iterator[Finding]:
        verdict = self._decided(condition)
        if verdict is not None:
            yield Finding((), verdict)
        elif _size(condition) <= MOST_LEAVES:
            yield from self._parts(condition, ())

    def _parts(self, condition: Expression, path: Path) -> Iterator[Finding]:
        if not isinstance(condition, And | Or):
            return
        kept = list(range(len(condition.operands)))
        for place in reversed(range(len(condition.operands))):
            operand = condition.operands[place]
            verdict = self._decided(operand)
            if verdict is None and self._adds_nothing(condition, place, kept):
                verdict = Verdict.IMPLIED if isinstance(condition, And) else Verdict.COVERED
            if verdict is not None:
                kept.remove(place)
                yield Finding((*path, place), verdict)
            else:
                yield from self._parts(operand, (*path, place))

    def _decided(self, condition: Expression) -> Verdict | None:
        sides = self.sides[id(condition)]
        if self._never(sides.fails):
            return Verdict.ALWAYS
        return Verdict.NEVER if self._never(sides.holds) else None

    def _adds_nothing(self, condition: And | Or, place: int, kept: list[int]) -> bool:
        """Whether the condition would be the same without an operand. One that asks what is known is held against those
        before it alone: what stands behind it may lean on it."""
        operand = condition.operands[place]
        asks = any(isinstance(part, Known) for part in walk(operand))
        others = [condition.operands[other] for other in kept if other < place or (other > place and not asks)]
        if not others:
            return False
        sides = self.sides[id(operand)]
        if isinstance(condition, And):
            return self._never(sides.fails, *(self.sides[id(other)].holds for other in others))
        return self._never(sides.holds, *(self.sides[id(other)].fails for other in others))

    def _never(self, *formulas: Normal) -> bool:
        return self.prover.never(*self.given, *formulas, budget=BUDGET)


def _junctions(condition: Expression) -> Iterator[Expression]:
    """A condition, and the operands of its `and` and `or`, down to those that are neither."""
    yield condition
    if isinstance(condition, And | Or):
        for part in condition.operands:
            yield from _junctions(part)
