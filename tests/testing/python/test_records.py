"""Records that are generated fit their context, and what is asked of them."""

import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, find, given, settings

from dro_lang.analysis.solver.records import Records
from dro_lang.conditions.rules import holds
from dro_lang.pipeline import check_file
from dro_lang.program.model import Program
from dro_lang.program.values import Duration, Row, Value
from dro_lang.records.validate import row_of, row_to_data
from dro_lang.testing import records
from dro_lang.testing.hints import hints
from dro_lang.testing.strategies.records import plan_of
from dro_lang.testing.strategies.values import Values
from dro_lang.testing.strategies.where import condition
from tests.testing.python.plans import PLAN, group, program

EXAMPLES = Path(__file__).parents[3] / "examples"
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

EVERY_TYPE = """language 1.0
module every.type

enum Color { Red = "Deep red", Green }
record Line { note : Text optional  color : Color }
record Part { id : Id  weight : Decimal in 0.5..2 }

context Everything {
  id         : Id
  start_date : DateTime
  name       : Text optional
  count      : Integer in -3..7
  share      : Decimal in 0..100 optional
  price      : Money in EUR in ..1_000 EUR
  due_on     : Date in 2026-01-01..2026-12-31
  flag       : Boolean optional
  color      : Color
  wait       : Duration
  lines      : list of Line
  parts      : items of Part
}
"""


def everything(folder: Path) -> Program:
    path = folder / "type.dro"
    path.write_text(EVERY_TYPE, encoding="utf-8")
    checked = check_file(path)
    assert checked.program is not None
    return checked.program


def dunning() -> Program:
    compiled = check_file(EXAMPLES / "dunning/dunning.dro").program
    assert compiled is not None
    return compiled


SAMPLE = program(PLAN, group("step a: manual { only if balance > 250 EUR }"))
CONDITIONS = [
    "balance > 99.5 EUR and risk = High",
    "promised is known and promised <= today and due_on < promised",
    'email is unknown or ends_with(email, "@x")',
    "count(parts where item.ready) >= 2 and not (balance < 0 EUR)",
    "balance * 2 = 144 EUR",
    "abs(balance) > 1_000 EUR and length(id) > 2",
    "due_on in 2026-02-01..2026-02-28",
    'year(due_on) = 2027 and length(default(email, "")) > 3',
]


@pytest.fixture(scope="module")
def of_every_type(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return everything(tmp_path_factory.mktemp("every"))


def test_records_respect_every_domain_and_bound(of_every_type: Program) -> None:
    shape = of_every_type.contexts["Everything"].attributes

    @FEW
    @given(records(of_every_type, "Everything"))
    def all_fit(row: Row) -> None:
        assert row_of(row_to_data(row, shape, of_every_type), shape, of_every_type) == row

    all_fit()


def test_boundary_values_are_frequent(of_every_type: Program) -> None:
    counts: Counter[str] = Counter()

    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(records(of_every_type, "Everything"))
    def count(row: Row) -> None:
        counts["lowest count"] += row["count"] == -3
        counts["highest count"] += row["count"] == 7
        counts["no share"] += row["share"] is None
        counts["full share"] += row["share"] == 100
        counts["highest price"] += row["price"] == 1000
        counts["first day"] += row["due_on"] == date(2026, 1, 1)
        counts["last day"] += row["due_on"] == date(2026, 12, 31)
        counts["empty name"] += row["name"] == ""
        counts["no parts"] += row["parts"] == ()
        counts["some parts"] += row["parts"] != ()
        counts["other color"] += row["color"] == "Green"

    count()
    assert len(counts) == 11
    assert min(counts.values()) >= 5, counts


def test_records_shrink_to_plain_ones(of_every_type: Program) -> None:
    row = find(records(of_every_type, "Everything"), lambda row: True, settings=settings(database=None))
    assert row == {
        "id": "X-1",
        "start_date": datetime.fromisoformat("2026-01-01T09:00+00:00"),
        "name": None,
        "count": 0,
        "share": None,
        "price": Decimal(0),
        "due_on": date(2026, 1, 1),
        "flag": None,
        "color": "Red",
        "wait": Duration(),
        "lines": (),
        "parts": (),
    }


def test_only_what_matters_differs_from_the_plain_record() -> None:
    row = find(
        records(SAMPLE, "P"),
        lambda row: row["balance"] > 250 and len(row["parts"]) == 1,
        settings=settings(database=None, max_examples=2_000),
    )
    assert row["balance"] == 251
    assert row["parts"] == ({"id": "I-1", "ready": False},)
    assert (row["risk"], row["email"]) == ("Low", None)


@pytest.mark.parametrize("where", CONDITIONS)
def test_records_satisfy_what_is_asked_for(where: str) -> None:
    typed = condition(SAMPLE, SAMPLE.contexts["Case"], where)
    today = date(2026, 5, 5)
    environment = Records(SAMPLE, plan_of(SAMPLE, "P")).environment
    tried = Counter[bool]()

    @settings(max_examples=60, deadline=None)  # with its health checks: nothing is sought by trial and error
    @given(records(SAMPLE, "P", where, today))
    def all_satisfy(row: Row) -> None:
        tried[holds(typed, environment(row, today))] += 1

    all_satisfy()
    assert set(tried) == {True}


def test_what_the_plan_compares_with_is_worth_trying_and_what_is_beside_it() -> None:
    context = SAMPLE.contexts["Case"]
    definition = context.attribute("balance")
    assert definition is not None
    where = condition(SAMPLE, context, "balance > 99.5 EUR")
    values = Values(SAMPLE, hints(SAMPLE, plan_of(SAMPLE, "P"), [where])).of(definition)
    drawn = set()

    @settings(max_examples=500, deadline=None, derandomize=True)
    @given(values)
    def collect(value: Value) -> None:
        drawn.add(value)

    collect()
    beside = {Decimal("0.000001"), Decimal(1), Decimal(0)}
    for compared in (Decimal("99.5"), Decimal(250)):
        assert {compared + sign * by for by in beside for sign in (1, -1)} <= drawn
    assert len(drawn) > 50


def test_records_take_many_values_within_what_is_asked_for() -> None:
    balances = set()

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(records(SAMPLE, "P", "balance > 99.5 EUR"))
    def collect(row: Row) -> None:
        balances.add(row["balance"])

    collect()
    assert len(balances) > 8


def test_what_cannot_be_built_is_sought() -> None:
    """A comparison of two texts by what they contain is beyond the analysis."""
    row = find(records(SAMPLE, "P", 'contains(id, default(email, "?"))'), lambda row: True)
    assert str(row["email"] or "?") in str(row["id"])


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("balance > 5", "`5` is an Integer, and `balance` is Money in EUR"),
        ("overdue", "there is no attribute `overdue` in `Case`"),
        ("promised <= today", "may be unknown"),
        ("balance >", "a value is missing after `>`"),
        ("balance > 1 EUR and balance < 1 EUR", "no record of Case satisfies"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(where: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)) as refused:
        records(SAMPLE, "P", where)
    assert "--> sample.dro" not in str(refused.value)


def test_a_program_with_one_plan_needs_no_name() -> None:
    assert find(records(SAMPLE), lambda row: True) == find(records(SAMPLE, "Case"), lambda row: True)
    with pytest.raises(KeyError):
        records(SAMPLE, "Nothing")


def test_an_expression_does_as_well_as_a_text() -> None:
    program = dunning()
    when = program.plans["Dunning"].scenarios[0].when
    assert find(records(program, where=when), lambda row: True)["promised_on"] is not None


def test_dates_may_lie_as_far_from_the_day_as_the_durations_of_the_plan_are_long() -> None:
    program = dunning()
    offered = hints(program, plan_of(program, None))["due_date"]
    days = {(day - date(2026, 1, 1)).days for day in offered if isinstance(day, date)}
    assert {3, 4, 5, 7, 10, 14} <= days
    assert {-each for each in days} == days
