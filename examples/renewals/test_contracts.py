"""The second way: pytest. What is said of single contracts, in Python, with the fixtures that drolang brings along."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import dro_lang as drolang

RENEWALS = Path(__file__).with_name("renewals.dro")

CONTRACT = {
    "id": "C-1",
    "name": "Acme",
    "start_date": date(2026, 10, 1),
    "ends_on": date(2026, 12, 31),
    "value": "25000 EUR",
    "automatic": False,
    "email": "buyer@acme.example",
}

Simulator = Callable[..., Any]


@pytest.mark.parametrize(
    ("changed", "scenario"),
    [
        ({"value": "9999.99 EUR"}, "small"),
        ({"value": "10000 EUR"}, "large"),
        ({"automatic": True}, "automatic"),
    ],
)
def test_the_value_decides(drolang_program: Callable[..., Any], changed: dict[str, Any], scenario: str) -> None:
    selection = drolang.select(drolang_program(RENEWALS), CONTRACT | changed)
    assert selection.matched == (scenario,)


@pytest.mark.parametrize("answered", [True, False])
def test_only_who_does_not_answer_is_called(drolang_simulator: Simulator, answered: bool) -> None:
    plan = drolang_simulator(RENEWALS, CONTRACT)
    plan.advance_to(date(2026, 11, 1))
    if answered:
        plan.set({"renewed_on": date(2026, 11, 1)})
    plan.advance_to(date(2026, 11, 22))
    states = {step.step: str(step.state) for step in plan.steps}
    assert states["call"] == ("bypassed" if answered else "ready")


def test_an_offer_that_cannot_be_sent_goes_to_sales(drolang_simulator: Simulator) -> None:
    plan = drolang_simulator(RENEWALS, CONTRACT)
    [offer] = plan.find("Offer", "offer")
    for _ in range(3):
        plan.fail(offer, "ADDRESS_UNKNOWN")
    plan.advance_to(date(2026, 11, 2))
    [step] = [step for step in plan.steps if step.id == offer]
    assert (step.state, step.queue) == ("fatally_failed", "Sales")


def test_a_contract_without_a_value_is_refused(drolang_simulator: Simulator) -> None:
    with pytest.raises(drolang.DrolangError, match="`value`") as refused:
        drolang_simulator(RENEWALS, CONTRACT | {"value": None})
    assert refused.value.code == "R0102"
