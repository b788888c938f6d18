"""READ FIRST: how something is done to steps or plans, to one or to all that a filter means; and what would become of
it.

The filter decides which are meant. Whether it may be done is asked again for each one when it is its turn, in the
transaction that does it, so each gets an outcome of its own; the others go on.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from datetime import datetime
from itertools import islice
from typing import Protocol

from attrs import evolve, frozen

from dro_lang.kernel.events import Complete
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import PlanState, PlanStatus
from dro_lang.runtime.embedded.batch import NO_PLAN
from dro_lang.runtime.embedded.carried import Carrying
from dro_lang.runtime.embedded.clock import Clock
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.lists import PlanFilter, StepFilter
from dro_lang.runtime.embedded.port import Loaded, Store
from dro_lang.runtime.embedded.requests import Answer, Reply, Request, Send, SwitchIntegration
from dro_lang.runtime.embedded.worker import Worker
from dro_lang.runtime.operations.actions import (
    CHANGEABLE,
    ELIGIBLE,
    Action,
    PlanAction,
    PlanVerb,
    StepAction,
    Target,
    event_of,
)
from dro_lang.runtime.operations.queries import Queries
from dro_lang.runtime.operations.values import Unfit

_GROUP = 64


class Asking(Protocol):
    """Has requests done, and gives the replies in their order: `Desk` does, and `OfWorker`."""

    def ask_all(self, requests: Iterable[Request]) -> Iterator[Reply]: ...


@frozen
class OfWorker:
    """Asks a worker of this process."""

    worker: Worker

    def ask_all(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Raises StoreError, also where the worker has come to its end."""
        remaining = iter(requests)
        while some := list(islice(remaining, _GROUP)):
            for future in [self.worker.ask(request) for request in some]:
                try:
                    yield future.result()
                except CancelledError:
                    help = "start another one; what had no reply is not done"
                    raise StoreError("R0411", "the worker has come to its end", help) from None


@frozen
class Outcome:
    """What became of one of many: done, or refused for a reason."""

    target: Target
    refusal: str | None = None
    freezing: bool = False
    """It was told to freeze, and is frozen once what runs has come back."""

    @property
    def done(self) -> bool:
        return self.refusal is None


class Operations:
    """Does what operators ask for. Used by one thread. Every method may raise StoreError: then what came before it is
    done, and the rest is not."""

    def __init__(self, queries: Queries, asking: Asking, clock: Clock) -> None:
        self.queries = queries
        self._asking = asking
        self._clock = clock

    @property
    def _store(self) -> Store:
        return self.queries.store

    # ---- which are meant

    def meant(self, action: Action, filter: StepFilter | PlanFilter) -> Iterator[Target]:
        """What a filter means: where it names no state, those to which the action may be done."""
        if isinstance(action, PlanAction):
            assert isinstance(filter, PlanFilter)
            rows = self.queries.each_plan(evolve(filter, statuses=filter.statuses or CHANGEABLE[action.verb]))
            return (Target(row.header.plan_id) for row in rows)
        assert isinstance(filter, StepFilter)
        return (Target(row.plan_id, row.id) for row in self.queries.each_step(self._narrowed(action, filter)))

    def count(self, action: Action, filter: StepFilter | PlanFilter) -> int:
        """How many a filter means."""
        if isinstance(filter, PlanFilter):
            assert isinstance(action, PlanAction)
            return self._store.count_plans(evolve(filter, statuses=filter.statuses or CHANGEABLE[action.verb]))
        assert isinstance(action, StepAction)
        return self.queries.count_steps(self._narrowed(action, filter))

    @staticmethod
    def _narrowed(action: StepAction, filter: StepFilter) -> StepFilter:
        return evolve(filter, statuses=filter.statuses or ELIGIBLE[action.verb])

    # ---- doing

    def perform(self, action: Action, targets: Iterable[Target]) -> Iterator[Outcome]:
        """Do something to each target, in their order; the outcomes come as it is done."""
        remaining = iter(targets)
        while some := list(islice(remaining, _GROUP)):
            yield from self._perform(action, some)

    def _perform(self, action: Action, targets: list[Target]) -> Iterator[Outcome]:
        prepared = [self._prepared(action, target) for target in targets]
        replies = self._asking.ask_all(each for each in prepared if isinstance(each, Send))
        for target, each in zip(targets, prepared, strict=True):
            if isinstance(each, Send):
                reply = next(replies)
                refusal = reply.refusal if isinstance(reply, Answer) else None
                yield Outcome(target, refusal, refusal is None and self._freezing(action, target))
            else:
                yield Outcome(target, each)

    def _freezing(self, action: Action, target: Target) -> bool:
        if action.verb is not PlanVerb.FREEZE:
            return False
        return self._store.load(target.plan_id).state.status is PlanStatus.FREEZING

    def _prepared(self, action: Action, target: Target) -> Send | str:
        """The request that does it, or why that is refused at once."""
        try:
            loaded = self._store.load(target.plan_id)
        except KeyError:
            return NO_PLAN
        kernel, now = self.queries.kernel(loaded.header), self._clock.now()
        try:
            return Send(target.plan_id, event_of(action, target, kernel.blueprint, loaded.state, now))
        except Unfit as unfit:
            return _barred(action, target, kernel, loaded.state, now) or str(unfit)

    def switch(self, integration: str, online: bool, by: str) -> str | None:
        """Set an integration offline or online, for all plans. Gives the reason where that is refused."""
        [reply] = self._asking.ask_all([SwitchIntegration(integration, online, by)])
        return reply.refusal if isinstance(reply, Answer) else None

    # ---- foreseeing

    def preview(self, action: Action, targets: Iterable[Target]) -> Iterator[Outcome]:
        """What `perform` would give now. Nothing is changed."""
        carrying: Carrying | None = None
        for target in targets:
            try:
                if carrying is None or carrying.header.plan_id != target.plan_id:
                    carrying = self._carrying(self._store.load(target.plan_id))
            except KeyError:
                yield Outcome(target, NO_PLAN)
                continue
            kernel, state, now = carrying.kernel, carrying.state, self._clock.now()
            try:
                yield Outcome(target, carrying.turn(event_of(action, target, kernel.blueprint, state, now)).refusal)
            except Unfit as unfit:
                yield Outcome(target, _barred(action, target, kernel, state, now) or str(unfit))

    def _carrying(self, loaded: Loaded) -> Carrying:
        """A plan as a transaction would take it up: with what is due by now done."""
        carrying = Carrying.of(self.queries.kernel(loaded.header), loaded)
        now = self._clock.now()
        switches = {switch.integration: switch for switch in self._store.switches()}
        for event in (*carrying.switched(switches, now), *carrying.due_events(now)):
            carrying.turn(event)
        return carrying


def _barred(action: Action, target: Target, kernel: Kernel, state: PlanState, at: datetime) -> str | None:
    """Why a step cannot be completed, whatever its results are; None where it can, and they are what is wrong."""
    step = None if target.step is None else state.step(target.step)
    if step is None or not isinstance(action, StepAction):
        return None
    if step.status in ELIGIBLE[action.verb] and state.status is PlanStatus.IN_PROGRESS:
        return None
    return kernel.step(state, Complete(at, step.id, {}, action.by)).refusal
