"""What a driver of the kernel needs of the outside."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from attrs import field, frozen

from dro_lang.kernel.commands import CallOut, RunAction
from dro_lang.kernel.events import Failed, Succeeded


class Outside(Protocol):
    """Answers what a plan asks of the outside."""

    def answer(self, command: RunAction | CallOut, at: datetime) -> Succeeded | Failed | None:
        """The answer that comes at once, or None where none does: it may come later, as an event of its own.

        Never raises, whatever the outside does. May be called from several threads, and may take as long as the
        outside takes.
        """


@frozen
class Rate:
    """So many requests in each stretch of time."""

    requests: int
    per: timedelta


@frozen
class Lane:
    """How fast commands may be sent to one target: `concurrency` at a time, and not above the `rate` (None: any)."""

    concurrency: int = 8
    rate: Rate | None = None


@frozen
class Lanes:
    """The lanes of an outside: what holds for each action, and for each integration by its name."""

    actions: Lane = field(factory=Lane)
    integrations: Mapping[str, Lane] = field(factory=dict)

    def integration(self, name: str) -> Lane:
        return self.integrations.get(name, Lane())
