"""One plan in a transaction: the turns that it takes, and what is to be written of them."""

from datetime import datetime
from itertools import compress, count
from operator import is_not

from dro_lang.kernel.events import Event, GoOffline, GoOnline, Start, TimePassed
from dro_lang.kernel.machine import Kernel, Transition
from dro_lang.kernel.overview import Overview
from dro_lang.kernel.states import PlanState, PlanStatus, StepState, StepStatus
from dro_lang.program.model import StepKind
from dro_lang.program.values import Row
from dro_lang.runtime.embedded.port import OPEN, Carried, Header, JournalEntry, Loaded, StepRow, Submitted, Switch
from dro_lang.runtime.foresight import wake_of


def header_of(kernel: Kernel, program: str, plan_id: str, row: Row, at: datetime) -> Header:
    """What a plan of a program, by its hash, is called in lists, from what was submitted."""
    plan = kernel.blueprint.plan
    record_id, label = str(row["id"]), row.get("name")
    name = label if isinstance(label, str) else record_id
    object = kernel.program.mappings[plan.mapping].object
    return Header(plan_id, object, record_id, plan.usage, program, plan.name, name, plan.priority, at)


class Carrying:
    """A plan that is carried on. Nothing of it is written until `result` is."""

    def __init__(self, kernel: Kernel, header: Header, state: PlanState, before: Loaded | None) -> None:
        self.kernel = kernel
        self.header = header
        self.state = state
        self._before = before
        self._entries: list[JournalEntry] = []
        self._difference: list[tuple[int, StepState | None, StepState]] | None = None
        self.looked_at = False
        """Whether the plan was due: then it is written again, with the time at which it is due next."""

    @classmethod
    def of(cls, kernel: Kernel, loaded: Loaded) -> "Carrying":
        return cls(kernel, loaded.header, loaded.state, loaded)

    @classmethod
    def new(cls, kernel: Kernel, header: Header, state: PlanState, by: str) -> "Carrying":
        carrying = cls(kernel, header, state, None)
        submitted = Submitted(state.moment, state.row, state.scenarios, by)
        carrying._entries.append(JournalEntry(0, submitted))
        return carrying

    @property
    def entries(self) -> int:
        """How many entries its journal has."""
        return len(self._entries) + (0 if self._before is None else self._before.entries)

    def turn(self, event: Event) -> Transition:
        """Let something happen to the plan, and note it. What changes nothing and tells nothing is not noted."""
        done = self.kernel.step(self.state, event)
        if done.state is not self.state or done.history:
            self._entries.append(JournalEntry(self.entries, event, done.history))
        self.state = done.state
        self._difference = None
        return done

    def due_events(self, now: datetime) -> list[Event]:
        """What the time asks for: that the plan starts, or that it looks what is due."""
        if self.state.status is PlanStatus.NOT_STARTED:
            return [Start(now)]
        timer = self.state.timer
        return [TimePassed(now)] if timer is not None and timer <= now else []

    def switched(self, switches: dict[str, Switch], now: datetime) -> list[Event]:
        """What makes the plan know which of its integrations are offline."""
        if self.state.status is PlanStatus.COMPLETED:
            return []
        events: list[Event] = []
        for name, switch in switches.items():
            if switch.online and name in self.state.offline:
                events.append(GoOnline(now, name, switch.by))
            elif not switch.online and name not in self.state.offline and name in self.kernel.program.integrations:
                events.append(GoOffline(now, name, switch.by))
        return events

    # ---- what is to be written

    @property
    def changed(self) -> bool:
        return self.looked_at or bool(self._entries)

    def result(self) -> Carried:
        rows = {
            place: step_row(self.kernel, self.header, self.state, place) if step.status in OPEN else None
            for place, before, step in self._changed
            if step.status in OPEN or (before is not None and before.status in OPEN)
        }
        wake = wake_of(self.kernel.blueprint, self.state)
        finished = len(self.state.steps) - Overview.of(self.kernel.blueprint, self.state).left
        return Carried(self.header, self._before, tuple(self._entries), self.state, finished, wake, rows)

    def moved_tasks(self) -> list[tuple[str | None, str | None]]:
        """Whose each open task was, and whose it is, of those that changed."""
        return [
            (None if before is None else self._holder(before), self._holder(step))
            for _, before, step in self._changed
            if step.assignee is not None or (before is not None and before.assignee is not None)
        ]

    @property
    def _changed(self) -> list[tuple[int, StepState | None, StepState]]:
        """The steps that are not as they were: their place, what they were, and what they are. A turn keeps the objects
        of the others."""
        if self._difference is None:
            before = () if self._before is None else self._before.state.steps
            now = self.state.steps
            others = compress(count(), map(is_not, before, now))
            added = range(len(before), len(now))
            self._difference = [(place, before[place], now[place]) for place in others]
            self._difference += [(place, None, now[place]) for place in added]
        return self._difference

    def _holder(self, step: StepState) -> str | None:
        doing = step.status in (StepStatus.READY, StepStatus.IN_PROGRESS) and step.assignee is not None
        return step.assignee if doing and self._kind(step)[0] is StepKind.MANUAL else None

    def _kind(self, step: StepState) -> tuple[StepKind, str | None]:
        return kind_of(self.kernel, self.state, step)


def kind_of(kernel: Kernel, state: PlanState, step: StepState) -> tuple[StepKind, str | None]:
    """The kind of a step, and the action or integration that it asks."""
    definition = Overview.of(kernel.blueprint, state).layout.roles[step.id].definition
    return definition.kind, definition.target


def step_row(kernel: Kernel, header: Header, state: PlanState, place: int) -> StepRow:
    """A step of a plan as lists show it."""
    step = state.steps[place]
    kind, target = kind_of(kernel, state, step)
    return StepRow(
        header=header,
        id=step.id,
        kind=kind,
        target=target,
        status=step.status,
        since=step.since,
        queue=step.queue,
        assignee=step.assignee,
        jeopardy=step.jeopardy,
        due_at=step.due_at,
        attempt=step.attempt,
        error=step.error,
        place=place,
        awaited=step.sent and step.status is StepStatus.IN_PROGRESS,
    )
