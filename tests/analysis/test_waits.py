"""Waits for completion that can be bypassed (W2001), however far away the reason is."""

import pytest

from dro_lang.pipeline import check_source
from dro_lang.source import Source

PLAN = """language 1.0

usage Generic {{ scopes plan, item }}

context C {{
  id         : Id
  start_date : Date
  paid       : Boolean
  days       : Integer
}}

mapping Ms for C {{
  usage  Generic
  object "C"
}}

plan P for C {{
  usage  Generic
  choose every matching scenario

  scenario all {{
    when days > 3
    run  G
  }}
}}

group G for C {{
{steps}
  step last: milestone {{
    after x completed
  }}
}}
"""


def found(steps: str) -> list[tuple[str, ...]]:
    """The notes of what is found: the way there and the record."""
    diagnostics = check_source(Source("plan.dro", PLAN.format(steps=steps)), "plan", lambda path: None).diagnostics
    assert {each.code for each in diagnostics} <= {"W2001"}
    return [each.notes for each in diagnostics]


@pytest.mark.parametrize(
    ("steps", "way", "record"),
    [
        ("step x: manual { only if not paid }", "`G.x` is skipped when `not paid` is false", "paid = true"),
        ("step x: manual { expires after 2 days }", "`G.x` can expire", "days = 4"),
        (
            "step a: manual { only if paid else skip branch } step x: milestone { after a }",
            "`G.a` is skipped when `paid` is false, and `G.x` is bypassed",
            "paid = false",
        ),
        (
            "step a: manual { only if paid else skip branch } step b: manual { after a } step x: manual { after b }",
            "and `G.b` is bypassed, and `G.x` is bypassed",
            "paid = false",
        ),
        (
            "step a: manual { only if paid else skip branch } step b: manual { only if days > 9 else skip branch }\n"
            "step x: milestone { after a, b }",
            "`G.a` is skipped when `paid` is false, and `G.b` is skipped when `days > 9` is false",
            "paid = false, days = 4",
        ),
        (
            "step a: manual { only if paid } step b: manual { only if days > 9 }\n"
            "step x: milestone { after any of a completed, b completed }",
            "`G.a` is skipped when `paid` is false, and `G.b` is skipped when `days > 9` is false",
            "paid = false, days = 4",
        ),
    ],
)
def test_ways_past_a_wait_for_completion(steps: str, way: str, record: str) -> None:
    said, shown = found(steps)[-1]
    assert way in said
    assert record in shown


@pytest.mark.parametrize(
    "steps",
    [
        "step x: manual",
        "step x: manual { only if days > 2 }",
        "step a: manual { only if paid } step x: manual { after a }",
        "step a: manual { only if paid else skip branch } step b: manual step x: manual { after a, b }",
        "step a: manual { only if paid else skip branch } step x: manual { after a skipped or completed }",
        "step a: manual { only if paid } step b: manual { only if not paid }\n"
        "step x: milestone { after any of a completed, b completed }",
    ],
)
def test_waits_that_are_always_met(steps: str) -> None:
    assert found(steps) == []


@pytest.mark.parametrize(
    ("clauses", "record"),
    [
        ("only if days > 5 until days > 4", None),
        ("only if days > 5 until days > 6", "days = 6"),
        ("only if not paid until paid", "paid = false, days = 4"),
        ("only if days > 5 and start_date > today until start_date <= today and days > 4", None),
        ("only if start_date > today until start_date <= today and days > 4", "days = 4"),
        ("only if paid until paid expires after 2 days", None),
    ],
)
def test_a_pause_waits_only_where_its_condition_let_it_begin(clauses: str, record: str | None) -> None:
    steps = f"step p: pause {{ {clauses} }}\n  step x: milestone"
    text = PLAN.format(steps=steps)
    diagnostics = check_source(Source("plan.dro", text), "plan", lambda path: None).diagnostics
    endless = [each for each in diagnostics if each.code == "W2002"]
    assert [each.notes[-1] for each in endless] == ([] if record is None else [f"record: {record}"])
