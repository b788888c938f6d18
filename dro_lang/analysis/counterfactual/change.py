"""The smallest change of a record that brings about what it does not have: by the number of values changed, then by
how far.

All but a few places of the record are held at their values, which leaves a small formula. Whether any record satisfies
that is for `satisfy` to say; where none does, no change of these places helps, which is a proof. Otherwise values are
tried where a leaf of the formula changes its verdict: next to its constants and, of leaves that are not a comparison
with one, where bisection finds the change. What is found counts only if the caller's `verify`, which runs it, agrees.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise
from math import inf
from typing import Any

from attrs import define, field, frozen

from dro_lang.analysis.counterfactual.holding import hold
from dro_lang.analysis.counterfactual.places import (
    Place,
    distance,
    leaves_in,
    origin,
    parts_of,
    places_in,
    readable,
    steps_of,
    terms_of,
    texts_in,
)
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import another_text, axis, has_order, limits
from dro_lang.analysis.solver.satisfy import Example, Never, satisfy
from dro_lang.conditions.normal import Normal, Presence, Truth, all_of
from dro_lang.conditions.rules import decide, facts_class, lower_normal
from dro_lang.program.expressions import Aggregate, Attribute, Constant, Expression, ItemAttribute, walk
from dro_lang.program.types import BooleanType, EnumType
from dro_lang.program.values import Row, Value

MOST_CHANGES = 2
"""So many values are changed together, in every combination."""

BUDGET = 20_000
"""Records that may be looked at."""

RUNS = 300
"""Records that may be run to see whether they do what is asked,"""

RUNS_OF_ONE = 25
"""and so many for one set of places."""

ALTERNATIVES = 3


@frozen
class Change:
    """One value of a record, and what it would have to be."""

    place: Place
    before: Value
    after: Value


@frozen
class Counterfactual:
    """A changed record that was run, and has what was asked for."""

    changes: tuple[Change, ...]
    row: Row
    distance: Decimal


@frozen
class Answer:
    """What became of the search. `already`: nothing needs to change. `found` has the smallest change first, then others
    of as many values. `proved`: that no change of fewer values does it, of those of up to MOST_CHANGES. `impossible`:
    no record does it, on that day. `tried` records were looked at."""

    already: bool = False
    found: tuple[Counterfactual, ...] = ()
    proved: bool = False
    impossible: bool = False
    tried: int = 0

    @property
    def ruled_out(self) -> int:
        """Up to how many changed values it is proved that no change does it."""
        fewer = len(self.found[0].changes) - 1 if self.found else MOST_CHANGES
        return min(fewer, MOST_CHANGES) if self.proved else 0


def nearest(
    goal: Normal, records: Records, row: Row, today: date, verify: Callable[[Row], bool], exact: bool = True
) -> Answer:
    """Look for the smallest change of a record after which `verify` holds. The goal says when that may be so: it holds
    wherever `verify` does if it is `exact`, else it is a hint, and nothing is proved by it."""
    if verify(row):
        return Answer(already=True)
    return _Hunt(goal, records, row, today, verify, exact).answer()


@define
class _Hunt:
    goal: Normal
    records: Records
    row: Row
    today: date
    verify: Callable[[Row], bool]
    exact: bool
    tried: int = 0
    runs: int = 0
    _holds: dict[Normal, Callable[[Row], bool]] = field(factory=dict, init=False)

    def answer(self) -> Answer:
        whole = satisfy(self._fixed(self.row, frozenset(self.records.definitions)), self.records)
        if isinstance(whole, Never) and self.exact:
            return Answer(impossible=True)
        places = places_in(self.goal, self.records, self.row)
        proved = self.exact
        for size in range(1, MOST_CHANGES + 1):
            found = []
            sure = True
            for chosen in combinations(places, size):
                answer = self._change(chosen)
                if isinstance(answer, Counterfactual):
                    found.append(answer)
                sure = sure and answer is not None
            if found:
                found.sort(key=lambda each: each.distance)
                return Answer(found=tuple(found[:ALTERNATIVES]), proved=proved, tried=self.tried)
            proved = proved and sure
        beyond = self._from_example(whole, places) if isinstance(whole, Example) else None
        return Answer(found=(beyond,) if beyond else (), proved=proved, tried=self.tried)

    def _change(self, places: tuple[Place, ...]) -> Counterfactual | Never | None:
        """The smallest change of all of these places; Never where it is proved that none helps."""
        formula = self._fixed(self.row, frozenset(place.root for place in places))
        possible = satisfy(formula, self.records)
        if isinstance(possible, Never):
            return possible
        candidates = {self._order(places, values): changed for values, changed in self._tries(places)}
        runs = 0
        for key in sorted(candidates):
            if runs == RUNS_OF_ONE or self.runs == RUNS:
                return None
            runs, self.runs = runs + 1, self.runs + 1
            if self.verify(candidates[key]):
                return self._counterfactual(places, candidates[key])
        return self._from_example(possible, list(places)) if isinstance(possible, Example) else None

    def _from_example(self, example: Example, places: list[Place]) -> Counterfactual | None:
        """The record with what an example has in these places; of them only those that are needed."""
        changed = self.row
        for place in places:
            if place.list is None and place.definition.name in example.named:
                changed = place.put(changed, example.row[place.definition.name])
        if self.runs == RUNS or not self.verify(changed):
            return None
        for place in places:
            back = place.put(changed, place.get(self.row))
            if place.get(changed) != place.get(self.row) and self.runs < RUNS:
                self.runs += 1
                changed = back if self.verify(back) else changed
        return self._counterfactual(tuple(places), changed)

    def _counterfactual(self, places: tuple[Place, ...], changed: Row) -> Counterfactual:
        changes = tuple(
            Change(place, place.get(self.row), place.get(changed))
            for place in places
            if place.get(self.row) != place.get(changed)
        )
        far = sum((distance(each.place, each.before, each.after, self.records) for each in changes), Decimal())
        return Counterfactual(changes, changed, far)

    def _order(self, places: tuple[Place, ...], values: tuple[Value, ...]) -> tuple[Any, ...]:
        """By what people can read, then by how far it is; after that in a fixed order."""
        before = [place.get(self.row) for place in places]
        far = [distance(*each, self.records) for each in zip(places, before, values, strict=True)]
        unread = sum(not readable(place, value) for place, value in zip(places, values, strict=True))
        nearer = tuple(self._apart(*each) for each in zip(places, before, values, strict=True))
        return unread, sum(far), nearer, repr(values)

    def _apart(self, place: Place, before: Value, after: Value) -> int | float:
        """How far a value is from where it is looked for, in points. Where a number is unknown and any will do, one
        next to a limit of the condition says more than the plainest one."""
        if after is None or not has_order(place.definition.type):
            return 0
        apart = abs(axis(place.definition.type).point(after) - origin(place, before, self.today))
        return inf if before is None and not apart and not isinstance(after, date) else apart

    def _tries(self, places: tuple[Place, ...]) -> Iterator[tuple[tuple[Value, ...], Row]]:
        """Changes of all the places that satisfy the goal. Of two, each is moved first, and the other one follows."""
        if len(places) == 1:
            for value, changed in self._moves(places[0], self.row, frozenset(), must=True):
                yield (value,), changed
            return
        first, second = places
        for leader, follower in ((first, second), (second, first)):
            for value, moved in self._moves(leader, self.row, frozenset({follower.root}), must=False):
                for other, changed in self._moves(follower, moved, frozenset(), must=True):
                    yield ((value, other) if leader is first else (other, value)), changed

    def _moves(self, place: Place, row: Row, others: frozenset[str], must: bool) -> Iterator[tuple[Value, Row]]:
        """Other values for a place, where `others` may change too; if they `must`, only such as satisfy the goal."""
        formula = self._fixed(row, others | {place.root})
        if formula == Truth(False):
            return
        before = place.get(self.row)
        for value in self._values(place, formula, row):
            if value == before or not self.records.fits(place.definition, value) or self.tried == BUDGET:
                continue
            self.tried += 1
            changed = place.put(row, value)
            if not must or self._satisfies(formula, changed):
                yield value, changed

    def _values(self, place: Place, formula: Normal, row: Row) -> list[Value]:
        """The values of a place at which the formula may change its verdict, and their neighbours."""
        kind = place.definition.type
        unknown: list[Value] = [None] if place.definition.optional else []
        if isinstance(kind, BooleanType):
            return [True, False, *unknown]
        if isinstance(kind, EnumType):
            return [*(constant.name for constant in self.records.program.enums[kind.name].constants), *unknown]
        if not has_order(kind):
            texts = texts_in(parts_of(formula))
            now = place.get(row)
            both = [joined for text in texts for joined in (f"{now}{text}", f"{text}{now}")] if now else []
            other = self.records.plain(place.definition)
            return list(dict.fromkeys([*texts, *both, another_text(texts) if other in texts else other, *unknown]))
        line = axis(kind)
        low, high = limits(place.definition)
        at = min(max(origin(place, place.get(row), self.today), low), high)
        points = {at}
        for cut in self._cuts(place, formula, row, at, low, high):
            points |= {cut, *(cut + sign * step for step in steps_of(place) for sign in (1, -1))}
        return [*(line.value(point) for point in sorted(points) if low <= point <= high), *unknown]

    def _cuts(self, place: Place, formula: Normal, row: Row, at: int, low: int, high: int) -> Iterator[int]:
        """The points of an ordered place next to which a leaf changes its verdict."""
        line = axis(place.definition.type)
        for leaf in leaves_in(formula):
            terms = terms_of(leaf)
            parts = [part for term in terms for part in walk(term)]
            if not any(_names(part, place) for part in parts):
                continue
            constants = [part.value for part in parts if isinstance(part, Constant)]
            yield from (
                line.point(value) for value in constants if type(value) is type(line.value(at)) and value is not None
            )
            if not all(isinstance(term, Attribute | Constant) for term in terms):
                yield from self._flips(place, leaf, row, _samples(at, low, high, line.step))

    def _flips(self, place: Place, leaf: Normal, row: Row, samples: list[int]) -> Iterator[int]:
        """Where a leaf changes its verdict between samples of a place, by bisection."""
        line = axis(place.definition.type)
        known = [Presence(term, True) for term in terms_of(leaf) if not isinstance(term, Constant)]
        guarded = leaf if isinstance(leaf, Presence) else all_of((*known, leaf))

        def verdict(point: int) -> bool:
            self.tried += 1
            return self._satisfies(guarded, place.put(row, line.value(point)))

        verdicts = [verdict(point) for point in samples] if self.tried < BUDGET else []
        for index, (before, after) in enumerate(pairwise(verdicts)):
            if before != after:
                here, there = samples[index], samples[index + 1]
                while there - here > 1:
                    middle = (here + there) // 2
                    here, there = (middle, there) if verdict(middle) == before else (here, middle)
                yield here
                yield there

    def _satisfies(self, formula: Normal, row: Row) -> bool:
        if formula not in self._holds:
            rule = lower_normal(formula)
            facts = facts_class(rule.variables)
            self._holds[formula] = lambda each: decide(rule, facts(self.records.environment(each, self.today)))
        return self._holds[formula](row)

    def _fixed(self, row: Row, free: frozenset[str]) -> Normal:
        """The goal where only these attributes can be something else than they are."""
        return hold(self.goal, self.records.environment(row, self.today), free)


def _samples(at: int, low: int, high: int, step: int) -> list[int]:
    """Points from near to far on both sides of one."""
    far = [step * 2**power for power in range(64)]
    near = {at + sign * offset for offset in (1, *far) for sign in (1, -1)}
    return sorted(point for point in {at, low, high, *near} if low <= point <= high)


def _names(part: Expression, place: Place) -> bool:
    """Whether a part of an expression looks at a place."""
    if place.list is None:
        return isinstance(part, Attribute) and part.name == place.definition.name
    if isinstance(part, Aggregate) and part.list == place.list and part.attribute == place.definition.name:
        return True
    return isinstance(part, ItemAttribute) and part.name == place.definition.name
