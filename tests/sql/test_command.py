"""What `drolang compile --to sql` writes, asked of databases, gives what `drolang select` gives for the same data."""

import json
from datetime import date
from pathlib import Path

import duckdb
import psycopg
import pytest

from tests.cli.shell import Shell, drolang
from tests.sql.test_cases import CASES, parts

__all__ = ["drolang"]

TODAY = date(2026, 12, 1)
ORDERS = [
    # id, date, channel, total, discount, note, paid at, deliver on, user
    ("O-1", "2026-11-01", "Web", "1500.00", None, None, "2026-11-02T00:00:00Z", None, "ann"),
    ("O-2", "2026-11-01", "pos", "1250.00", "0.2", None, None, "2026-11-20", "bob"),
    ("O-3", "2026-11-01", "pos", "1250.00", "0.200001", "A Gift for you", None, None, "bob"),
    ("O-4", "2026-11-01", "Partner", "20.00", None, None, None, "2026-11-27", "cy"),
    ("O-5", "2026-11-01", "Partner", "20.00", None, None, None, "2026-11-28", "cy"),
    ("O-6", "2026-11-01", "Web", "10.000001", None, "", None, "9999-12-31", "\t %x"),
    ("O-7", "2026-11-01", "Web", "1.00", None, "GIFT", None, None, "dee"),
    ("O-8", "2026-11-01", "Web", None, None, None, None, None, "eve"),
    ("O-9", "2026-11-01", "Shop", "5", None, None, None, None, "fay"),
    ("O-10", "2026-11-01", "Web", "5", "1.5", None, None, None, "gil"),
    ("O-11", "2026-11-01", "Web", "5", None, None, None, None, "hal"),
    ("O-12", "2026-11-01", "Web", "5", None, None, None, None, "ida"),
]
LINES = [
    # order, id, sku, amount, pieces, returned
    ("O-1", "1", "lamp", "700", 1, None),
    ("O-2", "1", "lamp", "625", 21, "2026-11-30"),
    ("O-2", "2", "voucher", "625", 100, "2026-11-30"),
    ("O-3", "1", "lamp", "625.000001", 1, None),
    ("O-4", "1", "lamp", "10", 21, None),
    ("O-5", "1", "lamp", "10", 20, "2026-11-30"),
    ("O-6", "1", "lamp", "5.000001", 1, None),
    ("O-7", "1", "lamp", "0.5", 1, "2026-11-30"),
    ("O-11", "1", "lamp", "-1", 1, None),
]
ORDER_COLUMNS = {
    "Id": "TEXT",
    "OrderDate": "DATE",
    "channel": "TEXT",
    "Grand Total": "DECIMAL(12, 6)",
    "discount": "DECIMAL(7, 6)",
    "note": "TEXT",
    "PaidAt": "TIMESTAMPTZ",
    "deliver_on": "DATE",
    "user": "TEXT",
}
LINE_COLUMNS = {
    "OrderId": "TEXT",
    "id": "TEXT",
    "sku": "TEXT",
    "LineAmount": "DECIMAL(12, 6)",
    "pieces": "INTEGER",
    "returned": "DATE",
}


def objects(rows, columns):
    return [{name: value for name, value in zip(columns, row, strict=True) if value is not None} for row in rows]


@pytest.fixture
def selected(drolang: Shell, tmp_path: Path):
    """What `drolang select` says of the orders: for each its scenarios and the code of what is wrong."""
    [case] = [each for each in CASES if each.stem == "orders"]
    (tmp_path / "plan.dro").write_text(parts(case)[0], encoding="utf-8")
    for name, rows, columns in (("orders", ORDERS, ORDER_COLUMNS), ("lines", LINES, LINE_COLUMNS)):
        lines = (json.dumps(each) + "\n" for each in objects(rows, columns))
        (tmp_path / f"{name}.ndjson").write_text("".join(lines), encoding="utf-8")
    shown = drolang(
        "select", "plan.dro", "--records", "orders.ndjson", "--items", "lines.ndjson", "--today", str(TODAY),
        "--rejects", "rejects.ndjson",
    )  # fmt: skip
    answers = [json.loads(line) for line in shown.out.splitlines()]
    rejects = [json.loads(line) for line in (tmp_path / "rejects.ndjson").read_text(encoding="utf-8").splitlines()]
    found = {each["id"]: (each["scenarios"], each["error"]) for each in answers}
    return found | {each["id"]: (None, each["code"]) for each in rejects}


def create(types):
    columns = ", ".join(
        f"{name if ' ' not in name and name != 'user' else json.dumps(name)} {of}" for name, of in types.items()
    )
    return f"({columns})"


def as_text(value):
    return None if value is None else str(value)


@pytest.mark.parametrize("fixed", [True, False])
def test_duckdb_gives_what_select_gives(drolang, selected, fixed):
    query = drolang("compile", "plan.dro", "--to", "sql", *(["--today", str(TODAY)] if fixed else [])).out
    connection = duckdb.connect()
    connection.execute(f"CREATE SCHEMA shop; CREATE TABLE shop.Orders {create(ORDER_COLUMNS)}")
    connection.execute(f"CREATE TABLE shop.OrderLines {create(LINE_COLUMNS)}")
    for table, rows in (("Orders", ORDERS), ("OrderLines", LINES)):
        connection.executemany(f"INSERT INTO shop.{table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    found = connection.execute(query, None if fixed else {"today": TODAY}).fetchall()
    assert {id: (scenarios, error) for id, scenarios, error in found} == selected


@pytest.mark.parametrize("fixed", [True, False])
def test_postgresql_gives_what_select_gives(drolang, selected, postgresql, fixed):
    arguments = ["--to", "sql", "--dialect", "postgres", "--table", "pg_temp.Orders", "--items-table", "OrderLines"]
    query = drolang("compile", "plan.dro", *arguments, *(["--today", str(TODAY)] if fixed else [])).out
    connection = postgresql.connection
    connection.execute(
        f"DROP TABLE IF EXISTS Orders, OrderLines; CREATE TEMPORARY TABLE Orders {create(ORDER_COLUMNS)}"
    )
    connection.execute(f"CREATE TEMPORARY TABLE OrderLines {create(LINE_COLUMNS)}")
    for table, rows in (("Orders", ORDERS), ("OrderLines", LINES)):
        with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row([as_text(value) for value in row])
    found = psycopg.RawCursor(connection).execute(query, None if fixed else [TODAY]).fetchall()
    assert {id: (scenarios, error) for id, scenarios, error in found} == selected


def test_the_orders_show_every_scenario_and_every_code(selected):
    shown = {name for scenarios, _ in selected.values() for name in scenarios or ()}
    assert shown == {"large", "late", "returned", "gift", "heavy", "plain"}
    assert {error for _, error in selected.values()} == {None, "R0102", "R0104", "R0105"}
