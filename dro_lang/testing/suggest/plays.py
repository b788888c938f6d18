"""Records, and courses of events, that are likely to reach a goal; whether they do is for a run to show."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import islice, product

from attrs import define, field, frozen

from dro_lang.analysis.selection import applies
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import Example
from dro_lang.conditions.normal import Normal, all_of, any_of, normalize
from dro_lang.program.expressions import And, Constant, Expression, Not, Result, walk
from dro_lang.program.model import AttributeDefinition, Outcome, Program, Step, StepKind, ToRouting
from dro_lang.program.types import BooleanType, EnumType
from dro_lang.program.values import Row, Value
from dro_lang.testing.coverage.decisions import deciding
from dro_lang.testing.coverage.goals import Aim, Decides, Ends, Gets, Goals, Met
from dro_lang.testing.suggest.demands import Changed, Demand, Demands, Site, Way
from dro_lang.testing.suggest.examples import example
from dro_lang.testing.watch import OfRoute, OfScenario, OfStep

_DEMANDS = 24
"""How many demands are tried for a goal,"""

_RESULTS = 12
"""and how many results of earlier steps for each."""


@frozen
class Play:
    """A record on a day, and what the world does to its plan; as `Demand`. `data` is set while a pause waits, `results`
    are given when a step is done."""

    plan: str
    row: Row
    today: date
    neglect: frozenset[Site] = frozenset()
    fails: frozenset[Site] = frozenset()
    data: Mapping[Site, Row] = field(factory=dict)
    results: Mapping[Site, Row] = field(factory=dict)
    change: Changed | None = None


@define(slots=False)
class Plays:
    """Thinks of plays for the goals of a program; the likeliest come first."""

    program: Program
    goals: Goals
    _found: dict[tuple[str, Normal], Example | None] = field(factory=dict, init=False)

    @cached_property
    def _demands(self) -> Demands:
        return Demands(self.program)

    @cached_property
    def _applies(self) -> Mapping[str, Mapping[str, Normal]]:
        """By plan and scenario, when a record gets it."""
        return {name: applies(plan) for name, plan in self.program.plans.items()}

    def of(self, aim: Aim) -> Iterator[Play]:
        """Plays that may reach a goal."""
        match aim:
            case Gets(OfScenario(plan, scenario)):
                yield from self._records(plan, self._applies[plan][scenario])
            case Decides(OfScenario(plan) as owner, atom, value):
                decided = normalize(deciding(self.goals.decisions[owner], atom, value))
                yield from self._records(plan, all_of((any_of(self._applies[plan].values()), decided)))
                yield from self._records(plan, decided)
            case _:
                for way, demand, later in islice(self._asked(aim), _DEMANDS):
                    yield from self._played(way, demand, later)

    def _records(self, plan: str, formula: Normal) -> Iterator[Play]:
        found = self._example(plan, formula)
        if found is not None:
            yield Play(plan, found.row, found.today)

    def _example(self, plan: str, formula: Normal) -> Example | None:
        """A record for which a formula holds. Goals that stand close together ask for the same ones."""
        if (plan, formula) not in self._found:
            self._found[plan, formula] = example(Records(self.program, self.program.plans[plan]), formula)
        return self._found[plan, formula]

    # ---- what a goal of a step asks for

    def _asked(self, aim: Aim) -> Iterator[tuple[Way, Demand, tuple[Site, Expression] | None]]:
        """Demands for a goal: how the group comes into the plan, and, where a condition of a pause is to come true only
        while it waits, that condition."""
        demands = self._demands
        match aim:
            case Ends(group, name, outcome):
                for way, step in self._steps(group, name):
                    yield from ((way, found, None) for found in demands.ends(way, step, outcome))
            case Met(group, name, index, outcome):
                for way, step in self._steps(group, name):
                    assert step.join is not None  # the goal is one of its waits
                    awaited = demands.awaited(way, step.join.waits[index])
                    if awaited is not None:
                        own = demands.runs(way, step) & self._without_alternatives(way, step, index)
                        yield from ((way, found & own, None) for found in demands.ends(*awaited, outcome))
                        yield from ((way, found, None) for found in demands.ends(*awaited, outcome))
            case Decides(OfRoute(routing, index) as owner, atom, value):
                earlier = (Not(route.when) for route in self.program.routings[routing].routes[:index])
                decided = And((*earlier, deciding(self.goals.decisions[owner], atom, value)))
                for site in self._routed(routing):
                    for way, step in self._steps(*site):
                        wish = demands.holds(way, step, decided)
                        yield from ((way, found & wish, None) for found in demands.ends(way, step, Outcome.COMPLETED))
            case Decides(OfStep(group, name, clause) as owner, atom, value):
                condition = deciding(self.goals.decisions[owner], atom, value)
                for way, step in self._steps(group, name):
                    wish = demands.holds(way, step, condition)
                    own = demands.runs(way, step) if clause == "until" else Demand()
                    for begun in demands.begins(way, step):
                        yield way, begun & own & wish, None
                    for begun in demands.begins(way, step) if clause == "until" else ():
                        yield way, begun & own, ((group, name), wish.mentioned[0])

    def _without_alternatives(self, way: Way, step: Step, index: int) -> Demand:
        """That of several waits of which one is enough, this is the one."""
        assert step.join is not None
        others = [wait for number, wait in enumerate(step.join.waits) if number != index and step.join.any_of]
        awaited = [self._demands.awaited(way, wait) for wait in others]
        return Demand(neglect=frozenset((found[0].call.group, found[1].name) for found in awaited if found is not None))

    def _steps(self, group: str, name: str) -> Iterator[tuple[Way, Step]]:
        step = self.program.groups[group].step(name)
        assert step is not None  # the goal is one of this program
        yield from ((way, step) for way in self._demands.ways(group))

    def _routed(self, routing: str) -> Iterator[Site]:
        """The steps whose tasks a routing assigns, directly or handed over by another."""
        for group in self.program.groups.values():
            for step in group.steps:
                if isinstance(step.assignment, ToRouting) and self._hands_over(step.assignment.routing, routing):
                    yield group.name, step.name

    def _hands_over(self, one: str, other: str) -> bool:
        routing = self.program.routings[one]
        assignments = (*(route.assignment for route in routing.routes), routing.otherwise)
        return one == other or any(
            isinstance(each, ToRouting) and self._hands_over(each.routing, other) for each in assignments
        )

    # ---- from demands to plays

    def _played(self, way: Way, demand: Demand, later: tuple[Site, Expression] | None) -> Iterator[Play]:
        formula = all_of((self._applies[way.plan.name][way.scenario.name], *demand.conditions))
        found = self._example(way.plan.name, formula)
        data: dict[Site, Row] = {}
        if later is not None:
            wanted = self._example(way.plan.name, normalize(later[1]))
            if wanted is None:
                return
            data = {later[0]: {name: wanted.row[name] for name in wanted.named}}
        if found is None:
            return
        for results in islice(self._results(way, demand), _RESULTS):
            yield Play(
                way.plan.name,
                found.row,
                found.today,
                demand.neglect,
                demand.fails,
                data,
                results,
                demand.change,
            )

    def _results(self, way: Way, demand: Demand) -> Iterator[Mapping[Site, Row]]:
        """Results of earlier steps, for those that the conditions look at: what is generated, and others."""
        options: dict[tuple[Site, str], list[Value]] = {}
        for condition in demand.mentioned:
            for part in walk(condition):
                if isinstance(part, Result):
                    site, definition = self._result(way, part)
                    if definition is not None:
                        options[site, definition.name] = _values(definition, condition, self.program)
        for chosen in product(*options.values()):
            found: dict[Site, dict[str, Value]] = {}
            for (site, name), value in zip(options, chosen, strict=True):
                found.setdefault(site, {})[name] = value
            yield found

    def _result(self, way: Way, result: Result) -> tuple[Site, AttributeDefinition | None]:
        calls = {call.instance: call.group for call in way.scenario.runs}
        group = way.call.group if result.group is None else calls.get(result.group, result.group)
        step = self.program.groups[group].step(result.step) if group in self.program.groups else None
        gives: tuple[AttributeDefinition, ...] = ()
        if step is not None:
            gives = step.gives
            if step.kind is StepKind.CALLOUT:
                gives = self.program.integrations[str(step.target)].gives
        return (group, result.step), next((each for each in gives if each.name == result.name), None)


def _values(definition: AttributeDefinition, condition: Expression, program: Program) -> list[Value]:
    """Values of a result that may matter to a condition, within its bounds."""
    kind = definition.type
    values: list[Value]
    if isinstance(kind, BooleanType):
        values = [True, False]
    elif isinstance(kind, EnumType):
        values = [constant.name for constant in program.enums[kind.name].constants]
    else:
        values = []
        for part in walk(condition):
            if isinstance(part, Constant) and type(part.type) is type(kind):
                values += _beside(part.value)
        low, high = (None if bound is None else bound.value for bound in (definition.low, definition.high))
        # Values and bounds are of the result's own, ordered type.
        values = [
            value
            for value in values
            if (low is None or low <= value) and (high is None or value <= high)  # type: ignore[operator]
        ]
    return [*values, *([None] if definition.optional else [])]


def _beside(value: Value) -> list[Value]:
    """A value, and those next to it."""
    match value:
        case bool() | None:
            return [value]
        case int() | Decimal():
            return [value, value + 1, value - 1]
        case date():
            return [value, value + timedelta(days=1), value - timedelta(days=1)]
        case str():
            return [value, f"{value}?"]
    return [value]
