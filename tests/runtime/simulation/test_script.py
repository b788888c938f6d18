"""A scripted world: lines of a test, done to the plan of every record."""

from datetime import date
from typing import Any

import pytest

from dro_lang.diagnostics.diagnostic import Diagnostic
from dro_lang.kernel.history import Refused
from dro_lang.runtime.simulation.assumptions import End, Ending
from dro_lang.runtime.simulation.script import read_script
from dro_lang.runtime.simulation.simulate import Simulated
from dro_lang.source import Source
from tests.runtime.simulation.test_reading import CASES
from tests.runtime.simulation.test_simulate import AT_ONCE, run, states, step

PATH = CASES / "desk.dro"
NOBODY = {"people": None, "callouts": None}


def read(text: str) -> tuple[Any, ...]:
    return read_script(Source("script", text), Source.read(PATH), PATH, "Desk")


def played(text: str, **assumed: Any) -> Simulated:
    lines = read(text)
    assert not any(isinstance(line, Diagnostic) for line in lines), lines
    return run(script=lines, **{"takes": NOBODY, **assumed})


def test_lines_are_done_when_their_time_has_come() -> None:
    simulated = played("""
        // The task is done after two days, and the answer comes on a day that is named.
        advance 2 days
        complete Work.check { approved: true }
        advance to 2026-12-24
        answer Work.ask { number: 7 }
    """)
    assert step(simulated, "Work.check").finished_at.date() == date(2026, 12, 3)
    ask = step(simulated, "Work.ask")
    assert (ask.finished_at.date(), ask.results) == (date(2026, 12, 24), {"number": 7})


def test_a_script_and_chance_play_together() -> None:
    simulated = played('fail Work.ask with "BUSY"', takes=AT_ONCE)
    ask = step(simulated, "Work.ask")
    assert (ask.state, ask.attempts) == ("completed", 2)


def test_changes_of_data_and_operations_reach_every_plan_that_has_the_step() -> None:
    offline = played("complete Work.check { approved: true }\noffline Erp\nadvance 1 day\nonline Erp")
    assert states(offline)["Work.ask"] == "in_progress"
    frozen = played("freeze\ncancel\nunfreeze\ncomplete More.twice")
    assert set(states(frozen).values()) == {"discarded"}
    declined = played('set { name: "Other" }\nadvance 1 day\ncomplete Work.check { approved: false }')
    assert states(declined)["Work.ask"] == "skipped"


def test_what_a_plan_refuses_is_told_and_the_rest_goes_on() -> None:
    simulated = played("retry Work.check\ndiscard Work.check", endings={"Work.ask": (Ending(End.OPEN),)})
    [refused] = [each.entry for each in simulated.happenings if isinstance(each.entry, Refused)]
    assert (refused.event, refused.reason) == ("Retry", "it is ready")
    assert states(simulated)["Work.check"] == "discarded"


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ('set { nam: "X" }', 1, 7, "there is no attribute `nam` in `Case`"),
        ("freeze\ncomplete Work.chek", 2, 15, "group `Work` has no step `chek`"),
        ("freeze\n  frees", 2, 3, ""),
        ("freeze }", 1, 8, ""),
    ],
)
def test_a_mistake_is_told_at_its_place_in_the_script(text: str, line: int, column: int, message: str) -> None:
    first, *_ = read(text)
    assert isinstance(first, Diagnostic)
    assert message in first.message
    assert first.span.source.name == "script"
    assert first.span.source.text == text
    assert (line, column) == first.span.source.position(first.span.start) or not message


@pytest.mark.parametrize("text", ["today 2026-12-01", "freeze\nexpect plan frozen", "freeze\nexpect no scenario"])
def test_what_belongs_in_a_test_is_refused(text: str) -> None:
    number = len(text.splitlines())
    with pytest.raises(
        ValueError, match=f"line {number}: `{text.splitlines()[-1]}` belongs in a test, not in a script"
    ):
        read(text)
