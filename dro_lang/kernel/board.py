"""The groups and steps of a plan, indexed: what waits look at, and what a turn changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import heapify, heappop, heappush

from dro_lang.conditions.time import in_zone
from dro_lang.kernel.begun import Tick
from dro_lang.kernel.blueprint import Blueprint
from dro_lang.kernel.layout import Awaited, Layout, Roles, StepKey, awaited
from dro_lang.kernel.overview import Overview
from dro_lang.kernel.standings import Counts, Standing, holds_back, moved, standing_of
from dro_lang.kernel.states import (
    GroupInstance,
    GroupKey,
    InstanceId,
    PlanState,
    PlanStatus,
    StepState,
    StepStatus,
    item_rows,
)
from dro_lang.program.model import Outcome, Step, Wait
from dro_lang.program.values import Row

_GONE = frozenset({StepStatus.BYPASSED, StepStatus.DISCARDED})

_SCHEDULED, _IN_PROGRESS, _STARTS = StepStatus.SCHEDULED, StepStatus.IN_PROGRESS, Tick.STARTS

Tally = Mapping[Standing, tuple[datetime | None, InstanceId]]
"""The standings of some instances: for each the latest moment at which one came into it, and that instance."""


class Board:
    """A working copy of a state's groups and steps. Not part of any state; a turn makes one and drops it."""

    def __init__(self, blueprint: Blueprint, state: PlanState) -> None:
        overview = Overview.of(blueprint, state)
        self.blueprint = blueprint
        self._row = state.row
        self._items: Mapping[str, Row] | None = None
        self.groups_in_order = state.groups
        self._by_key: dict[GroupKey, GroupInstance] | None = None
        self.steps: list[StepState] = list(state.steps)
        """In their fixed order."""
        self.layout: Layout = overview.layout
        self.roles: Roles = overview.layout.roles
        """What each step is in the plan."""
        self.begun = overview.begun.copy()
        self.left = overview.left
        """How many steps are not finished."""
        self._counts: dict[StepKey, Counts] = dict(overview.counts)
        self._tallies: dict[StepKey, Tally] = {}
        self._unsettled: set[int] = set()
        self._looked_at = state.moment
        # In a plan that runs every step has gone as far as it goes, and nothing has moved in one that has not started.
        self._all_unsettled = state.status is not PlanStatus.IN_PROGRESS
        if state.status is PlanStatus.NOT_STARTED and self.left == len(self.steps) and not self.begun.places:
            self._all_unsettled = False
            self._unsettled.update(overview.layout.free)

    # ---- reading

    def step(self, instance: InstanceId) -> StepState:
        """Raises KeyError for one that is not in the plan."""
        return self.steps[self.layout.places[instance]]

    def find(self, instance: InstanceId) -> StepState | None:
        """A step; None for one that is not in the plan."""
        place = self.layout.places.get(instance)
        return None if place is None else self.steps[place]

    def begun_steps(self) -> list[StepState]:
        """The steps that are neither pending nor finished, in their order."""
        return [self.steps[place] for place in self.begun.places]

    def definition(self, instance: InstanceId) -> Step:
        """The step as it was written."""
        return self.roles[instance].definition

    def instances(self, group: GroupKey, step: str) -> Sequence[InstanceId]:
        return [self.steps[place].id for place in self.layout.members.get((group, step), ())]

    @property
    def groups(self) -> Mapping[GroupKey, GroupInstance]:
        """The groups by their keys."""
        if self._by_key is None:
            self._by_key = dict(zip(self.layout.names, self.groups_in_order, strict=True))
        return self._by_key

    @property
    def row(self) -> Row:
        """The record as it is now."""
        return self._row

    @row.setter
    def row(self, row: Row) -> None:
        self._row = row
        self._items = None
        self.look_again()

    @property
    def items(self) -> Mapping[str, Row]:
        """Its items by their ids, in order."""
        if self._items is None:
            self._items = item_rows(self._row, self.blueprint.item_node)
        return self._items

    @staticmethod
    def awaited(group: GroupKey, wait: Wait) -> StepKey:
        """The step that a wait of a step in a group is for."""
        return awaited(group, wait)

    def tally(self, awaited: Awaited) -> Tally:
        """How the instances stand that a wait is for."""
        if len(awaited.places) <= 1:
            return self._count(awaited.places)
        if awaited.target not in self._tallies:
            self._tallies[awaited.target] = self._count(awaited.places)
        return self._tallies[awaited.target]

    def standings(self, awaited: Awaited) -> Counts | None:
        """How many of the instances stand how that a wait is for; None where that is not counted, as they are few."""
        return self._counts.get(awaited.target) if len(awaited.places) > 1 else None

    def _count(self, places: Sequence[int]) -> Tally:
        tally: dict[Standing, tuple[datetime | None, InstanceId]] = {}
        for place in places:
            step = self.steps[place]
            standing = standing_of(self.definition(step.id), step)
            moment = step.finished_at if step.status is not StepStatus.CANCELED else step.since
            known = tally.get(standing)
            if known is None or (moment is not None and (known[0] is None or moment > known[0])):
                tally[standing] = (moment, step.id)
        return tally

    def compensation_before(self, instance: InstanceId) -> GroupInstance | None:
        """An unfinished compensation group that a pending step lets go first: those that its own group follows, and,
        for a step that was composed with the plan, those inserted for the plan or for its item."""
        if not self.layout.compensated:
            return None
        own = self.groups[instance.group_key]
        for group in self.groups.values():
            if group.cause is None or not self._goes_first(group, own, instance):
                continue
            if any(not self.steps[place].finished for place in self._places_of(group)):
                return group
        return None

    @staticmethod
    def _goes_first(group: GroupInstance, own: GroupInstance, instance: InstanceId) -> bool:
        if own.cause is not None:
            return group.key in own.follows
        return group.item is None or group.item == instance.item

    def _places_of(self, group: GroupInstance) -> Iterable[int]:
        definitions = self.blueprint.group(group.group).steps
        return (place for step in definitions for place in self.layout.members.get((group.key, step.name), ()))

    def failure_awaited(self, instance: InstanceId) -> bool:
        """Whether some step of the plan waits for this one to fail, which makes its failure an outcome."""
        target = instance.group_key, instance.step
        return any(
            Outcome.FAILED in wait.outcomes and self.awaited(group.key, wait) == target
            for group, _, wait in self.waits()
        )

    def waits(self) -> Iterator[tuple[GroupInstance, Step, Wait]]:
        """Every wait in the plan, with the step that waits and its group."""
        for group in self.groups.values():
            for step in self.blueprint.group(group.group).steps:
                for wait in step.join.waits if step.join else ():
                    yield group, step, wait

    # ---- changing

    def put(self, step: StepState) -> None:
        """Set the state of a step."""
        role = self.roles[step.id]
        before = self.steps[role.place]
        self.steps[role.place] = step
        self.begun.changed(role, before, step)
        if step.results != before.results:
            self.look_again()
        if step.status is _SCHEDULED:
            if step.scheduled_for is None:  # The date is no longer known: nothing holds it back.
                self._unsettled.add(role.place)
        elif step.status is _IN_PROGRESS and role.definition.until is not None:
            self._unsettled.add(role.place)
        if before.status is step.status and before.outcome is step.outcome:
            return
        self.left += before.finished - step.finished
        self._tallies.pop(role.key, None)
        counts = self._counts.get(role.key)
        if counts is not None:
            counts = self._counts[role.key] = _counted_anew(counts, role.definition, before, step)
        if _is_open(before) and _is_open(step):
            return
        for wait, places in role.dependents:
            # What waits for all of many is held back by the others, whatever became of this one.
            if counts is None or wait.same_item or not holds_back(wait, counts):
                self._unsettled.update(places)

    def look_again(self) -> None:
        """Something is not as it was that pauses look at, or that callouts on hold wait for: the record, a result, the
        day, an integration."""
        self._unsettled.update(self.begun.watched)

    def add(self, steps: Iterable[StepState]) -> None:
        """Bring steps into the plan, pending."""
        self.steps += steps
        self._look_anew()

    def insert(self, group: GroupInstance) -> None:
        """Bring a group into the plan, or set it anew."""
        self._by_key = {**self.groups, group.key: group}
        self.groups_in_order = tuple(self._by_key.values())
        self._look_anew()

    def _look_anew(self) -> None:
        order = tuple(step.id for step in self.steps)
        self.layout = self.blueprint.layout(self.groups_in_order, order)
        self.roles = self.layout.roles
        overview = Overview.worked_out(self.layout, self.steps)
        self.begun, self.left, self._counts = overview.begun, overview.left, dict(overview.counts)
        self._tallies.clear()
        self._all_unsettled = True

    def overview(self) -> Overview:
        """What to hand on with the state."""
        return Overview(self.layout, self.begun, self.left, self._counts)

    # ---- what may move on

    def unsettled(self, now: datetime) -> Iterable[StepState]:
        """The steps that may be able to move on, in their fixed order, each as it is when its turn comes: those whose
        date has come, and those for which something changed that they wait for or look at.

        A step for which something changes while others move comes too, now or, where its place has passed, next time.
        """
        if self._all_unsettled or self.layout.compensated:
            return self._all()
        if not (self._unsettled or self.begun.agenda or self.begun.watched):
            return ()
        return self._some(now)

    def _all(self) -> Iterator[StepState]:
        self._all_unsettled = False
        self._unsettled.clear()
        for place in range(len(self.steps)):
            yield self.steps[place]

    def _some(self, now: datetime) -> Iterator[StepState]:
        if self.begun.watched and now != self._looked_at:
            zone = self.blueprint.zone
            if in_zone(now, zone).date() != in_zone(self._looked_at, zone).date():
                self.look_again()
            self._looked_at = now
        queued = {place for _, tick, place in self.begun.due(now) if tick is _STARTS}
        heap = list(queued)
        heapify(heap)
        next_time: set[int] = set()
        here = -1
        while True:
            if self._unsettled:
                for place in self._unsettled - queued:
                    if place <= here:
                        next_time.add(place)
                    else:
                        queued.add(place)
                        heappush(heap, place)
                self._unsettled.clear()
            if not heap:
                break
            here = heappop(heap)
            queued.discard(here)
            yield self.steps[here]
        self._unsettled = next_time


def _counted_anew(counts: Counts, definition: Step, before: StepState, after: StepState) -> Counts:
    return moved(counts, standing_of(definition, before), standing_of(definition, after))


def _is_open(step: StepState) -> bool:
    return step.outcome is None and step.status not in _GONE


def instances_of(group: GroupInstance, steps: Iterable[Step], items: Iterable[str]) -> list[InstanceId]:
    """The step instances that a group gets: one per plan, or one per item in the order of the items."""
    held = [group.item] if group.item is not None else list(items)
    return [
        InstanceId(group.name, step.name, item, group.copy)
        for step in steps
        for item in (held if step.per_item else [None])
    ]
