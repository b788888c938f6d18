"""Conditions that decide nothing (W2004): where they stand, and that nothing else is taken for one."""

from datetime import date

import pytest
from hypothesis import given, settings

from dro_lang.analysis.redundancy import Verdict, examine_condition
from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.regions import A_DAY
from dro_lang.conditions.rules import holds
from dro_lang.pipeline import check_source
from dro_lang.program.expressions import And, Expression, Or
from dro_lang.program.values import Row
from dro_lang.source import Source
from tests.analysis.test_selection import any_leaf, conditions, every_record, program_of

PLAN = """language 1.0

usage Generic {{ scopes plan, item }}
enum Tier {{ Gold, Silver, Bronze }}

context C {{
  id         : Id
  start_date : Date
  due        : Date
  days       : Integer in 0..100
  tier       : Tier
  promised   : Date optional
  paid       : Boolean
}}

mapping Ms for C {{
  usage  Generic
  object "C"
}}

queue Q
queue R

routing Desk for C {{
{routes}
  otherwise to queue Q
}}

plan P for C {{
  usage  Generic
  choose every matching scenario

  scenario one {{
    when {when}
    run  G(most: 200)
  }}

  scenario rest {{
    otherwise
    run G(most: {most}) as again
  }}
}}

group G(most : Integer) for C {{
  step call: manual {{
    only if {only_if}
    assign  to routing Desk
  }}

  step wait: pause {{
    until   {until}
    expires after 3 days
  }}

  step keep: manual {{
    only if days < most
    assign  to queue R
  }}
}}
"""
FINE = {
    "routes": "  when tier = Gold to queue R",
    "when": "days > 3",
    "most": "50",
    "only_if": "not paid",
    "until": "paid",
}


def idle(**changed: str) -> list[tuple[str, str]]:
    """The texts that are told to decide nothing, with what is said of them."""
    source = Source("plan.dro", PLAN.format(**(FINE | changed)))
    found = check_source(source, "plan", lambda path: None).diagnostics
    assert {each.code for each in found} <= {"W2004", "E0703"}, [each.message for each in found]
    return [(each.span.text, each.message) for each in found if each.code == "W2004"]


@pytest.mark.parametrize(
    ("place", "condition"),
    [
        ("when", "tier = Gold and days in 3..5"),
        ("when", "promised is known and promised <= today"),
        ("when", "promised is unknown or promised > due"),
        ("when", "(days < 5 and tier = Gold) or (days >= 5 and tier != Gold)"),
        ("only_if", "due - today > 5 days and due > start_date"),
        ("only_if", "days < most and paid"),
        ("until", "paid or today >= due"),
    ],
)
def test_conditions_that_decide_something_are_left_alone(place: str, condition: str) -> None:
    assert idle(**{place: condition}) == []


@pytest.mark.parametrize(
    ("place", "condition", "text", "message"),
    [
        ("when", "days >= 0", "days >= 0", "this is always true"),
        ("only_if", "days > 100", "days > 100", "this is always false"),
        ("only_if", "paid or not paid", "paid or not paid", "this is always true"),
        ("until", "due > today and due < today", "due > today and due < today", "this is always false"),
        ("only_if", "paid and tier in { Gold, Silver, Bronze }", "tier in { Gold, Silver, Bronze }", "is always true"),
        ("when", "days > 3 and days > 5", "days > 3", "wherever the rest of this `and` does"),
        ("when", "days > 3 or (days > 5 and paid)", "days > 5 and paid", "the rest of this `or`"),
        ("when", "paid or (tier = Gold and days <= 100)", "days <= 100", "is always true"),
        ("when", "due > start_date and today > due and today > start_date", "today > start_date", "of this `and`"),
        (
            "only_if",
            "promised is known and promised > due and promised - due > 0 days",
            "promised - due > 0 days",
            "`and`",
        ),
    ],
)
def test_conditions_that_decide_nothing_are_shown(place: str, condition: str, text: str, message: str) -> None:
    [(place_of_it, said)] = idle(**{place: condition})
    assert place_of_it == text
    assert message in said


def test_what_is_always_known_is_told_once() -> None:
    [(_, said)] = idle(only_if="due is known and due <= today")
    assert "`due` is always known" in said


def test_a_parameter_decides_only_where_every_call_does() -> None:
    assert idle(most="101") == [("days < most", "this is always true")]


def test_a_route_that_those_before_it_leave_nothing() -> None:
    routes = "  when tier in { Gold, Silver } to queue R\n  when tier = Gold to queue Q"
    [(text, said)] = idle(routes=routes)
    assert text == "tier = Gold"
    assert "no record comes to this" in said


SAMPLE: list[tuple[Row, date]] = [(row, A_DAY) for row in every_record()][::7]


def without(condition: Expression, path: tuple[int, ...]) -> Expression | None:
    """The condition without the operand at a path; None where nothing would be left."""
    assert isinstance(condition, And | Or)
    operands = list(condition.operands)
    if len(path) == 1:
        del operands[path[0]]
    else:
        inner = without(operands[path[0]], path[1:])
        operands[path[0] : path[0] + 1] = [] if inner is None else [inner]
    if len(operands) > 1:
        return type(condition)(tuple(operands))
    return operands[0] if operands else None


@given(conditions(any_leaf))
@settings(max_examples=40, deadline=None)
def test_what_is_said_to_change_nothing_can_be_left_out(condition: Expression) -> None:
    program, plan = program_of()
    records = Records(program, plan)
    found = examine_condition(condition, records)

    def outcomes(asked: Expression) -> list[bool]:
        return [holds(asked, records.environment(row, day)) for row, day in SAMPLE]

    for finding in found:
        if not finding.path:
            assert set(outcomes(condition)) <= {finding.verdict is Verdict.ALWAYS}
        elif finding.verdict in (Verdict.IMPLIED, Verdict.COVERED):
            rest = without(condition, finding.path)
            assert rest is None or outcomes(rest) == outcomes(condition)
