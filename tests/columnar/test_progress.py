"""How far a selection has come is told within a part, too; and it can be interrupted."""

import os
import signal
from threading import Timer

import pytest

from dro_lang.records.load import Inputs
from dro_lang.records.parquet_records import database
from dro_lang.runtime.batch.job import Job, Limits
from dro_lang.runtime.batch.parts import about_rows, parts
from dro_lang.runtime.batch.select import prepared, select_all
from dro_lang.runtime.batch.workspace import Workspace
from tests.columnar.plans import TODAY, plan_of
from tests.columnar.test_parquet import parquet
from tests.columnar.test_tables import changed, sqlite


def test_what_is_told_grows_to_the_number_of_records(tmp_path):
    program = plan_of()
    job = prepared(
        Job(
            program,
            program.plans["P"],
            Inputs([parquet(tmp_path / "a.parquet", 50)]),
            TODAY,
            limits=Limits(part_rows=20),
        )
    )
    told = []
    with select_all(job, Workspace.beside(tmp_path / "work", job), [].append, lambda *at: told.append(at)):
        pass
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert {20, 40, 50} <= {done for done, _ in told}
    assert {total for _, total in told} == {50}


def test_rows_of_a_table_are_told_while_they_are_copied(tmp_path):
    program = plan_of()
    job = prepared(
        Job(program, program.plans["P"], Inputs([sqlite(tmp_path / "a.db", changed(visits=list(range(50))))]), TODAY)
    )
    copied = []
    with select_all(job, Workspace.beside(tmp_path / "work", job), [].append, lambda *at: None, copied.append):
        pass
    assert copied[-1] == 50


def test_the_rows_of_text_are_estimated_by_the_first_lines(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,name\n" + "A-1,Anna\n" * 40_000, encoding="utf-8")
    [part] = parts(path, database(), Limits())
    assert abs(about_rows(part) - 40_000) < 400


def test_an_interrupt_that_comes_while_the_database_works_is_one(tmp_path):
    program = plan_of()
    job = prepared(Job(program, program.plans["P"], Inputs([parquet(tmp_path / "a.parquet", 50)]), TODAY))
    pressed = Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))

    def long() -> None:
        with select_all(job, Workspace.beside(tmp_path / "work", job), [].append, lambda *at: None) as outcome:
            pressed.start()
            outcome.connection.execute("SELECT count(*) FROM range(10_000_000) a, range(1_000) b").fetchall()

    with pytest.raises(KeyboardInterrupt):
        long()
