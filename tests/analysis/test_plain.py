"""Formulas in plainer words hold for the same records, and say what it takes to decide them."""

from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from dro_lang.analysis.solver.plain.plainer import Plainer
from dro_lang.analysis.solver.plain.texts import texts_in
from dro_lang.analysis.solver.presence import with_known_attributes
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import A_DAY
from dro_lang.analysis.solver.satisfy import Never, satisfy
from dro_lang.conditions.environment import Environment
from dro_lang.conditions.normal import Normal, normalize
from dro_lang.conditions.rule_types import RuleError
from dro_lang.conditions.rules import decide, facts_class, lower_normal
from dro_lang.pipeline import check_file
from dro_lang.program.expressions import And, Expression, Not, Or
from dro_lang.program.model import Plan, Policy, Program
from dro_lang.testing.strategies.where import condition
from tests.conditions.strategies import CONTEXT, LINE, RISKS, conditions, environments

PLAN = Plan("P", "Case", "Generic", "M", Policy.EXACTLY_ONE, ())
RECORDS = Records(
    Program("m", contexts={"Case": CONTEXT}, records={"Line": LINE}, enums={"Risk": RISKS}, plans={"P": PLAN}), PLAN
)
CALENDAR = RECORDS.environment({}, A_DAY).calendar


def holds(formula: Normal, environment: Environment) -> bool:
    rule = lower_normal(formula)
    return decide(rule, facts_class(rule.variables)(environment))


@settings(max_examples=400, deadline=None)
@given(conditions(), st.lists(environments(), min_size=1, max_size=4))
def test_what_is_put_plainly_holds_for_the_same_records(condition: Expression, runs: list[Environment]) -> None:
    formula = with_known_attributes(normalize(condition), RECORDS.is_optional)
    plain = Plainer(RECORDS, texts_in([formula])).formula(formula)
    for environment in runs:
        at_home = evolve(environment, calendar=CALENDAR)
        try:
            expected = holds(formula, at_home)
        except (TypeError, RuleError):
            continue  # a date left the calendar, which analysis takes no notice of
        assert holds(plain, at_home) is expected


OBLIGATIONS = Path(__file__).parents[2] / "examples/obligations/obligations.dro"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("value * 2 > 10 EUR", "value <= 5 EUR"),
        ("value / 4 > 10 EUR", "value <= 40.000002 EUR"),
        ("-value * 3 < 9 EUR", "value <= -3 EUR"),
        ("abs(value) > 3 EUR", "value in -3 EUR..3 EUR"),
        ("abs(5 EUR - value) >= 3 EUR", "value > 2 EUR and value < 8 EUR"),
        ("round(value, 0) > 3 EUR", "value <= 3.5 EUR and not (value = 3.5 EUR)"),
        ("min(value, 3 EUR) > 2 EUR", "value <= 2 EUR"),
        ("max(value, 3 EUR) > 3 EUR", "value <= 3 EUR"),
        ("year(due_on) = 2026", "due_on not in 2026-01-01..2026-12-31"),
        ("year(due_on) in 2025..2026", "due_on < 2025-01-01 or due_on > 2026-12-31"),
        ("weekday(due_on) in 1..5", "weekday(due_on) in { 6, 7 }"),
        ("month(due_on) <= 6", "month(due_on) in 7..12"),
        ("default(uptime, 0) > 99", "uptime is unknown or uptime <= 99"),
        ("default(accepted_on, today) > today", "accepted_on is unknown or accepted_on <= today"),
        ("any(sites where item.ready)", "all(sites where not item.ready)"),
        ("any(sites where item.ready)", "count(sites where item.ready) = 0"),
        ("count(sites where item.ready) > 0", "not any(sites where item.ready)"),
        (
            'all(sites where item.ready and item.country = "DE")',
            'any(sites where not item.ready or item.country != "DE")',
        ),
        ("count(sites) = 0", "any(sites where item.ready) or count(sites) > 0"),
        ("uptime is known and uptime + value / 1 EUR > 3", "uptime is unknown or value / 1 EUR + uptime <= 3"),
    ],
)
def test_two_conditions_that_deny_each_other_are_proved_to(one: str, other: str) -> None:
    program = check_file(OBLIGATIONS).program
    assert program is not None
    records = Records(program, program.plans["KeepObligation"])
    first, second = (condition(program, program.contexts["Obligation"], each) for each in (one, other))
    assert isinstance(satisfy(normalize(And((first, second))), records), Never)
    assert isinstance(satisfy(normalize(Not(Or((first, second)))), records), Never)


@pytest.mark.parametrize(
    "where",
    [
        'name = "ab" and not starts_with(name, "a")',
        'name in { "ab", "ba" } and not contains(name, "a")',
        'starts_with(name, "ab") and not starts_with(name, "a")',
        'starts_with(name, "ab") and starts_with(name, "b")',
        'ends_with(name, "ab") and not contains(name, "b")',
        'contains(name, "ab") and not contains(name, "b")',
    ],
)
def test_what_is_known_of_a_text_answers_other_questions(where: str) -> None:
    program = check_file(OBLIGATIONS).program
    assert program is not None
    records = Records(program, program.plans["KeepObligation"])
    asked = condition(program, program.contexts["Obligation"], where)
    assert isinstance(satisfy(normalize(asked), records), Never)
