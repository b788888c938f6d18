"""The records that the analysis shows are ones that a plan would take."""

from itertools import islice
from pathlib import Path

import pytest

from dro_lang.analysis.solver.records import Records
from dro_lang.analysis.solver.satisfy import examples
from dro_lang.conditions.normal import normalize
from dro_lang.pipeline import check_file
from dro_lang.records.validate import row_of, row_to_data
from dro_lang.testing.strategies.where import condition

DUNNING = Path(__file__).parents[2] / "examples/dunning/dunning.dro"


@pytest.mark.parametrize(
    "where",
    [
        "count(invoices) >= 2",
        "count(invoices where item.disputed) >= 2 and risk = High",
        "email is known and due_date <= today and balance > 0 EUR",
    ],
)
def test_examples_fit_the_context(where: str) -> None:
    program = check_file(DUNNING).program
    assert program is not None
    plan = program.plans["Dunning"]
    context = program.contexts[plan.context]
    found = list(islice(examples(normalize(condition(program, context, where)), Records(program, plan)), 10))
    assert found
    for example in found:
        assert row_of(row_to_data(example.row, context.attributes, program), context.attributes, program) == example.row
