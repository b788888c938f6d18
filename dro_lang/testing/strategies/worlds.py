"""Worlds around a plan: outcomes, delays, failures and answers, changes of data, and what operators do."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

from attrs import field, frozen
from hypothesis import strategies as st

from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.states import InstanceId, PlanState, item_rows
from dro_lang.program.expressions import Expression
from dro_lang.program.model import Program, Step, StepKind, ToRouting
from dro_lang.program.types import ListType
from dro_lang.program.values import Row, Value
from dro_lang.testing.hints import expressions_in, expressions_of, hints, lengths, reads
from dro_lang.testing.strategies.records import plan_of
from dro_lang.testing.strategies.values import Values
from dro_lang.testing.world import AT_ONCE, Behaviour, DataChange, Operation, Verb, World

MOST_FAILURES = 4
"""How many attempts of a step fail one after the other at most: more than most rules retry."""

MOST_EVENTS = 2
"""How many changes of data there are at most, and how many operations; what goes offline may come online again."""

_LONGEST = 60
"""Most delays are not longer than so many days."""

_OUTSIDE = (StepKind.AUTO, StepKind.CALLOUT)


@frozen
class Kinds:
    """Which worlds there are to be. `never`: it may be that nobody ever does what is asked; `changes`: data may change;
    `operators`: what they do, something at least where anything is named. In the plainest world everything goes well
    and at once; where there may be an `idle` one, nobody does anything in that."""

    never: bool = True
    changes: bool = True
    operators: tuple[Verb, ...] = ()
    idle: bool = False


ALL_BUT_OPERATORS = Kinds()
_WILLING = Behaviour()
_TENTH = st.integers(0, 9)
_TENTHS = st.sampled_from([9, 7, 4])
"""How many of ten steps are treated in the plain way: in some worlds most, in others few."""

_IDLE_OR_WILLING = st.sampled_from([Behaviour(delay=None), _WILLING])


def worlds(
    program: Program, of: str | None = None, plan: PlanState | None = None, kinds: Kinds = ALL_BUT_OPERATORS
) -> st.SearchStrategy[World]:
    """Worlds for a plan of the program, its only one without a name (`of`): for the steps of a plan that was composed
    where it is given, else for all steps that there may come to be. In the plainest world everything goes well, and at
    once."""
    blueprint = Blueprint.of(program, plan_of(program, of).name)
    return Worlds(blueprint).of(kinds, plan)


Draw = Callable[[st.SearchStrategy[Any]], Any]
"""Draws a value of a strategy: that of a composite strategy, or of a state machine."""

Fits = Callable[[Row], bool]
"""Whether a record may become what it is changed to."""


@frozen(eq=False)
class Worlds:
    """Makes strategies for the worlds of one plan."""

    blueprint: Blueprint
    values: Values = field()
    further: tuple[timedelta, ...] = ()
    """Lengths of time that are worth trying, besides those in the plan."""

    delays: st.SearchStrategy[timedelta] = field()
    _behaviours: dict[tuple[int, bool], st.SearchStrategy[Behaviour]] = field(factory=dict, init=False)
    _attributes: dict[str, st.SearchStrategy[Value]] = field(factory=dict, init=False)
    _read: dict[int, frozenset[str]] = field(factory=dict, init=False)

    @values.default
    def _values_of_the_plan(self) -> Values:
        program, plan = self.blueprint.program, self.blueprint.plan
        return Values(program, hints(program, plan))

    @delays.default
    def _delays_of_the_plan(self) -> st.SearchStrategy[timedelta]:
        """No time, the durations that the plan names and what is just shorter or longer, days."""
        a_day = timedelta(days=1)
        named = sorted({*lengths(expressions_of(self.blueprint.program, self.blueprint.plan)), *self.further})
        wanted = [AT_ONCE, a_day, *(near for each in named for near in (each, each + a_day, each - a_day))]
        tried = list(dict.fromkeys(each for each in wanted if each >= AT_ONCE))
        return st.sampled_from(tried) | st.integers(0, _LONGEST).map(lambda days: timedelta(days=days))

    def of(
        self, kinds: Kinds, plan: PlanState | None = None, fits: Fits = lambda row: True
    ) -> st.SearchStrategy[World]:
        """Worlds for the steps of a plan. The record changes only to what `fits`."""
        return st.composite(lambda draw: self.draw(draw, kinds, plan, fits))()

    def draw(self, draw: st.DrawFn, kinds: Kinds, plan: PlanState | None, fits: Fits) -> World:
        """Draw such a world."""
        steps = dict(self._steps(plan))
        plain = draw(_IDLE_OR_WILLING) if kinds.idle else _WILLING
        as_plain = draw(_TENTHS)
        behaviours: dict[InstanceId, Behaviour] = {}
        for instance, step in steps.items():
            strategy = self._behaviour(step, kinds)
            if strategy is not None:
                behaviour = draw(strategy) if draw(_TENTH) >= as_plain else plain
                if behaviour != _WILLING:
                    behaviours[instance] = behaviour
        changes = self._draw_changes(draw, steps.values(), plan, fits) if kinds.changes else ()
        operations = self._draw_operations(draw, kinds.operators, steps, plan)
        return World(behaviours, tuple(changes), tuple(operations))

    def _steps(self, plan: PlanState | None) -> Iterator[tuple[InstanceId, Step]]:
        """The steps of a plan; without one, those that it may come to hold, each for all of its items."""
        if plan is None:
            for name, group in self.blueprint.groups.items():
                yield from ((InstanceId(name, step.name), step) for step in group.steps)
            return
        groups = {group.key: group.group for group in plan.groups}
        for each in plan.steps:
            yield each.id, self.blueprint.step(groups[each.id.group_key], each.id.step)

    # ---- single steps

    def _behaviour(self, step: Step, kinds: Kinds) -> st.SearchStrategy[Behaviour] | None:
        """How the world may treat a step; None for one that asks nothing of it."""
        if step.kind not in (*_OUTSIDE, StepKind.MANUAL):
            return None
        key = id(step), kinds.never
        if key not in self._behaviours:
            delays: st.SearchStrategy[timedelta | None] = self.delays | st.none() if kinds.never else self.delays
            failures = st.lists(self.codes, max_size=MOST_FAILURES) if step.kind in _OUTSIDE else st.just([])
            strategy = st.builds(Behaviour, failures.map(tuple), delays)
            gives = self.blueprint.gives(step)
            if gives:
                # Of what is done outside, only a person who helps out decides on the results.
                helped = st.just((None,)) if step.kind in _OUTSIDE else st.just(())
                strategy |= st.builds(Behaviour, helped, self.delays, self.values.row(gives, step.name))
            self._behaviours[key] = strategy
        return self._behaviours[key]

    def results(self, group: str, step: str) -> st.SearchStrategy[Row]:
        """The results that a person may give to a step, or an answer to a callout."""
        found = self.blueprint.groups[group].step(step)
        assert found is not None  # a step of the plan
        return self.values.row(self.blueprint.gives(found), step)

    @property
    def codes(self) -> st.SearchStrategy[str | None]:
        """No error code, and those for which the plan has a rule."""
        named = [rule.target.error_code for rule in self.blueprint.plan.fallout]
        return st.sampled_from(list(dict.fromkeys([None, *named])))

    # ---- the record

    def _draw_changes(
        self, draw: st.DrawFn, steps: Iterable[Step], plan: PlanState | None, fits: Fits
    ) -> Iterator[DataChange]:
        """Changes of attributes that steps look at, in the order of time; not those with which the record no longer
        fits."""
        names = self._names(steps)
        changes: list[DataChange] = []
        while names and len(changes) < MOST_EVENTS and draw(st.booleans()):
            chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
            changes.append(DataChange(draw(self.delays), {name: self._draw_value(draw, name, plan) for name in chosen}))
        row: Row = {} if plan is None else plan.row
        for change in sorted(changes, key=lambda change: change.after):
            changed = {**row, **change.values}
            if fits(changed):
                row = changed
                yield change

    def draw_values(self, draw: Draw, plan: PlanState) -> Row:
        """Other values for attributes that the steps of a plan look at; none where they look at none."""
        names = self._names(step for _, step in self._steps(plan))
        return self._draw_values(draw, names, plan) if names else {}

    def _draw_values(self, draw: Draw, names: list[str], plan: PlanState | None) -> Row:
        chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        return {name: self._draw_value(draw, name, plan) for name in chosen}

    def _names(self, steps: Iterable[Step]) -> list[str]:
        read = {name for step in steps for name in self._reads(step)}
        return [definition.name for definition in self.blueprint.context.attributes if definition.name in read]

    def _reads(self, step: Step) -> frozenset[str]:
        if id(step) not in self._read:
            names = {name for each in self._expressions(step) for name in reads(each)}
            self._read[id(step)] = frozenset(names - {"id"})
        return self._read[id(step)]

    def _expressions(self, step: Step) -> Iterator[Expression]:
        yield from expressions_in(step)
        assignment = step.assignment
        if isinstance(assignment, ToRouting):
            yield from (route.when for route in self.blueprint.program.routings[assignment.routing].routes)

    def _draw_value(self, draw: Draw, name: str, plan: PlanState | None) -> Value:
        """Another value of an attribute. A change of data brings no items, and takes none away."""
        definition = self.blueprint.context.attribute(name)
        assert definition is not None  # an attribute that is read
        if isinstance(definition.type, ListType) and definition.type.items:
            others = self.values.lists(definition.type, name, self._items(plan))
        elif name in self._attributes:
            others = self._attributes[name]
        else:
            others = self._attributes[name] = self.values.of(definition)
        return cast(Value, draw(others))

    def _items(self, plan: PlanState | None) -> list[str]:
        return [] if plan is None else list(item_rows(plan.row, self.blueprint.item_node))

    # ---- operators

    @property
    def integrations(self) -> list[str]:
        """The integrations that the plan may call."""
        steps = (step for group in self.blueprint.groups.values() for step in group.steps)
        return _called(steps)

    def _draw_operations(
        self, draw: st.DrawFn, verbs: Sequence[Verb], steps: Mapping[InstanceId, Step], plan: PlanState | None
    ) -> Iterator[Operation]:
        called = _called(steps.values())
        targets: dict[Verb, Sequence[str | InstanceId | None]] = {
            Verb.AMEND: [None, *self._items(plan)],
            Verb.CANCEL: [None, *self._items(plan)],
            Verb.DISCARD: list(steps),
            Verb.OFFLINE: called,
            Verb.ONLINE: called,
        }
        possible = [verb for verb in verbs if targets[verb]]
        for number in range(MOST_EVENTS if possible else 0):
            if number > 0 and not draw(st.booleans()):
                return
            after, verb = draw(self.delays), draw(st.sampled_from(possible))
            target = draw(st.sampled_from(targets[verb]))
            yield Operation(after, verb, target)
            if verb is Verb.OFFLINE and Verb.ONLINE in verbs and draw(st.booleans()):
                yield Operation(after + draw(self.delays), Verb.ONLINE, target)


def _called(steps: Iterable[Step]) -> list[str]:
    return list(dict.fromkeys(str(step.target) for step in steps if step.kind is StepKind.CALLOUT))
