"""What a Gantt chart shows, and the scale of its time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from attrs import frozen

from dro_lang.runtime.simulation.bars import Bar

_STEPS = (1, 2, 7, 14, 28, 91, 182, 364)
"""Between two dates on the axis there are so many days."""


@frozen
class Chart:
    """One plan: its name, what else is to be said of it, and its steps."""

    name: str
    about: str
    bars: tuple[Bar, ...]


@frozen
class Gantt:
    """Plans on one scale of time, from `start` to `end` on the wall clock of their zone. `notes` stand below the
    title. `now` is the moment to which the course of plans that run is told."""

    title: str
    notes: tuple[str, ...]
    start: datetime
    end: datetime
    charts: tuple[Chart, ...]
    now: datetime | None = None


@frozen
class Scale:
    """Where moments stand on a line from `left`, so many wide."""

    start: datetime
    end: datetime
    left: float
    width: float

    def x(self, moment: datetime) -> float:
        whole = max((self.end - self.start).total_seconds(), 1.0)
        return self.left + self.width * min((moment - self.start).total_seconds() / whole, 1.0)

    def ticks(self, room: float) -> Iterator[datetime]:
        """Days from the first on, with at least so much room between them, and half of it before the end."""
        days = max((self.end.date() - self.start.date()).days, 1)
        step = next((each for each in _STEPS if each * self.width / days >= room), days)
        for number in range(0, days, step):
            tick = self.start + timedelta(days=number)
            if number == 0 or self.x(tick) + room / 2 <= self.left + self.width:
                yield tick
