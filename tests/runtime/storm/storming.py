"""The storm: records are submitted, workers are started and killed, and in the end everything was done."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from attrs import frozen

from dro_lang.kernel.commands import Key
from dro_lang.kernel.machine import Kernel
from dro_lang.kernel.states import StepStatus
from dro_lang.program.model import StepKind
from dro_lang.runtime.embedded.lists import PlanFilter
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from tests.runtime.faults.invariants import check

PLAN = Path(__file__).with_name("storm.dro")
ACTIONS = """
import os
import random
import time

from dro_lang.actions import Call, action

NOTES = os.open({notes!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


@action("Note")
def note(what: str, call: Call) -> dict[str, int]:
    os.write(NOTES, (call.key + "\\n").encode())
    time.sleep(random.uniform(0, 0.02))
    return {{"seen": call.attempt}}
"""
CONFIGURATION = """
store   = "plans.db"
modules = ["storm_actions"]

[lanes.actions]
concurrency = 3
"""


@frozen
class Damage:
    """What a storm did: how often it killed, how often the outside was asked under each key, and how often that may
    have been more than once: of what was done when a process died, and not written down yet."""

    kills: int
    calls: Counter[str]
    in_flight: Counter[str]

    @property
    def repeated(self) -> int:
        return sum(count - 1 for count in self.calls.values())


class Storm:
    """One store in one folder, and the processes on it."""

    def __init__(self, folder: Path, records: int, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.store = folder / "plans.db"
        self.notes = folder / "notes.txt"
        shutil.copy(PLAN, folder)
        (folder / "storm_actions.py").write_text(ACTIONS.format(notes=str(self.notes)))
        (folder / "drolang.toml").write_text(CONFIGURATION)
        lines = [{"id": f"P-{n}", "start_date": "2026-01-05", "weight": 1 + n % 9} for n in range(records)]
        (folder / "records.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines))

    def _start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "log.txt").open("ab") as log:
            command = [sys.executable, "-m", "dro_lang", *arguments]
            return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)

    def _submit(self) -> "subprocess.Popen[bytes]":
        return self._start("run", PLAN.name, "--records", "records.ndjson", "--store", "plans.db", "--format", "ndjson")

    def rage(self, kills: int) -> Damage:
        """Kill so many processes, each at some moment after it has begun to work, then let one come to the end."""
        in_flight: Counter[str] = Counter()
        for number in range(kills):
            submits = number % 4 == 0 or self._is_idle()
            process = self._submit() if submits else self._start("worker", "--store", "plans.db")
            self._wait_until_it_works(process)
            time.sleep(self.random.uniform(0, 0.2))
            process.send_signal(signal.SIGKILL)
            process.wait()
            in_flight.update(self._in_flight())
        self._ends_well(self._submit())
        self._ends_well(self._start("worker", "--store", "plans.db", "--until-idle"))
        return Damage(kills, Counter(self.notes.read_text().split()), in_flight)

    def _ends_well(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.wait() == 0, (self.folder / "log.txt").read_text()[-3000:]

    def _in_flight(self) -> set[str]:
        """What was done, and stands in no journal."""
        store = SqliteStore.open(self.store)
        rows = [row for target in store.unanswered_targets() for row in store.unanswered(target, 10_000)]
        store.close()
        return {str(Key(row.plan_id, row.id, row.attempt)) for row in rows} & set(self.notes.read_text().split())

    def _wait_until_it_works(self, process: "subprocess.Popen[bytes]") -> None:
        """Until it has asked for something, or come to its end because there was nothing left."""
        before, patience = self._noted(), time.monotonic() + 30
        while self._noted() == before and process.poll() is None and time.monotonic() < patience:
            time.sleep(0.01)

    def _noted(self) -> int:
        return self.notes.stat().st_size if self.notes.exists() else 0

    def _is_idle(self) -> bool:
        """Whether a worker would have nothing to do."""
        if not self.store.exists():
            return True
        store = SqliteStore.open(self.store)
        try:
            return not store.unanswered_targets() and store.next_wake() is None
        finally:
            store.close()

    def check(self, records: int, damage: Damage) -> None:
        """Nothing is lost, and what was done twice is bounded by what was under way. Raises AssertionError."""
        store = SqliteStore.open(self.store)
        plans = store.list_plans(PlanFilter(), limit=records + 1)
        assert len(plans) == records
        expected: set[str] = set()
        for row in plans:
            header = row.header
            kernel = Kernel(store.program(header.program), header.plan, header.program)
            check(store, header.plan_id, kernel)
            for step in store.load(header.plan_id).state.steps:
                assert step.status is StepStatus.COMPLETED, step
                if kernel.blueprint.step(step.id.group, step.id.step).kind is StepKind.AUTO:
                    expected.add(f"{header.plan_id}/{step.id.group}.{step.id.step}/-/{step.attempt}")
        store.close()
        assert set(damage.calls) == expected
        assert all(count <= 1 + damage.in_flight[key] for key, count in damage.calls.items())


def environment_seed() -> int:
    """A seed that nobody chose."""
    return int.from_bytes(os.urandom(4), "big")
