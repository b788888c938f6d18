"""Keywords are reserved only where they are expected: each of them can be the name of an attribute, a parameter, a
step, a scenario, an argument and a result."""

import re
from pathlib import Path

import pytest

from dro_lang.diagnostics.diagnostic import Severity
from dro_lang.loader import Loader
from dro_lang.pipeline import check_source
from dro_lang.source import Source

GRAMMAR = Path(__file__).parents[2] / "grammar" / "dro.lark"
VALUES = {"true", "false", "today", "now", "not", "unknown"}
"""What stands for a value, or begins one, where a bare name may stand, too."""
WORDS = sorted(set(re.findall(r'"([a-z_]+)"', GRAMMAR.read_text(encoding="utf-8"))) - VALUES)

PLAN = """
language 1.0
module words

import std.generic { Generic }

record Row {
  id   : Id
  WORD : Integer
}

context Case {
  id         : Id
  start_date : Date
  WORD       : Integer
  rows       : items of Row
}

mapping Cases for Case {
  usage  Generic
  object "Case" { WORD from "Word" }
  items  in "rows" { WORD from "Word" }
}

queue Office

action Act {
  takes { WORD : Integer }
  gives { WORD : Integer }
}

plan Words for Case {
  usage  Generic
  choose exactly one scenario

  scenario WORD {
    when WORD > 3 and any(rows where item.WORD > 3)
    run  Steps(limit: WORD), Named(other_WORD: 1) as WORD
  }

  scenario others {
    otherwise
    run Steps(limit: 3)
  }
}

group Steps(limit : Integer) for Case {
  step WORD: auto Act {
    with { WORD: limit }
  }

  step task: manual {
    after   WORD completed
    only if WORD = 3 and not (WORD in 3..5)
    assign  to queue Office
    gives   { WORD : Integer }
  }

  step each_one: auto Act for each item {
    after  WORD, task
    starts on start_date
    with   { WORD: item.WORD }
  }

  step last: milestone {
    after   any of task completed, WORD
    only if Steps.WORD.WORD >= 0
  }
}

group Named(other_WORD : Integer = 2) for Case {
  step WORD: milestone
}

test "a plan of words" for Words {
  given  { id: "1", start_date: 2026-03-02, WORD: 5, rows: [ { id: "r", WORD: 4 } ] }
  expect scenario WORD
  expect step Steps.WORD completed
  expect step WORD.WORD completed
}
""".lstrip()


@pytest.mark.parametrize("word", WORDS)
def test_a_keyword_is_a_name_where_no_keyword_is_expected(word: str) -> None:
    text = PLAN.replace("WORD", word)
    checked = check_source(Source("words.dro", text), "words", Loader(Path(__file__).parent))
    assert [each for each in checked.diagnostics if each.severity is Severity.ERROR] == []
