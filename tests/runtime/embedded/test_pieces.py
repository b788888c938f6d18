"""The state of a plan with many steps is kept in pieces, of which only those are written that changed."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings

from dro_lang.kernel.events import Complete
from dro_lang.kernel.states import PlanState
from dro_lang.program.model import Program
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.requests import Submit
from dro_lang.runtime.embedded.sqlite.pieces import Pieces, in_pieces, put_together
from dro_lang.runtime.embedded.sqlite.rows import checksum
from dro_lang.runtime.embedded.sqlite.states import Parts, packed
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.upkeep.checking import Damage, check_store
from tests.kernel.builders import after, at, case, group, manual, milestone, program
from tests.kernel.strategies import Happening, happenings, programs
from tests.kernel.test_laws import lives
from tests.runtime.embedded.builders import House

ITEMS = [f"p{number:03}" for number in range(100)]
MANY_TASKS = program(group("G", manual("check", per_item=True), milestone("done", after("check"))))

Stored = dict[int, bytes]


@settings(max_examples=50, deadline=None)
@given(program=programs(), what=happenings(20))
def test_the_pieces_that_changed_bring_what_is_stored_up_to_date(program: Program, what: list[Happening]) -> None:
    before, stored = None, Stored()
    for _, _, done in lives(program, what):
        pieces = Pieces.of(done.state, before)
        stored.update(pieces.changed(before))
        assert in_pieces(pieces.data())
        assert put_together(pieces.data(), (stored[number] for number in sorted(stored))) == done.state
        before = pieces


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(MANY_TASKS, tmp_path / "plans.db")
    house.engine.submit(Submit(house.hash, "P", case(*ITEMS, id="C-1")))
    house.engine.run_due()
    return house


def stored(house: House) -> Stored:
    with sqlite3.connect(house.store.path) as connection:
        return dict(connection.execute("SELECT number, data FROM pieces"))


def read_anew(house: House) -> PlanState:
    store = SqliteStore.open(house.store.path)
    try:
        return store.load("C-1").state
    finally:
        store.close()


def test_a_task_that_is_done_writes_one_piece(house: House) -> None:
    """Of one for the record and four for 101 steps."""
    before = stored(house)
    assert sorted(before) == [0, 1, 2, 3, 4]
    answer = house.engine.send("C-1", Complete(house.clock.now(), at("G.check", "p050"), {}, "ann"))
    assert answer.refusal is None
    assert [number for number, data in stored(house).items() if data != before[number]] == [2]
    state = read_anew(house)
    assert state == house.engine._residents.load("C-1").state
    done = state.step(at("G.check", "p050"))
    assert done is not None
    assert done.status == "completed"


def test_a_plan_that_was_kept_whole_is_kept_in_pieces_from_its_next_turn_on(house: House) -> None:
    """As stores of earlier versions have it."""
    loaded = house.store.load("C-1")
    whole = packed(Parts.of(loaded.state))
    house.store.close()
    with sqlite3.connect(house.store.path) as connection:
        connection.create_function("crc", 2, checksum)
        connection.execute("DELETE FROM pieces")
        connection.execute("UPDATE plans SET state = ?1, checksum = crc(?1, chain)", (whole,))
    again = House(MANY_TASKS, house.store.path)
    assert again.state() == loaded.state
    again.engine.send("C-1", Complete(again.clock.now(), at("G.check", "p001"), {}, "ann"))
    assert sorted(stored(again)) == [0, 1, 2, 3, 4]
    assert [each for each in check_store(again.store) if isinstance(each, Damage)] == []


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE pieces SET data = (SELECT data FROM pieces WHERE number = 2) WHERE number = 3",
        "UPDATE pieces SET data = x'00' WHERE number = 0",
        "DELETE FROM pieces WHERE number = 4",
        "INSERT INTO pieces SELECT plan, 5, data FROM pieces WHERE number = 4",
    ],
)
def test_a_damaged_piece_is_found(damage: str, house: House) -> None:
    with sqlite3.connect(house.store.path) as connection:
        assert connection.execute(damage).rowcount == 1
    with pytest.raises(StoreError, match="the state of plan `C-1`") as error:
        read_anew(house)
    assert error.value.code == "R0405"
    found = [each.where for each in check_store(house.store) if isinstance(each, Damage)]
    assert found == ["plan C-1"]


def test_pieces_of_no_plan_are_found(house: House) -> None:
    with sqlite3.connect(house.store.path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("INSERT INTO pieces VALUES (77, 0, x'00')")
    found = [each.what for each in check_store(house.store) if isinstance(each, Damage)]
    assert "1 rows of `pieces` belong to no plan" in found


def test_pieces_go_with_their_plan(house: House) -> None:
    with house.store.transaction():
        house.store.remove([house.store.load("C-1")], house.clock.now())
    assert stored(house) == {}
