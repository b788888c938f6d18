"""Waits that may never be met: strict ones that can be bypassed, and pauses that nothing ends."""

from collections.abc import Iterator
from itertools import islice, product
from typing import TypeAlias

from attrs import define, frozen

from dro_lang.analysis.selection import applies
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import Answer, Example, Never, NotKnown, satisfy
from dro_lang.analysis.substitution import arguments_of, substitute
from dro_lang.conditions.normal import Normal, Truth, all_of, complement, normalize
from dro_lang.program.expressions import (
    Aggregate,
    And,
    Comparison,
    ComparisonOperator,
    Expression,
    ItemAttribute,
    Known,
    ListFunction,
    Not,
    Now,
    Or,
    Today,
    walk,
)
from dro_lang.program.model import GroupCall, Outcome, Plan, Program, Scenario, Step, StepKind, Wait
from dro_lang.program.render import render
from dro_lang.program.types import BOOLEAN, DateType

Way: TypeAlias = tuple[str, Normal]
"""How something can come about, in words, and for which records."""

Seen: TypeAlias = frozenset[tuple[str, str]]
"""Steps, by group instance and name, that are being looked at: a way through one of them again is no other way."""

MOST_WAYS = 12
"""Ways that are looked at for one step."""

BUDGET = 50_000
"""Leaves of formulas that one question about a wait may look at."""

_FINISHED = frozenset({Outcome.COMPLETED, Outcome.SKIPPED, Outcome.EXPIRED})


@frozen
class Bypass:
    """A wait for completion alone that can be bypassed: in which scenario, by which way, for example of this record."""

    group: str
    instance: str
    step: str
    position: int
    scenario: str
    way: str
    example: Example


@frozen
class Endless:
    """A pause that may wait for ever for a record like this one, if its data do not change."""

    group: str
    instance: str
    step: str
    scenario: str
    example: Example


@frozen
class Kept:
    """A wait for completion alone that is always met (`position` is which one), or a pause that always ends. Where
    `as_chosen`, as long as the data stay as they were when the scenario was chosen."""

    group: str
    instance: str
    step: str
    position: int | None
    scenario: str
    as_chosen: bool


@frozen
class Open:
    """It is not known whether a wait is always met, or a pause always ends."""

    group: str
    instance: str
    step: str
    position: int | None
    scenario: str
    spent: int


def examine_waits(program: Program, plan: Plan) -> Iterator[Bypass | Endless]:
    """The waits of a plan that a record may leave unmet; each once, for the first scenario that shows it."""
    shown: set[tuple[str, str, int]] = set()
    for found in promised_waits(program, plan):
        if isinstance(found, Bypass | Endless):
            key = (found.group, found.step, found.position if isinstance(found, Bypass) else -1)
            if key not in shown:
                shown.add(key)
                yield found


def promised_waits(program: Program, plan: Plan) -> Iterator[Bypass | Endless | Kept | Open]:
    """What is known of every wait for completion alone and of every pause, in every scenario."""
    groups = {call.group for scenario in plan.scenarios for call in scenario.runs}
    if not any(_is_strict(step) for group in groups for step in program.groups[group].steps):
        return
    formulas = applies(plan)
    records = Records(program, plan)
    for scenario in plan.scenarios:
        composed = _Composed(program, records, scenario, formulas[scenario.name])
        for call in scenario.runs:
            for step in program.groups[call.group].steps:
                yield from composed.examine(call, step)


def _is_strict(step: Step) -> bool:
    """Whether a step is a pause, or waits for completion alone."""
    waits = step.join.waits if step.join else ()
    return step.kind is StepKind.PAUSE or any(wait.outcomes == (Outcome.COMPLETED,) for wait in waits)


@define
class _Composed:
    """What one scenario composes, seen on its own."""

    program: Program
    records: Records
    scenario: Scenario
    applies: Normal

    def examine(self, call: GroupCall, step: Step) -> Iterator[Bypass | Endless | Kept | Open]:
        if step.kind is StepKind.PAUSE and step.until is not None:
            yield self._ends(call, step, step.until)
        if step.join is None or step.join.any_of:
            return
        for position, wait in enumerate(step.join.waits):
            if wait.outcomes == (Outcome.COMPLETED,):
                yield self._met(call, step, position, wait)

    def _ends(self, call: GroupCall, step: Step, until: Expression) -> Endless | Kept | Open:
        name = self.scenario.name
        if step.expires is not None:
            return Kept(call.group, call.instance, step.name, None, name, as_chosen=False)
        until = in_the_end(self._bound(call, until))
        begun = None if step.only_if is None else _on_any_day(self._bound(call, step.only_if))
        match self._answer(_fails(until, self.records, step.per_item, begun)):
            case Example() as example:
                return Endless(call.group, call.instance, step.name, name, example)
            case NotKnown(spent):
                return Open(call.group, call.instance, step.name, None, name, spent)
        # Data that changes can take away what let the pause begin.
        as_chosen = not self._never(_fails(until, self.records, step.per_item))
        return Kept(call.group, call.instance, step.name, None, name, as_chosen)

    def _met(self, call: GroupCall, step: Step, position: int, wait: Wait) -> Bypass | Kept | Open:
        name, spent, as_chosen = self.scenario.name, 0, False
        for way, formula in self._ways_past(call, wait, frozenset()):
            match self._answer(formula):
                case Example() as example:
                    return Bypass(call.group, call.instance, step.name, position, name, way, example)
                case NotKnown(more):
                    spent += more
                case Never():
                    as_chosen = as_chosen or not self._never(formula)
        if spent:
            return Open(call.group, call.instance, step.name, position, name, spent)
        return Kept(call.group, call.instance, step.name, position, name, as_chosen)

    def _ways_past(self, call: GroupCall, wait: Wait, seen: Seen) -> Iterator[Way]:
        """How the awaited step can finish otherwise than the wait asks, and for which records."""
        target = self._target(call, wait)
        if target is None or (target[0].instance, target[1].name) in seen:
            return
        home, step = target
        path = f"{home.instance}.{step.name}"
        accepted = frozenset(wait.outcomes) or _FINISHED
        if step.only_if is not None and Outcome.SKIPPED not in accepted:
            yield self._way_skipped(home, step, step.only_if)
        if step.expires is not None and Outcome.EXPIRED not in accepted:
            yield f"`{path}` can expire", Truth(True)
        if Outcome.FAILED not in accepted and self._failure_is_awaited(home, step):
            yield f"`{path}` can fail", Truth(True)
        for way, formula in self._ways_around(home, step, seen | {(home.instance, step.name)}):
            yield f"{way}, and `{path}` is bypassed", formula

    def _ways_around(self, call: GroupCall, step: Step, seen: Seen) -> Iterator[Way]:
        """How a step can be bypassed: one of its waits can never be met (of `any of`, none can), or all of them are for
        nothing but bypassed steps, or for one that was skipped with its branch."""
        if step.join is None:
            return
        waits = step.join.waits
        if not step.join.any_of:
            for wait in waits:
                if wait.outcomes:
                    yield from self._ways_past(call, wait, seen)
            if any(wait.outcomes for wait in waits):
                return
        yield from islice(map(_together, product(*(self._ways_dropped(call, wait, seen) for wait in waits))), MOST_WAYS)

    def _ways_dropped(self, call: GroupCall, wait: Wait, seen: Seen) -> list[Way]:
        """How a wait can come to be for nothing. One with outcomes is then never met."""
        if wait.outcomes:
            return list(islice(self._ways_past(call, wait, seen), MOST_WAYS))
        target = self._target(call, wait)
        if target is None or (target[0].instance, target[1].name) in seen:
            return []
        home, step = target
        ways = self._ways_around(home, step, seen | {(home.instance, step.name)})
        found = [(f"{way}, and `{home.instance}.{step.name}` is bypassed", formula) for way, formula in ways]
        if step.skip_branch and step.only_if is not None:
            found.append(self._way_skipped(home, step, step.only_if))
        return found[:MOST_WAYS]

    def _way_skipped(self, home: GroupCall, step: Step, condition: Expression) -> Way:
        bound = self._bound(home, condition)
        fails = _fails(bound, self.records, step.per_item)
        return f"`{home.instance}.{step.name}` is skipped when `{render(bound)}` is false", fails

    def _target(self, call: GroupCall, wait: Wait) -> tuple[GroupCall, Step] | None:
        calls = {each.instance: each for each in self.scenario.runs}
        home = call if wait.group is None else calls.get(wait.group)
        step = home and self.program.groups[home.group].step(wait.step)
        return (home, step) if home and step else None

    def _failure_is_awaited(self, home: GroupCall, step: Step) -> bool:
        """Spent retries end a step only where some step waits for `failed`."""
        for call in self.scenario.runs:
            for other in self.program.groups[call.group].steps:
                for wait in other.join.waits if other.join else ():
                    if Outcome.FAILED in wait.outcomes and self._target(call, wait) == (home, step):
                        return True
        return False

    def _bound(self, call: GroupCall, condition: Expression) -> Expression:
        return substitute(condition, arguments_of(call, self.program.groups[call.group]))

    def _answer(self, formula: Normal) -> Answer:
        return satisfy(all_of((self.applies, formula)), self.records, BUDGET)

    def _never(self, formula: Normal) -> bool:
        """Whether no record at all satisfies a formula, whatever becomes of it after the scenario was chosen."""
        return isinstance(satisfy(formula, self.records, BUDGET), Never)


def _together(ways: tuple[Way, ...]) -> Way:
    """Ways that all come about."""
    return ", and ".join(dict.fromkeys(words for words, _ in ways)), all_of(formula for _, formula in ways)


def _fails(condition: Expression, records: Records, per_item: bool, where: Expression | None = None) -> Normal:
    """When a step's condition is not true, for one of the items where the step is per item. If given, `where` holds,
    for that same item."""
    items = records.program.contexts[records.plan.context].item_node
    if where is not None and not (per_item and _looks_at_item(where)):
        return all_of((normalize(where), _fails(condition, records, per_item)))
    if per_item and items is not None and (where is not None or _looks_at_item(condition)):
        asked = Not(condition) if where is None else And((where, Not(condition)))
        return normalize(Aggregate(ListFunction.ANY, items.name, None, asked, BOOLEAN))
    return complement(normalize(condition))


def _looks_at_item(condition: Expression) -> bool:
    return any(isinstance(part, ItemAttribute) for part in walk(condition))


def _on_any_day(condition: Expression) -> Expression | None:
    """What is left of a condition that held once, on whichever day that was; None for nothing."""
    parts = condition.operands if isinstance(condition, And) else (condition,)
    kept = tuple(part for part in parts if not any(isinstance(each, Today | Now) for each in walk(part)))
    return None if not kept else kept[0] if len(kept) == 1 else And(kept)


def in_the_end(condition: Expression) -> Expression:
    """A condition on a day far enough in the future: a date that is waited for has come, if it is known."""
    match condition:
        case Comparison(ComparisonOperator.GREATER | ComparisonOperator.GREATER_OR_EQUAL, Today(), right):
            return Known(right) if isinstance(right.type, DateType) else condition
        case Comparison(ComparisonOperator.LESS | ComparisonOperator.LESS_OR_EQUAL, left, Today()):
            return Known(left)
        case And(operands):
            return And(tuple(map(in_the_end, operands)))
        case Or(operands):
            return Or(tuple(map(in_the_end, operands)))
    return condition
