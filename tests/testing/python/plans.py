"""Small plans for properties: vocabulary, and the groups that a test gives."""

from pathlib import Path

from dro_lang.diagnostics.render import text
from dro_lang.pipeline import Checked, check_text
from dro_lang.program.model import Program
from dro_lang.source import Source

VOCABULARY = """language 1.0
module sample

import std.generic { Generic }

enum Risk { Low, High }
record Part { id : Id  ready : Boolean }

context Case {
  id         : Id
  start_date : Date
  due_on     : Date
  risk       : Risk
  balance    : Money in EUR
  email      : Text optional
  promised   : Date optional
  parts      : items of Part
}

mapping Cases for Case {
  usage Generic
  object "Case"
  items in "parts"
}

action Send { gives { receipt : Text } }
action Score { gives { points : Integer in 0..100 } }
integration Erp { gives { visit : Text } async }
"""

PLAN = """
plan P for Case {
  usage  Generic
  choose exactly one scenario
  scenario all { run G }
}
"""


def group(steps: str, name: str = "G") -> str:
    return f"\ngroup {name} for Case {{\n{steps}\n}}\n"


def source(*parts: str) -> str:
    return VOCABULARY + "".join(parts)


def check(*parts: str) -> Checked:
    """A file that checks without errors."""
    checked = check_text(Source("sample.dro", source(*parts)), Path("sample.dro"))
    assert checked.program is not None, text.render(checked.diagnostics)
    return checked


def program(*parts: str) -> Program:
    compiled = check(*parts).program
    assert compiled is not None
    return compiled


def property_of(claims: str) -> str:
    return f'\nproperty "p" for P {{\n  {claims}\n}}\n'
