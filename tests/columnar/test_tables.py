"""Tables of databases: by columns and row by row they give the same, and what is wrong with one is told."""

import sqlite3
from pathlib import Path

import duckdb
import psycopg
import pytest

from dro_lang.records.load import InputError, Inputs
from dro_lang.records.streams import check_readable
from dro_lang.records.tables.address import Table, source_of
from tests.columnar.plans import JOINED, agree, by_columns, by_rows, plan_of
from tests.columnar.test_parquet import ROW

PROGRAM = plan_of()
SQLITE = """
CREATE TABLE cases (
  id TEXT PRIMARY KEY, start_date DATE, "Label" TEXT, risk TEXT, vip BOOLEAN, visits INTEGER, rate REAL,
  balance DECIMAL(12, 2), promised_on DATE, opened_at TEXT, patience TEXT, lines TEXT
)
"""
USUAL = (
    "A-1", "2026-01-01", "Anna", "low", 1, 5, 1.5, "100.51", "2026-11-27", "2026-01-01T00:30:00+01:00", None, None,
)  # fmt: skip
COLUMNS = tuple(ROW)


def sqlite(path: Path, rows, create=SQLITE):
    with sqlite3.connect(path) as connection:
        connection.execute(create)
        connection.executemany(f"INSERT INTO cases VALUES ({', '.join('?' * len(rows[0]))})", rows)
    connection.close()
    return f"sqlite:{path}?table=cases"


def changed(**cells):
    """Usual rows, one for each of the values that some columns take in turn."""
    count = max(len(values) for values in cells.values())
    rows = []
    for number in range(count):
        row = dict(zip(COLUMNS, USUAL, strict=True), id=f"A-{number:02}")
        rows.append(tuple((row | {c: v[number % len(v)] for c, v in cells.items()}).values()))
    return rows


CELLS = [
    {"id": ["A-1", "A-2", "A-3"]},
    {"id": [3, 1, 20]},
    {"id": ["A-1", "", None, "A-9"]},
    {"start_date": ["2026-01-01", None, "2026-13-01", "20260101", 7]},
    {"Label": ["Äa", "", "nul\0", None, 5, 5.25]},
    {"risk": ["low", "very high", "other", 1]},
    {"vip": [0, 1, None]},
    {"vip": [0, 2, "true", "no"]},
    {"visits": [1, 101, -1, 2**63 - 1, 5.0, 5.5, "7", "x"]},
    {"rate": [1.5, 0.1 + 0.2, 1e17, 1e-7, float("inf"), 2, None, "much"]},
    {"balance": [100.51, 12, 10**12, 10**15, "250 EUR", "250 USD", "x"]},
    {"opened_at": ["2025-12-31T23:30Z", "2026-01-01 00:00:00", 1767222000]},
    {"patience": ["3 days", "P3D", 3]},
    {"lines": ['[{"id": "1", "amount": 20}]', "[]", "[", None]},
]


@pytest.mark.parametrize("cells", CELLS, ids=lambda cells: "-".join(cells))
def test_sqlite(tmp_path, cells):
    agree(PROGRAM, tmp_path, sqlite(tmp_path / "cases.db", changed(**cells)))


def test_what_fits_in_sqlite_is_not_looked_at_one_by_one(tmp_path):
    cells = {"rate": [1.5, None, 2], "vip": [0, 1], "balance": [1, "100.51", "0.2"]}
    selected = agree(PROGRAM, tmp_path, sqlite(tmp_path / "cases.db", changed(**cells)))
    assert (selected.looked_at, selected.rejected) == (0, 0)


def test_a_view_and_a_table_without_rowid(tmp_path):
    path = tmp_path / "cases.db"
    sqlite(path, changed(id=["B", "A"]), SQLITE.rstrip() + " WITHOUT ROWID")
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE VIEW seen AS SELECT * FROM cases WHERE id = 'B'")
    agree(PROGRAM, tmp_path, f"sqlite:{path}?table=cases")
    assert agree(PROGRAM, tmp_path, f"sqlite:{path}?table=seen").records == 1


def test_rejects_name_the_table_and_the_row(tmp_path):
    address = sqlite(tmp_path / "cases.db", changed(visits=[1, 500]))
    for way in (by_rows, by_columns):
        _, _, rejects = way(PROGRAM, tmp_path, address)
        assert [str(rejected.position) for rejected in rejects] == [f"{address}[1]"]


DUCKDB = [
    {},
    {"id": "i"},
    {"visits": "i * 6"},
    {"visits": "i::DOUBLE"},
    {"risk": "(['low', 'very high'])[1 + i % 2]::ENUM('low', 'very high', 'other')"},
    {"rate": "1.0000001::DECIMAL(20, 7) + i"},
    {"opened_at": "TIMESTAMP '2026-01-01'"},
    {"lines": "CASE WHEN i > 3 THEN [{'id': '1', 'amount': i}, {'id': (i % 3)::VARCHAR, 'amount': i}] END"},
]


@pytest.mark.parametrize("different", DUCKDB, ids=str)
def test_duckdb(tmp_path, different):
    path = tmp_path / "cases.duckdb"
    cells = ", ".join(f'{value} AS "{column}"' for column, value in (ROW | different).items())
    with duckdb.connect(path) as connection:
        connection.execute(f"CREATE SCHEMA sales; CREATE TABLE sales.cases AS SELECT {cells} FROM range(20) t(i)")
        connection.execute("DELETE FROM sales.cases WHERE visits = 12")
    agree(PROGRAM, tmp_path, f"duckdb:{path}?table=sales.cases")


POSTGRES = """
DROP SCHEMA IF EXISTS sales CASCADE;
CREATE SCHEMA sales;
CREATE TYPE sales.risk AS ENUM ('low', 'very high', 'other');
CREATE TABLE sales.cases (
  id %s PRIMARY KEY, start_date date, "Label" varchar(20), risk sales.risk, vip boolean, visits bigint, rate numeric,
  balance numeric(20, 4), promised_on date, opened_at timestamptz, patience interval, lines jsonb
);
INSERT INTO sales.cases SELECT %s, '2026-01-01', 'Anna', 'low', i %% 2 = 0, i * 7, i / 4.0, i * 1000000000::bigint,
  CASE i WHEN 3 THEN 'infinity' WHEN 4 THEN NULL ELSE date '2026-11-20' + i END,
  '2026-01-01 00:30:00+01', i * interval '1 day', CASE WHEN i > 5 THEN '[{"id": "1", "amount": 20}]'::jsonb END
FROM generate_series(19, 0, -1) t(i);
UPDATE sales.cases SET rate = CASE WHEN visits < 20 THEN 'NaN' ELSE 0.0000001 END, "Label" = '' WHERE visits < 30;
UPDATE sales.cases SET risk = CASE WHEN vip THEN 'other' ELSE 'very high' END::sales.risk WHERE visits > 60;
"""


@pytest.mark.parametrize(("type", "id"), [("text", "'A-' || i"), ("integer", "i"), ("numeric", "i"), ("char(5)", "i")])
def test_postgres(tmp_path, postgres, type, id):
    with psycopg.connect(postgres) as connection:
        connection.execute(POSTGRES % (type, id))
    table = f"{postgres}{'&' if '?' in postgres else '?'}table=sales.cases"
    assert agree(PROGRAM, tmp_path, table).rejected


def test_postgres_in_the_order_of_its_key_by_columns(tmp_path, postgres):
    with psycopg.connect(postgres) as connection:
        connection.execute("DROP TABLE IF EXISTS cases")
        connection.execute(
            "CREATE TABLE cases (id int PRIMARY KEY, start_date date, risk text, visits int, balance int)"
        )
        connection.execute("INSERT INTO cases SELECT i, '2026-01-01', 'low', 1, i FROM generate_series(40, 1, -1) t(i)")
    selected, lines, _ = by_columns(PROGRAM, tmp_path, f"{postgres}{'&' if '?' in postgres else '?'}table=cases")
    assert selected.looked_at == 0
    assert [int(line.split('"')[3]) for line in lines] == list(range(1, 41))


@pytest.mark.parametrize("system", ["sqlite", "duckdb", "postgres"])
def test_joined_items(tmp_path, system, request):
    program = plan_of(items=JOINED)
    records = sqlite(
        tmp_path / "cases.db", [row[:-1] for row in changed(id=list("ABCDEFGH"))], SQLITE.replace(", lines TEXT", "")
    )
    create = """CREATE TABLE "case lines" ("CaseId" varchar(9), id varchar(9), amount varchar(9), remark varchar(9))"""
    rows = [
        (key, str(number % 3), amount, "x")
        for number, (key, amount) in enumerate(zip("ABBBCDXG", "12345y78", strict=True))
    ]
    insert = f"""INSERT INTO "case lines" VALUES {", ".join(map(str, rows))}"""
    path = tmp_path / "lines.db"
    if system == "sqlite":
        with sqlite3.connect(path) as connection:
            connection.execute(create)
            connection.execute(insert)
        items = f"sqlite:{path}?table=case lines"
    elif system == "duckdb":
        with duckdb.connect(path) as connection:
            connection.execute(f"{create}; {insert}")
        items = f"duckdb:{path}?table=case%20lines"
    else:
        uri = request.getfixturevalue("postgres")
        with psycopg.connect(uri) as connection:
            connection.execute(f'DROP TABLE IF EXISTS "case lines"; {create}; {insert}')
        items = f"{uri}{'&' if '?' in uri else '?'}table=case lines"
    selected = agree(program, tmp_path, records, items)
    assert (selected.items, selected.rejected) == (1, 1)


def failing(tmp_path, address):
    with pytest.raises(InputError) as one:
        by_rows(PROGRAM, tmp_path, address)
    with pytest.raises(InputError) as other:
        by_columns(PROGRAM, tmp_path, address)
    assert str(one.value) == str(other.value)
    return str(one.value)


def test_no_such_table(tmp_path, postgres):
    path = tmp_path / "cases.db"
    sqlite(path, [USUAL])
    assert "there is no table or view `case`; it has `cases`" in failing(tmp_path, f"sqlite:{path}?table=case")
    with duckdb.connect(tmp_path / "d.db") as connection:
        connection.execute("CREATE TABLE cases (id INTEGER)")
    message = failing(tmp_path, f"duckdb:{tmp_path}/d.db?table=main.case")
    assert "there is no table or view `main.case`; it has `cases`" in message
    with psycopg.connect(postgres) as connection:
        connection.execute('CREATE TABLE IF NOT EXISTS "Some" (id int)')
    mark = "&" if "?" in postgres else "?"
    message = failing(tmp_path, f"{postgres}{mark}table=some")
    assert "there is no table or view `some`; it has" in message
    assert "`Some`" in message


def test_what_cannot_be_read(tmp_path):
    path = tmp_path / "cases.db"
    assert "`missing.db` cannot be read: no such file or directory" in failing(tmp_path, "sqlite:missing.db?table=x")
    path.write_text("no database, but text that is long enough to be one" * 100)
    assert "cannot be read: file is not a database" in failing(tmp_path, f"sqlite:{path}?table=x")
    assert "cannot be opened: " in failing(tmp_path, f"duckdb:{path}?table=x")
    path.unlink()
    address = sqlite(path, [(*USUAL[:-1], b"\xff")])
    assert "has binary data (BLOB) in `lines`" in failing(tmp_path, address)
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE cases DROP COLUMN visits")
    assert f"`{address}` has no column `visits`" in failing(tmp_path, address)


def test_text_that_is_not_utf8(tmp_path):
    path = tmp_path / "cases.db"
    address = sqlite(path, [USUAL])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE cases SET \"Label\" = CAST(X'ff41' AS TEXT)")
    assert "Could not decode to UTF-8 column 'Label'" in failing(tmp_path, address)


def test_a_server_that_is_not_there(tmp_path):
    message = failing(tmp_path, "postgresql://ann:hush@127.0.0.1:1/sales?table=cases&connect_timeout=1")
    assert "`postgresql://ann@127.0.0.1:1/sales?connect_timeout=1&table=cases` cannot be read: " in message
    assert "refused" in message
    assert "hush" not in message


def test_a_file_of_sqlite_without_a_table(tmp_path):
    path = tmp_path / "cases.db"
    sqlite(path, [USUAL])
    with pytest.raises(InputError, match="it is a database of SQLite; name a table of it: sqlite:FILE"):
        by_rows(PROGRAM, tmp_path, path)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("sqlite:a b.db?table=x y", "sqlite:a b.db?table=x y"),
        ("duckdb:/tmp/a.db?table=s.t", "duckdb:/tmp/a.db?table=s.t"),
        ("postgres://ann:hush@db/sales?table=t", "postgresql://ann@db/sales?table=t"),
        ("postgres://db/x?table=a+b&options=-c%20x", "postgresql://db/x?options=-c%20x&table=a+b"),
        ("postgresql:///sales?table=t&password=hush&user=ann", "postgresql:///sales?user=ann&table=t"),
        ("postgresql://ann:p@hush@db/sales?table=t", "postgresql://...?table=t"),
        ("postgresql://ann:p/hush@db/sales?table=t", "postgresql://...?table=t"),
    ],
)
def test_addresses_show_no_password(address, shown):
    table = source_of(address)
    assert isinstance(table, Table)
    assert str(table) == shown
    assert "hush" not in repr(table)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("sqlite:a.db", "`sqlite:a.db` names no table; write sqlite:a.db?table=NAME"),
        (
            "postgresql://ann:hush@db/sales?sslmode=require",
            "write postgresql://ann@db/sales?sslmode=require&table=NAME",
        ),
        ("duckdb:a.db?table=x&mode=ro", "has `mode`, which says nothing"),
        ("postgresql://ann:p@hush@db/sales?table=t", "is not clear"),
    ],
)
def test_addresses_of_no_use(address, message):
    (table,) = Inputs([address]).records
    with pytest.raises(InputError) as error:
        check_readable(table)
    assert message in str(error.value)
    assert "hush" not in str(error.value)


def test_a_wrong_password_is_not_shown(tmp_path, postgres):
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS ann; CREATE ROLE ann LOGIN PASSWORD 'right'")
        (rules,) = connection.execute("SHOW hba_file").fetchone()
        before = Path(rules).read_text(encoding="utf-8")
        try:
            Path(rules).write_text(f"local all ann scram-sha-256\n{before}", encoding="utf-8")
            connection.execute("SELECT pg_reload_conf()")
            message = failing(tmp_path, f"{postgres.replace('postgres:@', 'ann:hush@')}&table=cases")
        finally:
            Path(rules).write_text(before, encoding="utf-8")
            connection.execute("SELECT pg_reload_conf()")
    assert 'password authentication failed for user "ann"' in message
    assert "hush" not in message
