"""Records are updated where they are kept: whole or not at all, and nothing else is touched."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.kernel.events import Failed, Succeeded
from dro_lang.program.values import Row
from dro_lang.runtime.configuration.secret import EnvironmentSecret
from dro_lang.runtime.outside.actions.records.csv_file import CsvFile
from dro_lang.runtime.outside.actions.records.ndjson_file import NdjsonFile
from dro_lang.runtime.outside.actions.records.server_table import ServerTable
from dro_lang.runtime.outside.failures import Failure
from tests.runtime.outside.conftest import Outsides
from tests.runtime.outside.plans import NOW, program, run

PLAN = program(
    imports="import std.record { SetField }",
    declarations="""
action Mark {
  takes { id : Id, reminded : Date, open : Money in EUR, done : Boolean, level : Level, note : Text optional }
}
""",
    steps="""
  step set: auto SetField { with { target: "accounts", id: id, field: "note", value: "x" } }
  step mark: auto Mark { with { id: id, reminded: start_date, open: 5 EUR, done: true, level: level } }
""",
)
MARK: Row = {
    "id": "A-1",
    "reminded": date(2026, 12, 1),
    "open": Decimal("900.50"),
    "done": True,
    "level": "VeryHigh",
    "note": None,
}
COLUMNS = ("key", "reminded", "open", "done", "level", "note")
TABLE = '[records.accounts]\ndatabase = "crm.db"\ntable = "my accounts"\nkey = "key"\n'
MARKS = '[actions.Mark]\nuse = "record"\ntarget = "accounts"\n'


def set_note(value: str | None, id: str = "A-1", field: str = "note", target: str = "accounts") -> Any:
    return run("SetField", {"target": target, "id": id, "field": field, "value": value})


def code(answer: object) -> str | None:
    return answer.code if isinstance(answer, Failed) else None


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "crm.db"
    with closing(sqlite3.connect(path)) as made:
        made.execute('CREATE TABLE "my accounts" (key, reminded TEXT, open NUMERIC, done, level, note)')
        made.executemany('INSERT INTO "my accounts" (key, note) VALUES (?, ?)', [("A-1", "old"), ("A-2", "old")])
        made.commit()
    return path


def rows(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as made:
        return made.execute('SELECT * FROM "my accounts" ORDER BY key').fetchall()


def test_a_row_of_a_table(database: Path, outside: Outsides) -> None:
    made = outside(PLAN, TABLE + MARKS)
    assert isinstance(made.answer(run("Mark", MARK), NOW), Succeeded)
    assert rows(database) == [
        ("A-1", "2026-12-01", 900.5, 1, "very high", None),
        ("A-2", None, None, None, None, "old"),
    ]
    assert code(made.answer(set_note('Robert\'); DROP TABLE "my accounts"; --'), NOW)) is None
    assert rows(database)[0][-1] == 'Robert\'); DROP TABLE "my accounts"; --'


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (set_note("x", "A-9"), "RECORD_UNKNOWN"),
        (set_note("x", field="nothing"), "FIELD_UNKNOWN"),
        (set_note("x", field='note" = 1, "key'), "FIELD_UNKNOWN"),
        (set_note("x", target="orders"), "TARGET_UNKNOWN"),
    ],
)
def test_what_is_not_there(command: Any, expected: str, database: Path, outside: Outsides) -> None:
    before = rows(database)
    assert code(outside(PLAN, TABLE + MARKS).answer(command, NOW)) == expected
    assert rows(database) == before


def test_several_rows_are_none_that_is_meant(database: Path, outside: Outsides) -> None:
    with closing(sqlite3.connect(database)) as made:
        made.execute('UPDATE "my accounts" SET key = ?', ("A-1",))
        made.commit()
    before = rows(database)
    assert code(outside(PLAN, TABLE + MARKS).answer(set_note("x"), NOW)) == "RECORD_AMBIGUOUS"
    assert rows(database) == before


def test_no_database_is_made(tmp_path: Path, outside: Outsides) -> None:
    assert code(outside(PLAN, TABLE + MARKS).answer(set_note("x"), NOW)) == "RECORD_FAILED"
    assert not (tmp_path / "crm.db").exists()


# ---- a database server


SERVER = '[records.accounts]\ndatabase = { env = "CRM" }\ntable = "crm.my accounts"\nkey = "key"\n'


@pytest.fixture
def served(postgres: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[sqlalchemy.Connection]:
    """A real PostgreSQL with the table, its columns of the types that a database would have."""
    address = postgres.replace("postgresql://", "postgresql+psycopg://")
    monkeypatch.setenv("CRM", address)
    engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        for statement in (
            "CREATE SCHEMA crm",
            'CREATE TABLE crm."my accounts" (key uuid, reminded date, open numeric(12, 2), done boolean, level text, '
            "note varchar(20), seen timestamptz)",
            f"INSERT INTO crm.\"my accounts\" (key, note) VALUES ('{FIRST}', 'old'), ('{SECOND}', 'old')",
        ):
            connection.execute(sqlalchemy.text(statement))
        connection.commit()
        yield connection
        connection.rollback()
        connection.execute(sqlalchemy.text("DROP SCHEMA crm CASCADE"))
        connection.commit()


FIRST, SECOND = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2))


def served_rows(connection: sqlalchemy.Connection) -> list[tuple[Any, ...]]:
    connection.rollback()
    found = connection.execute(sqlalchemy.text('SELECT * FROM crm."my accounts" ORDER BY key'))
    return [tuple(row)[1:-1] for row in found]


def test_a_row_of_a_server(served: sqlalchemy.Connection, outside: Outsides) -> None:
    made = outside(PLAN, SERVER + MARKS)
    for _ in range(2):  # again it changes nothing
        assert isinstance(made.answer(run("Mark", {**MARK, "id": FIRST}), NOW), Succeeded)
        assert served_rows(served) == [
            (date(2026, 12, 1), Decimal("900.50"), True, "very high", None),
            (None, None, None, None, "old"),
        ]
    injected = "'); DROP SCHEMA crm;"
    assert code(made.answer(set_note(injected, FIRST), NOW)) is None
    assert served_rows(served)[0][-1] == injected
    moment = set_note("2026-12-01T09:00:00+01:00", FIRST, field="seen")
    assert isinstance(made.answer(moment, NOW), Succeeded)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (set_note("x", SECOND[:-1] + "9"), "RECORD_UNKNOWN"),
        (set_note("x", "no uuid"), "RECORD_FAILED"),
        (set_note("x", SECOND, field="nothing"), "FIELD_UNKNOWN"),
        (set_note("much too long for its column", SECOND), "RECORD_FAILED"),
        (set_note("no day", SECOND, field="reminded"), "RECORD_FAILED"),
    ],
)
def test_what_a_server_does_not_do(
    command: Any, expected: str, served: sqlalchemy.Connection, outside: Outsides
) -> None:
    before = served_rows(served)
    assert code(outside(PLAN, SERVER + MARKS).answer(command, NOW)) == expected
    assert served_rows(served) == before


def test_several_rows_of_a_server_are_none_that_is_meant(served: sqlalchemy.Connection, outside: Outsides) -> None:
    served.execute(sqlalchemy.text(f"UPDATE crm.\"my accounts\" SET key = '{FIRST}'"))
    served.commit()
    before = served_rows(served)
    assert code(outside(PLAN, SERVER + MARKS).answer(set_note("x", FIRST), NOW)) == "RECORD_AMBIGUOUS"
    assert served_rows(served) == before


def test_a_row_that_somebody_holds_is_busy(served: sqlalchemy.Connection, outside: Outsides) -> None:
    served.execute(sqlalchemy.text("ALTER ROLE postgres SET lock_timeout = '200ms'"))
    served.commit()
    try:
        served.execute(sqlalchemy.text('UPDATE crm."my accounts" SET note = note'))
        assert code(outside(PLAN, SERVER + MARKS).answer(set_note("x", FIRST), NOW)) == "RECORD_BUSY"
    finally:
        served.rollback()
        served.execute(sqlalchemy.text("ALTER ROLE postgres RESET lock_timeout"))
        served.commit()


@pytest.mark.parametrize(
    ("address", "expected", "said"),
    [
        ("postgresql+psycopg://me:hush-hush@127.0.0.1:1/crm", "UNREACHABLE", "refused"),
        ("no address", "RECORD_FAILED", "dialect+driver://"),
        ("oracle+oracledb://me:hush-hush@127.0.0.1/crm", "RECORD_FAILED", "pip install oracledb"),
        ("nonsense://me:hush-hush@127.0.0.1/crm", "RECORD_FAILED", "dialect"),
    ],
)
def test_a_server_that_is_not_there(address: str, expected: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM", address)
    failure = ServerTable(EnvironmentSecret("CRM"), "accounts", "key").update("A-1", {"note": "x"})
    assert failure is not None
    assert failure.code == expected
    assert said in failure.detail
    assert "hush-hush" not in failure.detail


@pytest.mark.usefixtures("served")
def test_tables_and_columns_of_a_server_are_looked_up_before_anything_runs() -> None:
    assert ServerTable(EnvironmentSecret("CRM"), "crm.my accounts", "key").columns() == (*COLUMNS, "seen")
    unknown = ServerTable(EnvironmentSecret("CRM"), "crm.orders", "key").columns()
    assert unknown == Failure("RECORD_FAILED", "the database has no table `crm.orders`")


# ---- files


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "a.csv",
            "\ufeffkey;reminded;open;done;level;note\r\nA-1;;;;;old\r\nA-2;;;;;o;d\r\n",
            "\ufeffkey;reminded;open;done;level;note\r\nA-1;2026-12-01;900.50;true;very high;\r\nA-2;;;;;o;d\r\n",
        ),
        (
            "a.ndjson",
            '{"key": "A-0",  "n": 1.50}\n\n{"key": "A-1", "big": 12345678901234567890.10, "note": "old"}\n',
            '{"key": "A-0",  "n": 1.50}\n\n{"key": "A-1", "big": 12345678901234567890.10, "note": null, '
            '"reminded": "2026-12-01", "open": "900.50", "done": true, "level": "very high"}\n',
        ),
    ],
)
def test_a_record_of_a_file(name: str, text: str, expected: str, tmp_path: Path, outside: Outsides) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode())
    path.chmod(0o640)
    made = outside(PLAN, f'[records.accounts]\nfile = "{name}"\nkey = "key"\n' + MARKS)
    for _ in range(2):  # again it changes nothing
        assert isinstance(made.answer(run("Mark", MARK), NOW), Succeeded)
        assert path.read_bytes().decode() == expected
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"key,note\nA-2,x\n", "RECORD_UNKNOWN"),
        ("a.csv", b"key,note\nA-1,x\nA-1,y\n", "RECORD_AMBIGUOUS"),
        ("a.csv", b"key,other\nA-1,x\n", "FIELD_UNKNOWN"),
        ("a.csv", b"", "FIELD_UNKNOWN"),
        ("a.csv", b"key,note\nA-1,\xff\n", "RECORD_FAILED"),
        ("a.csv", b'key,note\nA-1,"open\n', "RECORD_FAILED"),
        ("a.csv", None, "RECORD_FAILED"),
        ("a.ndjson", b'{"key": "A-1"\n', "RECORD_FAILED"),
        ("a.ndjson", b'{"key": "A-2"}\n', "RECORD_UNKNOWN"),
    ],
)
def test_a_file_in_which_it_cannot_be(
    name: str, content: bytes | None, expected: str, tmp_path: Path, outside: Outsides
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    made = outside(PLAN, f'[records.accounts]\nfile = "{name}"\nkey = "key"\n' + MARKS)
    assert code(made.answer(set_note("x"), NOW)) == expected
    assert content is None or (tmp_path / name).read_bytes() == content


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), CELLS, st.data())
def test_nothing_else_of_a_csv_file_changes(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], value: str, data: Any
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    at = data.draw(st.integers(0, len(cells) - 1))
    table = [["id", "note", "other"], *([f"A-{number}", *each] for number, each in enumerate(cells))]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(table)
    assert CsvFile(path, "id").update(f"A-{at}", {"note": value}) is None
    table[at + 1][1] = value
    assert list(csv.reader(io.StringIO(path.read_bytes().decode(), newline=""))) == table


SCALARS = st.none() | st.booleans() | st.integers() | CELLS
JSON = st.recursive(SCALARS, lambda x: st.lists(x) | st.dictionaries(CELLS, x), max_leaves=3)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.dictionaries(CELLS, JSON, max_size=3), min_size=1, max_size=4), st.data())
def test_nothing_else_of_an_ndjson_file_changes(
    tmp_path_factory: pytest.TempPathFactory, objects: list[dict[str, Any]], data: Any
) -> None:
    path = tmp_path_factory.mktemp("ndjson") / "a.ndjson"
    objects = [{**each, "id": f"A-{number}"} for number, each in enumerate(objects)]
    at = data.draw(st.integers(0, len(objects) - 1))
    path.write_text("".join(json.dumps(each) + "\n" for each in objects), encoding="utf-8")
    before = path.read_text(encoding="utf-8").split("\n")
    assert NdjsonFile(path, "id").update(f"A-{at}", {"note": "new"}) is None
    after = path.read_text(encoding="utf-8").split("\n")
    assert json.loads(after[at]) == {**objects[at], "note": "new"}
    assert [line for number, line in enumerate(after) if number != at] == [
        line for number, line in enumerate(before) if number != at
    ]


def test_many_at_once_all_arrive(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,note\n" + "".join(f"A-{number},\n" for number in range(20)), encoding="utf-8")
    with ThreadPoolExecutor(8) as pool:
        failures = list(
            pool.map(lambda number: CsvFile(path, "id").update(f"A-{number}", {"note": str(number)}), range(20))
        )
    assert failures == [None] * 20
    assert path.read_text(encoding="utf-8") == "id,note\n" + "".join(f"A-{n},{n}\n" for n in range(20))
