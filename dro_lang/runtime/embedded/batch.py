"""One transaction of the engine: the plans that it carries on, up to the moment at which everything is written."""

import logging
from collections import deque
from collections.abc import Iterable
from datetime import datetime

from attrs import evolve

from dro_lang.kernel.commands import CallOut, Command, OpenTask, RunAction
from dro_lang.kernel.events import Assign, Event, GoOffline, GoOnline
from dro_lang.runtime.embedded.allocation import Allocator
from dro_lang.runtime.embedded.carried import Carrying, header_of
from dro_lang.runtime.embedded.dispatch import Ask, Local, answer_to
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.port import Loaded, Store, Switch
from dro_lang.runtime.embedded.requests import (
    ERROR,
    Answer,
    Receipt,
    Reply,
    Request,
    Send,
    Submit,
    SubmittedRecord,
    SwitchIntegration,
)
from dro_lang.runtime.embedded.residents import Residents
from dro_lang.runtime.submission import submit

_LOG = logging.getLogger("drolang.engine")

NO_PLAN = "there is no such plan"
CHANGED = "the plan has changed since"


class Batch:
    """What happens in one transaction, at one moment. `switches` are the integrations that were ever switched, by their
    names."""

    def __init__(
        self,
        store: Store,
        now: datetime,
        residents: Residents,
        allocator: Allocator,
        switches: dict[str, Switch],
        local: Local,
    ) -> None:
        self.now = now
        self.switches = switches
        self.asks: list[Ask] = []
        """What is to be asked of the outside once all is written."""
        self._store = store
        self._residents = residents
        self._allocator = allocator
        self._local = local
        self._plans: dict[str, Carrying] = {}
        self._records: dict[tuple[str, str, str], str] = {}
        self._broken: dict[str, str] = {}

    def handle(self, request: Request) -> Reply:
        """Do what a request says."""
        match request:
            case Submit():
                try:
                    return self.submit(request)
                except KeyError as missing:
                    return Answer(f"there is no program or plan {missing}")
            case Send():
                return Answer(self.send(request.plan_id, request.event, request.entries))
            case SwitchIntegration():
                return Answer(self.switch(request.integration, request.online, request.by))

    # ---- submissions

    def submit(self, request: Submit) -> Receipt:
        """Raises KeyError for a program or a plan that there is not."""
        if request.request_id is not None:
            known = self._store.receipt(request.request_id)
            if isinstance(known, Receipt):
                return known
        kernel = self._residents.kernel(request.program, request.plan)
        plan = kernel.blueprint.plan
        record = (kernel.program.mappings[plan.mapping].object, str(request.row["id"]), plan.usage)
        present = self._present(record)
        about = SubmittedRecord(*record[:2], self.now)
        if present is not None and not request.anew:
            return self._receipt(about, request, present, existing=True)
        plan_id = self._free_id(record[1])
        submission = submit(kernel, request.row, self.now, plan_id)
        if submission.plan is None:
            return self._receipt(about, request, None, submission.error_code, submission.reason)
        header = header_of(kernel, request.program, plan_id, request.row, self.now)
        carrying = Carrying.new(kernel, header, submission.plan, request.by)
        self._plans[plan_id] = carrying
        self._records[record] = plan_id
        self._carry_on(carrying, ())
        return self._receipt(about, request, plan_id)

    def _present(self, record: tuple[str, str, str]) -> str | None:
        """The plan that a record has, the latest where it has several."""
        if record in self._records:
            return self._records[record]
        present = self._store.plans_of(*record)
        return present[-1] if present else None

    def _free_id(self, record_id: str) -> str:
        """The record's id, or, where a plan has that, the id with a number: `A-1~2`."""
        number, plan_id = 1, record_id
        while plan_id in self._plans or self._store.has_plan(plan_id):
            number += 1
            plan_id = f"{record_id}~{number}"
        return plan_id

    def _receipt(
        self,
        about: SubmittedRecord,
        request: Submit,
        plan_id: str | None,
        code: str | None = None,
        reason: str = "",
        existing: bool = False,
    ) -> Receipt:
        id = self._store.add_receipt(about, request.request_id, plan_id, code, reason)
        if plan_id is None:
            return Receipt(id, None, ERROR, code, reason)
        return Receipt(id, plan_id, existing=existing)

    # ---- plans

    def send(self, plan_id: str, event: Event, entries: int | None = None) -> str | None:
        """Let something happen to a plan, now; where `entries` are given, only if its journal has so many. Gives the
        reason why it was refused."""
        if isinstance(event, GoOffline | GoOnline):
            return "an integration is switched for all plans, not for one"
        try:
            carrying = self._carrying(plan_id)
        except KeyError:
            return NO_PLAN
        if entries not in (None, carrying.entries):
            return CHANGED
        return self._carry_on(carrying, (event if event.at == self.now else evolve(event, at=self.now),))

    def wake(self, plan_id: str) -> None:
        """Do what the time asks for."""
        carrying = self._carrying(plan_id)
        carrying.looked_at = True
        self._carry_on(carrying, ())

    def assign(self, plan_id: str) -> None:
        """Give the open tasks of a plan that nobody has to somebody."""
        carrying = self._carrying(plan_id)
        for command in carrying.kernel.outstanding(carrying.state):
            given = self._allocation(command)
            if given is not None:
                self._turn(carrying, given)

    def _carrying(self, plan_id: str) -> Carrying:
        if plan_id not in self._plans:
            loaded = self._residents.load(plan_id)
            self._plans[plan_id] = Carrying.of(self._residents.kernel_of(loaded.header), loaded)
        return self._plans[plan_id]

    def _carry_on(self, carrying: Carrying, events: Iterable[Event]) -> str | None:
        """Take the turns that the time asks for, then those of the events. Gives why the last one was refused."""
        refusal: str | None = None
        due = (*carrying.switched(self.switches, self.now), *carrying.due_events(self.now))
        try:
            for event in (*due, *events):
                refusal = self._turn(carrying, event)
        except StoreError:
            raise
        except Exception as problem:
            # The kernel is total, so this is a defect. The other plans go on, and what this one did before stays.
            _LOG.exception("plan %s cannot be carried on", carrying.header.plan_id)
            refusal = f"the plan cannot be carried on: {type(problem).__name__}: {problem}"
            self._broken[carrying.header.plan_id] = refusal
        return refusal

    def _turn(self, carrying: Carrying, event: Event) -> str | None:
        """Take a turn, and those of the answers that are there at once. Gives why the event was refused."""
        done = carrying.turn(event)
        waiting = deque(done.commands)
        while waiting:
            answer = self._answer(carrying, waiting.popleft())
            if answer is not None:
                waiting += carrying.turn(answer).commands
        return done.refusal

    def _answer(self, carrying: Carrying, command: Command) -> Event | None:
        """What answers a command at once. What others are asked, they are asked once all is written."""
        if isinstance(command, RunAction | CallOut):
            ask = Ask(command, carrying.header.program, carrying.header.priority)
            answer = self._local(ask)
            if answer is not None:
                return answer_to(command.key, answer, self.now)
            self.asks.append(ask)
            return None
        return self._allocation(command)

    def _allocation(self, command: Command) -> Assign | None:
        """Gives a task that was opened for a queue to one of its members."""
        if isinstance(command, OpenTask) and command.queue and command.allocation and command.assignee is None:
            user = self._allocator.choose(command.queue, command.allocation)
            if user is not None:
                return Assign(self.now, command.key.step, user)
        return None

    # ---- integrations

    def switch(self, integration: str, online: bool, by: str) -> str | None:
        """Set an integration offline or online, for all plans. Gives the reason why that was refused."""
        known = self.switches.get(integration)
        if (known is None or known.online) == online:
            return f"{integration} is {'not offline' if online else 'offline already'}"
        if known is None and not any(self._has(program, integration) for program in self._store.programs()):
            return f"no program has an integration {integration}"
        self.switches[integration] = Switch(integration, online, self.now, by)
        self._store.switch(self.switches[integration])
        return None

    def _has(self, program: str, integration: str) -> bool:
        return integration in self._store.program(program).integrations

    # ---- the end

    def write(self) -> list[Loaded]:
        """Write everything down. Gives the plans as they are then."""
        changed = [carrying for carrying in self._plans.values() if carrying.changed]
        saved = self._store.save([carrying.result() for carrying in changed])
        for plan_id, reason in self._broken.items():
            self._store.trouble(plan_id, reason)
        self._allocator.moved(move for carrying in changed for move in carrying.moved_tasks())
        return saved
