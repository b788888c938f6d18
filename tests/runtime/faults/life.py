"""Plans that live through faults, and are brought to their end after that."""

from datetime import timedelta
from random import Random

from attrs import evolve

from dro_lang.kernel.commands import Key
from dro_lang.kernel.events import Complete, Failed, GoOffline, GoOnline, Succeeded, Unfreeze
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import PlanState, StepState, StepStatus
from dro_lang.program.model import Program, Step, StepKind
from dro_lang.program.values import Row
from dro_lang.runtime.embedded.clock import ManualClock
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.requests import Request, Send, Submit, SwitchIntegration
from tests.kernel.strategies import Happening, concrete
from tests.runtime.embedded.builders import MORNING, mapped
from tests.runtime.faults.crash import Crash, FragileStore, Fuse
from tests.runtime.faults.invariants import check
from tests.runtime.faults.outside import UnreliableWay, World

GIVEN = {"Look": {"score": 3}}
MOST_ROUNDS = 200
TO_BE_DONE = {StepStatus.READY, StepStatus.FAILED, StepStatus.FATALLY_FAILED}


class Life:
    """Some records of one program, and all that happens to their plans. `random` decides what the world does."""

    def __init__(self, program: Program, rows: list[Row], random: Random) -> None:
        self.program = mapped(program)
        self.random = random
        self.clock = ManualClock(MORNING)
        self.world = World(random, self.clock)
        self.crashes = 0
        self.store = FragileStore.open(":memory:")
        self.hash = self._begin().deploy(self.program)
        self.kernel = Kernel(self.program, "P", self.hash)
        self.plan_ids: list[str] = []
        for number, row in enumerate(rows):
            self._submit(evolved(row, f"C-{number}"), f"request-{number}")

    # ---- the process

    def _begin(self) -> Engine:
        """A process begins."""
        self.way = UnreliableWay(self.world)
        self.engine = Engine(
            self.store, self.way, self.clock, {"Q": ("ann", "bob")}, group=self.random.choice([1, 3, 64])
        )
        self.engine.recover()
        return self.engine

    def _die(self) -> None:
        """The process dies, and another begins with what the first has written."""
        self.crashes += 1
        self.store.fuse = Fuse()
        self.way.die()
        self._begin()

    def _surviving(self, request: Request) -> None:
        """Ask for something, and ask again after a crash, as whoever got no reply does."""
        try:
            self.engine.handle(request)
        except Crash:
            self._die()
            self.engine.handle(request)

    def _submit(self, row: Row, request_id: str) -> None:
        request = Submit(self.hash, "P", row, request_id=request_id)
        first = self.engine.submit(request)
        again = self.engine.submit(request)
        assert (again.request_id, again.plan_id) == (first.request_id, first.plan_id)
        if first.plan_id is not None:
            self.plan_ids.append(first.plan_id)

    # ---- what happens

    def happen(self, what: list[Happening]) -> None:
        """Things happen to the plans, and in between the engine gets its turns, and faults come."""
        for happening in what:
            self._fault()
            plan_id = self.random.choice(self.plan_ids)
            for event in concrete(happening, self.store.load(plan_id).state, self.clock.now()):
                if isinstance(event, GoOffline | GoOnline):
                    self._surviving(SwitchIntegration(event.integration, isinstance(event, GoOnline), "ann"))
                elif not isinstance(event, Succeeded | Failed) or self.random.random() < 0.2:
                    # Answers come from the world; now and then one comes from nowhere.
                    self._surviving(Send(plan_id, event))
            self._cycle()

    def _fault(self) -> None:
        match self.random.randrange(10):
            case 0:
                self.store.fuse = Fuse(self.random.randrange(4))
            case 1:
                self.clock.advance(hours=self.random.choice([1, 30, 400]))
            case 2:
                self.clock.set(self.clock.now() - timedelta(hours=self.random.choice([1, 30])))
            case 3:
                self._die()
            case 4 | 5:
                self.call_back()

    def call_back(self) -> bool:
        """A callback comes in, if one is on its way."""
        callback = self.world.next_callback()
        if callback is None:
            return False
        key, result = callback
        self._surviving(Send(key.plan, evolve(result, attempt=key.attempt)))
        return True

    def _cycle(self) -> None:
        try:
            self.engine.cycle()
        except Crash:
            self._die()
        for ask in self.way.sent:
            self._is_written(ask.command.key)

    def _is_written(self, key: Key) -> None:
        """What is under way is an attempt that is written down."""
        step = self._state(key.plan).step(key.step)
        assert step is not None
        assert step.attempt >= key.attempt

    # ---- the end

    def end(self) -> None:
        """From now on the world is fair, and people do what is to be done: every plan comes to its end."""
        self.store.fuse = Fuse()
        self.world.is_fair = True
        for integration in self.program.integrations:
            self.engine.switch(integration, online=True, by="ann")
        for _ in range(MOST_ROUNDS):
            self._settle()
            left = [state for state in map(self._state, self.plan_ids) if state.status != "completed"]
            if not left:
                return
            for state in left:
                self._help(state)
            wake = self.engine.next_wake()
            if wake is not None:
                self.clock.set(max(self.clock.now(), wake))
        raise AssertionError(f"{left[0].id} does not end: {left[0]}")

    def _settle(self) -> None:
        """Until nothing is due and nothing under way."""
        while self.engine.cycle() or self.way.under_way or self.call_back():
            pass

    def _help(self, state: PlanState) -> None:
        """Do whatever a person could do for a plan: not what the outside owes it."""
        self.engine.send(state.id, Unfreeze(self.clock.now(), "ann"))
        for step in state.steps:
            if step.outcome is None and (step.status in TO_BE_DONE or self._is_left_to_people(state, step)):
                results = GIVEN.get(self._definition(state, step).target or "", {})
                self.engine.send(state.id, Complete(self.clock.now(), step.id, results, "ann"))

    def _is_left_to_people(self, state: PlanState, step: StepState) -> bool:
        """Whether a step in progress is a task or a pause, or a callout that was accepted and is never called back."""
        if step.status is not StepStatus.IN_PROGRESS:
            return False
        kind = self._definition(state, step).kind
        is_accepted = Key(state.id, step.id, step.attempt) in self.world.accepted
        return kind in (StepKind.MANUAL, StepKind.PAUSE) or is_accepted

    def _definition(self, state: PlanState, step: StepState) -> Step:
        group = state.group(step.id.group_key)
        assert group is not None  # the group of a step in the plan
        return self.kernel.blueprint.step(group.group, step.id.step)

    def _state(self, plan_id: str) -> PlanState:
        return self.store.load(plan_id).state

    def check(self) -> None:
        """Every invariant of every plan, and that nothing of what was asked for is forgotten. Raises AssertionError."""
        for plan_id in self.plan_ids:
            check(self.store, plan_id, self.kernel)
        assert self.store.next_wake() is None
        assert not self.store.unanswered_targets()


def evolved(row: Row, id: str) -> Row:
    return {**row, "id": id}
