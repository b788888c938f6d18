"""A program for the tests of records: one context with an attribute of every type, under three mappings."""

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from dro_lang.program.expressions import Constant
from dro_lang.program.model import (
    AttributeDefinition,
    Context,
    ContextMapping,
    EnumConstant,
    Enumeration,
    JoinedItems,
    NestedItems,
    Plan,
    Policy,
    Program,
    RecordShape,
    SourceField,
)
from dro_lang.program.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    ID,
    INTEGER,
    TEXT,
    DurationType,
    EnumType,
    ListType,
    MoneyType,
    Type,
)
from dro_lang.records.load import Accepted, Inputs, Rejected, load

EUR = MoneyType("EUR")


def a(name: str, of: Type, optional: bool = False, low: Any = None, high: Any = None) -> AttributeDefinition:
    bounds = [None if bound is None else Constant(bound, of) for bound in (low, high)]
    return AttributeDefinition(name, of, optional, *bounds)


RISK = Enumeration(
    "Risk", (EnumConstant("Low", "Low"), EnumConstant("Medium", "Medium"), EnumConstant("High", "Very high"))
)

INVOICE = RecordShape(
    "Invoice",
    (
        a("id", ID),
        a("balance", EUR),
        a("due_date", DATE, optional=True),
        a("disputed", BOOLEAN, optional=True),
    ),
)
CONTACT = RecordShape("Contact", (a("email", TEXT), a("risk", EnumType("Risk"), optional=True)))

COLLECTION = Context(
    "Collection",
    (
        a("id", ID),
        a("name", TEXT),
        a("start_date", DATE),
        a("risk", EnumType("Risk")),
        a("balance", EUR),
        a("uptime", DECIMAL, optional=True, low=Decimal(0), high=Decimal(100)),
        a("reminders", INTEGER, optional=True),
        a("blocked", BOOLEAN, optional=True),
        a("called_at", DATETIME, optional=True),
        a("grace", DurationType(), optional=True),
        a("contacts", ListType("Contact")),
        a("invoices", ListType("Invoice", items=True)),
    ),
)

SOURCES = (
    SourceField("id", "Id"),
    SourceField("name", "Name"),
    SourceField("start_date", "StartDate"),
    SourceField("balance", "Account.Balance"),
)
ITEM_SOURCES = (SourceField("id", "Id"), SourceField("balance", "Invoice.Balance"))

MAPPINGS = {
    "Plain": ContextMapping("Plain", "Collection", "Generic", "Collection", (), NestedItems("invoices")),
    "Nested": ContextMapping(
        "Nested", "Collection", "Generic", "Collection", SOURCES, NestedItems("Lines", ITEM_SOURCES)
    ),
    "Joined": ContextMapping(
        "Joined", "Collection", "Generic", "Collection", SOURCES, JoinedItems("CollectionItem", "PlanId", ITEM_SOURCES)
    ),
    "Bare": ContextMapping("Bare", "Collection", "Generic", "Collection"),
}

PROGRAM = Program(
    "collections",
    enums={"Risk": RISK},
    records={"Invoice": INVOICE, "Contact": CONTACT},
    contexts={"Collection": COLLECTION},
    mappings=MAPPINGS,
)


def plan(mapping: str) -> Plan:
    return Plan("Collect", "Collection", "Generic", mapping, Policy.EXACTLY_ONE, ())


PLAIN = plan("Plain")
NESTED = plan("Nested")
JOINED = plan("Joined")
BARE = plan("Bare")

RECORD: dict[str, Any] = {
    "id": "C-1",
    "name": "Acme",
    "start_date": "2026-12-01",
    "risk": "Very high",
    "balance": "900.50",
}
"""Data of a record that fits, with what is required and no more."""

FLAT = {"Id": "C-1", "Name": "Acme", "StartDate": "2026-12-01", "risk": "Low", "Account.Balance": "900.50"}
"""The same under the field names of the mappings `Nested` and `Joined`."""


def read(path: Path | str, plan: Plan = PLAIN, **more: Any) -> list[Accepted | Rejected]:
    return list(load(PROGRAM, plan, Inputs((path,), **more)))


def accepted(outcomes: Iterable[Accepted | Rejected]) -> list[Accepted]:
    return [outcome for outcome in outcomes if isinstance(outcome, Accepted)]


def rejected(outcomes: Iterable[Accepted | Rejected]) -> list[Rejected]:
    return [outcome for outcome in outcomes if isinstance(outcome, Rejected)]


def codes(outcomes: Iterable[Accepted | Rejected]) -> list[str | None]:
    """What became of each record: None for one that was accepted, else the codes of its problems."""
    return [
        " ".join(problem.code for problem in outcome.problems) if isinstance(outcome, Rejected) else None
        for outcome in outcomes
    ]


def write(path: Path, content: bytes | str | list[Any]) -> Path:
    """A file with the given bytes or text; data is written as JSON by the file's extension."""
    if isinstance(content, list):
        texts = [json.dumps(record, ensure_ascii=False) for record in content]
        content = "\n".join(texts) if path.suffix == ".ndjson" else f"[{', '.join(texts)}]"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path
