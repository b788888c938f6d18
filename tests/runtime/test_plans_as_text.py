"""Plans as they are written, carried out: the two examples, day by day."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from dro_lang.kernel.machine import Kernel
from dro_lang.pipeline import check_file
from dro_lang.program.values import Row
from dro_lang.runtime.outside.willing import Willing
from dro_lang.runtime.simulator import Simulation
from dro_lang.runtime.submission import moment_in, submit

EXAMPLES = Path(__file__).parents[2] / "examples"


def simulate(file: str, plan: str, row: Row, today: date) -> Simulation:
    program = check_file(EXAMPLES / file).program
    assert program is not None
    kernel = Kernel(program, plan)
    submission = submit(kernel, row, moment_in(kernel, today))
    assert submission.plan is not None, submission
    return Simulation(kernel, submission.plan, Willing(kernel.blueprint, callouts=True))


def days(simulation: Simulation, state: str) -> dict[str, str]:
    """The steps in a state, and the day since when."""
    return {
        f"{view.group}.{view.step}" + (f" {view.item}" if view.item else ""): f"{view.since:%m-%d}"
        for view in simulation.steps
        if view.state == state
    }


def collection(**values: object) -> Row:
    row = {
        "id": "CP-1",
        "name": "Acme",
        "start_date": date(2026, 12, 1),
        "due_date": date(2026, 12, 20),
        "risk": "High",
        "balance": Decimal(900),
        "email": "ap@acme.example",
        "promised_on": None,
        "invoices": (),
    }
    return {**row, **values}  # type: ignore[dict-item]


DUNNING = ("dunning/dunning.dro", "Dunning")


def test_a_high_risk_account_is_reminded_early_and_called_at_last() -> None:
    simulation = simulate(*DUNNING, collection(), date(2026, 11, 30))
    simulation.advance_to(date(2026, 12, 24))
    assert days(simulation, "completed") == {
        "EarlyWarning.warn": "12-10",
        "Remind.reminder": "12-15",
        "Remind.due_notice": "12-20",
        "Remind.suspension_notice": "12-23",
    }
    assert days(simulation, "ready") == {"Remind.call_customer": "12-24"}
    simulation.complete(simulation.find("Remind", "call_customer")[0], {})
    assert simulation.plan.status == "completed"


def test_whoever_pays_meanwhile_is_left_alone() -> None:
    simulation = simulate(*DUNNING, collection(), date(2026, 11, 30))
    simulation.advance_to(date(2026, 12, 16))
    simulation.set({"balance": Decimal(0)})
    simulation.advance_to(date(2027, 1, 31))
    assert days(simulation, "skipped") == {
        "Remind.due_notice": "12-20",
        "Remind.suspension_notice": "12-23",
        "Remind.call_customer": "12-24",
    }
    assert days(simulation, "bypassed") == {"Remind.recovered": "12-24"}
    assert simulation.plan.status == "completed"


def test_a_kept_promise_ends_the_plan() -> None:
    simulation = simulate(*DUNNING, collection(risk="Low", promised_on=date(2026, 12, 5)), date(2026, 11, 30))
    assert days(simulation, "in_progress") == {"AwaitPromise.promise": "11-30"}
    simulation.set({"balance": Decimal(0)})
    assert days(simulation, "completed") == {"AwaitPromise.promise": "11-30"}
    assert days(simulation, "bypassed") == {"AwaitPromise.chase_promise": "11-30"}
    assert simulation.plan.status == "completed"


def test_a_broken_promise_is_chased() -> None:
    simulation = simulate(*DUNNING, collection(promised_on=date(2026, 12, 5)), date(2026, 11, 30))
    simulation.advance_to(date(2026, 12, 14))
    assert days(simulation, "expired") == {"AwaitPromise.promise": "12-14"}
    assert days(simulation, "ready") == {"AwaitPromise.chase_promise": "12-14"}


def test_a_busy_mailbox_is_tried_again_after_10_minutes_an_hour_and_a_day() -> None:
    simulation = simulate(*DUNNING, collection(), date(2026, 12, 10))
    [warn] = simulation.find("EarlyWarning", "warn")
    for _ in range(4):
        simulation.fail(warn, "MAILBOX_BUSY")
    simulation.advance_to(date(2026, 12, 12))
    view = simulation.steps[0]
    assert (view.state, view.attempts, view.queue) == ("fatally_failed", 4, "MailFallout")
    assert f"{view.since:%d %H:%M}" == "11 01:10"


def obligation(*sites: str) -> Row:
    return {
        "id": "OB-1",
        "name": "Delivery",
        "start_date": date(2026, 6, 1),
        "due_on": date(2026, 6, 30),
        "kind": "Delivery",
        "tier": "Gold",
        "value": Decimal(50_000),
        "uptime": None,
        "accepted_on": None,
        "sites": tuple({"id": site, "country": "DE", "ready": True} for site in sites),
    }


def test_a_canceled_site_is_undone_and_the_others_go_on() -> None:
    simulation = simulate("obligations/obligations.dro", "KeepObligation", obligation("S-1", "S-2"), date(2026, 6, 1))
    simulation.advance_to(date(2026, 6, 17))
    for site in ("S-1", "S-2"):
        assert simulation.complete(simulation.find("Deliver", "plan_visit", site)[0], {}) is None
    assert simulation.answer(simulation.find("Deliver", "confirm_visit", "S-1")[0], {"visit_no": "V-1"}) is None
    simulation.freeze()
    assert simulation.plan.status == "freezing"
    assert simulation.answer(simulation.find("Deliver", "confirm_visit", "S-2")[0], {"visit_no": "V-2"}) is None
    assert simulation.plan.status == "frozen"
    assert simulation.cancel("S-1", {}) is None
    simulation.unfreeze()
    assert list(days(simulation, "canceled")) == ["Deliver.plan_visit S-1", "Deliver.confirm_visit S-1"]
    assert list(days(simulation, "in_progress")) == ["Deliver.acceptance", "UndoVisit.cancel_visit S-1"]


@pytest.mark.parametrize(("accepted", "ends"), [(True, "completed"), (False, "in_progress")])
def test_an_obligation_is_fulfilled_when_it_is_accepted_or_escalated(accepted: bool, ends: str) -> None:
    simulation = simulate("obligations/obligations.dro", "KeepObligation", obligation(), date(2026, 6, 30))
    if accepted:
        simulation.set({"accepted_on": date(2026, 6, 30)})
        assert simulation.plan.status == "in_progress"  # no site is ready
    simulation.advance_to(date(2026, 7, 31))
    assert set(days(simulation, "ready")) == {"Deliver.escalate"}
    if accepted:
        simulation.complete(simulation.find("Deliver", "escalate")[0], {})
    assert simulation.plan.status == ends
