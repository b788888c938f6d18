"""One plan on a virtual clock: nothing outside is touched, and days pass in no time."""

from collections import defaultdict, deque
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import MappingProxyType

from dro_lang.conditions.time import in_zone, shift
from dro_lang.kernel.commands import CallOut, Command, RunAction
from dro_lang.kernel.events import (
    Amend,
    Cancel,
    Claim,
    Complete,
    Discard,
    Event,
    Failed,
    Freeze,
    GoOffline,
    GoOnline,
    Retry,
    SetData,
    Start,
    Succeeded,
    TimePassed,
    Unfreeze,
)
from dro_lang.kernel.history import Entry
from dro_lang.kernel.machine import Kernel, Transition
from dro_lang.kernel.schedule import NEVER
from dro_lang.kernel.states import InstanceId, PlanState, PlanStatus
from dro_lang.kernel.view import StepView
from dro_lang.program.model import StepKind
from dro_lang.program.values import Duration, Row
from dro_lang.runtime.foresight import last_midnight, looks_daily, next_event
from dro_lang.runtime.outside.port import Outside
from dro_lang.runtime.submission import moment_in

_NOTHING: Row = MappingProxyType({})


class Simulation:
    """A plan that is carried on by a virtual clock, an outside, and the operations below.

    The plan starts with the first thing that is done to it or asked about it; what an outside will do (`fail`,
    `offline`, `online`) can be said before. Each operation happens now, and gives the reason why it was refused, or
    None. The same operations give the same history. `observe` is shown every turn.
    """

    def __init__(
        self,
        kernel: Kernel,
        plan: PlanState,
        outside: Outside,
        operator: str = "operator",
        observe: Callable[[Transition], None] | None = None,
    ) -> None:
        self.kernel = kernel
        self.operator = operator
        self.now = in_zone(plan.moment, kernel.blueprint.zone)
        self.history: list[Entry] = []
        self._plan = plan
        self._outside = outside
        self._observe = observe
        self._failures: defaultdict[InstanceId, deque[str | None]] = defaultdict(deque)

    # ---- what is

    @property
    def plan(self) -> PlanState:
        """The state of the plan now."""
        self._begin()
        return self._plan

    @property
    def steps(self) -> tuple[StepView, ...]:
        return self.kernel.view(self.plan)

    def find(self, group: str, step: str, item: str | None = None) -> tuple[InstanceId, ...]:
        """The instances of a step, of one item where it is given: those of the plan's own groups, else those of the
        compensation groups of that name. No instance where there is none."""
        plan = self._plan
        held = {group.key: group.item for group in plan.groups}
        named = [
            found.id
            for found in plan.steps
            if (found.id.group, found.id.step) == (group, step)
            and item in (None, found.id.item, held[found.id.group_key])
        ]
        return tuple(found for found in named if found.copy == 0) or tuple(named)

    # ---- time

    def advance_to(self, when: date | datetime) -> None:
        """Let time pass, to a moment or to the beginning of a day, with all that is due until then. Never back."""
        self._begin()
        moment = moment_in(self.kernel, when)
        while self._plan.timer is not None and self._plan.timer <= moment:
            timer = self._next_timer(self._plan.timer, moment)
            self._set_clock(timer)
            self._send(TimePassed(timer))
        self._set_clock(moment)

    def _next_timer(self, timer: datetime, end: datetime) -> datetime:
        """The plan's timer; where nobody observes, without the midnights at which nothing happens, save the last."""
        if self._observe is not None or not looks_daily(self._plan):
            return timer
        blueprint = self.kernel.blueprint
        return next_event(blueprint, self._plan, end) or max(timer, last_midnight(blueprint, end))

    def advance(self, duration: Duration | timedelta) -> None:
        """Let time pass: days on the wall clock of the plan's zone, business days by its calendar.
        It ends where the calendar does, in the year 9999."""
        if isinstance(duration, timedelta):
            duration = Duration(days=duration.days, seconds=duration.seconds)
        blueprint = self.kernel.blueprint
        try:
            moment = shift(self.now, duration, 1, blueprint.zone, blueprint.calendar)
        except OverflowError:
            moment = NEVER
        self.advance_to(moment)

    def _set_clock(self, moment: datetime) -> None:
        self.now = max(self.now, in_zone(moment, self.kernel.blueprint.zone))

    def do(self, event: Event) -> str | None:
        """What anybody does; the operations below are the common ones."""
        self._begin()
        return self._send(event)

    # ---- what the outside does

    def fail(self, step: InstanceId, code: str | None = None) -> str | None:
        """The running attempt of an auto or a callout fails; of one that is not running, its next attempt will."""
        now = self._plan.step(step)
        if now is None or now.sent or now.finished or not self._is_outside(step):
            return self.do(Failed(self.now, step, code))
        self._failures[step].append(code)
        return None

    def _is_outside(self, step: InstanceId) -> bool:
        group = self._plan.group(step.group_key)
        assert group is not None  # the group of a step in the plan
        return self.kernel.blueprint.step(group.group, step.step).kind in (StepKind.AUTO, StepKind.CALLOUT)

    def answer(self, step: InstanceId, results: Row = _NOTHING) -> str | None:
        """A callout is answered."""
        return self.do(Succeeded(self.now, step, results))

    def offline(self, integration: str) -> str | None:
        return self._send(GoOffline(self.now, integration, self.operator))

    def online(self, integration: str) -> str | None:
        return self._send(GoOnline(self.now, integration, self.operator))

    # ---- what people do

    def claim(self, step: InstanceId) -> str | None:
        return self.do(Claim(self.now, step, self.operator))

    def complete(self, step: InstanceId, results: Row = _NOTHING) -> str | None:
        return self.do(Complete(self.now, step, results, self.operator))

    def retry(self, step: InstanceId) -> str | None:
        return self.do(Retry(self.now, step, by=self.operator))

    def discard(self, step: InstanceId) -> str | None:
        return self.do(Discard(self.now, step, self.operator))

    def set(self, values: Row) -> str | None:
        return self.do(SetData(self.now, values, by=self.operator))

    def freeze(self) -> str | None:
        return self.do(Freeze(self.now, self.operator))

    def unfreeze(self) -> str | None:
        return self.do(Unfreeze(self.now, self.operator))

    def amend(self, item: str | None = None, values: Row = _NOTHING, override: bool = False) -> str | None:
        return self.do(Amend(self.now, item, values, override, self.operator))

    def cancel(self, item: str | None = None, values: Row = _NOTHING, override: bool = False) -> str | None:
        return self.do(Cancel(self.now, item, values, override, self.operator))

    # ---- the machinery

    def _begin(self) -> None:
        if self._plan.status is PlanStatus.NOT_STARTED:
            self._send(Start(self.now))

    def _send(self, event: Event) -> str | None:
        """Take a turn, and those that the outside's answers to it bring. Gives the reason why the event was refused."""
        first = self._turn(event)
        waiting = deque(first.commands)
        while waiting:
            answer = self._answer(waiting.popleft())
            if answer is not None:
                waiting += self._turn(answer).commands
        return first.refusal

    def _turn(self, event: Event) -> Transition:
        done = self.kernel.step(self._plan, event)
        self._plan = done.state
        self.history += done.history
        if self._observe is not None:
            self._observe(done)
        return done

    def _answer(self, command: Command) -> Event | None:
        if not isinstance(command, RunAction | CallOut):
            return None
        step = command.key.step
        if self._failures[step]:
            return Failed(self.now, step, self._failures[step].popleft(), command.key.attempt)
        return self._outside.answer(command, self.now)
