"""Scenarios and records that every engine can be given: conditions as data, translated into each one's own language.

Twelve typed attributes, eight scenarios, 35 comparisons, of which the first scenario that matches counts. Numbers have
few digits, dates are whole days, and there is no text that engines compare differently, so that all of them have to
give the same answers. What has no counterpart elsewhere (a value that is unknown) is a flag of its own for the others.
"""

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dro_lang as drolang
from dro_lang.program.model import Program

TODAY = date(2026, 12, 1)

HEAD = """language 1.0

import std.generic {{ Generic }}

enum Risk {{ Low, Medium, High }}
enum Region {{ {regions} }}

record Item {{
  id     : Id
  amount : Money in EUR
  open   : Boolean
}}

context Account {{
  id          : Id
  start_date  : Date
  risk        : Risk
  region      : Region
  channel     : Text
  balance     : Money in EUR
  limit       : Money in EUR
  rate        : Decimal
  days_late   : Integer
  score       : Integer
  disputed    : Boolean
  vip         : Boolean
  due_date    : Date
  promised_on : Date optional
  lines       : list of Item
}}

mapping Accounts for Account {{
  usage Generic
  object "Account"
}}

plan Chase for Account {{
  usage  Generic
  choose first matching scenario
"""

TAIL = """}

group Call for Account {
  step call: manual
}
"""

REGIONS = ("North", "South", "East", "West")
CHANNELS = ("direct", "partner", "web")

Leaf = tuple[str, str, Any]
"""An attribute, an operator, a constant. With `known` there is no constant."""

Joined = tuple[str, list[Any]]
"""`and` or `or`, with its parts."""

SCENARIOS: list[Joined] = [
    ("and", [("disputed", "=", True), ("balance", ">", 100)]),
    ("and", [("vip", "=", True), ("days_late", "<", 30), ("balance", "<=", 5000), ("score", ">=", 700)]),
    ("and", [("risk", "=", "High"), ("days_late", ">=", 60), ("balance", ">=", 1000), ("region", "=", "West")]),
    (
        "and",
        [
            ("promised_on", "known", None),
            ("promised_on", ">=", date(2026, 12, 1)),
            ("promised_on", "<", date(2026, 12, 15)),
            ("balance", "<", 10000),
        ],
    ),
    (
        "and",
        [
            ("or", [("region", "=", "South"), ("region", "=", "East")]),
            ("channel", "=", "partner"),
            ("rate", ">", 0.05),
            ("score", "<", 400),
            ("days_late", ">=", 30),
        ],
    ),
    (
        "and",
        [
            ("risk", "=", "Medium"),
            ("due_date", "<", date(2026, 11, 1)),
            ("balance", ">", 250),
            ("limit", "<=", 2000),
            ("vip", "=", False),
        ],
    ),
    (
        "and",
        [
            ("days_late", ">=", 1),
            ("days_late", "<=", 14),
            ("balance", ">", 10),
            ("risk", "=", "Low"),
            ("channel", "=", "direct"),
        ],
    ),
    (
        "and",
        [
            ("or", [("score", "<", 500), ("rate", ">=", 0.08)]),
            ("balance", ">", 50),
            ("due_date", ">=", date(2026, 10, 1)),
            ("limit", ">", 100),
        ],
    ),
]


def comparisons(condition: Any) -> int:
    return sum(map(comparisons, condition[1])) if condition[0] in ("and", "or") else 1


def many_scenarios(count: int) -> list[Joined]:
    """Scenarios that take a cell of a table each: a band of days late, a band of balances, one of eight regions. What
    lies in no cell gets none of them."""
    wide = 4 if count < 512 else round((count / 8) ** 0.5)
    days, euros = -(-61 // wide), -(-4000 // wide)
    found = []
    for number in range(count):
        region, band = number % 8, number // 8
        late, money = days * (band % wide), euros * (band // wide)
        cell: list[Leaf] = [
            ("days_late", ">=", late),
            ("days_late", "<", late + days),
            ("balance", ">=", money),
            ("balance", "<", money + euros),
            ("region", "=", f"R{region}"),
        ]
        found.append(("and", cell))
    return found


def regions_of(scenarios: list[Joined]) -> tuple[str, ...]:
    """The regions that scenarios name, in order."""

    def named(condition: Any) -> list[str]:
        if condition[0] in ("and", "or"):
            return [region for part in condition[1] for region in named(part)]
        return [condition[2]] if condition[0] == "region" else []

    return tuple(dict.fromkeys([*(region for each in scenarios for region in named(each)), *REGIONS]))


def records(count: int, regions: tuple[str, ...] = REGIONS, seed: int = 7) -> list[dict[str, Any]]:
    """Records as typed rows."""
    drawn = random.Random(seed)

    def day(around: int, spread: int) -> date:
        return TODAY + timedelta(days=around + drawn.randint(-spread, spread))

    return [
        {
            "id": f"A-{number}",
            "start_date": TODAY,
            "risk": drawn.choice(("Low", "Medium", "High")),
            "region": drawn.choice(regions),
            "channel": drawn.choice(CHANNELS),
            "balance": Decimal(drawn.randint(0, 400_000)) / 100,
            "limit": Decimal(drawn.randint(0, 500_000)) / 100,
            "rate": Decimal(drawn.randint(0, 12)) / 100,
            "days_late": drawn.randint(0, 60),
            "score": drawn.randint(0, 999),
            "disputed": drawn.random() < 0.05,
            "vip": drawn.random() < 0.2,
            "due_date": day(-30, 40),
            "promised_on": day(0, 20) if drawn.random() < 0.3 else None,
            "lines": (),
        }
        for number in range(count)
    ]


def plain(record: dict[str, Any]) -> dict[str, Any]:
    """A record as engines without these types take it: floats for decimals, numbers for days, a flag for presence."""
    given: dict[str, Any] = {name: value for name, value in record.items() if name not in ("start_date", "lines")}
    for name in ("balance", "limit", "rate"):
        given[name] = float(given[name])
    promised = given["promised_on"]
    given["due_date"] = given["due_date"].toordinal()
    given["promised_on"] = 0 if promised is None else promised.toordinal()
    given["promised"] = promised is not None
    return given


# ---- drolang


def source(scenarios: list[Joined]) -> str:
    """The plan of scenarios, named `s0` and so on; what fits none of them is `rest`."""
    texts = [
        f"  scenario s{number} {{\n    when {_dro(each)}\n    run  Call\n  }}\n"
        for number, each in enumerate(scenarios)
    ]
    rest = "  scenario rest {\n    otherwise\n    run  Call\n  }\n"
    return HEAD.format(regions=", ".join(regions_of(scenarios))) + "\n".join([*texts, rest]) + TAIL


def program(scenarios: list[Joined]) -> Program:
    with TemporaryDirectory() as folder:
        path = Path(folder, "chase.dro")
        path.write_text(source(scenarios), encoding="utf-8")
        return drolang.load(path)


def _dro(condition: Any, inner: bool = False) -> str:
    if condition[0] in ("and", "or"):
        text = f" {condition[0]} ".join(_dro(part, True) for part in condition[1])
        return f"({text})" if inner else text
    name, operator, constant = condition
    if operator == "known":
        return f"{name} is known"
    if isinstance(constant, bool):
        return name if constant else f"not {name}"
    if name == "channel":
        return f'{name} {operator} "{constant}"'
    money = " EUR" if name in ("balance", "limit") else ""
    return f"{name} {operator} {constant}{money}"


# ---- expressions of others


def ternary(scenarios: list[Joined], words: dict[str, str]) -> str:
    """One expression of nested `? :` that gives the name of the first scenario that matches."""
    chain = "".join(f"({_expression(each, words)}) ? 's{number}' : (" for number, each in enumerate(scenarios))
    return f"{chain}'rest'{')' * len(scenarios)}"


def _expression(condition: Any, words: dict[str, str]) -> str:
    if condition[0] in ("and", "or"):
        return "(" + f" {words[condition[0]]} ".join(_expression(part, words) for part in condition[1]) + ")"
    name, operator, constant = condition
    if operator == "known":
        return "promised"
    if isinstance(constant, bool):
        return name if constant else f"{words['not']}{name}"
    if isinstance(constant, str):
        return f"{name} == '{constant}'"
    if isinstance(constant, date):
        constant = constant.toordinal()
    elif name in ("balance", "limit"):
        constant = float(constant)
    return f"{name} {operator} {constant}"


# ---- business-rules

_OPERATORS = {
    "=": "equal_to",
    "<": "less_than",
    "<=": "less_than_or_equal_to",
    ">": "greater_than",
    ">=": "greater_than_or_equal_to",
}


def rule(condition: Any) -> dict[str, Any]:
    """A condition as the business-rules library has it."""
    if condition[0] in ("and", "or"):
        return {"all" if condition[0] == "and" else "any": [rule(part) for part in condition[1]]}
    name, operator, constant = condition
    if operator == "known":
        return {"name": "promised", "operator": "is_true", "value": True}
    if isinstance(constant, bool):
        return {"name": name, "operator": "is_true" if constant else "is_false", "value": True}
    if isinstance(constant, date):
        constant = constant.toordinal()
    return {"name": name, "operator": _OPERATORS[operator], "value": constant}
