"""A store with the plans of the folder that `drolang new` makes, as a worker would have left it."""

from datetime import UTC, datetime
from pathlib import Path

from dro_lang.kernel.commands import CallOut, RunAction
from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.pipeline import check_file
from dro_lang.records.load import Accepted, Inputs, load
from dro_lang.runtime.embedded.clock import ManualClock
from dro_lang.runtime.embedded.dispatch import Inline, everywhere
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.requests import Submit
from dro_lang.runtime.embedded.sqlite.store import SqliteStore

BEGINNING = datetime(2026, 11, 25, 9, tzinfo=UTC)
END = datetime(2026, 12, 28, tzinfo=UTC)


class Post:
    """Sends everything but the reminder of A-1, which bounces."""

    def answer(self, command: RunAction | CallOut, at: datetime) -> Succeeded | Failed:
        key = command.key
        if key.plan == "A-1":
            return Failed(at, key.step, "BOUNCED", key.attempt)
        return Succeeded(at, key.step, {"message_id": str(key)}, key.attempt)


def filled(folder: Path, copies: int = 1) -> Path:
    """`plans.db` in the folder: A-1 has failed, A-2 waits for its call, A-3 is completed. Further copies have numbers:
    `A-1~2`."""
    program = check_file(folder / "plan.dro").program
    assert program is not None
    store = SqliteStore.open(folder / "plans.db", create=True)
    clock = ManualClock(BEGINNING)
    engine = Engine(store, Inline(everywhere(Post()), clock), clock, {"Collections": ["ann"]})
    hash = engine.deploy(program)
    for _ in range(copies):
        records = load(program, program.plans["Reminders"], Inputs([str(folder / "records.ndjson")]))
        rows = [record.row for record in records if isinstance(record, Accepted)]
        list(engine.submit_all(Submit(hash, "Reminders", row, anew=True) for row in rows))
    engine.run_due()
    while (moment := engine.next_wake()) is not None and moment <= END:
        clock.set(moment)
        engine.run_due()
    store.close()
    return folder / "plans.db"
