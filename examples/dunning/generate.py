"""Writes the records of this example: 200 collection plans and their items, as CSV and as NDJSON.

The same files every time: the random numbers are seeded. Run it from anywhere: `python examples/dunning/generate.py`.
"""

import csv
import json
import random
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
SEED = 20_261_201
COUNT = 200
FIRST_DUE = date(2026, 12, 1)

NAMES = (
    "Adler", "Almeida", "Baker, Hart", "Bergström", "Blanchard", "Castellano", "Costa Verde", "Dąbrowski", "De Wit",
    "Eklund", "Ferreira", "Fjord", "Gruber", "Harbour", "Hoffmann", "Ivanov", "Jansen", "Kaya", "Keller", "Laurent",
    "Lindqvist", "Marchetti", "Møller", "Müller", "Nakamura", "Novák", "O'Brien", "Olsen", "Papadakis", "Petrov",
    "Quintero", "Rossi", "Sánchez", "Schäfer", "Silva", "Thalberg", "Ursini", "Vermeer", "Weiss", "Yıldız", "Zöllner",  # noqa: RUF001
)  # fmt: skip
TRADES = (
    "Antriebstechnik", "Bakery", "Bau", "Catering", "Chemie", "Electric", "Fisheries", "Foods", "Garden", "Glas",
    "Hotels", "Instruments", "Kliniken", "Labs", "Logistics", "Maschinenbau", "Media", "Metals", "Mobility", "Optik",
    "Papier", "Pharma", "Print", "Robotics", "Seeds", "Software", "Textil", "Tools", "Travel", "Wines",
)  # fmt: skip
FORMS = ("GmbH", "AG", "SE", "B.V.", "S.p.A.", "S.A.", "Sp. z o.o.", "Ltd", "AB", "A/S", "e.K.", "& Co. KG")

Record = Mapping[str, str]


def records() -> tuple[list[Record], list[Record]]:
    """The collection plans and their items, as fields of text."""
    draw = random.Random(SEED)
    companies = draw.sample([f"{name} {trade}" for name in NAMES for trade in TRADES], COUNT)
    plans: list[Record] = []
    items: list[Record] = []
    for number, company in enumerate(companies, start=1):
        plan_id = f"CP-{number:04}"
        due = FIRST_DUE + timedelta(days=draw.randrange(75))
        own = list(_items(draw, plan_id, due))
        items += own
        plans.append(_plan(draw, plan_id, company, due, own))
    return plans, items


def _plan(draw: random.Random, plan_id: str, company: str, due: date, items: list[Record]) -> Record:
    risk = draw.choices(["Low", "Medium", "High"], [5, 3, 2])[0]
    words = ("".join(char for char in word if char.isascii() and char.isalnum()) for word in company.lower().split())
    domain = "-".join(words)
    # Eight in a hundred have no e-mail address on file; nine have promised to pay by a day.
    has_email = draw.random() >= 0.08
    email = f"{draw.choice(['ap', 'accounts', 'billing', 'buchhaltung'])}@{domain}.example" if has_email else ""
    promised = (due + timedelta(days=draw.randrange(3, 20))).isoformat() if draw.random() < 0.09 else ""
    return {
        "Id": plan_id,
        "Name": f"{company} {draw.choice(FORMS)}",
        "StartDate": (due - timedelta(days=30)).isoformat(),
        "DueDate__c": due.isoformat(),
        "OverdueRiskIndicator": risk,
        "CurrentDueAmount": str(sum((Decimal(item["Invoice.Balance"]) for item in items), Decimal("0.00"))),
        "ContactEmail__c": email,
        "promised_on": promised,
    }


def _items(draw: random.Random, plan_id: str, due: date) -> Iterable[Record]:
    for number in range(1, draw.choices(range(1, 8), [30, 25, 18, 12, 8, 5, 2])[0] + 1):
        # Most invoices are small, some are large: amounts that people owe are about log-normal.
        cents = max(900, min(9_000_000, int(draw.lognormvariate(11.2, 1.1))))
        yield {
            "Id": f"{plan_id}-{number}",
            "CollectionPlanId": plan_id,
            "Invoice.DocumentNumber": f"2026-{draw.randrange(10_000, 99_999)}",
            "Invoice.Balance": f"{cents // 100}.{cents % 100:02}",
            "Invoice.DueDate": (due - timedelta(days=draw.randrange(10))).isoformat(),
            "disputed": "true" if draw.random() < 0.06 else "false",
        }


def _nested(record: Record) -> dict[str, object]:
    """The record as JSON has it: an empty field is absent, a dotted one an object's, true and false are themselves."""
    nested: dict[str, object] = {}
    for name, text in record.items():
        if text == "":
            continue
        outer, _, inner = name.partition(".")
        value: object = {"true": True, "false": False}.get(text, text)
        if inner:
            holder = nested.setdefault(outer, {})
            assert isinstance(holder, dict)
            holder[inner] = value
        else:
            nested[name] = value
    return nested


def write(name: str, rows: list[Record]) -> None:
    """Write rows as NAME.csv and NAME.ndjson beside this file."""
    with (HERE / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with (HERE / f"{name}.ndjson").open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(_nested(row), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    collection_plans, collection_plan_items = records()
    write("plans", collection_plans)
    write("items", collection_plan_items)
