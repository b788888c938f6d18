"""Submitting a record by its id, where the configuration says where the records of its object stand."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from fastapi.testclient import TestClient

from dro_lang.records.tables import sqlite
from dro_lang.runtime.configuration.read import read
from dro_lang.server.rights.permissions import PermissionSet
from dro_lang.source import Source
from tests.runtime.outside.plans import configuration
from tests.server.world import OBJECT, World, record, world

BOTH = (PermissionSet.SUBMIT, PermissionSet.ORCHESTRATE)


@contextmanager
def serving(folder: Path, settings: str) -> Iterator[tuple[World, TestClient]]:
    made = configuration(settings, folder)
    with world(folder, configuration=made) as found, TestClient(found.app, base_url="http://127.0.0.1:8020") as client:
        yield found, client


def ask(server: World, client: TestClient, id: str, **more: Any) -> tuple[int, dict[str, Any]]:
    asked = {"object": OBJECT, "transactionId": id, **more}
    answer = client.post("/api/v1/actions/orchestrateTransaction", json=asked, headers=server.token(*BOTH))
    found: dict[str, Any] = answer.json()
    return answer.status_code, found


def written(path: Path, *records: dict[str, Any]) -> None:
    path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")


FILE = '[objects.CollectionPlan]\nrecords = "records.ndjson"\n'


def test_a_record_is_taken_as_it_stands_in_its_file_now(tmp_path: Path) -> None:
    path = tmp_path / "records.ndjson"
    written(path, record("CP-1"), record("CP-2", OverdueRiskIndicator="Low"))
    with serving(tmp_path, FILE) as (server, client):
        status, found = ask(server, client, "CP-2")
        assert (status, found["fulfillmentPlanId"], found["submitStatus"]) == (200, "CP-2", "Success")
        written(path, record("CP-2", OverdueRiskIndicator="High"))
        assert ask(server, client, "CP-2", anew=True)[1]["fulfillmentPlanId"] == "CP-2~2"
        with server.services.readers.one() as reader:
            states = [reader.store.load(id).state for id in ("CP-2", "CP-2~2")]
        assert [state.scenarios for state in states] == [("gentle",), ("firm",)]


def test_what_does_not_fit_there_is_told(tmp_path: Path) -> None:
    written(tmp_path / "records.ndjson", record("CP-1", OverdueRiskIndicator="Unheard of"))
    with serving(tmp_path, FILE) as (server, client):
        status, found = ask(server, client, "CP-1")
        assert (status, found["submitStatus"], found["errorCode"]) == (200, "Error", "R0105")
        assert "Unheard of" in found["reason"]


def test_what_stands_nowhere_is_taken_as_it_was_submitted_or_not_known(tmp_path: Path) -> None:
    written(tmp_path / "records.ndjson", record("CP-1"))
    with serving(tmp_path, FILE) as (server, client):
        server.submit("CP-9")
        assert ask(server, client, "CP-9", anew=True)[1]["fulfillmentPlanId"] == "CP-9~2"
        status, found = ask(server, client, "CP-8")
        assert (status, found["code"]) == (404, "S0202")
        assert "[objects.CollectionPlan]" in found["detail"]


def test_a_record_is_looked_up_in_a_table_with_its_items_in_another(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "crm.db")
    connection.execute(
        "CREATE TABLE plans (Id TEXT, Name TEXT, StartDate TEXT, DueDate__c TEXT, OverdueRiskIndicator TEXT,"
        " CurrentDueAmount REAL, ContactEmail__c TEXT, promised_on TEXT)"
    )
    plans = [(f"CP-{n}", "Acme", "2026-12-01", "2026-12-20", "High", 900.5, "a@b.example", None) for n in (1, 2)]
    connection.executemany("INSERT INTO plans VALUES (?, ?, ?, ?, ?, ?, ?, ?)", plans)
    connection.execute(
        'CREATE TABLE items (Id TEXT, CollectionPlanId TEXT, "Invoice.DocumentNumber" TEXT, "Invoice.Balance" REAL,'
        ' "Invoice.DueDate" TEXT, disputed BOOLEAN)'
    )
    items = [(f"I-{n}", f"CP-{n}", f"2026-{n}", 900.5, "2026-12-20", 0) for n in (1, 2)]
    connection.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?)", items)
    connection.commit()
    connection.close()
    tables = 'records = "sqlite:crm.db?table=plans"\nitems = "sqlite:crm.db?table=items"\n'
    with serving(tmp_path, f"[objects.CollectionPlan]\n{tables}") as (server, client):
        status, found = ask(server, client, "CP-2")
        assert (status, found["fulfillmentPlanId"]) == (200, "CP-2"), found
        with server.services.readers.one() as reader:
            row = reader.store.load("CP-2").state.row
        assert [item["id"] for item in row["invoices"]] == ["I-2"]


def test_an_id_that_is_a_whole_number_there_is_found(tmp_path: Path) -> None:
    written(tmp_path / "records.ndjson", record("CP-1"), record(5))  # type: ignore[arg-type]
    with serving(tmp_path, FILE) as (server, client):
        assert ask(server, client, "5")[1]["fulfillmentPlanId"] == "5"
        assert ask(server, client, "05")[0] == 404


def test_a_table_is_asked_for_one_record_and_no_other_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    columns = "Name TEXT, StartDate TEXT, DueDate__c TEXT, OverdueRiskIndicator TEXT, CurrentDueAmount REAL,"
    connection = sqlite3.connect(tmp_path / "crm.db")
    connection.execute(f"CREATE TABLE plans (Id INTEGER PRIMARY KEY, {columns} ContactEmail__c TEXT, promised_on TEXT)")
    rows = [(n, f"Acme {n}", "2026-12-01", "2026-12-20", "High", 900.5, "a@b.example", None) for n in range(1, 9)]
    connection.executemany("INSERT INTO plans VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    read: list[int] = []
    copied = sqlite._batches

    def counted(*arguments: Any) -> Iterator[Any]:
        for batch in copied(*arguments):
            read.append(len(batch[0]))
            yield batch

    monkeypatch.setattr(sqlite, "_batches", counted)
    table = '[objects.CollectionPlan]\nrecords = "sqlite:crm.db?table=plans"\n'
    with serving(tmp_path, table) as (server, client):
        assert ask(server, client, "7")[1]["fulfillmentPlanId"] == "7"
        assert ask(server, client, "no number")[0] == 404
        assert read == [1]
        # What was written meanwhile counts: also where it makes texts of what were numbers.
        connection.execute("UPDATE plans SET Name = 'Zenith', promised_on = 'never' WHERE Id = 8")
        connection.execute("UPDATE plans SET Name = 'Zenith' WHERE Id = 7")
        connection.commit()
        assert ask(server, client, "7", anew=True)[1]["fulfillmentPlanId"] == "7~2"
        assert ask(server, client, "8")[1]["submitStatus"] == "Error"
        with server.services.readers.one() as reader:
            assert reader.store.plan_row("7~2").header.name == "Zenith"
    connection.close()


@pytest.mark.parametrize("type", ["BIGINT", "VARCHAR"])
def test_a_table_of_duckdb_is_asked_for_one_record(tmp_path: Path, type: str) -> None:
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as connection:
        connection.execute(
            f"CREATE TABLE plans (Id {type}, Name VARCHAR, StartDate DATE, DueDate__c DATE,"
            " OverdueRiskIndicator VARCHAR, CurrentDueAmount DECIMAL(12, 2), ContactEmail__c VARCHAR, promised_on DATE)"
        )
        told = ("Acme", "2026-12-01", "2026-12-20", "High", "900.50", "a@b.example", None)
        connection.executemany("INSERT INTO plans VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [(n, *told) for n in (1, 2)])
    table = '[objects.CollectionPlan]\nrecords = "duckdb:crm.duckdb?table=plans"\n'
    with serving(tmp_path, table) as (server, client):
        assert ask(server, client, "2")[1]["fulfillmentPlanId"] == "2"
        assert ask(server, client, "2' OR true --")[0] == 404


@pytest.mark.parametrize("type", ["integer", "text"])
def test_a_table_of_postgresql_is_asked_for_one_record(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type: str
) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS items; DROP TABLE IF EXISTS plans")
        connection.execute(
            f'CREATE TABLE plans ("Id" {type} PRIMARY KEY, "Name" text, "StartDate" date, "DueDate__c" date,'
            ' "OverdueRiskIndicator" text, "CurrentDueAmount" numeric(12, 2), "ContactEmail__c" text, promised_on date)'
        )
        connection.execute(
            f'CREATE TABLE items ("Id" text, "CollectionPlanId" {type}, "Invoice.DocumentNumber" text,'
            ' "Invoice.Balance" numeric(12, 2), "Invoice.DueDate" date, disputed boolean)'
        )
        for n in (1, 2):
            told = (str(n), "Acme", "2026-12-01", "2026-12-20", "High", "900.50", "a@b.example", None)
            connection.execute("INSERT INTO plans VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", told)
            connection.execute(
                "INSERT INTO items VALUES (%s, %s, %s, 900.5, '2026-12-20', false)", (f"I-{n}", str(n), f"2026-{n}")
            )
    for table in ("plans", "items"):
        monkeypatch.setenv(f"CRM_{table.upper()}", f"{postgres}{'&' if '?' in postgres else '?'}table={table}")
    tables = 'records = { env = "CRM_PLANS" }\nitems = { env = "CRM_ITEMS" }\n'
    with serving(tmp_path, f"[objects.CollectionPlan]\n{tables}") as (server, client):
        status, found = ask(server, client, "2")
        assert (status, found["fulfillmentPlanId"]) == (200, "2"), found
        with server.services.readers.one() as reader:
            row = reader.store.load("2").state.row
        assert [item["id"] for item in row["invoices"]] == ["I-2"]
        assert ask(server, client, "no number; DROP TABLE plans")[0] == 404
        assert ask(server, client, "3")[0] == 404


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (None, "the environment variable `CRM_PLANS` is not set"),
        ("sqlite:crm.db?table=plans", "is no address of a table on a server"),
        ("postgresql://ann:hush@127.0.0.1:1/crm?table=plans&connect_timeout=1", "cannot be read: "),
    ],
)
def test_a_server_that_is_of_no_use_is_a_problem_that_tells_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str | None, said: str
) -> None:
    monkeypatch.delenv("CRM_PLANS", raising=False)
    if address is not None:
        monkeypatch.setenv("CRM_PLANS", address)
    with serving(tmp_path, '[objects.CollectionPlan]\nrecords = { env = "CRM_PLANS" }\n') as (server, client):
        status, found = ask(server, client, "CP-1")
    assert (status, found["code"]) == (503, "S0505")
    assert said in found["detail"]
    assert "hush" not in str(found)


@pytest.mark.parametrize("text", [None, "no json\n"])
def test_records_that_cannot_be_read_are_a_problem(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "records.ndjson").write_text(text, encoding="utf-8")
    with serving(tmp_path, FILE) as (server, client):
        status, found = ask(server, client, "CP-1")
        assert (status, found["code"]) == ((503, "S0505") if text is None else (404, "S0202"))


@pytest.mark.parametrize(
    ("address", "code"),
    [("postgresql://u:secret@db/crm?table=x", "C0106"), ("sqlite:crm.db", "C0103")],
)
def test_an_address_that_is_of_no_use_is_told(tmp_path: Path, address: str, code: str) -> None:
    found = read(Source("drolang.toml", f'[objects.CollectionPlan]\nrecords = "{address}"\n'), tmp_path)
    assert isinstance(found, tuple)
    assert [each.code for each in found] == [code]
    assert "secret" not in str(found)
