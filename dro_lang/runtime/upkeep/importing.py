"""What was written out of a store, brought back into one.

A plan's journal is replayed, so that nothing comes in that does not follow from it; it keeps its id, its history and
the program that it was composed from. A plan whose id is taken is left out, and told; the rest comes in.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from attrs import define, frozen

from dro_lang.kernel.commands import Key
from dro_lang.program import serial
from dro_lang.program.serial import content_hash
from dro_lang.runtime.embedded.carried import step_row
from dro_lang.runtime.embedded.clock import to_micros
from dro_lang.runtime.embedded.port import OPEN, Carried, Switch
from dro_lang.runtime.embedded.residents import Residents
from dro_lang.runtime.embedded.sqlite.keeping import Kept
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.foresight import wake_of
from dro_lang.runtime.upkeep.lines import VERSION, BadLine, Line, PlanOut, plan_of, read
from dro_lang.runtime.upkeep.replay import replay

_GROUP = 64


class BadFile(ValueError):
    """A file that was not written out of a store, or not to its end. The message says why, and what to do."""


@frozen
class Refused:
    """A line that was left out: which, what it is about, and why."""

    line: int
    what: str
    why: str


@define
class Imported:
    """What came in so far, which is none of what was there already."""

    programs: int = 0
    plans: int = 0
    receipts: int = 0
    lines: int = 0


def import_lines(store: SqliteStore, texts: Iterable[str], done: Imported) -> Iterator[Refused]:
    """Bring lines into a store, whose holder the process must be; give those that are left out, and count the others in
    `done`. 64 lines are one transaction.

    Raises BadFile for what was not written out of a store, or not to its end; what came in before stays. Raises
    StoreError.
    """
    numbered = enumerate(texts, start=1)
    _begin(next(numbered, (1, ""))[1])
    done.lines = 1
    importer = _Importer(store, done)
    while some := list(islice(numbered, _GROUP)):
        refused: list[Refused] = []
        with store.transaction():
            for number, text in some:
                refused += importer.take(number, text)
        yield from refused
    if not importer.ended:
        raise BadFile(f"the file stops after line {done.lines}: it has no end; export the store again")


def _begin(text: str) -> None:
    try:
        first = read(text)
    except BadLine as problem:
        raise BadFile(f"this is nothing that `drolang store export` wrote: {problem}") from None
    if first["type"] != "store":
        raise BadFile("this is nothing that `drolang store export` wrote: it does not begin with a store")
    if first.get("version") != VERSION:
        raise BadFile(f"this was written in version {first.get('version')} of the form, and only {VERSION} is known")


class _Importer:
    def __init__(self, store: SqliteStore, done: Imported) -> None:
        self._store = store
        self._residents = Residents(store)
        self._done = done
        self.ended = False
        self._takers: dict[str, Callable[[Line], str | None]] = {
            "program": self._program,
            "plan": self._plan,
            "receipt": self._receipt,
            "archived": self._archived,
            "switch": self._switch,
            "queue": self._queue,
        }

    def take(self, number: int, text: str) -> Iterator[Refused]:
        try:
            line = read(text)
            if line["type"] == "end":
                if line.get("lines") != self._done.lines:
                    told = f"{line.get('lines')} lines were written, and {self._done.lines} are here"
                    raise BadFile(f"the file is not whole: {told}; export the store again")
                self.ended = True
                return
            taker = self._takers.get(line["type"])
            why = f"`{line['type']}` is not known" if taker is None else taker(line)
        except BadLine as problem:
            line, why = {"type": "line"}, str(problem)
        except (KeyError, TypeError, ValueError) as problem:
            if isinstance(problem, BadFile):
                raise
            why = f"it cannot be read: {problem!r}"
        self._done.lines += 1
        if why is not None:
            yield Refused(number, _what(line), why)

    def _program(self, line: Line) -> str | None:
        program = serial.from_json(line["program"])
        if content_hash(program) != line["hash"]:
            return "its content is not that of its hash"
        if line["hash"] in self._store.programs():
            return None
        self._store.add_program(line["hash"], program, line["source"])
        self._done.programs += 1
        return None

    def _plan(self, line: Line) -> str | None:
        plan = plan_of(line)
        header = plan.header
        restored = self._store.archived_at(header.plan_id) is not None
        if not restored and self._store.has_plan(header.plan_id):
            return "there is a plan with this id"
        try:
            kernel = self._residents.kernel(header.program, header.plan)
        except KeyError:
            return "its program is missing"
        state = replay(kernel, header, iter(plan.entries))
        if isinstance(state, str):
            return state
        rows = {
            place: step_row(kernel, header, state, place)
            for place, step in enumerate(state.steps)
            if step.status in OPEN
        }
        finished = sum(step.finished for step in state.steps)
        wake = wake_of(kernel.blueprint, state)
        self._store.save([Carried(header, None, plan.entries, state, finished, wake, rows)])
        if restored:
            self._store.restored(header.plan_id)
        self._settle(plan, {row.id: row.attempt for row in rows.values()})
        self._done.plans += 1
        return None

    def _settle(self, plan: PlanOut, attempts: dict[Any, int]) -> None:
        """What the state does not say: which callouts will be answered, and whether the plan was set aside."""
        plan_id = plan.header.plan_id
        self._store.accepted(Key(plan_id, step, attempts[step]) for step in plan.accepted if step in attempts)
        if plan.trouble is not None:
            self._store.trouble(plan_id, plan.trouble)

    def _receipt(self, line: Line) -> str | None:
        # Earlier versions did not say of which record a receipt is.
        at = line.get("at")
        kept = Kept(
            number=line["number"],
            request_id=line["request_id"],
            plan_id=line["plan_id"],
            code=line["code"],
            reason=line["reason"],
            object=line.get("object"),
            record_id=line.get("record_id"),
            at=None if at is None else datetime.fromisoformat(at),
        )
        if self._store.has_receipt(kept):
            return None
        if not self._store.keep_receipt(kept):
            return "another receipt has this number or request id"
        self._done.receipts += 1
        return None

    def _archived(self, line: Line) -> str | None:
        if not self._store.has_plan(line["plan_id"]):
            at = to_micros(datetime.fromisoformat(line["at"]))
            self._store.add_archived([(line["plan_id"], line["object"], line["record_id"], line["usage"], at)])
        return None

    def _switch(self, line: Line) -> str | None:
        since = datetime.fromisoformat(line["since"])
        self._store.switch(Switch(line["integration"], line["online"], since, line["by"]))
        return None

    def _queue(self, line: Line) -> str | None:
        self._store.set_turns(line["queue"], max(line["given"], self._store.turns().get(line["queue"], 0)))
        return None


def _what(line: Line) -> str:
    name = line.get("plan_id") or line.get("hash") or line.get("number")
    return line["type"] if name is None else f"{line['type']} {name}"
