"""A plan carried on in a world, until it ends or nothing more happens. All that is done is written down as lines of a
test, which do the same again."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial

from attrs import define, field

from dro_lang.conditions.time import in_zone, midnight
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.schedule import NEVER, later
from dro_lang.kernel.states import InstanceId, PlanState, PlanStatus, StepState, StepStatus
from dro_lang.program.model import Step, StepKind
from dro_lang.program.tests import (
    Answer,
    Change,
    ChangeLine,
    Complete,
    Discard,
    Fail,
    Freeze,
    InstanceName,
    Offline,
    Online,
    SetData,
    TestLine,
    Unfreeze,
)
from dro_lang.program.values import Row
from dro_lang.runtime.foresight import first_that_holds, looks_daily, next_clock
from dro_lang.runtime.outside.willing import Willing, generated
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import moment_in, submit
from dro_lang.testing.blocks import passed
from dro_lang.testing.hints import expressions_of, lengths
from dro_lang.testing.run import Run
from dro_lang.testing.world import AT_ONCE, DataChange, Operation, Verb, World

MAX_MOVES = 400
"""How many times something is done, or time passes, before a run is cut short."""

DAYS_AHEAD = 400
"""How many days are foreseen on which a pause may end: every day of a year comes in that time, and of a week."""

_LAST_DAY = date(9999, 12, 29)
_SWITCHES = (Verb.OFFLINE, Verb.ONLINE)
_OUTSIDE = (StepKind.AUTO, StepKind.CALLOUT)
_FAILED = (StepStatus.FAILED, StepStatus.FATALLY_FAILED)

Watching = Callable[[Simulation], bool]
"""Looks at a plan after each move, and says whether enough has been seen."""

Move = tuple[datetime, Callable[[], None]]
"""When something will be done, and what does it."""


def live(
    kernel: Kernel,
    record: Row,
    today: date,
    world: World,
    *,
    until: Watching = lambda simulation: False,
    deadline: datetime | None = None,
    punctual: bool = False,
) -> Run:
    """Submit a record at 00:00 of a day in the plan's zone, and carry its plan on.

    The run ends with the plan, when nothing more will happen, when `until` says so, or at the `deadline`. `punctual`: a
    step with a service level and without an end of its own (`expires`) is done by the time that it would be late, and
    whatever has failed, retries included, is completed at once.
    """
    submission = submit(kernel, record, moment_in(kernel, today))
    if submission.plan is None:
        return Run(kernel, record, today, world, submission)
    life = _Life(Simulation(kernel, submission.plan, Willing(kernel.blueprint, callouts=True)), world, punctual)
    life.prepare(submission.plan)
    is_cut_short = not life.carry_on(until, deadline)
    simulation = life.simulation
    return Run(
        kernel=kernel,
        record=record,
        today=today,
        world=world,
        submission=submission,
        plan=simulation.plan,
        history=tuple(simulation.history),
        lines=tuple(life.lines),
        moment=simulation.now,
        is_cut_short=is_cut_short,
    )


@define(eq=False)
class _Life:
    simulation: Simulation
    world: World
    punctual: bool
    lines: list[TestLine] = field(factory=list)
    _began: datetime = field(init=False)
    _done: set[object] = field(factory=set, init=False)
    _foresight: tuple[Row, tuple[InstanceId, ...], datetime, datetime | None] | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._began = self.simulation.now

    def prepare(self, plan: PlanState) -> None:
        """Before the plan begins, say which attempts will fail, and which integrations are offline."""
        for step in plan.steps:
            if self._definition(plan, step).kind in _OUTSIDE:
                for code in self.world.towards(step.id).failures:
                    self.simulation.fail(step.id, code)
                    self.lines.append(Fail(_name(step.id), code, line=0))
        for number, event in enumerate(self._events):
            if isinstance(event, Operation) and event.verb in _SWITCHES and event.after == AT_ONCE:
                self._happen(number, event)

    @property
    def _events(self) -> tuple[DataChange | Operation, ...]:
        return (*self.world.changes, *self.world.operations)

    def carry_on(self, until: Watching, deadline: datetime | None) -> bool:
        """Make one move after the other. Gives whether all of them could be made."""
        for _ in range(MAX_MOVES):
            plan = self.simulation.plan
            if plan.status is PlanStatus.COMPLETED or until(self.simulation):
                return True
            at, move = min(self._moves(plan), key=lambda move: move[0], default=(None, None))
            if at is not None and move is not None and at <= self.simulation.now:
                move()
                continue
            if deadline is not None and self.simulation.now >= deadline:
                return True
            moment = self._next_moment(plan, min((each for each in (at, deadline) if each is not None), default=None))
            if moment is None:
                return not self._may_go_on(plan)
            self._advance_to(moment)
        return False

    def _next_moment(self, plan: PlanState, other: datetime | None) -> datetime | None:
        """The next moment at which something happens, as far as it can be foreseen; `other` is one of them."""
        if not looks_daily(plan):
            return min((each for each in (plan.timer, other) if each is not None), default=None)
        horizon, held = self._foreseen(plan)
        moment = min((each for each in (next_clock(plan), held, other) if each is not None), default=None)
        return moment if moment is not None and moment <= horizon else None

    def _foreseen(self, plan: PlanState) -> tuple[datetime, datetime | None]:
        """Up to when it is foreseen that a pause ends, and when one does; asked again when the record changes, another
        pause waits, or that time is over."""
        waiting = tuple(step.id for step in plan.steps if step.status is StepStatus.IN_PROGRESS)
        if self._foresight is not None:
            row, steps, horizon, held = self._foresight
            if row is plan.row and steps == waiting and plan.moment < horizon and (held is None or plan.moment < held):
                return horizon, held
        blueprint = self.simulation.kernel.blueprint
        today = in_zone(plan.moment, blueprint.zone).date().toordinal()
        days = range(today + 1, min(today + DAYS_AHEAD, _LAST_DAY.toordinal()) + 1)
        day = first_that_holds(blueprint, plan, map(date.fromordinal, days))
        held = None if day is None else midnight(day, blueprint.zone)
        ends = not days or days[-1] == _LAST_DAY.toordinal()
        horizon = NEVER if ends else midnight(date.fromordinal(days[-1]), blueprint.zone)
        self._foresight = plan.row, waiting, horizon, held
        return horizon, held

    def _may_go_on(self, plan: PlanState) -> bool:
        """Whether something may yet happen to a plan that waits for a day beyond what can be foreseen: on a day that
        the record names, or from which a duration of the plan counts, or at the end of the calendar."""
        if not looks_daily(plan):
            return False
        blueprint = self.simulation.kernel.blueprint
        shifts = {
            sign * each for each in lengths(expressions_of(blueprint.program, blueprint.plan)) for sign in (1, -1)
        }
        named = {_moved(day, shift) for day in _dates(plan.row) for shift in (timedelta(), *shifts)}
        days = sorted(day for day in {*named, _LAST_DAY} if day > self.simulation.now.date())
        return next_clock(plan) is not None or first_that_holds(blueprint, plan, days) is not None

    def _advance_to(self, moment: datetime) -> None:
        self.simulation.advance_to(moment)
        passed(self.lines, self.simulation.kernel.blueprint, self.simulation.now)

    # ---- what will be done

    def _moves(self, plan: PlanState) -> Iterator[Move]:
        for step in plan.steps:
            if not step.finished and (step.id, step.since) not in self._done:
                yield from self._towards(plan, step)
        for number, event in enumerate(self._events):
            if number not in self._done:
                yield later(self._began, event.after), partial(self._happen, number, event)

    def _towards(self, plan: PlanState, step: StepState) -> Iterator[Move]:
        """What is done for a step that waits for somebody, or for an answer."""
        kind = self._definition(plan, step).kind
        is_task = kind is StepKind.MANUAL and step.status in (StepStatus.READY, StepStatus.IN_PROGRESS)
        is_asked = kind is StepKind.CALLOUT and step.status is StepStatus.IN_PROGRESS
        if not (is_task or is_asked or step.status in _FAILED):
            return
        at = self._punctually(step) if self.punctual else self._in_time(step)
        if at is None:
            return
        yield at, partial(self._answer if is_asked else self._complete, plan, step)

    def _in_time(self, step: StepState) -> datetime | None:
        delay = self.world.towards(step.id).delay
        return None if delay is None or step.since is None else later(step.since, delay)

    def _punctually(self, step: StepState) -> datetime | None:
        if step.status is StepStatus.FATALLY_FAILED:
            return step.since
        if step.status is StepStatus.FAILED:
            return None
        at = self._in_time(step)
        if step.due_at is None or step.expires_at is not None:
            return at
        return step.due_at if at is None else min(at, step.due_at)

    def _complete(self, plan: PlanState, step: StepState) -> None:
        results = self._results(plan, step)
        refused = self.simulation.complete(step.id, results)
        self._wrote(refused, Complete(_name(step.id), results, line=0), (step.id, step.since))

    def _answer(self, plan: PlanState, step: StepState) -> None:
        results = self._results(plan, step)
        refused = self.simulation.answer(step.id, results)
        self._wrote(refused, Answer(_name(step.id), results, line=0), (step.id, step.since))

    def _results(self, plan: PlanState, step: StepState) -> Row:
        given = self.world.towards(step.id).results
        if given is not None:
            return given
        blueprint = self.simulation.kernel.blueprint
        return generated(blueprint.gives(self._definition(plan, step)), blueprint, self.simulation.now)

    # ---- what happens by itself

    def _happen(self, number: int, event: DataChange | Operation) -> None:
        self._done.add(number)
        if isinstance(event, DataChange):
            row = self.simulation.plan.row
            values = {name: value for name, value in event.values.items() if value != row.get(name)}
            if values:
                self._wrote(self.simulation.set(values), SetData(values, line=0), number)
            return
        match event.verb, event.target:
            case ((Verb.AMEND | Verb.CANCEL), (None | str() as item)):
                self._change(event.verb, item)
            case Verb.DISCARD, InstanceId() as step:
                self._wrote(self.simulation.discard(step), Discard(_name(step), line=0), number)
            case Verb.OFFLINE, str() as integration:
                self._wrote(self.simulation.offline(integration), Offline(integration, line=0), number)
            case Verb.ONLINE, str() as integration:
                self._wrote(self.simulation.online(integration), Online(integration, line=0), number)

    def _change(self, verb: Verb, item: str | None) -> None:
        """Change the plan while it is frozen, if it can be frozen now."""
        if self.simulation.freeze() is not None:
            return
        self.lines.append(Freeze(line=0))
        if self.simulation.plan.status is PlanStatus.FROZEN:
            change = self.simulation.amend if verb is Verb.AMEND else self.simulation.cancel
            if change(item, {}) is None:
                self.lines.append(ChangeLine(Change(verb.value), item, line=0))
        self.simulation.unfreeze()
        self.lines.append(Unfreeze(line=0))

    def _wrote(self, refused: str | None, line: TestLine, done: object) -> None:
        """What was refused changed nothing, and is not tried again."""
        self._done.add(done)
        if refused is None:
            self.lines.append(line)

    def _definition(self, plan: PlanState, step: StepState) -> Step:
        group = plan.group(step.id.group_key)
        assert group is not None  # the group of a step in the plan
        return self.simulation.kernel.blueprint.step(group.group, step.id.step)


def _name(step: InstanceId) -> InstanceName:
    return InstanceName(step.group, step.step, step.item)


def _dates(row: Row) -> Iterator[date]:
    for value in row.values():
        if isinstance(value, tuple):
            for element in value:
                yield from _dates(element)
        elif isinstance(value, date):
            yield value.date() if isinstance(value, datetime) else value


def _moved(day: date, by: timedelta) -> date:
    return date.fromordinal(min(max(day.toordinal() + by.days, 1), _LAST_DAY.toordinal()))
