"""What a plan becomes in each dialect: files with the plan and its queries."""

import re
from pathlib import Path

import pytest
import sqlglot

from dro_lang.analysis.selection import exclusive
from dro_lang.conditions.sql import DIALECT_NAMES
from dro_lang.conditions.sql.dialects import DIALECTS
from dro_lang.conditions.sql.query import query
from dro_lang.conditions.sql.tables import Target
from dro_lang.conditions.sql.words import RESERVED
from dro_lang.pipeline import check_text
from dro_lang.source import Source

CASES = sorted((Path(__file__).parent / "cases").glob("*.dro"))
SEPARATOR = re.compile(r"^==== (\w+) ====\n", re.MULTILINE)


def parts(case):
    """The plan of a file, and its queries by dialect."""
    plan, *others = SEPARATOR.split(case.read_text(encoding="utf-8"))
    return plan, dict(zip(others[::2], others[1::2], strict=True))


@pytest.mark.parametrize("dialect", DIALECT_NAMES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_plan_becomes_a_query(case, dialect):
    text, expected = parts(case)
    checked = check_text(Source(case.name, text), case)
    program = checked.program
    assert program is not None, checked.diagnostics
    [plan] = program.plans.values()
    mapping = program.mappings[plan.mapping]
    target = Target(DIALECTS[dialect], mapping.object, mapping.items.object, exclusive=exclusive(program, plan))
    assert query(program, plan, target) == expected[dialect]


@pytest.mark.parametrize("dialect", DIALECT_NAMES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_query_can_be_read_in_its_dialect(case, dialect):
    _, queries = parts(case)
    [statement] = sqlglot.parse(queries[dialect], dialect=dialect)
    assert statement.named_selects in (["id", "scenario", "error"], ["id", "scenarios", "error"])
    assert not list(statement.find_all(sqlglot.exp.Command))


def test_the_dialects_that_are_named_are_there():
    assert tuple(DIALECTS) == DIALECT_NAMES


def test_reserved_words_are_in_lower_case():
    assert {word.lower() for word in RESERVED} == RESERVED
