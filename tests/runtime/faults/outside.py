"""An outside, and a way to it, on which everything goes wrong that can."""

from collections import Counter
from collections.abc import Mapping
from random import Random

from attrs import define, field

from dro_lang.kernel.commands import CallOut, Key
from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.program.values import Row
from dro_lang.runtime.embedded.clock import ManualClock
from dro_lang.runtime.embedded.dispatch import Answered, Ask

Result = Succeeded | Failed

RESULTS: Mapping[str, list[Row]] = {"Look": [{"score": 3}, {"score": 3}, {"score": 99}, {}], "Bank": [{}, {"rate": 1}]}
"""What the actions and integrations of the random plans give, some of it unfit."""


@define
class World:
    """What is outside, and outlives every crash: what was done there, and the callbacks that are still to come.

    It knows the keys of what it has done, and gives the same answer to the same key, as a real one should.
    """

    random: Random
    clock: ManualClock
    done: dict[Key, Result] = field(factory=dict)
    calls: Counter[Key] = field(factory=Counter)
    accepted: set[Key] = field(factory=set)
    callbacks: list[tuple[Key, Result]] = field(factory=list)
    is_fair: bool = False
    """From when on everything succeeds, and nothing is lost."""

    def do(self, ask: Ask) -> Result:
        """Do what is asked, once for each key."""
        key = ask.command.key
        self.calls[key] += 1
        if key not in self.done:
            self.done[key] = self._result(ask)
        return self.done[key]

    def _result(self, ask: Ask) -> Result:
        at, key = self.clock.now(), ask.command.key
        if not self.is_fair and self.random.random() < 0.3:
            return Failed(at, key.step, self.random.choice([None, "BUSY"]), key.attempt)
        choices = RESULTS.get(ask.target, [{}])
        return Succeeded(at, key.step, choices[0] if self.is_fair else self.random.choice(choices), key.attempt)

    def answer(self, ask: Ask) -> Result | None:
        """The answer that comes at once; or none, and a callback later: once, twice, or never."""
        command, result = ask.command, self.do(ask)
        if not (isinstance(command, CallOut) and command.asynchronous):
            return result
        self.accepted.add(command.key)
        times = 1 if self.is_fair else self.random.choice([1, 1, 2, 0])
        self.callbacks += [(command.key, result)] * times
        return None

    def next_callback(self) -> tuple[Key, Result] | None:
        """One of the callbacks that are on their way, in no order."""
        if not self.callbacks:
            return None
        return self.callbacks.pop(self.random.randrange(len(self.callbacks)))


class UnreliableWay:
    """A dispatcher whose answers come late and in no order, and whose commands are lost with the process."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.sent: list[Ask] = []
        self.room = 3

    def dispatch(self, ask: Ask) -> bool:
        if len(self.sent) >= self.room:
            return False
        self.sent.append(ask)
        return True

    def has_room(self, target: str) -> bool:
        return len(self.sent) < self.room

    def withdraw(self, target: str) -> list[Ask]:
        taken = [each for each in self.sent if each.target == target]
        self.sent = [each for each in self.sent if each.target != target]
        return taken

    def answers(self, limit: int) -> list[Answered]:
        world, found = self.world, []
        while self.sent and len(found) < limit and (world.is_fair or world.random.random() < 0.6):
            ask = self.sent.pop(world.random.randrange(len(self.sent)))
            found.append(Answered(ask, world.answer(ask)))
        return found

    @property
    def under_way(self) -> int:
        return len(self.sent)

    def wait(self, seconds: float) -> None:
        """Nobody waits: time is the test's."""

    def wake(self) -> None:
        """Nobody sleeps."""

    def close(self, seconds: float) -> None:
        self.sent.clear()

    def die(self) -> None:
        """The process is gone: of what it had sent, some was done, and nobody heard of it."""
        for ask in self.sent:
            if self.world.random.random() < 0.5:
                self.world.do(ask)
        self.sent.clear()
