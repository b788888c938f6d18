"""A small plan for tests of what is around plans."""

from pathlib import Path

from dro_lang.pipeline import Checked, check_text
from dro_lang.source import Source

VOCABULARY = """language 1.0

import std.generic { Generic }

record Part { id : Id  ready : Boolean }

context Case {
  id         : Id
  start_date : Date
  amount     : Integer
  due_on     : Date optional
  note       : Text optional
  parts      : items of Part
}

mapping Cases for Case {
  usage Generic
  object "Case"
  items in "parts"
}

action Work { gives { done : Text } }
integration Send { gives { receipt : Text } async }
"""

PLAN = (
    VOCABULARY
    + """
plan P for Case {
  usage  Generic
  choose exactly one scenario
  scenario small { when amount < 10 run G }
  scenario large { when amount >= 10 and amount <= 20 run G, H }
  scenario huge { otherwise run H }
}

group G for Case {
  step a: auto Work { only if due_on is known and due_on > today }
  step b: manual for each item { after a  only if item.ready }
  step c: milestone { after b for every item }
}

group H for Case {
  step d: pause { until note is known  expires after 3 days }
  step e: milestone { after d completed }
}
"""
)


def compiled(tests: str, plan: str = PLAN, name: str = "plan.dro") -> Checked:
    """The plan with these tests, which must have no error."""
    checked = check_text(Source(name, f"{plan}\n{tests}"), Path("plan.dro"))
    assert checked.program is not None, checked.diagnostics
    return checked


def given_line(amount: int, more: str = "") -> str:
    return f'today 2026-03-02 given {{ id: "1", start_date: 2026-03-02, amount: {amount}{more} }}'
