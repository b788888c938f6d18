"""The world around one plan: what automations, outside systems, people and operators do, as is assumed of them.

Nothing of it is remembered: what will be done for a step follows from the step, the assumptions and the draws.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from attrs import frozen

from dro_lang.conditions.time import shift
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.commands import CallOut, RunAction
from dro_lang.kernel.events import Complete, Event, Failed, Retry, Succeeded
from dro_lang.kernel.states import InstanceId, PlanState, PlanStatus, StepState, StepStatus
from dro_lang.program.model import AttributeDefinition, Step, StepKind
from dro_lang.program.types import BooleanType, DecimalType, EnumType, IntegerType, MoneyType
from dro_lang.program.values import Duration, Row, Value
from dro_lang.runtime.outside.failures import TIMEOUT
from dro_lang.runtime.outside.willing import generated
from dro_lang.runtime.simulation.assumptions import Assumptions, End, Ending, Who, subjects
from dro_lang.runtime.simulation.chance import Chance, Delay

PERSON = "person"
"""Who does a task that is assigned to nobody in particular."""

OPERATOR = "operator"

_MOST = 100
"""A number without bounds of its own is drawn from 1 to so many."""

_LARGEST = Decimal(10**12 - 1)
"""What every type of number can hold."""

_OPEN_TASK = (StepStatus.READY, StepStatus.IN_PROGRESS)
_OUTSIDE = (StepKind.AUTO, StepKind.CALLOUT)
_JUST_BEFORE = timedelta(seconds=1)


class _Makes(Protocol):
    """Makes what happens at a moment."""

    def __call__(self, at: datetime, /) -> Event: ...


@frozen
class Act:
    """Something that will be done for a step as it is now, unless the step changes before."""

    at: datetime
    step: InstanceId
    attempt: int
    event: _Makes


@frozen(eq=False)
class World:
    """An outside that keeps to assumptions."""

    blueprint: Blueprint
    assumptions: Assumptions
    chance: Chance

    def answer(self, command: RunAction | CallOut, at: datetime) -> Succeeded | Failed | None:
        """The answer to a command whose time is none; the others are acts."""
        step, attempt = command.key.step, command.key.attempt
        definition = self._definition(step)
        delay = self._delay(step, definition, None)
        if delay is None or not delay.is_none or not self._is_answered(step):
            return None
        return self._answer(step, definition, attempt, at)

    def acts(self, plan: PlanState) -> Iterator[Act]:
        """What will be done for each step as it is now."""
        for step in plan.steps:
            if not step.finished and step.since is not None:
                found = self._act(plan, step, step.since)
                if found is not None:
                    yield found

    def _act(self, plan: PlanState, step: StepState, since: datetime) -> Act | None:
        definition = self._definition(step.id)
        if definition.kind in _OUTSIDE and step.status is StepStatus.IN_PROGRESS and step.sent:
            if not self._is_answered(step.id):
                return None
            at = self._end(step, definition, since)
            last = self._last(definition, since) if self._ending(step.id) is None else None
            if last is not None and (at is None or at > last):
                return self._made(step, last, lambda now: Failed(now, step.id, TIMEOUT, step.attempt))
            return self._made(step, at, lambda now: self._answer(step.id, definition, step.attempt, now))
        if plan.status is not PlanStatus.IN_PROGRESS:
            return None
        if step.status is StepStatus.FATALLY_FAILED:
            subject = (Who.OPERATORS,) if step.queue is None else (step.queue, Who.OPERATORS)
            at = self._drawn(step, self.assumptions.delay(subject), since, "tried again")
            return self._made(step, at, lambda now: Retry(now, step.id, step.attempt, OPERATOR))
        ending = self._ending(step.id)
        if definition.kind is StepKind.MANUAL and step.status in _OPEN_TASK:
            is_done = ending is None or ending.end is End.COMPLETED
        else:
            is_pause = definition.kind is StepKind.PAUSE and step.status is StepStatus.IN_PROGRESS
            is_done = is_pause and ending is not None and ending.end is End.COMPLETED
        at = self._end(step, definition, step.ready_at or since) if is_done else None
        return self._made(step, at, lambda now: self._done(step, definition, now))

    def _made(self, step: StepState, at: datetime | None, event: _Makes) -> Act | None:
        return None if at is None else Act(at, step.id, step.attempt, event)

    # ---- when

    def _end(self, step: StepState, definition: Step, since: datetime) -> datetime | None:
        """When a step is done; what is assumed to be completed is so before it expires."""
        at = self._drawn(step, self._delay(step.id, definition, step.queue), since, "done")
        ending = self._ending(step.id)
        if ending is not None and ending.end is End.COMPLETED and step.expires_at is not None:
            last = max(since, step.expires_at - _JUST_BEFORE)
            return last if at is None else min(at, last)
        return at

    def _last(self, definition: Step, since: datetime) -> datetime | None:
        """How long a request is waited for: an asynchronous one is taken at once, and answered by a callback."""
        if definition.kind is not StepKind.CALLOUT or definition.target is None:
            return None
        integration = self.blueprint.program.integrations[definition.target]
        if integration.asynchronous or integration.timeout is None:
            return None
        return self._shifted(since, integration.timeout)

    def _drawn(self, step: StepState, delay: Delay | None, since: datetime, what: str) -> datetime | None:
        return None if delay is None else delay.end(since, self._share(step.id, what, step.attempt), self._shifted)

    def _shifted(self, moment: datetime, duration: Duration, /) -> datetime:
        return shift(moment, duration, 1, self.blueprint.zone, self.blueprint.calendar)

    def _delay(self, step: InstanceId, definition: Step, queue: str | None) -> Delay | None:
        return self.assumptions.delay(self._subjects(step, definition, queue))

    # ---- what

    def _is_answered(self, step: InstanceId) -> bool:
        ending = self._ending(step)
        return ending is None or ending.end in (End.COMPLETED, End.FAILED)

    def _answer(self, step: InstanceId, definition: Step, attempt: int, at: datetime) -> Succeeded | Failed:
        ending = self._ending(step)
        if ending is None:
            rate = self.assumptions.fail_rate(self._subjects(step, definition, None))
            fails, code = self._share(step, "fails", attempt) < rate.rate, rate.code
        else:
            fails, code = ending.end is End.FAILED, ending.code
        if fails:
            return Failed(at, step, code, attempt)
        return Succeeded(at, step, self._results(step, definition, at), attempt)

    def _done(self, step: StepState, definition: Step, at: datetime) -> Complete:
        return Complete(at, step.id, self._results(step.id, definition, at), by=step.assignee or PERSON)

    def _ending(self, step: InstanceId) -> Ending | None:
        """How an instance is assumed to end; None where nothing is said of it."""
        left = self._share(step, "ends")
        for ending in self.assumptions.endings.get(_name(step), ()):
            left -= ending.share
            if left < 0:
                return ending
        return None

    def _results(self, step: InstanceId, definition: Step, at: datetime) -> Row:
        """Results that fit: those that are assumed, else drawn ones."""
        gives = self.blueprint.gives(definition)
        usual = generated(gives, self.blueprint, at)
        return {result.name: self._result(step, result, usual[result.name]) for result in gives}

    def _result(self, step: InstanceId, result: AttributeDefinition, usual: Value) -> Value:
        left = self._share(step, "gives", result.name)
        for answer in self.assumptions.answers.get(_name(step), {}).get(result.name, ()):
            left -= answer.share
            if left < 0:
                return answer.value
        return self._value(result, self._share(step, "draws", result.name), usual)

    def _value(self, result: AttributeDefinition, share: float, usual: Value) -> Value:
        """A value of what can be drawn: a boolean, a constant, a number."""
        match result.type:
            case BooleanType():
                return share < 0.5
            case EnumType(name):
                constants = self.blueprint.program.enums[name].constants
                return constants[int(share * len(constants))].name
            case IntegerType():
                low, high = _bounds(result)
                return int(low) + int(share * (int(high) - int(low) + 1))
            case DecimalType() | MoneyType():
                low, high = _bounds(result)
                drawn = (high - low) * Decimal(str(round(share, 6)))
                return min(low + drawn.quantize(Decimal("0.01")), high)
        return usual

    # ---- names and draws

    def _definition(self, step: InstanceId) -> Step:
        found = self.blueprint.groups[step.group].step(step.step)
        assert found is not None  # a step of the plan
        return found

    def _subjects(self, step: InstanceId, definition: Step, queue: str | None) -> tuple[str, ...]:
        return subjects(self.blueprint, _name(step), definition, queue)

    def _share(self, step: InstanceId, *what: str | int) -> float:
        return self.chance.share(step.group, step.step, step.item, step.copy, *what)


def _name(step: InstanceId) -> str:
    return f"{step.group}.{step.step}"


def _bounds(result: AttributeDefinition) -> tuple[Decimal, Decimal]:
    """The bounds of a number; where one is open, it is drawn within a hundred of the other."""
    low = None if result.low is None else Decimal(str(result.low.value))
    high = None if result.high is None else Decimal(str(result.high.value))
    if low is None:
        low = Decimal(1) if high is None or high > 1 else max(high - _MOST, -_LARGEST)
    return low, min(low + _MOST, _LARGEST) if high is None else high
