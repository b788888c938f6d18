"""The life of each step as stretches of time, for pictures."""

from collections.abc import Iterable
from datetime import datetime

from attrs import define, field, frozen

from dro_lang.kernel.history import Entry, JeopardyChanged, StepChanged
from dro_lang.kernel.states import InstanceId, Jeopardy, StepStatus
from dro_lang.kernel.view import StepView
from dro_lang.runtime.simulation.simulate import Simulated


@frozen
class Stretch:
    """A time in which a step is in one state, at one risk. One that has not ended goes on to the end of the picture."""

    state: StepStatus
    risk: Jeopardy | None
    start: datetime
    end: datetime


@frozen
class Bar:
    """A step, its stretches from when it came into the plan, and the last of its states with why and since when it is
    in it. `planned` is from when until when it was to run, where that was foreseen."""

    step: InstanceId
    stretches: tuple[Stretch, ...]
    state: StepStatus
    risk: Jeopardy | None
    reason: str
    at: datetime
    planned: tuple[datetime, datetime] | None = None


@define
class _Open:
    """A step whose life is told so far."""

    state: StepStatus
    since: datetime
    at: datetime
    risk: Jeopardy | None = None
    stretches: list[Stretch] = field(factory=list)

    def close(self, at: datetime) -> None:
        if at > self.since:
            self.stretches.append(Stretch(self.state, self.risk, self.since, at))
        self.since = at


def bars_of(simulated: Simulated) -> tuple[Bar, ...]:
    """A bar for each step of a plan, in the order of the plan."""
    happenings = ((happening.at, happening.entry) for happening in simulated.happenings)
    return bars(happenings, simulated.steps, simulated.ended)


def bars(happenings: Iterable[tuple[datetime, Entry]], views: Iterable[StepView], ended: datetime) -> tuple[Bar, ...]:
    """A bar for each step that is seen, of what happened, each at its moment on the wall clock of the plan."""
    steps: dict[InstanceId, _Open] = {}
    for at, entry in happenings:
        match entry:
            case StepChanged(_, step, None, target):
                steps[step] = _Open(target, at, at)
            case StepChanged(_, step, _, target):
                steps[step].close(at)
                steps[step].state, steps[step].at = target, at
            case JeopardyChanged(_, step, risk):
                steps[step].close(at)
                steps[step].risk = risk
    for open_ in steps.values():
        open_.close(ended)
    lives = ((view, steps[view.id]) for view in views)
    return tuple(
        Bar(view.id, tuple(life.stretches), life.state, life.risk, view.reason, life.at) for view, life in lives
    )
