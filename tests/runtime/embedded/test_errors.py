"""A store that cannot be used says why; nothing that was acknowledged is lost."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from dro_lang.kernel.events import Complete, Freeze
from dro_lang.kernel.machine import Kernel
from dro_lang.runtime.embedded.desk import Desk
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.port import PlanFilter
from dro_lang.runtime.embedded.requests import Send, Submit
from dro_lang.runtime.embedded.sqlite.schema import VERSION
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.upkeep.copying import back_up
from tests.kernel.builders import after, at, auto, case, group, manual, program
from tests.runtime.embedded.builders import MORNING, House

TASK = program(group("G", auto("a"), manual("b", after("a"))))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plans.db"


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as error:
        act()
    return error.value.code


def changed(path: Path, statement: str) -> None:
    """Change a store from outside, as a bad disk or a careless hand would."""
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()


def test_a_store_that_is_not_there_is_not_made_by_looking(path: Path) -> None:
    assert code_of(lambda: SqliteStore.open(path)) == "R0401"
    assert code_of(lambda: Desk(path, "drolang plans")) == "R0401"
    assert not path.exists()


@pytest.mark.parametrize("content", [b"name;balance\nAcme;90\n" * 500, b"SQLite format 3\0" + b"\1" * 5000])
def test_a_file_that_is_no_database_is_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert code_of(lambda: SqliteStore.open(path, create=True)) in ("R0403", "R0405")
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_left_as_it_is(path: Path) -> None:
    changed(path, "CREATE TABLE plans (id)")
    before = path.read_bytes()
    assert code_of(lambda: SqliteStore.open(path, create=True)) == "R0403"
    assert path.read_bytes() == before


@pytest.mark.parametrize(("version", "help"), [(VERSION + 1, "or a later one"), (0, "export it with that version")])
def test_a_store_of_another_version_says_which(path: Path, version: int, help: str) -> None:
    SqliteStore.open(path, create=True).close()
    changed(path, f"PRAGMA user_version = {version}")
    with pytest.raises(StoreError, match=f"version {version} of the form, not {VERSION}") as error:
        SqliteStore.open(path)
    assert error.value.code == "R0404"
    assert help in error.value.help


def test_a_folder_that_cannot_be_written_to(path: Path) -> None:
    assert code_of(lambda: SqliteStore.open("/proc/plans.db", create=True)) == "R0407"


def test_a_folder_is_no_store_and_none_is_made_for_one(path: Path) -> None:
    for create in (False, True):
        assert code_of(lambda create=create: SqliteStore.open(path.parent, create)) == "R0403"
    with pytest.raises(StoreError, match="there is no folder"):
        SqliteStore.open(path / "plans.db", create=True)


@pytest.mark.parametrize("name", ["file:plans.db?mode=ro", "file:plans.db", "50% off?#1.db", "plans\nof Ännchen.db"])
def test_a_store_may_have_any_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    House(TASK, Path(name)).submit_and_run().store.close()
    backup = Path(f"{name}.copy")
    store = SqliteStore.open_to_read(Path(name))
    back_up(store, backup)
    store.close()
    with Desk(Path(name), "drolang freeze") as desk:
        assert desk.ask(Send("C-1", Freeze(MORNING))).refusal is None
    assert {each.name for each in tmp_path.iterdir()} == {name, f"{name}.lock", backup.name}
    backup.chmod(0o444)
    assert SqliteStore.open_to_read(backup).plan_ids(None, 9) == ["C-1"]


def test_a_store_that_may_only_be_read(path: Path) -> None:
    house = House(TASK, path).submit_and_run()
    house.store._connection.execute("PRAGMA query_only = ON")
    assert code_of(lambda: house.engine.send("C-1", Freeze(MORNING))) == "R0407"
    assert house["G.b"] == "ready"


def test_a_full_disk_stops_the_engine_and_loses_nothing_that_was_acknowledged(path: Path) -> None:
    house = House(TASK, path)
    pages = house.store._connection.execute("PRAGMA page_count").fetchone()[0]
    house.store._connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    receipts = []

    def submit() -> None:
        for number in range(1000):
            receipts.append(house.submit(f"C-{number}"))
            house.engine.run_due()

    assert code_of(submit) == "R0406"
    house.store.close()
    assert receipts
    again = House(TASK, path)
    again.engine.recover()
    again.engine.run_due()
    assert again.plans()[: len(receipts)] == [receipt.plan_id for receipt in receipts]
    for receipt in receipts:
        assert receipt.plan_id is not None
        assert again.state(receipt.plan_id).steps[1].status == "ready"
        list(again.store.journal(receipt.plan_id))


def test_an_entry_with_a_flipped_bit_is_named(path: Path) -> None:
    House(TASK, path).submit_and_run().store.close()
    changed(path, "UPDATE journal SET event = replace(event, 'Succeeded', 'Rucceeded') WHERE number = 2")
    store = SqliteStore.open(path)
    with pytest.raises(StoreError, match=r"entry 2 of plan `C-1` in the store .* is damaged") as error:
        list(store.journal("C-1"))
    assert error.value.code == "R0405"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_entry_that_is_missing_is_named(path: Path, number: int) -> None:
    House(TASK, path).submit_and_run().store.close()
    changed(path, f"DELETE FROM journal WHERE number = {number}")
    store = SqliteStore.open(path)
    with pytest.raises(StoreError, match=f"entry {number} of plan `C-1` .* it is missing"):
        list(store.journal("C-1"))


def test_an_entry_is_guarded_in_its_place(path: Path) -> None:
    house = House(TASK, path).submit_and_run("C-1").submit_and_run("C-2")
    house.store.close()
    entry = "SELECT {} FROM journal WHERE number = 2 AND plan = 2"
    changed(
        path,
        f"UPDATE journal SET event = ({entry.format('event')}), checksum = ({entry.format('checksum')})"
        " WHERE number = 2 AND plan = 1",
    )
    assert code_of(lambda: list(SqliteStore.open(path).journal("C-1"))) == "R0405"


@pytest.mark.parametrize(
    "damage",
    ["state = x'00'", "state = x''", "state = zeroblob(500)", "chain = chain + 1", "checksum = checksum - 1"],
)
def test_a_state_that_is_damaged_is_not_carried_on(path: Path, damage: str) -> None:
    House(TASK, path).submit_and_run().store.close()
    changed(path, f"UPDATE plans SET {damage}")
    with pytest.raises(StoreError, match=r"the state of plan `C-1` in the store .* is damaged") as error:
        House(TASK, path).engine.send("C-1", Complete(MORNING, at("G.b"), {}, "ann"))
    assert error.value.code == "R0405"


def test_a_page_that_is_damaged_stops_the_engine(path: Path) -> None:
    house = House(TASK, path)
    house.engine.submit_all([])
    list(house.engine.submit_all(Submit(house.hash, "P", case(id=f"C-{number}")) for number in range(200)))
    house.store.close()
    data = bytearray(path.read_bytes())
    for page in range(4, len(data) // 4096):
        data[page * 4096 : page * 4096 + 16] = b"\xff" * 16
    path.write_bytes(data)
    assert code_of(lambda: SqliteStore.open(path).list_plans(PlanFilter())) == "R0405"


def test_a_plan_that_cannot_be_carried_on_does_not_hold_up_the_others(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(TASK, path)
    step = Kernel.step

    def broken(self: Kernel, state: object, event: object) -> object:
        if state.id == "C-2":  # type: ignore[attr-defined]
            raise RuntimeError("a defect")
        return step(self, state, event)  # type: ignore[arg-type]

    house.submit("C-1")
    house.submit("C-2")
    house.submit("C-3")
    with monkeypatch.context() as patch:
        patch.setattr(Kernel, "step", broken)
        house.engine.run_due()
        answer = house.engine.send("C-2", Freeze(MORNING))
        assert answer.refusal == "the plan cannot be carried on: RuntimeError: a defect"
    assert [house.state(id).steps[1].status for id in ("C-1", "C-2", "C-3")] == ["ready", "pending", "ready"]
    [troubled] = house.store.list_plans(PlanFilter(in_trouble=True))
    assert (troubled.header.plan_id, troubled.trouble) == ("C-2", answer.refusal)
    # After a mended version is started, what was asked is asked again.
    again = House(TASK, path)
    again.engine.recover()
    again.engine.run_due()
    assert again.state("C-2").steps[1].status == "ready"
    assert again.store.list_plans(PlanFilter(in_trouble=True)) == []
