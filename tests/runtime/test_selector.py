"""`compile_selection`: records from typed rows and from data, and the choices for them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

import dro_lang as drolang
from dro_lang.kernel.limits import misfits
from dro_lang.program.model import ContextMapping, Policy, Program, Scenario
from dro_lang.program.values import Duration
from dro_lang.records.json_text import NumberText
from dro_lang.records.validate import row_of, row_to_data
from dro_lang.runtime.selector import Selector
from tests.conditions.strategies import CONTEXT, LINE, RISKS, rows
from tests.conditions.test_selection import RUN, plan

DUNNING = Path(__file__).parents[2] / "examples" / "dunning" / "dunning.dro"
RECORD = {
    "id": "CP-1",
    "name": "Acme",
    "start_date": "2026-12-01",
    "due_date": "2026-12-20",
    "risk": "High",
    "balance": "900 EUR",
    "email": "ap@acme.example",
}


@pytest.fixture(scope="module")
def program():
    return drolang.load(DUNNING)


@pytest.fixture(scope="module")
def selector(program):
    return drolang.compile_selection(program, today=date(2026, 12, 1))


def test_it_chooses_what_select_chooses(program, selector):
    for risk in ("Low", "Medium", "High"):
        for promised_on in (None, "2026-12-10"):
            record = {**RECORD, "risk": risk, "promised_on": promised_on}
            chosen = drolang.select(program, record, today=date(2026, 12, 1))
            choice = selector.choose(selector.record(record))
            assert (choice.scenarios, choice.error, choice.reason) == (chosen.matched, chosen.error, chosen.reason)


def test_another_day_takes_the_same_records(selector):
    record = selector.record(RECORD)
    assert selector.at(date(2027, 1, 15)).choose(record) == selector.choose(record)


def test_a_record_that_does_not_fit_is_told_of_as_everywhere(program, selector):
    bad = {**RECORD, "risk": "high", "balance": 12.5}
    with pytest.raises(drolang.DrolangError) as told:
        selector.record(bad)
    with pytest.raises(drolang.DrolangError) as expected:
        drolang.row(program, bad)
    assert str(told.value) == str(expected.value)
    assert {each.code for each in told.value.problems} == {"R0105", "R0103"}


def test_a_mapping_in_the_place_of_a_record_is_a_clear_mistake(selector):
    with pytest.raises(TypeError, match="dict is no record that this selection has made"):
        selector.choose(RECORD)


def test_the_row_of_a_record_is_the_one_that_it_was_made_of(program, selector):
    assert selector.record(RECORD).row == drolang.row(program, RECORD)


CASES = Program(
    "m",
    enums={"Risk": RISKS},
    records={"Line": LINE},
    contexts={"Case": CONTEXT},
    mappings={"Cases": ContextMapping("Cases", "Case", "Generic", "Case")},
    plans={"P": evolve(plan(Policy.FIRST_MATCHING, Scenario("all", runs=RUN)), name="P")},
)


class Refused(Exception):
    pass


def typed(record):
    if misfits(record, CONTEXT.attributes, CASES) is None:
        return record
    row = row_of(record, CONTEXT.attributes, CASES)
    if isinstance(row, tuple):
        raise Refused
    return row


CASE_SELECTOR = Selector(CASES, "P", date(2026, 1, 1), typed)
"""Takes what `row_of` takes."""

ODD = [
    *("", " ", "x", "Low", "low", "HIGH", "true", "-1", "+1", "1.50", "1.5000000", "1e3", "1 EUR", "1 USD", "1,5", "٣"),
    *("2026-12-31", "2026-W01-1", "20261231", "2026-02-30", "2026-12-31T09:00Z", "2026-12-31T09:00", "P1D", "3 days"),
    *(0, -1, 10**12, 10**30, True, None, 1.5, float("nan"), Decimal("1.5"), Decimal("1.0000001"), Decimal("NaN")),
    *(Decimal("1e12"), Decimal("1." + "0" * 40 + "1"), Decimal("1e3"), NumberText("1.50"), NumberText("7")),
    *(NumberText("NaN"), NumberText("-0"), date(2026, 1, 1), Duration(days=1), [], [{}], {}, "a\0b", "ä", "\ud800"),
]
FITTING = rows(CONTEXT).filter(
    lambda row: row["id"] and all(line["id"] and "\0" not in (line["number"] or "") for line in row["lines"])
)


def outcome(make, record):
    try:
        return make(record)
    except Refused:
        return Refused


@settings(max_examples=150, deadline=None)
@given(FITTING, st.dictionaries(st.sampled_from([a.name for a in CONTEXT.attributes]), st.sampled_from(ODD)))
def test_data_is_read_as_validation_reads_it(row, odd):
    data = {**row_to_data(row, CONTEXT.attributes, CASES), **odd}
    assert outcome(lambda record: dict(CASE_SELECTOR.record(record).row), data) == outcome(
        lambda record: dict(typed(record)), data
    )


@settings(max_examples=100, deadline=None)
@given(rows(CONTEXT))
def test_typed_rows_come_back_as_they_were(row):
    if len({line["id"] for line in row["lines"]}) == len(row["lines"]):
        assert dict(CASE_SELECTOR.record(row).row) == row
