"""What time it is, as the engine is told."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the moment, in UTC. It may jump, forwards and back: the kernel never goes back in a plan."""

    def now(self) -> datetime: ...

    def sleep(self, seconds: float) -> None:
        """Let time pass."""


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ManualClock:
    """A clock that stands still until it is set: for tests and simulations."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def advance(self, **time: float) -> None:
        """Let so much time pass, in the words of `timedelta`."""
        self._now += timedelta(**time)

    def sleep(self, seconds: float) -> None:
        self.advance(seconds=seconds)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """A moment as a count of microseconds since 1970 in UTC, which sorts and takes eight bytes."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(count: int) -> datetime:
    return _EPOCH + timedelta(microseconds=count)
