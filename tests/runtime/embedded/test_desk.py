"""One process holds a store; others ask it through the inbox, or act themselves where nobody does."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from dro_lang.kernel.events import Complete, Freeze
from dro_lang.runtime.embedded.clock import ManualClock, SystemClock
from dro_lang.runtime.embedded.desk import Desk
from dro_lang.runtime.embedded.dispatch import everywhere
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.errors import StoreError, StoreHeld
from dro_lang.runtime.embedded.lanes import Threads
from dro_lang.runtime.embedded.lock import Lock, holder_of
from dro_lang.runtime.embedded.requests import Answer, Receipt, Send, Submit, SwitchIntegration
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.embedded.worker import Worker
from tests.kernel.builders import after, at, auto, case, group, manual, program
from tests.runtime.embedded.builders import MORNING, House, Recorded

TASK = program(group("G", manual("a"), auto("b", after("a"))))
DONE = Send("C-1", Complete(MORNING, at("G.a"), {}, "ann"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plans.db"


def prepared(path: Path) -> str:
    """A store with a plan whose task is ready. Gives the hash of its program."""
    house = House(TASK, path).submit_and_run()
    house.store.close()
    return house.hash


@contextmanager
def working(path: Path, outside: Recorded) -> Iterator[Worker]:
    """A worker in a thread of its own, as another process would be."""
    store = SqliteStore.open(path)
    lock = Lock.take(store, "drolang worker", SystemClock())
    worker = Worker(Engine(store, Threads(everywhere(outside), SystemClock()), SystemClock()), look_every=0.01)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join()
        lock.release()
        store.close()


def test_a_store_has_one_holder_and_says_who(path: Path) -> None:
    prepared(path)
    one, other = SqliteStore.open(path), SqliteStore.open(path)
    lock = Lock.take(one, "drolang worker", ManualClock(MORNING))
    with pytest.raises(StoreHeld) as error:
        Lock.take(other, "drolang run", SystemClock())
    assert f"held by `drolang worker`, process {os.getpid()} on " in error.value.message
    assert "since 2026-03-02 08:00:00 UTC" in error.value.message
    lock.release()
    assert holder_of(other) is None
    Lock.take(other, "drolang run", SystemClock()).release()


def test_the_lock_of_a_process_that_died_is_taken_over(path: Path) -> None:
    prepared(path)
    script = (
        "import os, sys; from dro_lang.runtime.embedded.lock import Lock;"
        "from dro_lang.runtime.embedded.clock import SystemClock;"
        "from dro_lang.runtime.embedded.sqlite.store import SqliteStore;"
        "lock = Lock.take(SqliteStore.open(sys.argv[1]), 'doomed', SystemClock());"
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        store = SqliteStore.open(path)
        with pytest.raises(StoreHeld, match=f"`doomed`, process {process.pid}"):
            Lock.take(store, "mine", SystemClock())
        process.kill()
        process.wait()
    lock = Lock.take(store, "mine", SystemClock())
    holder = holder_of(store)
    assert holder is not None
    assert holder.command == "mine"
    lock.release()


def test_where_nobody_holds_the_store_a_desk_acts_itself(path: Path) -> None:
    prepared(path)
    with Desk(path, "drolang complete") as desk:
        assert desk.ask(DONE) == Answer()
        assert desk.ask(DONE) == Answer("it is completed for good")
        assert desk.ask(Send("C-9", Freeze(MORNING))) == Answer("there is no such plan")
    house = House(TASK, path)
    assert house["G.b"] == "in_progress"
    house.engine.recover()
    house.engine.run_due()
    assert house.outside.keys == ["C-1/G.b/-/1"]


def test_where_a_worker_holds_the_store_it_does_what_a_desk_asks_for(path: Path) -> None:
    hash = prepared(path)
    outside = Recorded()
    with working(path, outside), Desk(path, "drolang complete") as desk:
        assert desk.ask(DONE) == Answer()
        receipt = desk.ask(Submit(hash, "P", case(id="C-2"), by="ann"))
        assert receipt == Receipt("R-2", "C-2")
        assert desk.ask(Submit("no such hash", "P", case())) == Answer("there is no program or plan 'no such hash'")
        assert desk.ask(SwitchIntegration("Erp", online=False, by="ann")) == Answer()
        many = [Send(f"C-{number}", Freeze(MORNING, "ann")) for number in range(2, 100)]
        replies = list(desk.ask_all(many))
        assert replies == [Answer(), *[Answer("there is no such plan")] * 97]
    assert outside.keys == ["C-1/G.b/-/1"]


def test_another_thread_asks_a_worker_directly(path: Path) -> None:
    prepared(path)
    # The other step is never answered, so the plan is still there to refuse the second.
    with working(path, Recorded(lambda *_: None)) as worker:
        assert worker.ask(DONE).result(30) == Answer()
        assert worker.ask(DONE).result(30) == Answer("it is completed for good")
    assert worker.ask(DONE).cancelled()


def test_a_holder_that_does_not_reply_is_named_and_the_request_stays(path: Path) -> None:
    prepared(path)
    store = SqliteStore.open(path)
    lock = Lock.take(store, "drolang run --follow", SystemClock())
    with Desk(path, "drolang complete", patience=0.05) as desk, pytest.raises(StoreError) as error:
        desk.ask(DONE)
    assert error.value.code == "R0410"
    assert "`drolang run --follow`, process" in error.value.message
    lock.release()
    house = House(TASK, path)
    house.engine.run_due()
    assert house["G.b"] == "completed"


def test_a_desk_takes_over_where_the_holder_goes_away(path: Path) -> None:
    prepared(path)
    store = SqliteStore.open(path)
    lock = Lock.take(store, "drolang run", SystemClock())
    threading.Timer(0.1, lock.release).start()
    with Desk(path, "drolang complete") as desk:
        assert desk.ask(DONE) == Answer()


def test_a_worker_that_waits_stops_at_once(path: Path) -> None:
    prepared(path)
    store = SqliteStore.open(path)
    idle = threading.Event()

    class Waiting(Threads):
        def wait(self, seconds: float) -> None:
            idle.set()
            super().wait(seconds)

    dispatcher = Waiting(everywhere(Recorded()), SystemClock())
    worker = Worker(Engine(store, dispatcher, SystemClock()), look_every=3600)
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    assert idle.wait(60)
    worker.stop()
    thread.join(60)
    assert not thread.is_alive()
    store.close()


def test_old_replies_make_room(path: Path) -> None:
    """What a request came to is kept for an hour; then it goes, a part of the oldest with each new request."""
    house = House(TASK, path)
    old = [house.store.put(Send("nobody", Freeze(MORNING)), MORNING) for _ in range(300)]
    while house.engine.take_inbox():
        pass
    assert all(house.store.reply_to(number) == Answer("there is no such plan") for number in old)

    house.clock.set(MORNING + timedelta(minutes=59))
    recent = house.store.put(Send("nobody", Freeze(MORNING)), house.clock.now())
    assert house.engine.take_inbox()
    assert all(house.store.reply_to(number) is not None for number in (*old, recent))

    house.clock.set(MORNING + timedelta(minutes=61))
    last = [house.store.put(Send("nobody", Freeze(MORNING)), house.clock.now()) for _ in range(2)]
    assert house.engine.take_inbox()
    assert [number for number in old if house.store.reply_to(number) is not None] == old[256:]
    assert all(house.store.reply_to(number) is not None for number in (recent, *last))
