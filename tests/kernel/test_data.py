"""`set`: a record changes while its plan runs."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dro_lang.kernel.history import DataChanged
from dro_lang.program.expressions import ItemAttribute
from dro_lang.program.types import BOOLEAN
from tests.kernel.builders import (
    after,
    case,
    compare,
    const,
    group,
    is_known,
    manual,
    start,
)

READY = compare(ItemAttribute("ready", BOOLEAN), "=", const(True, BOOLEAN))


def test_set_is_looked_at_by_conditions_not_yet_checked() -> None:
    plan = start(group("G", manual("a"), manual("b", after("a"), only_if=is_known("email"))))
    plan.set(email="a@b.example")
    plan.complete("G.a")
    assert plan["G.b"] == "ready"


def test_set_clears_an_optional_attribute() -> None:
    plan = start(group("G", manual("a"), manual("b", after("a"), only_if=is_known("email"))), row=case(email="x"))
    plan.set(email=None)
    plan.complete("G.a")
    assert plan["G.b"] == "skipped"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"name": None}, "`name` is unknown"),
        ({"balance": Decimal(-1)}, "`balance` is -1 EUR, outside 0 EUR.."),
        ({"balance": "many"}, "`balance` is no Money in EUR"),
        ({"balance": Decimal("0.0000001")}, "`balance` is no Money in EUR"),
        ({"balance": Decimal(10**12)}, "`balance` is no Money in EUR"),
        ({"risk": "Medium"}, "`risk` is no Risk"),
        ({"due_date": "2026-01-01"}, "`due_date` is no Date"),
        ({"parts": ({"id": "p"},)}, "`parts` is no items of Part"),
        ({"parts": case("p", "p")["parts"]}, "two items have the same id"),
        ({"id": "C-2"}, "the id of a record does not change"),
        ({"nothing": 1}, "there is no attribute `nothing`"),
    ],
)
def test_set_refuses_what_does_not_fit(values: dict[str, Any], why: str) -> None:
    plan = start(group("G", manual("a")))
    before = plan.state
    assert plan.set(**values, email="kept out").refusal == why
    assert plan.state == before


def test_set_adds_no_instances() -> None:
    plan = start(group("G", manual("a", per_item=True), manual("z")), row=case("p1"))
    plan.set(parts=case("p1", "p2")["parts"])
    assert [step.id.item for step in plan.state.steps] == ["p1", None]


def test_set_reaches_the_items() -> None:
    steps = (manual("a"), manual("b", after("a"), per_item=True, only_if=READY))
    plan = start(group("G", *steps), row=case("p1", "p2"))
    parts = plan.state.row["parts"]
    assert isinstance(parts, tuple)
    plan.set(parts=({**parts[0], "ready": False}, parts[1]))
    plan.complete("G.a")
    assert (plan["G.b", "p1"], plan["G.b", "p2"]) == ("skipped", "ready")


def test_an_item_that_has_gone_makes_its_conditions_false() -> None:
    steps = (manual("a"), manual("b", after("a"), per_item=True, only_if=READY))
    plan = start(group("G", *steps), row=case("p1"))
    plan.set(parts=())
    plan.complete("G.a")
    assert plan["G.b", "p1"] == "skipped"


def test_a_change_of_data_is_told_by_the_attributes_that_changed() -> None:
    plan = start(group("G", manual("a")))
    plan.set(name="Acme", due_date=date(2026, 4, 1))
    assert plan.history[-1] == DataChanged(plan.now, None, ("due_date",), "ann")
