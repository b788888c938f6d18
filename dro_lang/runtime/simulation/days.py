"""What many plans come to, day by day: steps by state, those at risk, plans, and the work that lies with whom."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import TypeVar

from attrs import define, evolve, field, frozen

from dro_lang.kernel.history import JeopardyChanged, PlanChanged, StepChanged
from dro_lang.kernel.states import FINISHED, InstanceId, Jeopardy, PlanStatus, StepState, StepStatus
from dro_lang.runtime.simulation.simulate import Happening, Simulated

K = TypeVar("K")


@frozen
class Desk:
    """Where work lies: with a queue or a user (None: with nobody in particular), as tasks or as fallout."""

    owner: str | None
    is_fallout: bool = False


@define
class Load:
    """The work at a desk on one day: what came, what went, and what lies there at the end of the day, of which so much
    is late."""

    came: int = 0
    went: int = 0
    open: int = 0
    late: int = 0


@define
class Day:
    """One day: how many steps came into each state, and how many finished late; and at its end how many are in each
    state, how many of those that are not finished are in jeopardy or late, how many plans are in each state, and the
    work at each desk."""

    day: date
    entered: Counter[StepStatus] = field(factory=Counter)
    steps: Counter[StepStatus] = field(factory=Counter)
    in_jeopardy: int = 0
    late: int = 0
    finished_late: int = 0
    plans: Counter[PlanStatus] = field(factory=Counter)
    desks: dict[Desk, Load] = field(factory=dict)


class Days:
    """Gathers what happens to plans. What is kept grows with the days, not with the plans.

    The last day ends as it begins, at its 00:00: that is how far a simulation goes.
    """

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self._entered: defaultdict[date, Counter[StepStatus]] = defaultdict(Counter)
        self._steps: defaultdict[date, Counter[StepStatus]] = defaultdict(Counter)
        self._risks: defaultdict[date, Counter[Jeopardy]] = defaultdict(Counter)
        self._finished_late: Counter[date] = Counter()
        self._plans: defaultdict[date, Counter[PlanStatus]] = defaultdict(Counter)
        self._desks: defaultdict[date, defaultdict[Desk, Load]] = defaultdict(lambda: defaultdict(Load))

    def add(self, simulated: Simulated) -> None:
        """Count what happened to a plan."""
        places = _Places()
        for happening in simulated.happenings:
            day, entry = happening.at.date(), happening.entry
            if isinstance(entry, PlanChanged):
                self._plans[day][entry.source] -= entry.source is not PlanStatus.NOT_STARTED
                self._plans[day][entry.target] += 1
            elif isinstance(entry, StepChanged):
                self._entered[day][entry.target] += entry.source is not None
                self._steps[day][entry.target] += 1
                if entry.source is not None:
                    self._steps[day][entry.source] -= 1
            if isinstance(entry, StepChanged | JeopardyChanged):
                before, after = places.move(happening, entry)
                self._finished_late[day] += before.risk is Jeopardy.LATE and after.risk is None
                self._move(day, before, after)

    def _move(self, day: date, before: "_Place", after: "_Place") -> None:
        """A step has gone from one place to another."""
        for place, sign in ((before, -1), (after, 1)):
            if place.risk is not None:
                self._risks[day][place.risk] += sign
            if place.desk is not None:
                load = self._desks[day][place.desk]
                load.open += sign
                load.late += sign * (place.risk is Jeopardy.LATE)
        if before.desk != after.desk:
            if before.desk is not None:
                self._desks[day][before.desk].went += 1
            if after.desk is not None:
                self._desks[day][after.desk].came += 1

    @property
    def desks(self) -> list[Desk]:
        """Every desk at which there is work on some day: tasks before fallout, by name."""
        found = {desk for desks in self._desks.values() for desk in desks}
        return sorted(found, key=lambda desk: (desk.is_fallout, desk.owner is None, desk.owner or ""))

    def __iter__(self) -> Iterator[Day]:
        """Every day from the first to the last."""
        steps: Counter[StepStatus] = Counter()
        risks: Counter[Jeopardy] = Counter()
        plans: Counter[PlanStatus] = Counter()
        open_: Counter[Desk] = Counter()
        late: Counter[Desk] = Counter()
        desks = self.desks
        for day in _days(self.first, self.last):
            _sum(steps, self._steps.get(day, {}).items())
            _sum(risks, self._risks.get(day, {}).items())
            _sum(plans, self._plans.get(day, {}).items())
            loads: Mapping[Desk, Load] = self._desks.get(day, {})
            _sum(open_, ((desk, load.open) for desk, load in loads.items()))
            _sum(late, ((desk, load.late) for desk, load in loads.items()))
            moved = {desk: loads.get(desk, Load()) for desk in desks}
            yield Day(
                day,
                Counter(self._entered.get(day, {})),
                +steps,
                risks[Jeopardy.IN_JEOPARDY],
                risks[Jeopardy.LATE],
                self._finished_late[day],
                +plans,
                {desk: Load(load.came, load.went, open_[desk], late[desk]) for desk, load in moved.items()},
            )


def weeks(days: Iterable[Day]) -> Iterator[Day]:
    """Days by the week (Monday to Sunday): what happened in it all together, and how it stands at its end, under its
    last day."""
    for _, own in groupby(days, key=lambda each: each.day.isocalendar()[:2]):
        first, *others = own
        last = others[-1] if others else first
        entered = sum((each.entered for each in (first, *others)), Counter[StepStatus]())
        desks = {
            desk: evolve(
                load,
                came=sum(each.desks[desk].came for each in (first, *others)),
                went=sum(each.desks[desk].went for each in (first, *others)),
            )
            for desk, load in last.desks.items()
        }
        finished_late = sum(each.finished_late for each in (first, *others))
        yield evolve(last, entered=entered, finished_late=finished_late, desks=desks)


def _sum(total: Counter[K], changes: Iterable[tuple[K, int]]) -> None:
    for key, change in changes:
        total[key] += change


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


@frozen
class _Place:
    """Where a step is that is not finished: at a desk, and at which risk."""

    desk: Desk | None = None
    risk: Jeopardy | None = None


@define
class _Places:
    """The places of the steps of one plan."""

    places: dict[InstanceId, _Place] = field(factory=dict)
    risks: dict[InstanceId, Jeopardy] = field(factory=dict)

    def move(self, happening: Happening, entry: StepChanged | JeopardyChanged) -> tuple[_Place, _Place]:
        """Move a step to where it is now; gives where it was, and where it is."""
        before = self.places.get(entry.step, _Place())
        if isinstance(entry, JeopardyChanged):
            self.risks[entry.step] = entry.target
            after = _Place(before.desk, entry.target)
        elif entry.target in FINISHED:
            after = _Place()
        else:
            after = _Place(_desk(before, happening.step, entry.target), self.risks.get(entry.step))
        self.places[entry.step] = after
        return before, after


def _desk(before: _Place, step: StepState | None, target: StepStatus) -> Desk | None:
    """Where a step lies that has come into a state: a task from when it is ready, and what is fatally failed."""
    assert step is not None  # steps do not leave a plan
    if target is StepStatus.READY:
        return Desk(step.queue or step.assignee)
    if target is StepStatus.IN_PROGRESS and before.desk is not None and not before.desk.is_fallout:
        return before.desk
    is_fallout = target is StepStatus.FATALLY_FAILED and not step.finished
    return Desk(step.queue, is_fallout=True) if is_fallout else None
