"""How commands come to the outside, and its answers back. The engine hands a command over once it is written down."""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, TypeAlias

from attrs import frozen

from dro_lang.kernel.commands import CallOut, Key, RunAction
from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.program.model import Priority
from dro_lang.runtime.embedded.clock import Clock
from dro_lang.runtime.outside.port import Outside

Outsides: TypeAlias = Callable[[str], Outside]
"""The outside of the plans of each program, by its hash."""

Local: TypeAlias = "Callable[[Ask], Succeeded | Failed | None]"
"""The answer of a local action, of one that touches nothing outside: it may be had before the plan is written down, and
had again if that comes to nothing. None for all others."""

_LOG = logging.getLogger("drolang.engine")

DEFECT = "DEFECT"
"""The error code of an attempt at which the code of the outside itself broke."""


@frozen
class Ask:
    """A command that is for the outside, with the hash of the program whose plan gave it, and the plan's priority."""

    command: RunAction | CallOut
    program: str
    priority: Priority

    @property
    def target(self) -> str:
        """The action or integration that is asked."""
        return self.command.action if isinstance(self.command, RunAction) else self.command.integration


@frozen
class Answered:
    """What a command came to: an answer, or None where the outside has accepted it and will answer later."""

    ask: Ask
    answer: Succeeded | Failed | None


class Dispatcher(Protocol):
    """Carries commands to the outside. Used by the engine's thread."""

    def dispatch(self, ask: Ask) -> bool:
        """Take a command over. False where there is no room for it: the engine comes again when there is."""

    def has_room(self, target: str) -> bool:
        """Whether many more commands for an action or integration would be taken."""

    def withdraw(self, target: str) -> list[Ask]:
        """Take back the commands for an action or integration that were not sent yet."""

    def answers(self, limit: int) -> list[Answered]:
        """What has come back, at most so many, without waiting."""

    @property
    def under_way(self) -> int:
        """How many commands are not back yet."""

    def wait(self, seconds: float) -> None:
        """Wait until something comes back, or somebody wakes it, so long at most."""

    def wake(self) -> None:
        """End a `wait`. Any thread may do that."""

    def close(self, seconds: float) -> None:
        """Send nothing more, and wait for what is on its way, so long at most."""


def everywhere(outside: Outside) -> Outsides:
    """One outside for the plans of all programs."""
    return lambda program: outside


def nothing_local(ask: Ask) -> None:
    """No action is local."""


def answer_to(key: Key, answer: Succeeded | Failed, at: datetime) -> Succeeded | Failed:
    """An answer as that to the command with a key."""
    if isinstance(answer, Succeeded):
        return Succeeded(at, key.step, answer.results, key.attempt, answer.by)
    return Failed(at, key.step, answer.code, key.attempt, answer.by)


def asked(outside: Outside, ask: Ask, clock: Clock) -> Answered:
    """Ask the outside. Where its own code breaks, the attempt has failed, and the plan's rules say what then."""
    key, at = ask.command.key, clock.now()
    try:
        answer = outside.answer(ask.command, at)
    except Exception as problem:
        # What it says may hold what nobody should read.
        _LOG.error("%s broke at %s: %s", ask.target, key, type(problem).__name__)
        answer = Failed(at, key.step, DEFECT, key.attempt)
    return Answered(ask, answer)


class Inline:
    """Asks in the engine's own thread, one after the other, when the engine looks for answers."""

    def __init__(self, outsides: Outsides, clock: Clock) -> None:
        self._outsides = outsides
        self._clock = clock
        self._asks: deque[Ask] = deque()

    def dispatch(self, ask: Ask) -> bool:
        self._asks.append(ask)
        return True

    def has_room(self, target: str) -> bool:
        return True

    def withdraw(self, target: str) -> list[Ask]:
        taken = [ask for ask in self._asks if ask.target == target]
        self._asks = deque(ask for ask in self._asks if ask.target != target)
        return taken

    def answers(self, limit: int) -> list[Answered]:
        asks = [self._asks.popleft() for _ in range(min(limit, len(self._asks)))]
        return [asked(self._outsides(ask.program), ask, self._clock) for ask in asks]

    @property
    def under_way(self) -> int:
        return len(self._asks)

    def wait(self, seconds: float) -> None:
        if not self._asks:
            self._clock.sleep(seconds)

    def wake(self) -> None:
        pass

    def close(self, seconds: float) -> None:
        self._asks.clear()


class Nobody:
    """Sends nothing: for a process that acts for an operator. What is to be sent stands in the store, and the next
    worker sends it."""

    under_way = 0

    def dispatch(self, ask: Ask) -> bool:
        return True

    def has_room(self, target: str) -> bool:
        return False

    def withdraw(self, target: str) -> list[Ask]:
        return []

    def answers(self, limit: int) -> list[Answered]:
        return []

    def wait(self, seconds: float) -> None:
        pass

    def wake(self) -> None:
        pass

    def close(self, seconds: float) -> None:
        pass
