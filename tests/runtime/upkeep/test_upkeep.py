"""Looking after a store: damage is found wherever it is, and nothing is lost on the way out and back."""

import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dro_lang.kernel.events import Cancel, Complete, Freeze, Succeeded, Unfreeze
from dro_lang.runtime.embedded.desk import Desk
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.lists import PlanFilter, StepFilter
from dro_lang.runtime.embedded.requests import Answer, Send
from dro_lang.runtime.embedded.sqlite.rows import checksum, entry_checksum
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.operations.queries import Queries
from dro_lang.runtime.upkeep.checking import Damage, check_store
from dro_lang.runtime.upkeep.compacting import archive, finished, remove
from dro_lang.runtime.upkeep.copying import back_up
from dro_lang.runtime.upkeep.exporting import store_lines
from dro_lang.runtime.upkeep.importing import BadFile, Imported, import_lines
from dro_lang.runtime.upkeep.lines import written
from tests.kernel.builders import at
from tests.runtime.embedded.builders import MORNING
from tests.runtime.operations.builders import Office

ROOT = Path(__file__).parents[3]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Plans that have failed, wait for the outside, are frozen, or are done with a task."""
    office = Office(tmp_path / "plans.db", "C-1", "C-2", "C-3")
    engine = office.house.engine
    engine.send("C-2", Freeze(MORNING, "ann"))
    engine.send("C-3", Complete(MORNING, at("Work.call"), {"note": "done"}, "ann"))
    engine.switch("Bank", online=False, by="ann")
    yield office
    office.close()


def finish(office: Office, plan_id: str) -> None:
    """Cancel a plan, once its callout is answered."""
    for event in (Succeeded(MORNING, at("Work.book")), Freeze(MORNING), Cancel(MORNING), Unfreeze(MORNING)):
        assert office.house.engine.send(plan_id, event).refusal is None
    office.house.engine.run_due()


@pytest.fixture
def done(office: Office) -> Office:
    """The same with C-3 completed, because its source was canceled."""
    finish(office, "C-3")
    assert office.desk.store.load("C-3").state.status == "completed"
    return office


def damages(store: SqliteStore, deep: bool = True) -> list[tuple[str, str]]:
    return [(each.where, each.what) for each in check_store(store, deep) if isinstance(each, Damage)]


# ---- checking


def test_a_sound_store_has_no_damage(done: Office) -> None:
    assert damages(done.desk.store) == []


CHANGES: dict[str, tuple[str, str]] = {
    "an event": (
        "UPDATE journal SET event = replace(event, 'C-1', 'C-9') WHERE number = 0 AND plan = 1",
        "entry 0 of plan `C-1`",
    ),
    "a history": (
        "UPDATE journal SET history = replace(history, 'BOUNCED', 'FOUND') WHERE plan = 1",
        "entry 2 of plan `C-1`",
    ),
    "a checksum": ("UPDATE journal SET checksum = checksum + 1 WHERE number = 1 AND plan = 1", "entry 1 of plan `C-1`"),
    "a missing entry": ("DELETE FROM journal WHERE plan = 1 AND number = 1", "entry 1 of plan `C-1`"),
    "a surplus entry": (
        "INSERT INTO journal (plan, number, at, event, history, checksum)"
        " SELECT plan, 99, at, event, history, checksum FROM journal WHERE plan = 1 AND number = 0",
        "1 entries of its journal came after",
    ),
    "a state": ("UPDATE plans SET state = (SELECT state FROM plans WHERE key = 2) WHERE key = 1", "the state of plan"),
    "a column of the list": ("UPDATE plans SET status = 'frozen' WHERE key = 1", "the list of plans shows another"),
    "a count": ("UPDATE plans SET finished = 3 WHERE key = 1", "the list of plans shows another state"),
    "a priority": ("UPDATE plans SET priority = 9 WHERE key = 1", "what lists have of plan `C-1` cannot be read"),
    "which program": ("UPDATE plans SET program = 77 WHERE key = 1", "its program is missing"),
    "a moment": ("UPDATE plans SET submitted = 1 << 62 WHERE key = 1", "what lists have of plan `C-1` cannot be read"),
    "a label": ("UPDATE plans SET name = 'Other' WHERE key = 1", "the list of plans shows another submission"),
    "a record": ("UPDATE plans SET record = 'C-9' WHERE key = 1", "the list of plans shows another submission"),
    "a submission": ("UPDATE plans SET submitted = submitted + 1 WHERE key = 1", "shows another submission"),
    "the number of plans": ("UPDATE plan_counts SET count = count + 1", "`plan_counts` does not count what there is"),
    "the number of steps": ("DELETE FROM step_counts", "`step_counts` does not count what there is"),
    "a timer": ("UPDATE plans SET wake = NULL WHERE key = 1", "it would not be looked at when it is due"),
    "a missing step": ("DELETE FROM steps WHERE plan = 1 AND step = 'call'", "the list of open steps shows Work.call"),
    "another step": ("UPDATE steps SET queue = 'Q2' WHERE plan = 1 AND step = 'call'", "shows Work.call otherwise"),
    "the kind of a step's plan": (
        "UPDATE steps SET plans = plans + 1 WHERE plan = 1 AND step = 'call'",
        "1 rows of `steps` are told as those of another kind of plan",
    ),
    "the risk of a plan": (
        "UPDATE plans SET risk = 3 WHERE key = 1",
        "1 plans are told to be at another risk than their steps are",
    ),
    "a surplus step": (
        "INSERT INTO steps SELECT plan, 77, priority, name, step, item, copy, kind, target, status, since, queue,"
        " assignee, jeopardy, due, attempt, error, awaited, plans FROM steps WHERE plan = 1 AND step = 'call'",
        "shows number 77 otherwise",
    ),
    "a program": (
        "UPDATE programs SET document = replace(CAST(document AS TEXT), 'Fallout', 'Fallaut')",
        "does not have the content that its hash was made of",
    ),
}


OF_ALL = (
    "a program",
    "which program",
    "the number of plans",
    "the number of steps",
    "the kind of a step's plan",
    "the risk of a plan",
)
"""What is no damage of one plan."""


@pytest.mark.parametrize("kind", CHANGES)
def test_damage_is_found_wherever_it_is(kind: str, office: Office) -> None:
    statement, said = CHANGES[kind]
    connection = sqlite3.connect(office.path)
    connection.execute("PRAGMA foreign_keys = OFF")
    if kind == "a program":
        document = connection.execute("SELECT document FROM programs").fetchone()[0]
        changed = document.replace(b"Fallout", b"Fallaut")
        connection.execute("UPDATE programs SET document = ?", (changed,))
    else:
        assert connection.execute(statement).rowcount > 0
    connection.commit()
    connection.close()
    found = damages(office.desk.store)
    assert found
    assert any(said in what for _, what in found), found
    assert kind in OF_ALL or all("C-1" in where + what for where, what in found)


@pytest.mark.parametrize("column", ["priority = 9", "status = 'torn'", "updated = 1 << 62"])
def test_a_list_that_cannot_be_read_is_damage(column: str, office: Office) -> None:
    connection = sqlite3.connect(office.path)
    connection.execute(f"UPDATE plans SET {column} WHERE key = 1")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="R0405: the store is damaged: what lists have of plan `C-1` cannot be read"):
        list(office.desk.store.list_plans(PlanFilter()))


def test_a_plan_whose_program_does_not_have_it_is_damage_for_whoever_looks(office: Office) -> None:
    connection = sqlite3.connect(office.path)
    connection.execute("UPDATE plans SET plan = 'Other' WHERE key = 1")
    connection.commit()
    connection.close()
    queries = Queries(office.desk.store)
    with pytest.raises(StoreError, match="the program of plan `C-1` is missing"):
        queries.zone(queries.plans().rows[0].header)


def test_a_journal_that_was_forged_with_its_checksums_is_found_by_replaying(office: Office) -> None:
    connection = sqlite3.connect(office.path)
    rows = connection.execute("SELECT key, number, event, history FROM journal WHERE plan = 1 ORDER BY number")
    chain = 0
    for key, number, event, history in rows.fetchall():
        forged = history.replace("BOUNCED", "SOMETHING")
        chain = entry_checksum("C-1", number, event, forged, chain)
        connection.execute("UPDATE journal SET history = ?, checksum = ? WHERE key = ?", (forged, chain, key))
    state = connection.execute("SELECT state FROM plans WHERE key = 1").fetchone()[0]
    connection.execute("UPDATE plans SET chain = ?, checksum = ? WHERE key = 1", (chain, checksum(state, chain)))
    connection.commit()
    connection.close()
    assert damages(office.desk.store, deep=False) == []
    assert damages(office.desk.store) == [("plan C-1", "entry 2 of its journal tells another history than it makes")]


@pytest.mark.parametrize("text", [b"BOUNCED", b'"type":"Submitted"', b"in_progress"])
def test_a_flipped_bit_in_the_file_is_found(text: bytes, office: Office, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    back_up(office.desk.store, copy)
    data = bytearray(copy.read_bytes())
    place = data.index(text)
    data[place + 2] ^= 1
    copy.write_bytes(data)
    try:
        store = SqliteStore.open(copy)
    except StoreError:
        return
    assert damages(store)
    store.close()


# ---- backups


def test_a_backup_is_the_store_and_takes_no_place_of_another_file(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    assert back_up(office.desk.store, target) == target.stat().st_size
    copy = SqliteStore.open(target)
    assert damages(copy) == []
    assert everything(copy) == everything(office.desk.store)
    assert copy.holder() is None
    copy.close()
    with pytest.raises(FileExistsError):
        back_up(office.desk.store, target)
    assert {path.name for path in tmp_path.iterdir()} <= {
        "plans.db", "plans.db-wal", "plans.db-shm", "plans.db.lock", "backup.db", "backup.db-wal", "backup.db-shm",
    }  # fmt: skip


BUSY = """
import sys, itertools
from dro_lang.kernel.events import SetData
from dro_lang.runtime.embedded.clock import SystemClock
from dro_lang.runtime.embedded.dispatch import Nobody
from dro_lang.runtime.embedded.engine import Engine
from dro_lang.runtime.embedded.sqlite.store import SqliteStore

store, clock = SqliteStore.open(sys.argv[1]), SystemClock()
engine = Engine(store, Nobody(), clock)
for number in itertools.count():
    engine.send(f"C-{number % 3 + 1}", SetData(clock.now(), {"name": f"Acme {number}"}))
    if number == 20:
        print("busy", flush=True)
"""


def test_a_store_is_copied_and_written_out_while_another_process_writes(office: Office, tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", BUSY, str(office.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "busy\n"
        back_up(office.desk.store, tmp_path / "backup.db")
        texts = exported(office.desk.store)
        assert damages(office.desk.store) == []
        assert running.poll() is None
    finally:
        running.kill()
        running.wait()
    copy = SqliteStore.open(tmp_path / "backup.db")
    assert damages(copy) == []
    copy.close()
    other = SqliteStore.open(tmp_path / "other.db", create=True)
    assert list(import_lines(other, texts, Imported())) == []
    assert damages(other) == []
    other.close()


# ---- out and back


def exported(store: SqliteStore, filter: PlanFilter | None = None) -> list[str]:
    return [written(line) for line in store_lines(store, MORNING, filter)]


def everything(store: SqliteStore) -> dict[str, Any]:
    """What a store says of everything that is in it."""
    plans = {}
    for row in store.list_plans(PlanFilter(), limit=1000):
        plan_id = row.header.plan_id
        loaded = store.load(plan_id)
        plans[plan_id] = (row, loaded.state, list(store.journal(plan_id)), store.accepted_steps(loaded.key))
    return {
        "plans": plans,
        "steps": store.list_steps(StepFilter(), limit=1000),
        "programs": {hash: store.program_source(hash) for hash in store.programs()},
        "receipts": list(store.receipts()),
        "switches": store.switches(),
        "turns": dict(store.turns()),
        "archived": list(store.archived()),
        "due": store.next_wake(),
    }


def test_what_goes_out_comes_back_the_same(done: Office, tmp_path: Path) -> None:
    done.desk.store.trouble("C-1", "a defect")
    assert everything(done.desk.store)["plans"]["C-1"][3] == [at("Work.book")]
    texts = exported(done.desk.store)
    other = SqliteStore.open(tmp_path / "other.db", create=True)
    count = Imported()
    assert list(import_lines(other, texts, count)) == []
    assert (count.plans, count.programs, count.receipts) == (3, 1, 3)
    assert everything(other) == everything(done.desk.store)
    assert damages(other) == []
    assert exported(other) == texts
    other.close()


def test_plans_that_came_back_go_on(office: Office, tmp_path: Path) -> None:
    texts = exported(office.desk.store)
    other = SqliteStore.open(tmp_path / "other.db", create=True)
    list(import_lines(other, texts, Imported()))
    other.close()
    with Desk(tmp_path / "other.db", "a test", clock=office.clock) as desk:
        asked = Send("C-1", Complete(MORNING, at("Work.check", "p1"), {"score": 3}, "ann"))
        assert desk.ask(asked) == Answer(None)
        assert damages(desk.store) == []


def test_a_filter_takes_plans_with_their_programs_and_receipts(office: Office) -> None:
    lines = [json.loads(text) for text in exported(office.desk.store, PlanFilter(record_id="C-2"))]
    assert [line["type"] for line in lines] == ["store", "program", "plan", "receipt", "end"]
    assert lines[3]["plan_id"] == "C-2"


def edited(texts: list[str], kind: str, change: Callable[[dict[str, Any]], None]) -> list[str]:
    lines = [json.loads(text) for text in texts]
    change(next(line for line in lines if line["type"] == kind))
    return [written(line) for line in lines]


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("program", lambda line: line.update(hash="0" * 64), "its content is not that of its hash"),
        ("plan", lambda line: line.update(program="0" * 64), "its program is missing"),
        ("plan", lambda line: line.update(plan="Z"), "its program is missing"),
        ("plan", lambda line: line["journal"].pop(0), "its journal does not begin with a submission"),
        ("plan", lambda line: line["journal"].pop(1), "of its journal tells another history than it makes"),
        ("plan", lambda line: line["journal"][1]["history"].clear(), "tells another history than it makes"),
        (
            "plan",
            lambda line: line["journal"][0]["event"].update(scenarios=["none"]),
            "tells another history than it makes",
        ),
        ("plan", lambda line: line["journal"][1]["event"].update(type="Unknown"), "no plan"),
        ("plan", lambda line: line.update(priority="urgent"), "no plan"),
        ("plan", lambda line: line.update(type="plum"), "`plum` is not known"),
        ("receipt", lambda line: line.pop("number"), "it cannot be read"),
    ],
)
def test_what_does_not_follow_is_left_out_and_the_rest_comes_in(
    kind: str, change: Callable[[dict[str, Any]], None], said: str, office: Office, tmp_path: Path
) -> None:
    texts = edited(exported(office.desk.store), kind, change)
    other = SqliteStore.open(tmp_path / "other.db", create=True)
    count = Imported()
    refused = list(import_lines(other, texts, count))
    assert said in refused[0].why
    assert len(refused) == (4 if kind == "program" else 1)
    assert count.plans == (0 if kind == "program" else 3 if kind == "receipt" else 2)
    assert damages(other) == []
    other.close()


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], "does not begin|no JSON"),
        (["language 1.0\n"], "no JSON"),
        (['{"type": "plan"}\n'], "does not begin with a store"),
        (['{"type": "store", "version": 2}\n'], "version 2 of the form, and only 1 is known"),
    ],
)
def test_what_was_not_written_out_of_a_store_is_told(texts: list[str], said: str, tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "plans.db", create=True)
    with pytest.raises(BadFile, match=said):
        list(import_lines(store, texts, Imported()))
    store.close()


def test_a_file_that_stops_is_told_and_what_came_in_stays(office: Office, tmp_path: Path) -> None:
    texts = exported(office.desk.store)
    other = SqliteStore.open(tmp_path / "other.db", create=True)
    with pytest.raises(BadFile, match="it has no end"):
        list(import_lines(other, texts[:4], Imported()))
    assert other.count_plans(PlanFilter()) == 2
    assert damages(other) == []
    count = Imported()
    assert [each.why for each in import_lines(other, texts, count)] == ["there is a plan with this id"] * 2
    assert everything(other)["plans"].keys() == {"C-1", "C-2", "C-3"}
    with pytest.raises(BadFile, match="the file is not whole"):
        list(import_lines(other, [*texts[:3], *texts[4:]], Imported()))
    other.close()


# ---- compacting


def compacted(office: Office) -> str:
    out = open(office.path.with_name("archive.ndjson"), "w+", encoding="utf-8")  # noqa: SIM115
    with out:
        ids = archive(office.desk.store, None, MORNING, out)
        remove(office.desk.store, ids, MORNING, lambda _: None)
        out.seek(0)
        return out.read()


def test_finished_plans_are_archived_and_removed_and_come_back(done: Office) -> None:
    before = everything(done.desk.store)
    texts = io.StringIO(compacted(done))
    store = done.desk.store
    after = everything(store)
    assert list(after["plans"]) == ["C-1", "C-2"]
    assert after["receipts"] == before["receipts"]
    assert [row[0] for row in after["archived"]] == ["C-3"]
    assert damages(store) == []
    assert list(finished(store, None)) == []
    assert list(import_lines(store, texts, Imported())) == []
    again = everything(store)
    assert again["plans"]["C-3"][1:] == before["plans"]["C-3"][1:]
    assert again["archived"] == []
    assert damages(store) == []


def test_only_what_is_finished_long_enough_is_archived(done: Office) -> None:
    assert [row.header.plan_id for row in finished(done.desk.store, None)] == ["C-3"]
    assert list(finished(done.desk.store, MORNING)) == []


def test_a_record_whose_plan_was_archived_gets_no_second_one_unasked(done: Office) -> None:
    compacted(done)
    receipt = done.house.submit("C-3")
    assert (receipt.plan_id, receipt.existing) == ("C-3", True)
    assert done.house.submit("C-3", anew=True).plan_id == "C-3~2"
    assert done.house.submit("C-3").plan_id == "C-3~2"


def test_the_file_gets_smaller(tmp_path: Path) -> None:
    office = Office(tmp_path / "plans.db", *(f"C-{number}" for number in range(100)))
    for number in range(99):
        finish(office, f"C-{number}")
    before = office.path.stat().st_size + office.path.with_name("plans.db-wal").stat().st_size
    compacted(office)
    assert office.path.stat().st_size < before / 2
    assert damages(office.desk.store) == []
    office.close()
