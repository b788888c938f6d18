"""The steps of a plan that have begun, and what is to happen to them by itself."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import IntEnum
from typing import TypeAlias

from dro_lang.kernel.layout import Role, Roles
from dro_lang.kernel.states import Jeopardy, StepState, StepStatus


class Tick(IntEnum):
    """What a clock of a step does. What is due at one moment is done in this order."""

    EXPIRES = 0
    IN_JEOPARDY = 1
    LATE = 2
    RETRIED = 3
    STARTS = 4


# For what is done at every turn: to look up a member of an enum takes Python 3.11 longer than what is done with it.
_EXPIRES, _IN_JEOPARDY, _LATE, _RETRIED, _STARTS = Tick
_PENDING, _SCHEDULED, _ON_HOLD = StepStatus.PENDING, StepStatus.SCHEDULED, StepStatus.ON_HOLD
_CAN_EXPIRE = frozenset({StepStatus.READY, StepStatus.IN_PROGRESS, StepStatus.ON_HOLD, StepStatus.FAILED})
_NO_CLOCK = (None, None, None, None)
_AFTER_ALL = len(Tick)

Due: TypeAlias = tuple[datetime, Tick, int]
"""When a clock does something, what, and the place of the step that it does it to."""


class Begun:
    """The steps that are neither pending nor finished. One that was handed on with a state is not changed any more: a
    turn makes a copy."""

    def __init__(self, places: Sequence[int] = (), watched: Sequence[int] = (), agenda: Sequence[Due] = ()) -> None:
        self.places = list(places)
        """Where they stand, in order."""
        self.watched = list(watched)
        """Where those stand that look at a condition or wait for an integration."""
        self.agenda = list(agenda)
        """What their clocks have yet to do, in order."""

    @classmethod
    def of(cls, roles: Roles, steps: Sequence[StepState]) -> "Begun":
        begun = cls()
        for place, step in enumerate(steps):
            if _has_begun(step):
                begun._add(place, roles[step.id], step)
        return begun

    def copy(self) -> "Begun":
        return Begun(self.places, self.watched, self.agenda)

    def changed(self, role: Role, before: StepState, after: StepState) -> None:
        """A step is not what it was."""
        place = role.place
        if not _has_begun(before):
            if _has_begun(after):
                self._add(place, role, after)
        elif not _has_begun(after):
            _remove(self.places, place)
            if _is_watched(role, before):
                _remove(self.watched, place)
            for due in _clocks(place, before):
                _remove(self.agenda, due)
        else:
            if _is_watched(role, before) != _is_watched(role, after):
                _remove(self.watched, place) if _is_watched(role, before) else insort(self.watched, place)
            old, new = _clocks(place, before), _clocks(place, after)
            if old != new:
                for due in old:
                    _remove(self.agenda, due)
                for due in new:
                    insort(self.agenda, due)

    def _add(self, place: int, role: Role, step: StepState) -> None:
        insort(self.places, place)
        if _is_watched(role, step):
            insort(self.watched, place)
        for due in _clocks(place, step):
            insort(self.agenda, due)

    def due(self, now: datetime) -> Iterator[Due]:
        """What is due by a moment."""
        return iter(self.agenda[: self._after(now)])

    def to_come(self, now: datetime) -> Iterator[Due]:
        """What is due after a moment."""
        return (self.agenda[number] for number in range(self._after(now), len(self.agenda)))

    def _after(self, now: datetime) -> int:
        return bisect_right(self.agenda, (now, _AFTER_ALL)) if self.agenda else 0


def _has_begun(step: StepState) -> bool:
    return step.status is not _PENDING and not step.finished


def _is_watched(role: Role, step: StepState) -> bool:
    return step.status is _ON_HOLD or role.definition.until is not None


def _clocks(place: int, step: StepState) -> list[Due]:
    """What the clocks of a step that has begun have yet to do."""
    found: list[Due] = []
    if step.status is _SCHEDULED and step.scheduled_for is not None:
        found.append((step.scheduled_for, _STARTS, place))
    if (step.expires_at, step.warn_at, step.due_at, step.retry_at) == _NO_CLOCK:
        return found
    if step.expires_at is not None and step.status in _CAN_EXPIRE:
        found.append((step.expires_at, _EXPIRES, place))
    if step.warn_at is not None and step.jeopardy is Jeopardy.ON_TIME:
        found.append((step.warn_at, _IN_JEOPARDY, place))
    if step.due_at is not None and step.jeopardy in (Jeopardy.ON_TIME, Jeopardy.IN_JEOPARDY):
        found.append((step.due_at, _LATE, place))
    if step.retry_at is not None:
        found.append((step.retry_at, _RETRIED, place))
    return found


def _remove(ordered: list, entry: object) -> None:  # type: ignore[type-arg]
    """Remove an entry that is there."""
    del ordered[bisect_left(ordered, entry)]
