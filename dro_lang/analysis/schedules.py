"""Dates and service levels held against each other: milestones that come too late though every step is on time, and
starts that what is waited for has passed already.

Moments are counted from one date of the record, as `starts` says it: 10 business days before it are -10. Each unit is
counted for itself; where days are counted, a business day is at least one of them, and nothing else is said across
units.
What holds for the dates that a plan begins with may not hold where somebody changes them later.
"""

from collections.abc import Iterator

from attrs import define, evolve, field, frozen

from dro_lang.analysis.claims.assumed import Assumed, Home, StepAt
from dro_lang.analysis.claims.states import States
from dro_lang.analysis.reach import Runs
from dro_lang.analysis.solver.satisfy import Example
from dro_lang.conditions.normal import all_of
from dro_lang.conditions.order import DAY_SECONDS
from dro_lang.program.expressions import Attribute, Constant, Expression
from dro_lang.program.model import Plan, Program, ScheduleRelation, ServiceLevel, Step, StepKind
from dro_lang.program.render import render_value
from dro_lang.program.states import StepStatus
from dro_lang.program.types import DurationType
from dro_lang.program.values import Duration


@frozen
class Offset:
    """A distance from a date of the record: in business days, or in seconds of days of 24 hours."""

    date: str
    amount: int
    business: bool

    @property
    def duration(self) -> Duration:
        """How far it is, before or after."""
        far = abs(self.amount)
        if self.business:
            return Duration(business_days=far)
        return Duration(days=far // DAY_SECONDS, seconds=far % DAY_SECONDS)

    def comparable(self, other: "Offset") -> bool:
        """Whether both count from one date, in one unit. At the date itself every unit says the same."""
        same_unit = self.business == other.business or not self.amount or not other.amount
        return self.date == other.date and same_unit


@frozen
class Late:
    """With this record a milestone can come later than it should though every step is on time: `path` are the steps
    that may take `taken` in all from `begins` on, where there is `room` alone until the `limit`, when it should be
    reached: its own date, or the one that the steps before it count down to."""

    group: str
    instance: str
    step: str
    scenario: str
    path: tuple[str, ...]
    begins: Offset
    taken: Duration
    room: Duration
    limit: Offset
    example: Example


@frozen
class InTime:
    """A milestone is reached in time where every step is on time."""

    group: str
    instance: str
    step: str
    scenario: str
    limit: Offset


@frozen
class Unlimited:
    """Whether a milestone is reached in time is not known: nothing says how long some steps before it may take."""

    group: str
    instance: str
    step: str
    scenario: str
    limit: Offset
    steps: tuple[str, ...]


@frozen
class Passed:
    """A step's own start has always passed when `awaited`, which it waits for, is done: that one starts later."""

    group: str
    instance: str
    step: str
    scenario: str
    awaited: str
    own: Offset
    other: Offset


Timing = Late | InTime | Unlimited | Passed


@frozen
class _Course:
    """The latest that a step is done where each of the steps up to it takes all the time that it has: since `begins`,
    the steps of `path` take `taken`, in its unit."""

    begins: Offset
    path: tuple[StepAt, ...]
    taken: int = 0
    open: frozenset[str] = frozenset()
    """Steps up to here of which nothing says how long they may take, or when they start."""

    @property
    def end(self) -> Offset:
        return evolve(self.begins, amount=self.begins.amount + self.taken)


def examine_timing(program: Program, plan: Plan) -> Iterator[Timing]:
    """What can be said of every milestone that has a date to keep, and of every start, in every scenario."""
    assumed = Assumed(program, plan)
    timetable = _Timetable(assumed, States(assumed))
    for scenario in plan.scenarios:
        yield from timetable.examine([Home(scenario, call) for call in scenario.runs])


@define(eq=False)
class _Timetable:
    assumed: Assumed
    states: States
    _courses: dict[StepAt, _Course | None] = field(factory=dict)
    _earliest: dict[StepAt, Offset | None] = field(factory=dict)

    def examine(self, homes: list[Home]) -> Iterator[Timing]:
        for home in homes:
            for step in self.assumed.program.groups[home.call.group].steps:
                at = StepAt(home, step)
                passed = self._passed(at)
                found = passed or self._timing(at)
                if found is not None:
                    yield found

    # ---- the earliest: starts that have passed

    def _passed(self, at: StepAt) -> Passed | None:
        own = self._own(at)
        if own is None:
            return None
        for awaited in self._all_awaited(at):
            other = self._start(awaited)
            if other is None or self.states.impossible(awaited, StepStatus.BYPASSED) is None:
                continue
            there = not awaited.step.per_item or at.step.per_item
            if there and own.comparable(other) and other.amount > own.amount:
                call, scenario = at.home.call, at.home.scenario.name
                return Passed(call.group, call.instance, at.step.name, scenario, awaited.path, own, other)
        return None

    def _start(self, at: StepAt) -> Offset | None:
        """The earliest that a step that is not bypassed is done: at its own start, or that of one it waits for."""
        if at not in self._earliest:
            starts = [self._own(at)]
            for awaited in self._all_awaited(at):
                if self.states.impossible(awaited, StepStatus.BYPASSED) is not None and not awaited.step.per_item:
                    starts.append(self._start(awaited))
            known = [start for start in starts if start is not None]
            first = known[0] if known else None
            alike = [start for start in known if first is not None and first.comparable(start)]
            self._earliest[at] = max(alike, key=lambda start: start.amount, default=None)
        return self._earliest[at]

    # ---- the latest: service levels that add up

    def _timing(self, at: StepAt) -> Late | InTime | Unlimited | None:
        course = self._turn(at)
        if course is None or not course.taken:
            return None
        limit = self._limit(at, course)
        if limit is None or not limit.comparable(course.end):
            return None
        call, name, scenario = at.home.call, at.step.name, at.home.scenario.name
        if course.end.amount <= limit.amount:
            if course.open:
                return Unlimited(call.group, call.instance, name, scenario, limit, tuple(sorted(course.open)))
            return InTime(call.group, call.instance, name, scenario, limit)
        applies = self.assumed.applies.get(scenario)
        if applies is None:
            return None
        answer = self.assumed.satisfy(all_of((applies, *map(Runs(self.assumed).condition, course.path))))
        if not isinstance(answer, Example):
            return None
        taken, room = (
            evolve(course.begins, amount=amount).duration
            for amount in (course.taken, max(0, limit.amount - course.begins.amount))
        )
        path = tuple(step.path for step in course.path)
        return Late(call.group, call.instance, name, scenario, path, course.begins, taken, room, limit, answer)

    def _limit(self, at: StepAt, course: _Course) -> Offset | None:
        """When a milestone should be reached: at its own date, or at the one that the steps before it count down to.
        Other steps have none: `starts` says when the earliest is, not when the latest."""
        if at.step.kind is not StepKind.MILESTONE:
            return None
        if at.step.starts is not None:
            return self._own(at)
        return evolve(course.begins, amount=0) if course.begins.amount < 0 else None

    def _turn(self, at: StepAt) -> _Course | None:
        """The latest end of what a step waits for; of alternatives, the first one to end."""
        if at.step.join is None:
            return None
        targets = [self.assumed.target(at.home, wait.group, wait.step) for wait in at.step.join.waits]
        courses = [None if target is None else self._done(target) for target in targets]
        known = [course for course in courses if course is not None]
        if not known or any(not known[0].end.comparable(course.end) for course in known):
            return None
        if at.step.join.any_of and len(known) < len(courses):
            return None
        chosen = (min if at.step.join.any_of else max)(known, key=lambda course: course.end.amount)
        pairs = zip(targets, courses, strict=True)
        unknown = frozenset(target.path for target, course in pairs if target is not None and course is None)
        return evolve(chosen, open=unknown.union(*(course.open for course in known)))

    def _done(self, at: StepAt) -> _Course | None:
        if at not in self._courses:
            turn, own = self._turn(at), self._own(at)
            start = turn
            if own is not None and (turn is None or not turn.end.comparable(own) or own.amount >= turn.end.amount):
                start = _Course(own, (), open=turn.open if turn and turn.end.comparable(own) else self._unknown(at))
            self._courses[at] = start and self._through(at, start)
        return self._courses[at]

    def _unknown(self, at: StepAt) -> frozenset[str]:
        """What a step with a start of its own waits for, where nothing is known of when that is done."""
        waits = at.step.join.waits if at.step.join else ()
        targets = (self.assumed.target(at.home, wait.group, wait.step) for wait in waits)
        return frozenset(target.path for target in targets if target is not None)

    def _through(self, at: StepAt, start: _Course) -> _Course:
        if at.step.kind is StepKind.MILESTONE:
            return start
        allowed = self._allowed(at)
        if allowed is None:
            return evolve(start, open=start.open | {at.path})
        seconds = allowed.total_seconds + allowed.business_days * DAY_SECONDS
        amount = allowed.business_days if start.begins.business else seconds
        if not amount:
            return evolve(start, open=start.open | {at.path})
        exact = bool(allowed.business_days) == start.begins.business
        still_open = start.open if exact else start.open | {at.path}
        return _Course(start.begins, (*start.path, at), start.taken + amount, still_open)

    def _allowed(self, at: StepAt) -> Duration | None:
        """How long a step may take and still be on time: its service level, or until a pause expires."""
        if at.step.kind is StepKind.PAUSE:
            return self._duration(at, at.step.expires)
        level = level_of(self.assumed.plan, at.step)
        return None if level is None else self._duration(at, level.within)

    # ---- what is written

    def _own(self, at: StepAt) -> Offset | None:
        """The start that a step has itself, if it counts from a date of the record."""
        starts = at.step.starts
        if starts is None or not isinstance(starts.base, Attribute):
            return None
        if starts.relation is ScheduleRelation.ON:
            return Offset(starts.base.name, 0, False)
        delay = self._duration(at, starts.delay)
        if delay is None:
            return None
        sign = -1 if starts.relation is ScheduleRelation.BEFORE else 1
        amount = delay.business_days or delay.total_seconds
        return Offset(starts.base.name, sign * amount, bool(delay.business_days))

    def _duration(self, at: StepAt, written: Expression | None) -> Duration | None:
        bound = None if written is None else self.assumed.bound(at.home, written)
        return bound.value if isinstance(bound, Constant) and isinstance(bound.value, Duration) else None

    def _all_awaited(self, at: StepAt) -> list[StepAt]:
        """The steps for all of which a step waits."""
        join = at.step.join
        if join is None or (join.any_of and len(join.waits) > 1):
            return []
        found = (self.assumed.target(at.home, wait.group, wait.step) for wait in join.waits)
        return [each for each in found if each is not None]


def level_of(plan: Plan, step: Step) -> ServiceLevel | None:
    """The service level of a step: its own, or the plan's most specific one."""
    if step.due is not None:
        return step.due
    rules = [
        rule
        for rule in plan.service_levels
        if rule.target.kind is step.kind and rule.target.target in (None, step.target)
    ]
    found = max(rules, key=lambda rule: rule.target.target is not None, default=None)
    return None if found is None else found.level


def moment_text(offset: Offset) -> str:
    """A moment as the language says it: `10 business days before due_on`."""
    if not offset.amount:
        return f"`{offset.date}`"
    return f"{duration_text(offset.duration)} {'before' if offset.amount < 0 else 'after'} `{offset.date}`"


def duration_text(duration: Duration) -> str:
    """A duration as the language says it."""
    return render_value(duration, DurationType())
