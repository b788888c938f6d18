"""READ FIRST: what operators see. Lists of plans and of steps in pages, one plan in full, histories, and what is true
of all plans: queues, integrations, programs.

Everything is read from the store as it is at that moment, whoever carries out its plans.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import FINISHED, PlanStatus, StepStatus
from dro_lang.program.model import Program, StepKind
from dro_lang.runtime.embedded.carried import step_row
from dro_lang.runtime.embedded.lists import (
    MOST_LOOKED_AT,
    Mark,
    PlanFilter,
    PlanOrder,
    Sight,
    StepField,
    StepFilter,
    StepOrder,
    Stretch,
)
from dro_lang.runtime.embedded.port import OPEN, Header, PlanRow, StepRow, Store, Switch
from dro_lang.runtime.embedded.residents import Kernels, Residents
from dro_lang.runtime.operations.fitting import fits
from dro_lang.runtime.operations.pages import (
    BY_PLAN,
    BY_SUBMISSION,
    Order,
    Page,
    mark,
    mark_of_plan,
    mark_of_step,
    page,
)
from dro_lang.runtime.operations.plan_view import HistoryLine, PlanView, history_lines, plan_view

TASKS = frozenset({StepStatus.READY, StepStatus.IN_PROGRESS})
CALLOUTS = frozenset({StepKind.CALLOUT})

R = TypeVar("R")

_BATCH = 200
LOOKS_ON = 0.02
"""Seconds for which something is looked for, where nothing was found at once."""
_MOST_LOADED = 100
"""So many plans are looked into for a page of steps."""


@frozen
class QueueLine:
    """A queue: its open tasks, those of them that nobody has, and its fatally failed steps."""

    queue: str | None
    tasks: int
    unassigned: int
    fatally_failed: int


@frozen
class IntegrationLine:
    """An integration of some program, whether it is online (`switch`: who switched it last), and its callouts."""

    name: str
    asynchronous: bool
    online: bool
    switch: Switch | None
    in_progress: int
    on_hold: int
    failed: int


@frozen
class ProgramLine:
    """A program that was deployed: its hash, its module, and its plans by name and state."""

    hash: str
    module: str
    plans: Mapping[str, Mapping[PlanStatus, int]]


class Queries:
    """Reads a store, in one thread. Every method may raise StoreError."""

    def __init__(self, store: Store, kernels: Kernels | None = None) -> None:
        """`kernels` may be shared with others that read the same programs, in other threads."""
        self.store = store
        self._residents = Residents(store, kernels=kernels)

    # ---- programs

    def kernel(self, header: Header) -> Kernel:
        """The kernel of a plan; `kernel.blueprint` has its program and its time zone. Raises StoreError where the
        program is missing."""
        return self._residents.kernel_of(header)

    def kernel_of(self, program: str, plan: str) -> Kernel:
        """The kernel of a plan of a program, by its hash. Raises KeyError for one that is not there."""
        return self._residents.kernel(program, plan)

    def zone(self, header: Header) -> ZoneInfo:
        """The time zone of a plan."""
        return self.kernel(header).blueprint.zone

    def programs(self) -> list[ProgramLine]:
        """All programs, oldest first."""
        counts: dict[str, dict[str, dict[PlanStatus, int]]] = {}
        for (hash, plan, status), count in self.store.tally_plans().items():
            counts.setdefault(hash, {}).setdefault(plan, {})[status] = count
        lines = []
        for hash in self.store.programs():
            program = self.store.program(hash)
            lines.append(
                ProgramLine(hash, program.module, {name: counts.get(hash, {}).get(name, {}) for name in program.plans})
            )
        return lines

    # ---- plans

    def plans(
        self,
        filter: PlanFilter = PlanFilter(),  # noqa: B008  frozen
        order: Order[PlanOrder] = BY_SUBMISSION,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[PlanRow]:
        """A page of plans: a shorter one, with more behind it, where few of those that were looked at are meant.
        Raises BadCursor, and KeyError where the plan is gone at which the page begins."""
        begin = None if after is None else mark(after, order)

        def look(begin: Mark | None) -> Stretch[PlanRow]:
            return self.store.look_at_plans(filter, begin, limit + 1, order.by, order.descending, MOST_LOOKED_AT)

        found = _first_found(look, begin)
        return page(found, limit, lambda row: mark_of_plan(row, order.by), order)

    def each_plan(self, filter: PlanFilter, after: Mark | None = None) -> Iterator[PlanRow]:
        """All plans that are meant, in the order of their submission; those that come to be meant meanwhile may be
        among them."""
        while rows := self.store.list_plans(filter, after, _BATCH):
            yield from rows
            after = mark_of_plan(rows[-1], PlanOrder.SUBMITTED)

    def has(self, plan_id: str) -> bool:
        """Whether a plan is in the store. One that was archived is not."""
        try:
            self.store.plan_row(plan_id)
        except KeyError:
            return False
        return True

    def plan(self, plan_id: str) -> PlanView:
        """One plan in full. Raises KeyError for one that is not there."""
        return plan_view(self.store, self._residents, plan_id)

    def history(self, plan_id: str, first: int = 0, limit: int | None = None) -> Iterator[HistoryLine]:
        """What happened to a plan, from an entry of its journal on. Raises KeyError for one that is not there."""
        return history_lines(self.store, plan_id, first, limit)

    # ---- steps

    def steps(
        self,
        filter: StepFilter,
        order: Order[StepOrder] = BY_PLAN,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[StepRow]:
        """A page of steps: open ones, from the index, unless the filter names other states.

        Pending and finished steps come in the order of plans alone, and are looked for plan by plan. A page is a
        shorter one, with more behind it, where few of those that were looked at are meant. Raises BadCursor, KeyError
        where the plan is gone at which the page begins, and ValueError for another order of such steps.
        """
        begin = None if after is None else mark(after, order)
        if filter.statuses <= OPEN:

            def look(begin: Mark | None) -> Stretch[StepRow]:
                return self.store.look_at_steps(filter, begin, limit + 1, order.by, order.descending, MOST_LOOKED_AT)

            found = _first_found(look, begin)
        elif order != BY_PLAN:
            raise ValueError("pending and finished steps are listed by plan: no other order has an index")
        else:
            found = self._look_into_plans(filter, begin, limit + 1)
        return page(found, limit, lambda row: mark_of_step(row, order.by), order)

    def each_step(self, filter: StepFilter) -> Iterator[StepRow]:
        """All steps that are meant, by plan. As `steps` otherwise."""
        if not filter.statuses <= OPEN:
            for of_plan in self._searched(filter, None):
                yield from of_plan.meant
            return
        after: Mark | None = None
        while rows := self.store.list_steps(filter, after, _BATCH):
            yield from rows
            after = mark_of_step(rows[-1], StepOrder.PLAN)

    def count_steps(self, filter: StepFilter) -> int:
        """How many steps are meant."""
        if filter.statuses <= OPEN:
            return self.store.count_steps(filter)
        return sum(len(of_plan.meant) for of_plan in self._searched(filter, None))

    def _look_into_plans(self, filter: StepFilter, after: Mark | None, limit: int) -> Stretch[StepRow]:
        """Steps in whatever state, from behind a place on."""
        found: list[StepRow] = []
        for count, of_plan in enumerate(self._searched(filter, after), 1):
            found += of_plan.meant
            if len(found) >= limit:
                break
            if count == _MOST_LOADED:
                return Stretch(tuple(found), of_plan.end)
        return Stretch(tuple(found[:limit]))

    def _searched(self, filter: StepFilter, after: Mark | None) -> Iterator["_OfPlan"]:
        """Steps in whatever state, by looking into plans one after the other."""
        if after is not None:
            yield self._of_plan(filter, after.plan_id, after.place + 1)
        if filter.plan_id is not None:
            if after is None and self.has(filter.plan_id):
                yield self._of_plan(filter, filter.plan_id)
            return
        # A completed plan has none but finished steps.
        running = frozenset(PlanStatus) - {PlanStatus.COMPLETED}
        statuses = frozenset[PlanStatus]() if filter.statuses & FINISHED else running
        plans = PlanFilter(statuses, program=filter.program, plan=filter.plan, sight=filter.sight)
        for row in self.each_plan(plans, after and Mark(after.plan_id)):
            yield self._of_plan(filter, row.header.plan_id)

    def _of_plan(self, filter: StepFilter, plan_id: str, first: int = 0) -> "_OfPlan":
        rows = list(self._steps_of(plan_id))
        return _OfPlan(tuple(row for row in rows[first:] if fits(filter, row)), Mark(plan_id, len(rows)))

    def _steps_of(self, plan_id: str) -> Iterator[StepRow]:
        loaded = self.store.load(plan_id)
        kernel = self.kernel(loaded.header)
        row = partial(step_row, kernel, loaded.header, loaded.state)
        return map(row, range(len(loaded.state.steps)))

    # ---- queues and integrations

    def queues(self, sight: Sight) -> list[QueueLine]:
        """The queues in which there is something: open tasks, and the steps that have fallen out."""

        of_tasks = StepFilter(TASKS, frozenset({StepKind.MANUAL}), sight=sight)
        tasks = self.store.tally_steps(StepField.QUEUE, of_tasks)
        unassigned = self.store.tally_steps(StepField.QUEUE, evolve(of_tasks, unassigned=True))
        fatally_failed = StepFilter(frozenset({StepStatus.FATALLY_FAILED}), sight=sight)
        fallen = self.store.tally_steps(StepField.QUEUE, fatally_failed)
        names = sorted({*tasks, *fallen}, key=lambda name: (name is None, name or ""))
        return [QueueLine(name, tasks.get(name, 0), unassigned.get(name, 0), fallen.get(name, 0)) for name in names]

    def integrations(self) -> list[IntegrationLine]:
        """The integrations of all programs, by name."""
        declared = {
            name: integration for hash in self.store.programs() for name, integration in self._integrations(hash)
        }
        switches = {switch.integration: switch for switch in self.store.switches()}
        in_progress, on_hold, failed, fatally_failed = (
            Counter(self.store.tally_steps(StepField.TARGET, StepFilter(frozenset({status}), CALLOUTS)))
            for status in (StepStatus.IN_PROGRESS, StepStatus.ON_HOLD, StepStatus.FAILED, StepStatus.FATALLY_FAILED)
        )
        return [
            IntegrationLine(
                name,
                declared[name],
                switches[name].online if name in switches else True,
                switches.get(name),
                in_progress[name],
                on_hold[name],
                failed[name] + fatally_failed[name],
            )
            for name in sorted(declared)
        ]

    def _integrations(self, hash: str) -> Iterator[tuple[str, bool]]:
        program: Program = self.store.program(hash)
        return ((integration.name, integration.asynchronous) for integration in program.integrations.values())


def _first_found(look: Callable[[Mark | None], Stretch[R]], begin: Mark | None) -> Stretch[R]:
    """What is found behind a place. Where that is nothing, more is looked at, for so long as nobody minds."""
    end = time.monotonic() + LOOKS_ON
    found = look(begin)
    while not found.rows and found.end is not None and time.monotonic() < end:
        found = look(found.end)
    return found


@frozen
class _OfPlan:
    """The steps of a plan that are meant, and the place behind all of its steps."""

    meant: tuple[StepRow, ...]
    end: Mark
