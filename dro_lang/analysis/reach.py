"""Which steps can run at all, and which can run in one order only, by the waits and conditions that are written."""

from collections.abc import Iterator
from itertools import chain, islice, product
from typing import TypeAlias

from attrs import field, frozen

from dro_lang.analysis.claims.assumed import Assumed, Home, StepAt
from dro_lang.conditions.normal import Normal, Truth, all_of, any_of, complement, normalize
from dro_lang.program.expressions import Aggregate, And, Expression, ListFunction, Not
from dro_lang.program.model import Outcome, StepKind, Wait
from dro_lang.program.types import BOOLEAN

_CALLED = (StepKind.AUTO, StepKind.CALLOUT)

_Way: TypeAlias = tuple[Normal, tuple[Expression, ...]]
"""How the turn of a step per item comes for an item: what holds of the record, and what of that same item."""

_MOST_WAYS = 12
"""Ways that are kept for one step."""


@frozen(eq=False)
class Reach:
    """Why a step can never run; each answer is found once. What operators do to a plan is taken to be possible."""

    assumed: Assumed
    _outcomes: dict[StepAt, frozenset[Outcome]] = field(factory=dict, init=False)

    def unreachable(self, at: StepAt) -> str | None:
        """Why the step never runs, as a sentence; None where it may."""
        step = at.step
        if step.only_if is not None and self.assumed.never_holds(at.home, step.only_if):
            return f"the condition of `{at.path}` never holds"
        unmet = self._unmet(at)
        if unmet is None:
            return None
        return f"`{unmet.step}` never ends as `{at.path}` waits for it: {' or '.join(unmet.outcomes)}"

    def _unmet(self, at: StepAt) -> Wait | None:
        """A wait because of which the step's turn never comes."""
        if at.step.join is None:
            return None
        waits = at.step.join.waits
        impossible = [wait for wait in waits if wait.outcomes and not self._can_be_met(at, wait)]
        if at.step.join.any_of:
            return impossible[0] if len(impossible) == len(waits) else None
        return impossible[0] if impossible else None

    def _can_be_met(self, at: StepAt, wait: Wait) -> bool:
        awaited = self.assumed.target(at.home, wait.group, wait.step)
        return awaited is None or awaited.step.per_item or bool(self._possible(awaited) & set(wait.outcomes))

    def _possible(self, at: StepAt) -> frozenset[Outcome]:
        """The outcomes that a step can have; none of one whose turn never comes."""
        if at not in self._outcomes:
            # Waits in a circle are an error, so that this ends.
            self._outcomes[at] = frozenset(self._found(at)) if self._unmet(at) is None else frozenset()
        return self._outcomes[at]

    def _found(self, at: StepAt) -> Iterator[Outcome]:
        step = at.step
        if step.only_if is not None:
            if not self.assumed.always_holds(at.home, step.only_if):
                yield Outcome.SKIPPED
            if self.assumed.never_holds(at.home, step.only_if):
                return
        # A pause whose condition never holds can still be completed by a person.
        yield Outcome.COMPLETED
        yield Outcome.CANCELED
        if step.expires is not None:
            yield Outcome.EXPIRED
        if step.kind in _CALLED:
            yield Outcome.FAILED


@frozen(eq=False)
class Runs:
    """Records with which a step runs, if all that is outside does its part and nobody changes the data. The formulas
    hold for such records only, but not for all of them."""

    assumed: Assumed
    _known: dict[StepAt, Normal] = field(factory=dict, init=False)
    _turns: dict[StepAt, list[_Way]] = field(factory=dict, init=False)

    def formula(self, at: StepAt) -> Normal:
        """Of a step per item: it runs for one of the items at least."""
        if at not in self._known:
            if at.step.per_item:
                self._known[at] = any_of(self._for_some_item(at, way) for way in self._ways(at))
            else:
                self._known[at] = all_of((self._turn(at), self.condition(at)))
        return self._known[at]

    def _for_some_item(self, at: StepAt, way: _Way) -> Normal:
        record, item = way
        asked = item if at.step.only_if is None else (*item, self.assumed.bound(at.home, at.step.only_if))
        condition = And(asked) if len(asked) > 1 else asked[0] if asked else None
        return all_of((record, self._some_item(condition)))

    def _ways(self, at: StepAt) -> list[_Way]:
        """How the turn of a step per item comes."""
        if at not in self._turns:
            self._turns[at] = list(islice(self._found_ways(at), _MOST_WAYS))
        return self._turns[at]

    def _found_ways(self, at: StepAt) -> Iterator[_Way]:
        if at.step.join is None:
            yield Truth(True), ()
            return
        of_each = [self._ways_met(at, wait) for wait in at.step.join.waits]
        together = ((ways,) for ways in chain(*of_each)) if at.step.join.any_of else product(*of_each)
        for ways in together:
            yield all_of(record for record, _ in ways), tuple(dict.fromkeys(chain(*(item for _, item in ways))))

    def _ways_met(self, at: StepAt, wait: Wait) -> list[_Way]:
        awaited = self.assumed.target(at.home, wait.group, wait.step)
        if awaited is None or not wait.same_item:
            return [(self._met(at, wait), ())]
        ways, accepted = self._ways(awaited), set(_accepted(awaited, wait)) - {Outcome.CANCELED}
        skipped, runs = Outcome.SKIPPED in accepted, bool(accepted - {Outcome.SKIPPED})
        if awaited.step.only_if is None:
            return ways if runs else []
        if skipped and runs:
            return ways
        condition = self.assumed.bound(awaited.home, awaited.step.only_if)
        asked = condition if runs else Not(condition)
        return [(record, (*item, asked)) for record, item in ways] if accepted else []

    def _turn(self, at: StepAt) -> Normal:
        if at.step.join is None:
            return Truth(True)
        met = (self._met(at, wait) for wait in at.step.join.waits)
        return any_of(met) if at.step.join.any_of else all_of(met)

    def condition(self, at: StepAt) -> Normal:
        """Records with which a step is not skipped where its turn comes, for one of its items at least."""
        condition = None if at.step.only_if is None else self.assumed.bound(at.home, at.step.only_if)
        if not at.step.per_item:
            return Truth(True) if condition is None else normalize(condition)
        return self._some_item(condition)

    def _some_item(self, condition: Expression | None) -> Normal:
        items = self.assumed.program.contexts[self.assumed.plan.context].item_node
        assert items is not None  # the checker refuses steps per item without any
        return normalize(Aggregate(ListFunction.ANY, items.name, None, condition, BOOLEAN))

    def _met(self, at: StepAt, wait: Wait) -> Normal:
        awaited = self.assumed.target(at.home, wait.group, wait.step)
        if awaited is None:
            return Truth(False)
        if awaited.step.per_item:
            # Without items there is nothing to wait for.
            return Truth(False) if at.step.per_item else complement(self._some_item(None))
        return any_of(self._turns_out(awaited, outcome) for outcome in _accepted(awaited, wait))

    def _turns_out(self, at: StepAt, outcome: Outcome) -> Normal:
        if outcome is Outcome.SKIPPED:
            return all_of((self._turn(at), complement(self.condition(at))))
        return Truth(False) if outcome is Outcome.CANCELED else self.formula(at)


def _accepted(awaited: StepAt, wait: Wait) -> tuple[Outcome, ...]:
    """The outcomes that meet a wait, if nothing goes wrong where it names none."""
    finished = (Outcome.COMPLETED,) if awaited.step.skip_branch else (Outcome.COMPLETED, Outcome.SKIPPED)
    return wait.outcomes or finished


def only_order(assumed: Assumed, scenario: str) -> tuple[str, ...]:
    """The steps of a scenario in the one order in which they can run; empty where they can run in several."""
    ats = [
        StepAt(home, step)
        for home in assumed.homes
        if home.scenario.name == scenario
        for step in assumed.program.groups[home.call.group].steps
    ]
    before = {at: _awaited(assumed, at.home, at) for at in ats}
    ordered: list[StepAt] = []
    while len(ordered) < len(ats):
        ready = [at for at in ats if at not in ordered and before[at] <= set(ordered)]
        if len(ready) != 1 or (ordered and ordered[-1] not in before[ready[0]]):
            return ()
        ordered += ready
    return tuple(at.path for at in ordered)


def _awaited(assumed: Assumed, home: Home, at: StepAt) -> set[StepAt]:
    """The steps that must be out of the way before this one."""
    if at.step.join is None or (at.step.join.any_of and len(at.step.join.waits) > 1):
        return set()
    found = (assumed.target(home, wait.group, wait.step) for wait in at.step.join.waits)
    return {each for each in found if each is not None}
