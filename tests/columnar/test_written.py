"""Tables as outputs: whole or not at all, and nothing is overwritten that was not meant."""

import json
import sqlite3
from contextlib import closing

import duckdb
import psycopg
import pytest

from dro_lang.cli.output import Exit
from dro_lang.records.problems import OutputError
from dro_lang.records.tables.address import source_of
from dro_lang.records.tables.written import Rows, check_target, write_table
from tests.cli.plans import written
from tests.cli.shell import drolang

__all__ = ["drolang"]

ROWS = [("A-1", ["a", "b;c"], None), ("A-2", None, "R0202"), ("Ä\t\\N\n", ["ü"], None)]
QUERY = (
    "SELECT * FROM (VALUES ('A-1', ['a', 'b;c'], NULL), ('A-2', NULL, 'R0202'), ('Ä\t\\N\n', ['ü'], NULL)) t(id, s, e)"
)
COLUMNS = {"id": False, "scenarios": True, "error": False}


@pytest.fixture(params=["sqlite", "duckdb", "postgres"])
def target(request, tmp_path):
    """The address of a table that is not there yet."""
    if request.param != "postgres":
        return f"{request.param}:{tmp_path / 'out.db'}?table=picks"
    uri = request.getfixturevalue("postgres")
    with psycopg.connect(uri) as connection:
        connection.execute("DROP TABLE IF EXISTS picks")
    return f"{uri}{'&' if '?' in uri else '?'}table=picks"


def found(address):
    """All rows of a table, with its lists as Python has them."""
    table = source_of(address)
    query = 'SELECT * FROM "picks"'
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(table.file)) as connection:
            rows = connection.execute(query).fetchall()
        return [(id, scenarios and json.loads(scenarios), error) for id, scenarios, error in rows]
    with duckdb.connect(table.file) if table.file else psycopg.connect(table.database) as connection:
        return connection.execute(query).fetchall()


def write(address, replace=False, query=QUERY):
    write_table(source_of(address), Rows(COLUMNS, query, duckdb.connect()), replace)


def test_every_row_with_its_list(target):
    check_target(source_of(target), replace=False)
    write(target)
    assert found(target) == ROWS


def test_a_table_that_is_there_is_replaced_only_where_that_is_meant(target):
    write(target)
    with pytest.raises(OutputError, match="is there already; name another table, or replace it: --replace"):
        check_target(source_of(target), replace=False)
    with pytest.raises(OutputError, match="cannot be written"):
        write(target, query=f"{QUERY} LIMIT 1")
    assert found(target) == ROWS
    check_target(source_of(target), replace=True)
    write(target, replace=True, query=f"{QUERY} LIMIT 1")
    assert found(target) == ROWS[:1]


def test_an_error_on_the_way_leaves_what_was_there(target):
    broken = f"SELECT id, s, CASE WHEN i > 19000 THEN error('full') ELSE e END FROM ({QUERY}), range(20000) n(i)"
    with pytest.raises((OutputError, duckdb.Error), match="full"):
        write(target, query=broken)
    check_target(source_of(target), replace=False)
    write(target)
    with pytest.raises((OutputError, duckdb.Error), match="full"):
        write(target, replace=True, query=broken)
    assert found(target) == ROWS


def test_a_new_file_is_gone_after_an_error(tmp_path):
    path = tmp_path / "new.duckdb"
    with pytest.raises(OutputError, match="full"):
        write(f"duckdb:{path}?table=picks", query="SELECT error('full')")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("evaluator", ["compiled", "columnar"])
def test_select_into_a_table(drolang, tmp_path, target, evaluator):
    written(tmp_path)
    select = ("select", "plan.dro", "--records", "records.ndjson", "--today", "2026-12-01", "--evaluator", evaluator)
    shown = drolang(*select, "--out", target)
    assert shown.code == Exit.PROBLEMS
    assert shown.out == ""
    assert "wrote " in shown.err
    rows = [
        (id, ["gentle"] if scenarios == '["gentle"]' else scenarios, error) for id, scenarios, error in found(target)
    ]
    assert rows[0] == ("A-1", ["gentle"], None)
    assert rows[2] == ("A-3", None, "R0202")
    shown = drolang(*select, "--out", target)
    assert (shown.code, "is there already" in shown.err) == (Exit.USAGE, True)
    assert drolang(*select, "--out", target, "--replace").code == Exit.PROBLEMS
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "picks.csv", "--replace"], "--replace is for a table as --out"),
        (["--out", "sqlite:a.db?table=x", "--format", "csv"], "--format is for files, and --out is a table"),
        (["--out", "sqlite:a.db"], "names no table"),
        (["--out", "sqlite:no/a.db?table=x"], "cannot be written: unable to open database file"),
        (["--out", "duckdb:no/a.db?table=x"], "cannot be written: "),
        (["--out", "duckdb:a.db?table=no.x"], "cannot be written: "),
        (["--out", "sqlite:plan.dro?table=x"], "cannot be written: file is not a database"),
        (["--out", "sqlite:in.db?table=accounts", "--replace"], "is an input, and would be overwritten"),
        (["--out", "postgresql://ann:hush@127.0.0.1:1/x?table=t"], "postgresql://ann@127.0.0.1:1/x?table=t` cannot be"),
    ],
)
def test_what_cannot_be_written(drolang, tmp_path, arguments, message):
    written(tmp_path)
    records = "records.ndjson"
    if "in.db" in arguments[1]:
        with closing(sqlite3.connect(tmp_path / "in.db")) as connection:
            connection.execute("CREATE TABLE accounts (id TEXT)")
        records = "sqlite:./in.db?table=accounts"
    shown = drolang("select", "plan.dro", "--records", records, *arguments)
    assert (shown.code, shown.out) == (Exit.USAGE, "")
    assert message in shown.err
    assert "hush" not in shown.err
    assert not (tmp_path / "a.db").exists()
