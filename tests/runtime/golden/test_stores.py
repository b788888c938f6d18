"""A store that an earlier version made is brought into the form of this one when it is opened, and is whole then."""

import sqlite3
from pathlib import Path

import pytest

from dro_lang.kernel.states import PlanStatus
from dro_lang.runtime.embedded.errors import StoreError
from dro_lang.runtime.embedded.lists import AT_RISK, Count, PlanFilter, PlanOrder, StepField, StepFilter
from dro_lang.runtime.embedded.sqlite.schema import APPLICATION, VERSION
from dro_lang.runtime.embedded.sqlite.store import SqliteStore
from dro_lang.runtime.upkeep.checking import Damage, check_store
from tests.runtime.golden.journals import FOLDER

STORES = sorted(FOLDER.glob("*/store-*.sql"))
"""The form in which each was made is the number in its name."""


def made(path: Path, dump: Path) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(dump.read_text(encoding="utf-8"))
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {dump.stem.rpartition('-')[2]}")
    connection.close()
    return path


def form(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    found = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall())
    connection.close()
    return found


def test_there_are_stores() -> None:
    assert STORES


@pytest.mark.parametrize("dump", STORES, ids=lambda path: path.stem)
def test_a_store_of_an_earlier_form_becomes_one_of_this(tmp_path: Path, dump: Path) -> None:
    path = made(tmp_path / "plans.db", dump)
    store = SqliteStore.open(path)
    try:
        assert [each for each in check_store(store) if isinstance(each, Damage)] == []
        states = {row.header.plan_id: row.status for row in store.list_plans(PlanFilter())}
        waiting = PlanStatus.IN_PROGRESS
        assert states == {"C-0": waiting, "C-1": PlanStatus.FREEZING, "C-2": waiting, "C-3": waiting}
        named = store.list_plans(PlanFilter(scenario="all", search="beta"), order=PlanOrder.NAME)
        assert [row.header.plan_id for row in named] == ["C-1", "C-3"]
        assert store.list_plans(PlanFilter(scenario="none")) == []
        assert sum(store.tally_plans().values()) == 4
        assert store.count_steps(StepFilter()) == len(store.list_steps(StepFilter()))
        found = store.last_receipt("Case", "C-2")
        assert found is not None
        assert (found[1].plan_id, found[0].at) == ("C-2", store.plan_row("C-2").header.submitted_at)
        for risk in AT_RISK:
            at_risk = {row.plan_id for row in store.list_steps(StepFilter(jeopardy=frozenset({risk})))}
            plans = PlanFilter(having=StepFilter(jeopardy=frozenset({risk})))
            assert {row.header.plan_id for row in store.list_plans(plans)} == at_risk
            assert store.about_plans(plans) == Count(len(at_risk))
        assert dict(store.tally_steps(StepField.QUEUE, StepFilter(queue="Q"))) == {"Q": 3}
    finally:
        store.close()
    SqliteStore.open(tmp_path / "new.db", create=True).close()
    assert form(path) == form(tmp_path / "new.db")
    version = sqlite3.connect(path).execute("PRAGMA user_version").fetchone()
    assert version == (VERSION,)


def test_a_store_is_left_to_the_process_that_holds_it(tmp_path: Path) -> None:
    path = made(tmp_path / "plans.db", STORES[0])
    before = form(path)
    lock = sqlite3.connect(f"{path}.lock", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="a process that knows no other holds it") as error:
        SqliteStore.open(path)
    assert error.value.code == "R0404"
    assert form(path) == before
    lock.close()
    SqliteStore.open(path).close()
    assert form(path) != before


def test_a_store_that_cannot_be_brought_into_this_form_stays_as_it_was(tmp_path: Path) -> None:
    path = made(tmp_path / "plans.db", STORES[0])
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE kinds (somebody TEXT)")
    connection.close()
    before = form(path)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        SqliteStore.open(path)
    assert form(path) == before
