"""Chance that can be repeated: every draw has a name, and depends on nothing but that name, the record and the seed.

So a run comes out the same again, whatever else is in the file; and where one assumption is changed, all that it does
not touch stays as it was (common random numbers: Law, *Simulation Modeling and Analysis*, chapter 11).
"""

import json
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from math import exp, log
from statistics import NormalDist
from typing import Protocol

from attrs import frozen

from dro_lang.program.values import Duration

_BITS = 53
_NORMAL = NormalDist()
_SPREAD = log(3) / _NORMAL.inv_cdf(0.95)
"""The standard deviation with which nine of ten draws lie between a third and three times of the median."""


@frozen
class Chance:
    """The draws for one record."""

    seed: int
    record: str

    def share(self, *name: str | int | None) -> float:
        """A number between 0 and 1, both excluded, evenly distributed over names."""
        digest = blake2b(json.dumps([self.seed, self.record, *name]).encode(), digest_size=8).digest()
        return float((int.from_bytes(digest) >> (64 - _BITS)) + 0.5) / (1 << _BITS)


class Shift(Protocol):
    """Moves a moment forward by a duration, on the wall clock and the calendar of a plan. Raises OverflowError."""

    def __call__(self, moment: datetime, duration: Duration, /) -> datetime: ...


@frozen
class Delay:
    """How long something takes: always the same; with `longest` anything between two, evenly; or `about` one: half
    take less, nine of ten take between a third and three times as long (log-normal, as the times of people are: Brown
    et al., *Statistical Analysis of a Telephone Call Center*, 2005)."""

    shortest: Duration
    longest: Duration | None = None
    about: bool = False

    @property
    def is_none(self) -> bool:
        """Whether it takes no time, ever."""
        return self.longest in (None, Duration()) and self.shortest == Duration()

    def end(self, start: datetime, share: float, shift: Shift) -> datetime | None:
        """When it is over, for a draw between 0 and 1; None where that is beyond the end of the calendar."""
        try:
            least = shift(start, self.shortest)
            most = least if self.longest is None else shift(start, self.longest)
            if self.about:
                return _whole(start, (least - start) * exp(_SPREAD * _NORMAL.inv_cdf(share)))
            return _whole(least, (most - least) * share)
        except OverflowError:
            return None


def _whole(start: datetime, length: timedelta) -> datetime:
    """Counted in whole seconds."""
    return start.astimezone(UTC) + timedelta(seconds=round(length.total_seconds()))
