"""Assumptions as they are written, and what is said about those that make no sense."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.kernel.blueprint import Blueprint
from dro_lang.pipeline import check_file
from dro_lang.program.values import Duration
from dro_lang.runtime.simulation import reading
from dro_lang.runtime.simulation.assumptions import AT_ONCE, Answer, End, Ending, FailRate, Outage
from dro_lang.runtime.simulation.chance import Delay

CASES = Path(__file__).parent / "cases"
DAY = Duration(days=1)


@cache
def desk() -> Blueprint:
    program = check_file(CASES / "desk.dro").program
    assert program is not None
    return Blueprint.of(program, "Desk")


@pytest.fixture
def blueprint() -> Blueprint:
    return desk()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("people=1d", ("people", Delay(DAY))),
        ("people = 1 day", ("people", Delay(DAY))),
        ("operators=about 90 min", ("operators", Delay(Duration(seconds=5400), about=True))),
        ("Agents=1h..2 business days", ("Agents", Delay(Duration(seconds=3600), Duration(business_days=2)))),
        ("Erp=1d 4h", ("Erp", Delay(Duration(days=1, seconds=4 * 3600)))),
        ("Book=2 weeks", ("Book", Delay(Duration(days=14)))),
        ("check=30s", ("Work.check", Delay(Duration(seconds=30)))),
        ("Work.ask=never", ("Work.ask", None)),
        ("callouts=at once", ("callouts", AT_ONCE)),
        ("automations=0", ("automations", AT_ONCE)),
    ],
)
def test_times(text: str, read: object, blueprint: Blueprint) -> None:
    assert reading.takes(text, blueprint) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("5%", (("automations", "callouts"), FailRate(0.05))),
        ("0.25", (("automations", "callouts"), FailRate(0.25))),
        ("Erp=100%:BUSY", (("Erp",), FailRate(1.0, "BUSY"))),
        ("ask=2.5 %", (("Work.ask",), FailRate(0.025))),
    ],
)
def test_fail_rates(text: str, read: object, blueprint: Blueprint) -> None:
    assert reading.fail_rate(text, blueprint) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("check=completed", ("Work.check", Ending(End.COMPLETED))),
        ("Work.ask=failed:NO_STOCK@30%", ("Work.ask", Ending(End.FAILED, "NO_STOCK", 0.3))),
        ("ask=failed", ("Work.ask", Ending(End.FAILED))),
        ("check=expired@50%", ("Work.check", Ending(End.EXPIRED, None, 0.5))),
        ("check=open", ("Work.check", Ending(End.OPEN))),
        ("wait=completed", ("Work.wait", Ending(End.COMPLETED))),
    ],
)
def test_endings(text: str, read: object, blueprint: Blueprint) -> None:
    assert reading.ending(text, blueprint) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("check.approved=true@80%", ("Work.check", "approved", Answer(True, 0.8))),
        ("Work.check.note=a@b.example", ("Work.check", "note", Answer("a@b.example"))),
        ("check.note=unknown", ("Work.check", "note", Answer(None))),
    ],
)
def test_answers(text: str, read: object, blueprint: Blueprint) -> None:
    assert reading.answer(text, blueprint) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Erp", Outage("Erp")),
        ("Erp:2026-12-01..2026-12-08", Outage("Erp", date(2026, 12, 1), date(2026, 12, 8))),
        ("Erp:..2026-12-08", Outage("Erp", None, date(2026, 12, 8))),
        ("Erp:2026-12-01..", Outage("Erp", date(2026, 12, 1))),
    ],
)
def test_outages(text: str, read: object, blueprint: Blueprint) -> None:
    assert reading.outage(text, blueprint) == read


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (reading.takes, "people", "`people` says nothing: write it like `people=about 1 day`"),
        (reading.takes, "poeple=1d", "did you mean `people`?"),
        (reading.takes, "people=soon", "`soon` is not a length of time: write it like `2 hours`"),
        (reading.takes, "people=1.5d", "`1.5d` is not a length of time"),
        (reading.takes, "people=", "`` is not a length of time"),
        (reading.takes, "people=2d..1d", "`2d..1d` goes from a longer time to a shorter one"),
        (reading.takes, "people=1d 2 business days", "mixes business days with other times"),
        (reading.takes, "operators=at once", "operators need some time"),
        (reading.fail_rate, "Agents=5%", "there is no `Agents` in the plan of which that could be assumed"),
        (reading.fail_rate, "Erp=200%", "`200%` is not between 0% and 100%"),
        (reading.fail_rate, "often", "`often` is not a rate: write it as `5%` or `0.05`"),
        (reading.ending, "chekc=completed", "the plan has no step `chekc`; did you mean `Work.check`?"),
        (reading.ending, "check=done", "a step ends as one of completed, failed, expired, open, not `done`"),
        (reading.ending, "check=failed", "`Work.check` is done by a person, and cannot fail"),
        (reading.ending, "check=completed:X", "only what fails has a code, not what is completed"),
        (reading.ending, "ask=expired", "`Work.ask` never expires: it has no `expires after`"),
        (reading.ending, "done=completed", "`Work.done` is a milestone"),
        (reading.ending, "wait=expired", "`Work.wait` is a pause: its condition ends it"),
        (reading.ending, "twice=completed", "there are several steps `twice`: `Work.twice`, `More.twice`"),
        (reading.answer, "approved=true", "`approved` names no result of a step: write `step.result`"),
        (reading.answer, "check.aproved=true", "`Work.check` gives no `aproved`; did you mean `approved`?"),
        (reading.answer, "check.approved=perhaps", "`Work.check.approved`: `perhaps` is neither `true` nor `false`"),
        (reading.outage, "Epr", "the plan calls no integration `Epr`; did you mean `Erp`?"),
        (reading.outage, "Erp:2026-12-01", "write the days as `Erp:2026-12-01..2026-12-08`"),
        (reading.outage, "Erp:2026-12-32..", "`2026-12-32` is not a date"),
        (reading.outage, "Erp:2026-12-08..2026-12-01", "`Erp` cannot be online again on 2026-12-01"),
    ],
)
def test_what_says_nothing_is_told(
    read: Callable[[str, Blueprint], Any], text: str, said: str, blueprint: Blueprint
) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        read(text, blueprint)
    assert said in str(raised.value)


def test_shares_of_more_than_everything_are_told() -> None:
    reading.shares_fit("Work.ask", [0.3, 0.7])
    with pytest.raises(ValueError, match=r"what is assumed of `Work.ask` adds up to more than 100%"):
        reading.shares_fit("Work.ask", [0.5, 0.6])


UNITS = st.builds(Duration, days=st.integers(0, 99), seconds=st.integers(0, 9_999)) | st.builds(
    lambda days: Duration(business_days=days), st.integers(1, 99)
)


@settings(deadline=None)
@given(shortest=UNITS, more=st.none() | st.integers(0, 9_999), about=st.booleans())
def test_a_time_that_is_written_is_read_again(shortest: Duration, more: int | None, about: bool) -> None:
    is_range = more is not None and not shortest.business_days and not about
    longest = Duration(shortest.days, shortest.seconds + (more or 0)) if is_range else None
    delay = Delay(shortest, longest, about)
    _, read = reading.takes(f"people={reading.written(delay)}", desk())
    assert read == (AT_ONCE if delay.is_none else delay)
