"""Records for conditions on calculations: found by going back from the value that is wanted."""

from pathlib import Path

import pytest

from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import Example, satisfy
from dro_lang.conditions.normal import normalize
from dro_lang.pipeline import check_file
from dro_lang.testing.strategies.where import condition

OBLIGATIONS = Path(__file__).parents[2] / "examples/obligations/obligations.dro"


@pytest.mark.parametrize(
    "where",
    [
        "value * 2 = 144 EUR",
        "-value / 3 = 5 EUR",
        "(value + 3 EUR) * 2 > 100 EUR",
        "abs(value) = 7 EUR and value < 0 EUR",
        "round(value, 0) = 5 EUR",
        "max(value, 5 EUR) = 9 EUR",
        'lower(name) = "x"',
        "year(due_on) = 2027",
        "month(due_on) = 5 and weekday(start_date) = 6",
        "day(due_on) = 31",
        "uptime is known and uptime * 2 in 120..120",
    ],
)
def test_a_record_is_found(where: str) -> None:
    program = check_file(OBLIGATIONS).program
    assert program is not None
    plan = program.plans["KeepObligation"]
    typed = condition(program, program.contexts["Obligation"], where)
    assert isinstance(satisfy(normalize(typed), Records(program, plan)), Example)
