"""READ FIRST: the engine. It takes what has come (answers, requests, the time), lets the plans that this concerns take
their turns, writes everything down in one transaction, and only then asks the outside.

After a crash, what was asked and not answered is asked again, with the same keys. One thread uses an engine.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice

from dro_lang.kernel.commands import CallOut, Key, RunAction
from dro_lang.kernel.events import SYSTEM, Event, Failed, Succeeded
from dro_lang.program.model import Program
from dro_lang.program.serial import content_hash
from dro_lang.runtime.embedded.allocation import Allocator
from dro_lang.runtime.embedded.batch import Batch
from dro_lang.runtime.embedded.clock import Clock
from dro_lang.runtime.embedded.dispatch import Answered, Ask, Dispatcher, Local, answer_to, nothing_local
from dro_lang.runtime.embedded.lists import Mark, StepFilter
from dro_lang.runtime.embedded.port import StepRow, Store, Switch, Waiting
from dro_lang.runtime.embedded.requests import Answer, Receipt, Reply, Request, Send, Submit, SwitchIntegration
from dro_lang.runtime.embedded.residents import Residents

GROUP = 64
"""Of how much one transaction is made, at most, of each kind: answers, requests, plans that are due."""

_REFILL = 2000
_READ_BY_THEN = timedelta(hours=1)
"""Whoever put a request into the inbox has long read the reply by then, or will not come for it."""
_FORGOTTEN_AT_ONCE = 256
_LOOK_EVERY = 0.1


class Engine:
    """Carries out the plans of a store, whose holder the process must be. `members` are those of each queue, `local`
    answers what is to be asked without leaving the transaction.

    Every method may raise StoreError. Then nothing of what it was doing is kept, and the engine is of no more use.
    """

    def __init__(
        self,
        store: Store,
        dispatcher: Dispatcher,
        clock: Clock,
        members: Mapping[str, Sequence[str]] | None = None,
        group: int = GROUP,
        local: Local = nothing_local,
    ) -> None:
        self.store = store
        self.dispatcher = dispatcher
        self.clock = clock
        self._group = group
        self._local = local
        self._allocator = Allocator(store, members or {})
        self._residents = Residents(store)
        self._switches = {switch.integration: switch for switch in store.switches()}
        self._under_way: set[Key] = set()
        self._starved: set[str] = set()
        """The targets of which more is to be asked than there was room for."""

    # ---- requests

    def deploy(self, program: Program, source: str = "") -> str:
        """Keep a program, for plans to be composed from. Gives its hash."""
        hash = content_hash(program)
        with self.store.transaction():
            self.store.add_program(hash, program, source)
        return hash

    def submit(self, request: Submit) -> Receipt:
        """Give a record its plan, and start that. Raises KeyError for a program or a plan that there is not."""
        [receipt] = self.submit_all([request])
        return receipt

    def submit_all(self, requests: Iterable[Submit]) -> Iterator[Receipt]:
        """Submit many, so many in one transaction. A receipt comes when what it says is durable."""
        remaining = iter(requests)
        while some := list(islice(remaining, self._group)):
            with self._batch() as batch:
                receipts = [batch.submit(request) for request in some]
            yield from receipts

    def send(self, plan_id: str, event: Event) -> Answer:
        """Let something happen to a plan, now, whatever moment the event names."""
        return self.handle(Send(plan_id, event))  # type: ignore[return-value]

    def deliver(self, key: Key, answer: Succeeded | Failed) -> Answer:
        """A callout is answered by a callback. One that comes twice, or too late, is refused."""
        return self.send(key.plan, answer_to(key, answer, answer.at))

    def switch(self, integration: str, online: bool, by: str = SYSTEM) -> Answer:
        """Set an integration offline, for all plans, or online again."""
        return self.handle(SwitchIntegration(integration, online, by))  # type: ignore[return-value]

    def handle(self, request: Request) -> Reply:
        """Do what a request says."""
        [reply] = self.handle_all([request])
        return reply

    def handle_all(self, requests: Sequence[Request]) -> list[Reply]:
        """Do what requests say, in one transaction."""
        with self._batch() as batch:
            return [batch.handle(request) for request in requests]

    def take_inbox(self) -> bool:
        """Do what other processes asked for. Gives whether there was anything."""
        waiting = self.store.waiting(self._group)
        if waiting:
            with self._batch() as batch:
                self._serve(batch, waiting)
        return bool(waiting)

    # ---- the way of the world

    def recover(self) -> None:
        """What the outside has not answered is to be asked again, and tasks that nobody got are to be given out: what
        an engine does first."""
        self._starved.update(self.store.unanswered_targets())
        for queue in self._allocator.queues:
            self._give_out(StepFilter(queue=queue, unassigned=True))

    def _give_out(self, tasks: StepFilter) -> None:
        after: Mark | None = None
        while rows := self.store.list_steps(tasks, after, self._group):
            after = Mark(rows[-1].plan_id, rows[-1].place)
            with self._batch() as batch:
                for plan_id in dict.fromkeys(row.plan_id for row in rows):
                    batch.assign(plan_id)

    def take_answers(self) -> bool:
        """Take what has come back from the outside. Gives whether there was anything."""
        answered = self.dispatcher.answers(self._group)
        if answered:
            with self._batch() as batch:
                self._take(batch, answered)
        return bool(answered)

    def cycle(self) -> bool:
        """Take what has come and what is due, once. Gives whether there was anything."""
        now = self.clock.now()
        answered = self.dispatcher.answers(self._group)
        waiting = self.store.waiting(self._group)
        # What has begun goes before what is to begin, so that few plans are under way at a time; but time goes on, too.
        due = self.store.due(now, max(self._group - len(answered), self._group // 8, 1))
        if answered or waiting or due:
            with self._batch() as batch:
                self._take(batch, answered)
                self._serve(batch, waiting)
                for plan_id in due:
                    batch.wake(plan_id)
        return self._refill() or bool(answered or waiting or due)

    def run_due(self) -> None:
        """Do what is due, and what follows from it at once: until nothing is due and nothing under way."""
        while True:
            if not self.cycle():
                if not self.dispatcher.under_way:
                    return
                self.dispatcher.wait(_LOOK_EVERY)

    def next_wake(self) -> datetime | None:
        """When the next plan is due."""
        return self.store.next_wake()

    # ---- the machinery

    @contextmanager
    def _batch(self) -> Iterator[Batch]:
        """A transaction; when it is durable, the outside is asked."""
        residents = self._residents
        switches = dict(self._switches)
        batch = Batch(self.store, self.clock.now(), residents, self._allocator, switches, self._local)
        try:
            with self.store.transaction():
                yield batch
                saved = batch.write()
        except BaseException:
            residents.forget()
            self._allocator.forget()
            raise
        residents.keep(saved)
        self._switch(batch.switches)
        for ask in batch.asks:
            self._ask(ask)

    def _switch(self, switches: dict[str, Switch]) -> None:
        """What an integration that is offline was not asked yet, it is not to be asked; online again, it is."""
        changed = [switch for name, switch in switches.items() if self._switches.get(name) is not switch]
        self._switches = switches
        for switch in changed:
            if switch.online:
                self._starved.add(switch.integration)
            else:
                self._under_way.difference_update(
                    ask.command.key for ask in self.dispatcher.withdraw(switch.integration)
                )

    def _serve(self, batch: Batch, waiting: Sequence[Waiting]) -> None:
        if waiting:
            # More than what comes in, so that the inbox gets shorter until nothing old is left.
            self.store.forget_replies(batch.now - _READ_BY_THEN, _FORGOTTEN_AT_ONCE)
        for each in waiting:
            self.store.reply(each.number, batch.handle(each.request), batch.now)

    def _take(self, batch: Batch, answered: Sequence[Answered]) -> None:
        accepted = []
        for each in answered:
            key = each.ask.command.key
            self._under_way.discard(key)
            if each.answer is None:
                accepted.append(key)
            else:
                batch.send(key.plan, answer_to(key, each.answer, batch.now))
        self.store.accepted(accepted)

    def _ask(self, ask: Ask) -> None:
        """Ask the outside, unless that is under way. Where there is no room now, there will be."""
        key = ask.command.key
        if key in self._under_way:
            return
        if self.dispatcher.dispatch(ask):
            self._under_way.add(key)
        else:
            self._starved.add(ask.target)

    def _refill(self) -> bool:
        """Ask what stands in the store and was not asked yet, where there is room again."""
        ready = [target for target in self._starved if self.dispatcher.has_room(target)]
        for target in ready:
            rows = self.store.unanswered(target, _REFILL)
            self._starved.discard(target)
            for row in rows:
                for ask in self._requests(row):
                    self._ask(ask)
            if len(rows) == _REFILL:
                self._starved.add(target)
        return bool(ready)

    def _requests(self, row: StepRow) -> Iterator[Ask]:
        """What a step asks of the outside."""
        loaded = self._residents.load(row.plan_id)
        for command in self._residents.kernel_of(loaded.header).outstanding(loaded.state):
            if isinstance(command, RunAction | CallOut) and command.key.step == row.id:
                yield Ask(command, loaded.header.program, row.priority)
