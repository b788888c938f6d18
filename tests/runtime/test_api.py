"""What `import dro_lang` gives to programs: mistakes in calls, and the operations of a simulation by hand."""

from datetime import date, timedelta
from pathlib import Path

import pytest

import dro_lang as drolang

ROOT = Path(__file__).parents[2]
PROGRAM = drolang.load(ROOT / "examples/renewals/renewals.dro")
CONTRACT = {
    "id": "C-1",
    "name": "Acme",
    "start_date": "2026-10-01",
    "ends_on": "2026-12-31",
    "value": "25000 EUR",
    "automatic": False,
}


def test_a_plan_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(KeyError, match="there is no plan `Dunning`, there are: Renew"):
        drolang.select(PROGRAM, CONTRACT, plan="Dunning")


def test_a_day_is_no_text() -> None:
    with pytest.raises(TypeError, match="`today` is a date or a datetime, not '2026-10-01'"):
        drolang.simulate(PROGRAM, CONTRACT, today="2026-10-01")  # type: ignore[arg-type]


def test_time_passes_by_the_wall_clock_of_the_plan() -> None:
    plan = drolang.simulate(PROGRAM, CONTRACT, today=date(2026, 10, 24))
    plan.advance(timedelta(days=1, hours=12))
    # The clock goes back on 25 October: a day of 25 hours.
    assert plan.now.isoformat() == "2026-10-25T11:00:00+01:00"


def test_what_gives_nothing_and_changes_nothing_needs_no_values() -> None:
    plan = drolang.simulate(PROGRAM, CONTRACT)
    plan.advance_to(date(2026, 10, 2))
    [terms] = plan.find("Review", "terms")
    assert plan.complete(terms) is None
    assert plan.freeze() is None
    assert plan.cancel() is None
    assert plan.unfreeze() is None
    assert plan.plan.status == "completed"
